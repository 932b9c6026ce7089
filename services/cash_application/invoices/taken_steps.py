"""Steps that an invoice took before Eräpäivä, checked before it is passed on to its account (rules.md S8).

They are checked at the lane's first frontier after the invoice at which a policy for its kind of debtor is known: by
then everything that was published before is there, in whatever order it came. Until then the invoice waits, listed.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from schemas.facts import Fact
from schemas.fields import Kind
from schemas.invoice_events import InvoiceIssued
from schemas.money import decimal_text
from services.cash_application.state import waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import Refused, Waits
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import (
    POLICIES,
    TAKEN_CHECKED,
    TAKEN_NEWS,
    TAKEN_NEWS_KEY,
    TAKEN_UNCHECKED,
    Change,
    PolicyVersion,
    UncheckedSteps,
)
from services.cash_application.state.waiting import Missing, sortable
from services.law.countries import DEFAULT_COUNTRY
from services.law.figures import Law, law_of
from services.law.policies import shipped_policies

LONGEST_ANSWER_DAYS: Final = 92
"""A response date further behind its letter would keep letters from the account for a season, or for ever."""
REASON: Final = "taken-not-allowed"
"""Why such an invoice is a dead letter."""


def check(lane: Lane, fact: Fact, data: InvoiceIssued) -> Waits | Refused | None:
    """None when the invoice may be passed on: it took nothing, or only what may have been taken."""
    if not data.taken:
        return None
    row_key = key(data.creditor, fact.event_id)
    if TAKEN_CHECKED.get(lane.unit, row_key) is None:
        TAKEN_UNCHECKED.put(lane.unit, row_key, UncheckedSteps(data.party.kind, fact.after))
        note_news(lane, fact.after)
        return Waits(Missing(TAKEN_CHECKED, row_key))
    lines = (*_fee_faults(lane, data), *_name_faults(lane, data), *_day_faults(lane, fact, data))
    return Refused(REASON, lines) if lines else None


def forget(lane: Lane, fact: Fact, data: InvoiceIssued) -> None:
    """The invoice was passed on or refused: one that comes mended under the same id is checked anew."""
    if data.taken:
        lane.unit.delete(TAKEN_CHECKED.name, key(data.creditor, fact.event_id))


# -- when -------------------------------------------------------------------------------------------------------------


def note_news(lane: Lane, after: datetime | None) -> None:
    """An invoice or a setting came by which a frontier later than the tick ``after`` may check what is unchecked."""
    noted = (lane.unit.get(TAKEN_NEWS, TAKEN_NEWS_KEY) or b"").decode()
    latest = max(noted, "" if after is None else sortable(after))
    lane.unit.put(TAKEN_NEWS, TAKEN_NEWS_KEY, latest.encode())


def decide(lane: Lane, frontier: datetime, most: int) -> int:
    """Release up to ``most`` of the invoices that a rising frontier may check; how many were released."""
    noted = lane.unit.get(TAKEN_NEWS, TAKEN_NEWS_KEY)
    if noted is None or most == 0:
        return 0
    ready: list[str] = []
    for row_key, unchecked in TAKEN_UNCHECKED.scan(lane.unit):
        creditor = row_key.split(SEPARATOR)[0]
        if _is_before(unchecked.after, frontier) and _versions(lane, creditor, unchecked.kind, frontier):
            ready.append(row_key)
            if len(ready) == most:
                break
    for row_key in ready:
        lane.unit.delete(TAKEN_UNCHECKED.name, row_key)
        waiting.release(lane, TAKEN_CHECKED, row_key)
        TAKEN_CHECKED.put(lane.unit, row_key, Change())
    if len(ready) < most and noted.decode() < sortable(frontier):
        lane.unit.delete(TAKEN_NEWS, TAKEN_NEWS_KEY)
    return len(ready)


def _is_before(after: datetime | None, frontier: datetime) -> bool:
    """Whether what came after this tick of its partition is surely in the lane, and not before in some lanes only."""
    return after is None or after < frontier


def _versions(lane: Lane, creditor: str, kind: Kind, frontier: datetime) -> list[PolicyVersion]:
    """The known versions of the policy that the creditor names for a kind of debtor; older stores know less of them."""
    registered = lane.creditor(creditor)
    assert registered is not None, "facts wait for their creditor"
    row = POLICIES.get(lane.unit, registered.policies.get(kind, ""))
    versions = [each for each in (row.versions if row else ()) if _is_before(each.after, frontier)]
    country = registered.country or DEFAULT_COUNTRY
    versions = [each for each in versions if each.kind in (None, kind) and each.country in (None, country)]
    shipped = [each for each in shipped_policies() if each.policy == registered.policies.get(kind)]
    return versions + [PolicyVersion.of(each) for each in shipped if (each.kind, each.country) == (kind, country)]


# -- what may have been taken -----------------------------------------------------------------------------------------


def _fee_faults(lane: Lane, data: InvoiceIssued) -> Iterator[str]:
    """A fee above that of one reminder (rules.md F1), and fees that are too much together (F3)."""
    kind, law = data.party.kind, _law_of(lane, data.creditor)
    for place, taken in enumerate(data.taken):
        if taken.fee > law.reminder_fee_max(kind):
            most = _amount(law.reminder_fee_max(kind), law)
            source = law.source(f"{kind}.reminder_fee_max")
            yield f"{_of(place, 'fee')} is above {most}, the most that one reminder to a {kind} may cost ({source})"
    cap = law.total_cap(kind, data.amount)
    if sum(taken.fee for taken in data.taken) > cap:
        yield (
            f"data.taken: the fees together are above {_amount(cap, law)}, the most for such an invoice to a {kind}"
            f" ({law.source(f'{kind}.total_caps')}); give what is allowed"
        )


def _name_faults(lane: Lane, data: InvoiceIssued) -> Iterator[str]:
    """A step that no version of the creditor's policy has as a letter or a call."""
    assert lane.frontier.rising is not None, "steps are checked at a frontier"
    versions = _versions(lane, data.creditor, data.party.kind, lane.frontier.rising)
    if any(version.steps is None for version in versions):
        return
    names = list(dict.fromkeys(name for version in versions for name in version.steps or ()))
    for place, taken in enumerate(data.taken):
        if taken.step not in names:
            yield (
                f"{_of(place, 'step')} is no letter or call of the creditor's policy for a {data.party.kind}; give one"
                f" of its steps: {', '.join(names)}"
            )


def _day_faults(lane: Lane, fact: Fact, data: InvoiceIssued) -> Iterator[str]:
    """A day that would keep letters from the account: it is yet to come, or its answer long after it."""
    today = lane.date_of(data.creditor, fact.known_at)
    for place, taken in enumerate(data.taken):
        if taken.sent > today:
            yield f"{_of(place, 'sent')} is later than {today}, the day on which the invoice is known; give the day"
        if not taken.sent <= taken.response_by <= taken.sent + timedelta(days=LONGEST_ANSWER_DAYS):
            yield f"{_of(place, 'response_by')} is not within {LONGEST_ANSWER_DAYS} days from sent; give the day"


def _law_of(lane: Lane, creditor: str) -> Law:
    registered = lane.creditor(creditor)
    return law_of((registered.country if registered else None) or DEFAULT_COUNTRY)


def _of(place: int, field: str) -> str:
    return f"data.taken[{place}].{field}:"


def _amount(minor: int, law: Law) -> str:
    return f"{decimal_text(minor, law.currency)} {law.currency_sign}"

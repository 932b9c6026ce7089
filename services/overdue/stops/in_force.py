"""Which receivables get no letter, and until when: disputes, holds, suspensions, promises, plans (rules.md G0, G2–G5).

A stop begins with a person's event and ends with another, or on its date. What counts is the order in
which the events are known, not in which they arrive (rules.md K1).
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Final

from schemas.fields import Kind
from services.law.calendar import roll
from services.overdue.account import Account, PaymentPlan, Receivable, Stop, StopEnd
from services.overdue.known_order import known_order

CODES = {"dispute": "disputed", "hold": "held", "suspension": "suspended", "promise": "promised"}
_PERSONAL: Final = frozenset({"deceased", "minor", "guardian"})
_INVESTIGATING: Final = "investigating"


def is_personal(stop: Stop) -> bool:
    """Whether a hold's reason is the debtor's own state, so that not even a note may go (rules.md G0).

    A hold whose reason an older store did not keep may be one.
    """
    return stop.kind == "hold" and (stop.reason is None or not _PERSONAL.isdisjoint(_words(stop.reason)))


def lets_money_in(stop: Stop) -> bool:
    """Whether a stop keeps a receivable out of letters and hand-overs only: money pays it as if free (rules.md G0)."""
    return stop.kind == "promise" or (stop.kind == "hold" and _INVESTIGATING in _words(stop.reason or ""))


def _words(reason: str) -> set[str]:
    return set(re.findall(r"\w+", reason.casefold()))


def _stops_of(account: Account, receivable: Receivable, at: datetime, kind: Kind | None = None) -> Iterator[Stop]:
    """The stops that ever held a receivable, by ``at``: its own, and the account's that had not ended when it came.

    ``kind`` is the debtor's then, where it may be another now (rules.md K3).
    """
    for stop in account.stops:
        if stop.known > at or not (stop.invoice is None or receivable.is_named_by(stop.invoice)):
            continue
        if stop.kind == "suspension" and (kind or account.kind) != "consumer":
            continue
        if not any(end.known <= receivable.known for end in _ends_of(account, stop, receivable, at)):
            yield stop


def _ends_of(account: Account, stop: Stop, receivable: Receivable, at: datetime) -> Iterator[StopEnd]:
    """The ending events after the stop, of its kind and for the same receivable, known by ``at``."""
    for end in account.stop_ends:
        if end.invoice is None or stop.invoice is None:
            same = end.invoice is stop.invoice
        else:
            same = receivable.is_named_by(end.invoice)
        if end.kind == stop.kind and same and known_order(stop) < known_order(end) and end.known <= at:
            yield end


def _answered_on(receivable: Receivable, stop: Stop, at: datetime) -> date | None:
    """The day the creditor answered an upheld dispute: credit note, correction, cancellation, write-off (G2)."""
    days = [note.known_on for note in receivable.credit_notes if stop.known <= note.known <= at]
    days += [each.day or each.known.date() for each in receivable.corrected if stop.known <= each.known <= at]
    days += [each.day for each in receivable.added if stop.known <= each.known <= at]
    days += [cut.day for cut in receivable.reductions if cut.of == "receivable" and stop.known <= cut.known <= at]
    if receivable.cancelled is not None and receivable.cancelled >= stop.day:
        days.append(receivable.cancelled)
    return min(days, default=None)


def ended_on(account: Account, stop: Stop, receivable: Receivable, at: datetime) -> date | None:
    """The day a stop ended for a receivable by an event, or None while it is in force (rules.md G2, G3)."""
    days = []
    for end in _ends_of(account, stop, receivable, at):
        answered = _answered_on(receivable, stop, at) if end.upheld else end.day
        if answered is not None:
            days.append(max(answered, end.day))
    return min(days, default=None)


def last_day(stop: Stop, country: str) -> date | None:
    """The last day of a stop with a date, else None: a hold's ``until``, a promise's rolled one (rules.md G3, G4)."""
    if stop.until is None:
        return None
    return roll(stop.until, country) if stop.kind == "promise" else stop.until


def stops_in_force(account: Account, receivable: Receivable, at: datetime, kind: Kind | None = None) -> Iterator[Stop]:
    """The stops on a receivable that no event has ended by ``at``; dates are for the caller to judge."""
    for stop in _stops_of(account, receivable, at, kind):
        if ended_on(account, stop, receivable, at) is None:
            yield stop


def plan_of(account: Account, invoice: str, at: datetime) -> PaymentPlan | None:
    """The instalment plan in force that holds the receivable: the latest over it, unless that has ended; or None."""
    plans = [plan for plan in account.plans if invoice in plan.invoices and plan.known <= at]
    latest = max(plans, key=known_order, default=None)
    return None if latest is None or _plan_ended(account, latest, at) else latest


def _held_by(account: Account, plan: PaymentPlan, at: datetime) -> frozenset[str]:
    """The ids of the receivables that a plan holds: those of its own of which no later plan is (rules.md G5)."""
    return frozenset(invoice for invoice in plan.invoices if plan_of(account, invoice, at) is plan)


def plans_in_force(account: Account, at: datetime) -> list[PaymentPlan]:
    """The account's instalment plans that hold receivables, in the order in which they became known."""
    return [plan for plan, _ in held_plans(account, at)]


def held_plans(account: Account, at: datetime) -> list[tuple[PaymentPlan, frozenset[str]]]:
    """The plans in force, each with the ids of the receivables that it holds (rules.md G5)."""
    plans = [(plan, _held_by(account, plan, at)) for plan in sorted(account.plans, key=known_order)]
    return [(plan, held) for plan, held in plans if held]


def _plan_ended(account: Account, plan: PaymentPlan, at: datetime) -> bool:
    return any(
        known_order(plan) < known_order(end)
        and end.known <= at
        and (not end.invoices or set(end.invoices) & set(plan.invoices))
        for end in account.plan_ends
    )


def is_skipped(account: Account, receivable: Receivable, at: datetime, day: date, country: str, kind: Kind) -> bool:
    """Whether money of a debtor of a ``kind`` without the receivable's own reference skips it on ``day`` (G0, M3).

    A plan is no wall against money (G5).
    """
    if receivable.handed_over is not None and receivable.handed_over <= day:
        return True
    for stop in stops_in_force(account, receivable, at, kind):
        if lets_money_in(stop):
            continue
        last = last_day(stop, country)
        if (last is None or day <= last) and not (stop.kind == "dispute" and stop.amount is not None):
            return True
    return False


def disputed_part(
    account: Account, receivable: Receivable, at: datetime, principal_of: Callable[[Receivable], int]
) -> int:
    """What is disputed of a receivable by disputes that name an amount, in minor units (rules.md G2).

    A dispute of an invoice in parts takes from the last; ``principal_of`` is what is open of each (rules.md M9).
    """
    own, of_whole = _disputed(account, receivable, at)
    if not of_whole:
        return own
    for part in reversed(account.whole_of(receivable)):
        own, _ = _disputed(account, part, at)
        if part is receivable:
            break
        of_whole -= min(of_whole, max(0, principal_of(part) - own))
    return own + min(of_whole, max(0, principal_of(receivable) - own))


def _disputed(account: Account, receivable: Receivable, at: datetime) -> tuple[int, int]:
    """What is disputed of a receivable by itself, and of all parts of its invoice together."""
    own = of_whole = 0
    for stop in stops_in_force(account, receivable, at):
        if stop.kind == "dispute" and stop.amount is not None:
            if receivable.whole is not None and stop.invoice == receivable.whole:
                of_whole += stop.amount
            else:
                own += stop.amount
    return own, of_whole


def pauses_ended(account: Account, receivable: Receivable, at: datetime) -> Iterator[tuple[str, date]]:
    """Reason code and day of each dispute and suspension that has ended on the receivable (rules.md G9)."""
    for stop in _stops_of(account, receivable, at):
        if stop.kind in ("dispute", "suspension"):
            ended = ended_on(account, stop, receivable, at)
            if ended is not None:
                yield CODES[stop.kind], ended


def once_suspended(account: Account, receivable: Receivable, at: datetime) -> bool:
    """Whether a consumer ever asked to suspend: from then on the receivable bears no fee (LSP 4 c §; rules.md G3)."""
    return any(stop.kind == "suspension" for stop in _stops_of(account, receivable, at))

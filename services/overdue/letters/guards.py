"""The guards of a whole account: each is a small pure function, facts -> the reasons that may forbid a letter today.

All are evaluated and all reasons are recorded, each with the day or signal at which it may no longer hold (design.md
§5). What they hold, the gate says.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from schemas.channels import Channel, channel_named
from schemas.policy import Policy
from services.law.calendar import banking_day, next_banking_day
from services.overdue.account import Account
from services.overdue.addresses import postal_line
from services.overdue.letters.possible_money import possible_money
from services.overdue.steps.cases import Case, stop_reason
from services.overdue.steps.facts import AccountFacts
from services.overdue.steps.step_progress import letters_sent
from services.overdue.stops.in_force import is_personal, stops_in_force
from services.overdue.stops.reasons import FEED, StopReason, recheck_passing


def response_open(facts: AccountFacts) -> Iterator[StopReason]:
    """No letter before the response date of the last accepted letter has passed (rules.md S2)."""
    sent = letters_sent(facts.account)
    if not sent:
        return
    last = max(day for day, _ in sent)
    answers = [response for day, response in sent if day == last and response is not None]
    response = max(answers, default=None)
    if response is not None and not facts.context.has_passed(response, facts.today, facts.policy):
        yield StopReason("response-open", None, recheck_passing(response, facts.today, facts.policy, facts.context))


def stale_feed(facts: AccountFacts) -> Iterator[StopReason]:
    """Never on stale bank data (rules.md G1)."""
    if facts.context.feed_is_stale(facts.today, facts.policy):
        yield StopReason("stale-feed", None, FEED)


def contact_budget(facts: AccountFacts) -> Iterator[StopReason]:
    """At most so many letters in so many days (rules.md G7)."""
    budget = facts.policy.contacts
    if budget is None:
        return
    recent = sorted(day for day, _ in letters_sent(facts.account) if (facts.today - day).days < budget.days)
    if len(recent) >= budget.max:
        yield StopReason("contact-budget", None, recent[len(recent) - budget.max] + timedelta(days=budget.days))


def closed_day(facts: AccountFacts) -> Iterator[StopReason]:
    """Letters go only on banking days (rules.md C3)."""
    if not banking_day(facts.today, facts.context.country):
        yield StopReason("closed-day", None, next_banking_day(facts.today, facts.context.country))


def outside_window(facts: AccountFacts) -> Iterator[StopReason]:
    """Letters go only inside the policy's window (rules.md C3)."""
    clock = facts.context.local(facts.now).time()
    if not facts.policy.window.from_ <= clock < facts.policy.window.to:
        yield StopReason("outside-window", None, facts.today + timedelta(days=1))


def no_channel(facts: AccountFacts) -> Iterator[StopReason]:
    """A letter needs an address that works; what came back on its own day goes again on the next one (rules.md S6)."""
    if channel_of(facts.account, facts.policy) is None:
        yield StopReason("no-channel")
    elif any(letter.came_back == letter.day == facts.today for letter in facts.account.letters):
        yield StopReason("no-channel", None, next_banking_day(facts.today, facts.context.country))


def unmatched_money(facts: AccountFacts) -> Iterator[StopReason]:
    """Money that is not placed may be this account's (rules.md G10)."""
    held = possible_money(facts)
    if facts.books.refused or any(money.until is None for money in held):
        yield StopReason("unmatched-money")
    free = max((money.until for money in held if money.until is not None), default=None)
    if free is not None:
        yield StopReason("possible-payment", None, free)


def unread_event(facts: AccountFacts) -> Iterator[StopReason]:
    """An event that could not be read may concern this account (design.md §3, Doubt holds)."""
    if facts.account.unread or facts.context.unread:
        yield StopReason("unread-event")


def notice_open(facts: AccountFacts) -> Iterator[StopReason]:
    """An account has one open notice; one that is claimed is decided now (rules.md S4; design.md §7.1)."""
    letter = facts.account.open_letter()
    if letter is not None and letter.status != "claimed":
        yield StopReason("notice-open")


def account_unconfirmed(facts: AccountFacts) -> Iterator[StopReason]:
    """The account that letters printed is gone, and nobody else has confirmed the one in its place (rules.md G11)."""
    if facts.context.account_changed:
        yield StopReason("account-unconfirmed")


Guard = Callable[[AccountFacts], Iterator[StopReason]]
_GUARDS: tuple[Guard, ...] = (
    response_open,
    stale_feed,
    contact_budget,
    closed_day,
    outside_window,
    no_channel,
    unmatched_money,
    unread_event,
    notice_open,
    account_unconfirmed,
)


def account_reasons(facts: AccountFacts) -> list[StopReason]:
    """The whole account's reasons, none left out: which of them hold what is to leave, the gate says (rules.md G0)."""
    return [reason for guard in _GUARDS for reason in guard(facts)]


def personal_holds(facts: AccountFacts) -> Iterator[StopReason]:
    """The holds for the debtor's own state, on the account or on any receivable, paid ones too (rules.md G0)."""
    for receivable in facts.account.receivables.values():
        for stop in filter(is_personal, stops_in_force(facts.account, receivable, facts.now)):
            reason = stop_reason(facts, receivable, stop)
            if reason is not None:
                yield reason


def below_minimum(cases: Sequence[Case], facts: AccountFacts) -> Iterator[StopReason]:
    """A letter about less open principal than ``minimum`` is not worth it, in the law's currency (rules.md G6, F6)."""
    listed = [case for case in cases if case.listed]
    is_domestic = bool(listed) and listed[0].currency == facts.context.law.currency
    if is_domestic and sum(case.asked for case in listed if case.overdue) < facts.policy.minimum:
        yield StopReason("below-minimum")


def channel_of(account: Account, policy: Policy) -> tuple[Channel, str] | None:
    """The first of the policy's channels that reaches the debtor, with the recipient's e-mail address or name."""
    party = account.party
    assert party is not None
    for channel in map(channel_named, policy.channels):
        if channel.address == "email" and party.email and party.email not in account.unreachable:
            return channel, party.email
        if channel.address == "postal" and party.address and postal_line(party) not in account.unreachable:
            return channel, party.name
    return None

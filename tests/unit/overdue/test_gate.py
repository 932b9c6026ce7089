"""Rules.md G0: one gate before all that leaves. Its table is read from rules.md, and each cell is played."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.commands import NoticeGranted
from schemas.facts import UnreadEvent
from schemas.journal import MoneyPointed, MoneyPointer
from schemas.parsing import parse_event
from services.overdue.account import Account
from services.overdue.acts import Act, GrantNotice, HandOverReceivables, PlanNotice, RaiseTask, WithdrawNotice
from services.overdue.creditor_context import CreditorContext
from services.overdue.decide import Decision, decide
from services.overdue.enact import enact
from services.overdue.letter_record import LetterRecord, RecordedLine
from services.overdue.letters.guards import account_reasons, below_minimum, personal_holds
from services.overdue.steps.cases import cases_of
from services.overdue.steps.facts import facts_of
from services.overdue.stops.gate import STOPPED_BY, STOPS, UngatedKindError, check_rows, stopping
from services.overdue.stops.reasons import StopReason
from tests.unit.overdue.harness import MINUTE, SKEW, AccountHarness
from tests.unit.overdue.story import BANK, CREDITOR, DEBTOR, NUDGE, ZONE, Story, consumer_policy, step
from tests.unit.overdue.story import STOPS as EVENTS

OPENING = datetime(2026, 2, 17, 9, 0, tzinfo=ZONE)


def table() -> dict[str, frozenset[str]]:
    """By kind what holds it, as rules.md says."""
    rules = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)`[^|]*\|([^|]*)\|([^|]*)\|$", rules, re.MULTILINE)
    found = {}
    for kind, stopped, spite in rows:
        named = {cell: frozenset(re.findall(r"`([a-z-]+)`", cell)) for cell in (stopped, spite)}
        assert "all others" in stopped or "all others" in spite
        found[kind] = STOPS - named[spite] if "all others" in stopped else named[stopped]
    return found


CELLS = [(kind, stop) for kind in sorted(STOPPED_BY) for stop in sorted(STOPS)]


# -- an account from which something leaves on the day, unless a stop holds it ------------------------------------


@dataclass
class Scene:
    """One account, with its invoice reminded a month ago, and the moment at which it is decided."""

    kind: str
    following: dict[str, Any] | None
    policy: dict[str, Any] = field(default_factory=dict)
    party: dict[str, Any] = field(default_factory=dict)
    due: str = "2026-01-09"
    sent: str = "2026-01-16"
    response_by: str = "2026-01-26"
    now: datetime = OPENING
    begin: list[Callable[[Story], object]] = field(default_factory=list)
    change: list[Callable[[AccountHarness, Account], object]] = field(default_factory=list)

    def harness(self) -> AccountHarness:
        """The account with all that is known of it; nothing was decided about it."""
        steps = [NUDGE] if self.following is None else [NUDGE, self.following]
        story = Story(consumer_policy(*steps, apology=self.kind == "apology", **self.policy), "2026-02-09", self.party)
        taken = [{"step": "nudge", "sent": self.sent, "response_by": self.response_by, "fee": "0.00"}]
        story.invoice(self.due, known="2026-02-09", taken=taken)
        for begin in self.begin:
            begin(story)
        harness = AccountHarness()
        events = [*story.events, *story._mornings(self.now.date())]
        for event in sorted((parse_event(event) for event in events), key=lambda event: event.envelope.time):
            harness.take(event)
        for _, message in story.messages:
            harness.fold_message(DEBTOR, message)
        for change in self.change:
            change(harness, harness.accounts[DEBTOR])
        return harness

    def decided(self, claimed: bool = False) -> tuple[Decision, Account, CreditorContext]:
        """What is decided at the moment; ``claimed``: about the letter that would go without the stop, now claimed."""
        harness = self.harness()
        account = harness.accounts[DEBTOR]
        if claimed:
            account.letters.append(replace(SCENES[self.kind]().planned(), status="claimed", claimed=self.now))
        return decide(account, harness.context, self.now + MINUTE, SKEW), account, harness.context

    def planned(self) -> LetterRecord:
        """The letter that leaves."""
        return next(act.letter for act in self.decided()[0].acts if isinstance(act, PlanNotice))


def reminder() -> Scene:
    return Scene("reminder", step("reminder", after_previous_days=15))


def instalment() -> Scene:
    parts = [{"due": "2026-02-10", "amount": "80.00"}, {"due": "2026-03-10", "amount": "20.00"}]
    scene = Scene("instalment", step("reminder", after_previous_days=15))
    scene.begin.append(lambda story: story.says("plan.agreed", "2026-02-09", invoices=["1001"], instalments=parts))
    return scene


def apology() -> Scene:
    scene = Scene("apology", None)
    scene.change.append(lambda _, account: account.letters.append(asked_too_much("accepted")))
    return scene


def asked_too_much(status: Any) -> LetterRecord:
    """A letter that asked for a fee which the books do not have."""
    return LetterRecord(
        notice="n-1",
        number=1,
        day=date(2026, 1, 16),
        granted=datetime(2026, 1, 16, 9, 0, tzinfo=ZONE),
        purpose="reminder",
        channel="email",
        recipient="aino@debtor.example",
        currency="EUR",
        step="nudge",
        response_by=date(2026, 1, 26),
        policy="ours",
        policy_version=1,
        lines=[RecordedLine("1001", None, date(2026, 1, 9), booked_costs=500)],
        status=status,
    )


SCENES: dict[str, Callable[[], Scene]] = {
    "reminder": reminder,
    "instalment": instalment,
    "apology": apology,
    "call": lambda: Scene("call", {"name": "call", "action": "call", "after_previous_days": 15}),
    "hand-over": lambda: Scene("hand-over", {"name": "collection", "action": "hand-over", "after_previous_days": 15}),
}


def leaves(kind: str, acts: tuple[Act, ...]) -> bool:
    """Whether what is decided sends something of the kind."""
    if kind == "call":
        return any(isinstance(act, RaiseTask) and act.reason == "call" for act in acts)
    if kind == "hand-over":
        return any(isinstance(act, HandOverReceivables) for act in acts)
    return any(isinstance(act, PlanNotice) and act.letter.purpose == kind for act in acts)


# -- the stops ---------------------------------------------------------------------------------------------------


def said(kind: str, /, **data: Any) -> Callable[[Scene], object]:
    """A person says something on the day before."""
    return lambda scene: scene.begin.append(lambda story: story.says(kind, "2026-02-16", **data))


def pointed(pointer: MoneyPointer) -> Callable[[Scene], object]:
    since = datetime(2026, 2, 16, 8, 0, tzinfo=ZONE)
    message = MoneyPointed(
        creditor=CREDITOR, debtor=DEBTOR, account=BANK, payment="P9", amount=7_700, currency="EUR", since=since,
        pointers=(pointer,),
    )  # fmt: skip
    return lambda scene: scene.begin.append(lambda story: story.journal(message, "2026-02-16"))


def waits(scene: Scene) -> None:
    """A dispute has ended a few days ago."""
    scene.following = scene.following or step("reminder", after_previous_days=15)
    scene.begin.append(lambda story: story.says("dispute.raised", "2026-02-12", invoice="1001", ground="broken"))
    settled = {"invoice": "1001", "outcome": "unfounded"}
    scene.begin.append(lambda story: story.says("dispute.settled", "2026-02-13", **settled))


def has_had_a_letter_lately(scene: Scene) -> None:
    scene.sent, scene.response_by = "2026-02-05", "2026-02-13"
    scene.following = scene.following or step("reminder", after_previous_days=15)


def asks_for_approval(scene: Scene) -> None:
    following = scene.following or step("reminder", after_previous_days=15)
    scene.following = {**following, "approval": True}


def has_a_small_rest(scene: Scene) -> None:
    """Money came under a version with a lower limit; the plan's money is known after its agreement."""
    scene.following = scene.following or step("reminder", after_previous_days=15)
    steps = [NUDGE, scene.following]
    later = consumer_policy(*steps, apology=scene.kind == "apology", version=2, in_force="2026-02-16")
    later["residual"] = {"waive_below": "50.00"}
    scene.begin.append(lambda story: story.publish(later, "2026-02-13"))
    scene.begin.append(lambda story: story.paid("60.00", "2026-02-12"))


def is_in_a_plan(scene: Scene) -> None:
    """A plan of which nothing is due yet; the plan letter's scene has its own."""
    parts = [{"due": "2026-03-10", "amount": "100.00"}]
    if scene.kind != "instalment":
        said("plan.agreed", invoices=["1001"], instalments=parts)(scene)


def lapsed(scene: Scene) -> None:
    scene.due, scene.sent, scene.response_by = "2022-11-01", "2023-01-10", "2023-01-30"


def unread(scene: Scene) -> None:
    event = UnreadEvent(key="line 7", creditor=CREDITOR, debtor=DEBTOR, reason="wrong-field")
    scene.begin.append(lambda story: story.journal(event, "2026-02-16"))


def without_creditor(harness: AccountHarness, _: Account) -> None:
    harness.creditor = harness._context = None


def with_another_account(harness: AccountHarness, _: Account) -> None:
    harness._context = replace(harness.context, account_changed=True)


def with_(**fields: Any) -> Callable[[Scene], object]:
    def change(scene: Scene) -> None:
        for name, value in fields.items():
            setattr(scene, name, value)

    return change


BEGINS: dict[str, Callable[[Scene], object]] = {
    "wait": waits,
    "gap": has_had_a_letter_lately,
    "response-open": with_(response_by="2026-02-20"),
    "stale-feed": lambda scene: scene.begin.append(lambda story: story.without_feed("2026-02-16", "2026-02-17")),
    "disputed": said(EVENTS["disputed"][0], **EVENTS["disputed"][1]),
    "held": said("hold.placed", reason="agreed"),
    "held-personally": said("hold.placed", reason="Guardian appointed"),
    "suspended": said("suspension.requested"),
    "promised": said("promise.made", until="2026-02-27"),
    "extended": said("extension.granted", until="2026-02-27"),
    "in-plan": is_in_a_plan,
    "below-minimum": with_(policy={"minimum": "200.00"}),
    "contact-budget": with_(policy={"contacts": {"max": 1, "days": 90}}),
    "no-channel": with_(party={"email": None}),
    "closed-day": with_(now=datetime(2026, 2, 22, 9, 0, tzinfo=ZONE)),
    "outside-window": with_(now=datetime(2026, 2, 17, 17, 0, tzinfo=ZONE)),
    "awaiting-approval": asks_for_approval,
    "lapsed": lapsed,
    "unmatched-money": pointed(MoneyPointer(why="name", strength="strong")),
    "possible-payment": pointed(MoneyPointer(why="name", strength="weak")),
    "handed-over": lambda scene: scene.change.append(
        lambda _, account: setattr(account.receivables["1001"], "handed_over", date(2026, 2, 16))
    ),
    "last-step": with_(following=None),
    "notice-open": lambda scene: scene.change.append(
        lambda _, account: account.letters.append(replace(asked_too_much("unknown"), notice="n-2", number=2))
    ),
    "unread-event": unread,
    "residual": has_a_small_rest,
    "no-policy": lambda scene: scene.begin.append(lambda story: story.chooses("none", "2026-02-16")),
    "no-creditor": lambda scene: scene.change.append(without_creditor),
    "account-unconfirmed": lambda scene: scene.change.append(with_another_account),
}


def stops_of(scene: Scene, decision: Decision, account: Account, context: CreditorContext) -> set[str]:
    """All stops that hold the account at the moment, by any kind's reasons."""
    if decision.policy is None:
        return {"no-creditor" if context.creditor is None else "no-policy"}
    facts = facts_of(account, decision.books, decision.policy, context, scene.now + MINUTE)
    cases = cases_of(facts)
    reasons = [*account_reasons(facts), *personal_holds(facts), *(it for case in cases for it in case.reasons)]
    small = below_minimum([replace(case, stopped=(), overdue=True) for case in cases], facts)
    return {reason.stop for reason in (*reasons, *small)}


# -- the table ---------------------------------------------------------------------------------------------------


def test_the_gate_is_the_table_of_the_rules() -> None:
    assert table() == STOPPED_BY


@pytest.mark.parametrize("kind", sorted(STOPPED_BY))
def test_what_no_stop_holds_leaves(kind: str) -> None:
    assert leaves(kind, SCENES[kind]().decided()[0].acts)


@pytest.mark.parametrize(("kind", "stop"), CELLS)
def test_each_stop_holds_what_the_rules_say(kind: str, stop: str) -> None:
    scene = SCENES[kind]()
    BEGINS[stop](scene)
    decision, account, context = scene.decided()

    assert stop in stops_of(scene, decision, account, context)
    assert leaves(kind, decision.acts) == (stop not in table()[kind])


LETTER_CELLS = [cell for cell in CELLS if cell[0] in ("reminder", "instalment", "apology")]


@pytest.mark.parametrize(("kind", "stop"), [cell for cell in LETTER_CELLS if cell[1] != "notice-open"])
def test_a_claimed_letter_passes_the_gate_once_more_before_it_is_granted(kind: str, stop: str) -> None:
    scene = SCENES[kind]()
    BEGINS[stop](scene)
    acts = scene.decided(claimed=True)[0].acts

    goes = stop not in table()[kind] and stop not in ("closed-day",)  # the letter bears the day on which it was planned
    assert [type(act) for act in acts] == [GrantNotice if goes else WithdrawNotice]


def test_a_kind_of_message_without_a_row_does_not_start() -> None:
    with pytest.raises(UngatedKindError, match="receipt"):
        check_rows(STOPPED_BY, [*STOPPED_BY, "receipt"])


def test_a_row_of_no_kind_does_not_start() -> None:
    with pytest.raises(UngatedKindError, match="call"):
        check_rows(STOPPED_BY, [kind for kind in STOPPED_BY if kind != "call"])


def test_a_reason_that_the_table_does_not_know_is_no_silent_pass() -> None:
    with pytest.raises(KeyError, match="moonlight"):
        stopping("apology", [StopReason("moonlight")])


def test_a_hold_for_the_debtors_state_is_one_by_a_word_of_its_reason() -> None:
    def kinds(reason: str) -> set[str]:
        scene = SCENES["reminder"]()
        said("hold.placed", reason=reason)(scene)
        return {stop for stop in stops_of(scene, *scene.decided()) if stop.startswith("held")}

    assert kinds("Deceased, told by the estate") == {"held-personally"}
    assert kinds("minority shareholder") == {"held"}


def test_a_note_that_is_granted_after_the_window_may_go_until_the_end_of_its_day() -> None:
    scene = SCENES["apology"]()
    BEGINS["outside-window"](scene)
    decision, account, context = scene.decided(claimed=True)
    granted = [message for _, message in enact(account, decision, context, scene.now + MINUTE, timedelta(minutes=10))]

    assert [message.good_until for message in granted if isinstance(message, NoticeGranted)] == [
        scene.now + timedelta(minutes=10)
    ]

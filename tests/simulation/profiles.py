"""How much of what a random history holds."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Profile:
    """Shares are per invoice or per debtor, between 0 and 1."""

    name: str
    debtors: tuple[int, int] = (3, 6)
    invoices: tuple[int, int] = (1, 4)
    days: tuple[int, int] = (130, 240)
    starts: tuple[str, str] = ("2025-01-02", "2026-03-15")
    paid: float = 0.75
    missed_feeds: float = 0.08
    late_feeds: float = 0.0
    counted_feeds: float = 0.0
    second_bank: float = 0.0
    reversed: float = 0.10
    credited: float = 0.10
    disputed: float = 0.15
    partly_disputed: float = 0.0
    held: float = 0.15
    suspended: float = 0.0
    promised: float = 0.0
    extended: float = 0.0
    rescheduled: float = 0.0
    plan: float = 0.0
    cancelled: float = 0.0
    written_off: float = 0.0
    waived: float = 0.0
    acknowledged: float = 0.0
    by_debtor: float = 0.0
    by_letter: float = 0.0
    unmatched: float = 0.0
    early: float = 0.0
    overpaid: float = 0.05
    late_known: float = 0.05
    foreign: float = 0.0
    print_only: float = 0.0
    old: float = 0.0
    taken: float = 0.0
    in_window: float = 0.0
    whole_account: float = 0.0
    duplicates: float = 0.0
    apology: float = 0.0
    real_names: float = 0.0
    unplaced: float = 0.0
    shared_references: float = 0.0
    namesakes: float = 0.0
    recurring: float = 0.0
    twice: float = 0.0
    restated: float = 0.0
    own_returns: float = 0.0
    lost_returns: float = 0.0
    refunded_used: float = 0.0
    paid_ahead: float = 0.0
    through_today: float = 0.0
    through_tomorrow: float = 0.0
    withdrawn_feeds: float = 0.0
    granted: float = 0.0
    switched: float = 0.0
    reshaped: float = 0.0
    turns_consumer: float = 0.0
    turns_business: float = 0.0
    discounts: float = 0.0
    parts: float = 0.0
    corrected: float = 0.0
    mistyped: float = 0.0
    ahead: float = 0.0
    behind: float = 0.0
    plans: float = 0.0
    policy: dict[str, float] = field(default_factory=dict)


SIMPLE = Profile("simple")
PROFILES = {
    p.name: p
    for p in (
        SIMPLE,
        replace(
            SIMPLE,
            name="money",
            paid=0.9,
            reversed=0.2,
            credited=0.2,
            by_debtor=0.3,
            by_letter=0.2,
            unmatched=0.15,
            early=0.15,
            overpaid=0.25,
            late_known=0.25,
            cancelled=0.08,
            written_off=0.05,
            waived=0.15,
            counted_feeds=0.3,
            duplicates=0.05,
            in_window=0.1,
            invoices=(1, 5),
        ),
        replace(
            SIMPLE,
            name="stops",
            paid=0.5,
            disputed=0.3,
            held=0.3,
            suspended=0.2,
            promised=0.2,
            extended=0.2,
            rescheduled=0.15,
            plan=0.12,
            acknowledged=0.1,
            whole_account=0.25,
            in_window=0.3,
            late_feeds=0.05,
        ),
        replace(
            SIMPLE,
            name="ladders",
            paid=0.35,
            days=(200, 320),
            second_bank=0.2,
            policy={
                "versions": 0.4,
                "approval": 0.3,
                "hand_over": 0.4,
                "call": 0.15,
                "no_feed": 0.25,
                "old_feed": 0.2,
                "both_waits": 0.3,
            },
            print_only=0.2,
            taken=0.2,
        ),
        replace(
            SIMPLE,
            name="old",
            paid=0.5,
            days=(90, 160),
            starts=("2025-06-01", "2026-04-01"),
            old=0.6,
            taken=0.4,
            acknowledged=0.2,
        ),
        replace(
            SIMPLE,
            name="rich",
            invoices=(1, 5),
            days=(150, 280),
            missed_feeds=0.06,
            late_feeds=0.04,
            counted_feeds=0.15,
            second_bank=0.1,
            reversed=0.12,
            credited=0.15,
            suspended=0.07,
            promised=0.08,
            extended=0.08,
            rescheduled=0.06,
            plan=0.06,
            cancelled=0.04,
            written_off=0.04,
            waived=0.08,
            acknowledged=0.04,
            by_debtor=0.12,
            by_letter=0.08,
            unmatched=0.08,
            early=0.06,
            overpaid=0.12,
            late_known=0.12,
            foreign=0.08,
            print_only=0.1,
            old=0.05,
            taken=0.08,
            in_window=0.15,
            whole_account=0.15,
            duplicates=0.03,
            policy={
                "versions": 0.15,
                "approval": 0.12,
                "hand_over": 0.15,
                "call": 0.05,
                "no_feed": 0.1,
                "old_feed": 0.1,
                "both_waits": 0.15,
            },
        ),
        replace(
            SIMPLE,
            name="plans",
            plans=0.8,
            paid=0.2,
            reversed=0.05,
            credited=0.05,
            disputed=0.15,
            held=0.2,
            suspended=0.1,
            promised=0.15,
            extended=0.1,
            whole_account=0.2,
            overpaid=0.2,
            granted=0.1,
            in_window=0.1,
            policy={"hand_over": 0.2},
        ),
        replace(
            SIMPLE,
            name="pointing",
            real_names=1.0,
            unplaced=0.4,
            shared_references=0.1,
            namesakes=0.2,
            credited=0.0,
            disputed=0.0,
            held=0.0,
            paid=0.5,
            in_window=0.1,
            days=(100, 160),
            policy={"hand_over": 0.3},
        ),
        replace(
            SIMPLE,
            name="banks",
            recurring=0.3,
            twice=0.3,
            restated=0.4,
            own_returns=0.6,
            lost_returns=0.03,
            reversed=0.2,
            days=(100, 160),
        ),
        replace(
            SIMPLE,
            name="terms",
            switched=0.7,
            reshaped=0.5,
            turns_consumer=0.4,
            turns_business=0.2,
            in_window=0.1,
            policy={"versions": 0.3},
        ),
        replace(
            SIMPLE,
            name="feeds",
            paid_ahead=0.1,
            through_today=0.1,
            through_tomorrow=0.2,
            withdrawn_feeds=0.05,
            in_window=0.1,
        ),
        replace(SIMPLE, name="given-back", refunded_used=0.35, granted=0.2, overpaid=0.2, paid=0.9),
        replace(SIMPLE, name="discounts", discounts=0.6, credited=0.2, reversed=0.05),
        replace(SIMPLE, name="parts", parts=0.5, credited=0.2, rescheduled=0.1, extended=0.1, written_off=0.1),
        replace(SIMPLE, name="corrections", corrected=0.4),
        replace(SIMPLE, name="mistyped", mistyped=0.06, parts=0.1, promised=0.1, policy={"approval": 0.3, "call": 0.2}),
        replace(SIMPLE, name="ahead", ahead=0.3, behind=0.3, extended=0.2, rescheduled=0.2, promised=0.1),
        replace(
            SIMPLE,
            name="untidy",
            days=(130, 200),
            second_bank=0.2,
            paid=0.8,
            reversed=0.12,
            overpaid=0.15,
            late_known=0.12,
            early=0.05,
            extended=0.06,
            rescheduled=0.06,
            promised=0.05,
            credited=0.0,
            duplicates=0.03,
            in_window=0.1,
            real_names=1.0,
            unplaced=0.12,
            shared_references=0.04,
            recurring=0.15,
            twice=0.15,
            own_returns=0.5,
            lost_returns=0.01,
            refunded_used=0.1,
            granted=0.05,
            paid_ahead=0.03,
            through_today=0.03,
            withdrawn_feeds=0.01,
            switched=0.3,
            turns_consumer=0.2,
            discounts=0.15,
            parts=0.15,
            corrected=0.1,
            policy={"hand_over": 0.15, "approval": 0.1},
        ),
        replace(
            SIMPLE,
            name="crowded",
            debtors=(2, 2),
            invoices=(2, 4),
            days=(58, 58),
            starts=("2026-01-05", "2026-01-06"),
            paid=0.85,
            missed_feeds=0.04,
            reversed=0.25,
            by_debtor=0.1,
            unmatched=0.15,
            overpaid=0.2,
            late_known=0.2,
            foreign=0.1,
            in_window=0.1,
            duplicates=0.05,
            real_names=1.0,
            unplaced=0.35,
            shared_references=0.15,
            namesakes=0.2,
            recurring=0.3,
            twice=0.4,
            own_returns=0.6,
            lost_returns=0.03,
            refunded_used=0.3,
            paid_ahead=0.1,
            through_today=0.1,
            withdrawn_feeds=0.05,
            granted=0.15,
            switched=0.3,
            reshaped=0.3,
            turns_consumer=0.3,
            turns_business=0.1,
            discounts=0.2,
            parts=0.25,
            corrected=0.4,
            ahead=0.15,
            behind=0.1,
        ),
        replace(SIMPLE, name="open-questions", partly_disputed=0.3, foreign=0.2, apology=0.3),
    )
}

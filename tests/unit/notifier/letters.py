"""Letters for the tests: the worked example of rules.md, and what differs from it."""

from datetime import date
from typing import Any

from schemas.letters import (
    InterestSlice,
    Letter,
    LetterAccount,
    LetterAddress,
    LetterContact,
    LetterCreditor,
    LetterInstalment,
    LetterLine,
    LetterPlan,
    LetterSender,
    NextStep,
    Recipient,
)
from schemas.reference_schemes import FINNISH
from schemas.references import letter_reference

NOTICE = "3f0c9a52-7d1e-5b6f-8a44-2c9d10e7b6aa"

HOUSE = LetterCreditor(
    name="Esimerkki Oy",
    business_id="1234567-1",
    address=LetterAddress(street="Esimerkkikatu 1", postcode="00100", city="Helsinki", country="FI"),
    contact=LetterContact(
        phone="09 123 4567",
        hours="ma–pe 9–16",
        email="laskut@esimerkki.example",
        url="https://esimerkki.example/laskut",
    ),
    accounts=(LetterAccount(iban="FI2112345600000785", bic="NDEAFIHH"),),
)

RECIPIENT = Recipient(
    name="Matti Meikäläinen",
    email="matti@asiakas.example",
    address=LetterAddress(street="Kotikatu 2 A 3", postcode="33100", city="Tampere"),
)


def a_line(**changes: Any) -> LetterLine:
    """Invoice 1001 of the worked example at its reminder, or with ``changes``."""
    facts: dict[str, Any] = {
        "invoice": "1001",
        "subject": "Sähkö, joulukuu 2025",
        "issued": date(2026, 1, 9),
        "due": date(2026, 1, 23),
        "effective_due": date(2026, 1, 23),
        "original": 10000,
        "step": "reminder",
        "principal": 10000,
        "interest": 52,
        "costs": 500,
        "balance": 10552,
        "slices": (
            InterestSlice(first=date(2026, 1, 24), last=date(2026, 2, 12), days=20, principal=10000, rate="9.5"),
        ),
        "interest_new": 52,
        "fee_new": 500,
    }
    return LetterLine(**(facts | changes))


def a_next(**changes: Any) -> NextStep:
    """The second reminder, with a fee and interest."""
    facts: dict[str, Any] = {
        "action": "letter",
        "step": "second-reminder",
        "not_before": date(2026, 2, 27),
        "fee": 500,
        "interest": True,
    }
    return NextStep(**(facts | changes))


def an_instalment_letter(earlier: int = 0, **changes: Any) -> Letter:
    """A letter about an instalment of 25.00, with what is unpaid of an ``earlier`` one."""
    missed = [LetterInstalment(due=date(2026, 2, 5), amount=2500, unpaid=2500)]
    if earlier:
        missed.insert(0, LetterInstalment(due=date(2026, 1, 5), amount=2500, unpaid=earlier))
    following = LetterInstalment(due=date(2026, 3, 5), amount=4000, unpaid=4000)
    plan = LetterPlan(missed=tuple(missed), following=following, left=6500 + earlier)
    return a_letter(purpose="instalment", step=None, total=2500 + earlier, plan=plan, **changes)


def a_letter(**changes: Any) -> Letter:
    """The reminder of the worked example, or with ``changes``; its totals follow its lines."""
    lines = changes.get("lines", (a_line(),))
    facts: dict[str, Any] = {
        "notice": NOTICE,
        "creditor": "esimerkki",
        "debtor": "C-1",
        "date": date(2026, 2, 12),
        "currency": "EUR",
        "kind": "consumer",
        "policy": "fi-consumer",
        "policy_version": 1,
        "step": "reminder",
        "tone": "friendly",
        "language": "fi",
        "channel": "email",
        "recipient": RECIPIENT,
        "sender": LetterSender(name="Esimerkki Oy", email="laskutus@esimerkki.example"),
        "house": HOUSE,
        "reference": letter_reference(1, 1, FINNISH),
        "letter_number": 1,
        "response_by": date(2026, 2, 26),
        "fee": sum(line.fee_new for line in lines),
        "interest": sum(line.interest_new for line in lines),
        "fixed_compensation": sum(line.compensation_new for line in lines),
        "total": sum(line.balance for line in lines),
        "payments_through": date(2026, 2, 11),
        "lines": lines,
        "next": a_next(),
    }
    return Letter(**(facts | changes))


def shipped_letters(**changes: Any) -> dict[str, Letter]:
    """A letter for each step of the shipped policies, for a consumer and for a business that owes as a trader."""
    nudge = a_line(step="nudge", interest=0, costs=0, balance=10000, slices=(), interest_new=0, fee_new=0)
    second = a_line(step="second-reminder", interest=99, costs=1000, balance=11099, interest_new=47)
    demand = a_line(step="demand", interest=141, costs=1000, balance=11141, interest_new=42, fee_new=0)
    trader = a_line(interest=56, costs=4000, balance=14056, interest_new=56, fee_new=0, compensation_new=4000)
    free = a_next(step="reminder", fee=0, interest=False)
    handed = a_next(action="hand-over", step="collection", fee=0, interest=False, needs_approval=True)
    firm = {"step": "second-reminder", "tone": "firm"}
    final = {"step": "demand", "tone": "final", "next": handed}
    business = {"kind": "business", "trader": True}
    return {
        "consumer nudge": a_letter(step="nudge", lines=(nudge,), next=free, **changes),
        "consumer reminder": a_letter(**changes),
        "consumer second reminder": a_letter(lines=(second,), **firm, **changes),
        "consumer demand": a_letter(lines=(demand,), **final, **changes),
        "business reminder": a_letter(lines=(nudge,), next=a_next(compensation=True, fee=1200), **business, **changes),
        "business second reminder": a_letter(lines=(trader,), **firm, **business, **changes),
        "business demand": a_letter(lines=(demand,), **final, **business, **changes),
    }


def unusual_letters(**changes: Any) -> dict[str, Letter]:
    """Letters at the edges: parts paid, forgiven, disputed, many invoices, other purposes, other next steps."""
    paid = a_line(received=4000, principal=6000, balance=6552)
    messy = a_line(
        invoice="L-1002",
        credited=1000,
        received=2500,
        disputed=1500,
        principal=5200,
        interest=152,
        costs=1000,
        balance=6352,
    )
    rest = a_line(
        invoice="L-1003",
        step=None,
        received=9900,
        principal=0,
        interest=300,
        costs=0,
        balance=300,
        interest_new=0,
        fee_new=0,
        slices=(),
    )
    waived = a_line(received=9800, waived=150, principal=50, balance=602)
    many = tuple(a_line(invoice=f"L-{number}") for number in range(2001, 2021))
    call = a_next(action="call", step="call", fee=0, interest=False)
    nothing = a_next(action="none", step=None, not_before=None, fee=0, interest=False)
    taken_back = a_line(received=10000, principal=0, interest=52, costs=0, balance=0, fee_new=500)
    return {
        "partly paid": a_letter(lines=(paid,), **changes),
        "several": a_letter(lines=(paid, messy, rest), tone="firm", step="own-step", **changes),
        "rest let go": a_letter(lines=(waived,), **changes),
        "twenty invoices": a_letter(lines=many, tone="final", step="own-step", **changes),
        "mercy": a_letter(fee_forgiven=True, **changes),
        "suspended before": a_letter(fee_barred_by_suspension=True, tone="final", step="demand", **changes),
        "rate unknown": a_letter(interest_through=date(2026, 6, 30), **changes),
        "a call comes": a_letter(next=call, tone="firm", step="own-step", **changes),
        "nothing comes": a_letter(next=nothing, tone="final", step="own-step", **changes),
        "steps of its own": a_letter(
            lines=(a_line(next=a_next(action="hand-over", not_before=None)), a_line(invoice="1002", next=a_next())),
            **changes,
        ),
        "day not known": a_letter(next=a_next(not_before=None), **changes),
        "instalment": an_instalment_letter(next=nothing, **changes),
        "two instalments": an_instalment_letter(500, next=nothing, **changes),
        "apology": a_letter(
            purpose="apology", step=None, lines=(taken_back,), fee=500, interest=52, total=0, next=nothing, **changes
        ),
        "printed": a_letter(channel="print", **changes),
    }


def all_letters(language: str) -> dict[str, Letter]:
    """Every letter above in one language; the unusual ones to a consumer and to a business."""
    unusual = unusual_letters(language=language)
    to_business = unusual_letters(language=language, kind="business")
    return (
        shipped_letters(language=language) | unusual | {f"business {name}": each for name, each in to_business.items()}
    )

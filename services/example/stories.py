"""What happened in the example beside paying as usual: in order of customers, each story with a line that says it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final


@dataclass(frozen=True)
class ExamplePayment:
    """Money on the bank account: ``cents`` paid on ``day`` for the debtor's ``nth`` invoice.

    ``reference``: the invoice's own unless another is written here; ``""`` is none. ``names_debtor``: the bank file
    gives the customer. ``times``: how often the bank sends the same line.
    """

    day: date
    debtor: str
    nth: int
    cents: int
    reference: str | None = None
    payer: str | None = None
    names_debtor: bool = False
    times: int = 1


@dataclass(frozen=True)
class ExampleReturn:
    """The debtor's ``nth`` `ExamplePayment` goes back: ``reversed`` by a bank, or ``refunded`` by the creditor."""

    day: date
    debtor: str
    how: str
    reason: str
    nth: int = 1


@dataclass(frozen=True)
class ExampleCreditNote:
    """A credit note of ``cents`` for the debtor's ``nth`` invoice."""

    day: date
    debtor: str
    nth: int
    cents: int


@dataclass(frozen=True)
class ExampleInstruction:
    """What a person records at a local time of a day about the debtor's ``nth`` invoice, or without it about all."""

    day: date
    at: str
    type: str
    debtor: str
    nth: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CarriedOver:
    """An invoice from before Eräpäivä, published on the first day, with the steps already taken."""

    debtor: str
    issued: date
    due: date
    cents: int
    taken: tuple[dict[str, str], ...] = ()
    paid: date | None = None


CARRIED_OVER: Final[tuple[CarriedOver, ...]] = (
    # Reminded twice by the old system; goes on from there.
    CarriedOver(
        "C-222",
        date(2025, 10, 15),
        date(2025, 11, 5),
        44_90,
        taken=(
            {"step": "nudge", "sent": "2025-11-12", "response_by": "2025-11-24", "fee": "0.00"},
            {"step": "reminder", "sent": "2025-12-01", "response_by": "2025-12-15", "fee": "5.00"},
        ),
    ),
    # A customer of more than a year, always in time until now: the first fee is forgiven.
    CarriedOver("C-228", date(2024, 12, 2), date(2024, 12, 23), 34_90, paid=date(2024, 12, 20)),
)

PAYMENTS: Final[tuple[ExamplePayment, ...]] = (
    # 40 cents too little: the rest is waived.
    ExamplePayment(date(2026, 1, 23), "C-202", 1, 44_50),
    # Pays what the reminder asks; later pays an invoice whose fee was waived.
    ExamplePayment(date(2026, 2, 20), "C-203", 1, 40_08),
    ExamplePayment(date(2026, 4, 20), "C-203", 3, 34_90),
    # In parts: two, then three.
    ExamplePayment(date(2026, 1, 26), "C-204", 1, 20_00),
    ExamplePayment(date(2026, 2, 4), "C-204", 1, 14_90),
    ExamplePayment(date(2026, 2, 24), "C-204", 2, 10_00),
    ExamplePayment(date(2026, 3, 3), "C-204", 2, 10_00),
    ExamplePayment(date(2026, 3, 10), "C-204", 2, 14_90),
    # 10.10 too much, which pays a part of the next invoice.
    ExamplePayment(date(2026, 1, 22), "C-205", 1, 70_00),
    ExamplePayment(date(2026, 2, 20), "C-205", 2, 49_80),
    # In time, but the bank takes it back; then a part.
    ExamplePayment(date(2026, 1, 23), "C-206", 1, 1_240_00),
    ExamplePayment(date(2026, 3, 6), "C-206", 1, 600_00),
    # After the dispute turned out unfounded.
    ExamplePayment(date(2026, 4, 2), "C-207", 2, 44_90),
    # As promised.
    ExamplePayment(date(2026, 2, 19), "C-210", 1, 59_90),
    # After the creditor had looked into it.
    ExamplePayment(date(2026, 4, 1), "C-212", 2, 44_90),
    # Two invoices by the reference of the letter of 2 March, as the customer got it.
    ExamplePayment(date(2026, 3, 10), "C-214", 1, 80_14, reference="95800539380037"),
    # What is left after the credit note.
    ExamplePayment(date(2026, 2, 23), "C-215", 1, 24_90),
    # After the new due date, and the nudge.
    ExamplePayment(date(2026, 3, 12), "C-216", 1, 390_00),
    # On the last day of the extension.
    ExamplePayment(date(2026, 2, 27), "C-217", 1, 44_90),
    # The first instalment of the plan; the second never comes.
    ExamplePayment(date(2026, 2, 16), "C-218", 1, 310_00),
    # Two digits of the reference changed places.
    ExamplePayment(date(2026, 2, 2), "C-220", 1, 34_90, reference="16005"),
    # Without a reference: only the payer's name points to a debtor.
    ExamplePayment(date(2026, 3, 5), "C-221", 2, 44_90, reference=""),
    # Before the invoice: paid from the order confirmation.
    ExamplePayment(date(2026, 1, 30), "C-223", 1, 44_90),
    # Reminded on paper; paid with the fee.
    ExamplePayment(date(2026, 2, 25), "C-224", 1, 40_14),
    # The mail came back, the paper letter arrived.
    ExamplePayment(date(2026, 2, 20), "C-225", 1, 44_90),
    # The principal only: the forgiven fee was never asked.
    ExamplePayment(date(2026, 3, 2), "C-228", 1, 44_90),
    # Two invoices in one sum, without a reference: the bank's file names the customer.
    ExamplePayment(date(2026, 3, 12), "B-323", 1, 992_00, reference="", names_debtor=True),
    # Money of an unknown payer, refunded.
    ExamplePayment(date(2026, 2, 11), "B-324", 1, 57_35, reference="7770077", payer="Olematon Oy"),
    # The bank sends the same line twice.
    ExamplePayment(date(2026, 1, 19), "B-325", 1, 129_00, times=2),
)

RETURNS: Final[tuple[ExampleReturn, ...]] = (
    ExampleReturn(date(2026, 1, 29), "C-206", "reversed", "the payer's bank recalled the transfer"),
    ExampleReturn(date(2026, 2, 18), "B-324", "refunded", "paid to us by mistake"),
)

INSTRUCTIONS: Final[tuple[ExampleInstruction, ...]] = (
    # Nothing came for three months: a person approves the hand-over.
    ExampleInstruction(date(2026, 4, 8), "10:20", "step.approved", "C-201", 1, {"step": "collection"}),
    ExampleInstruction(
        date(2026, 4, 16), "13:05", "fee.waived", "C-203", 3, {"reason": "the invoice had gone to an old address"}
    ),
    # Disputed; looked into, and unfounded.
    ExampleInstruction(
        date(2026, 2, 24), "09:40", "dispute.raised", "C-207", 2, {"ground": "the line was down in January"}
    ),
    ExampleInstruction(date(2026, 3, 12), "15:10", "dispute.settled", "C-207", 2, {"outcome": "unfounded"}),
    # Disputed, and upheld: a credit note of the whole follows (see CREDIT_NOTES).
    ExampleInstruction(date(2026, 2, 5), "11:00", "dispute.raised", "C-208", 1, {"ground": "cancelled in December"}),
    ExampleInstruction(date(2026, 2, 12), "14:30", "dispute.settled", "C-208", 1, {"outcome": "upheld"}),
    # A part of it is disputed, and still is.
    ExampleInstruction(
        date(2026, 2, 2),
        "08:50",
        "dispute.raised",
        "C-209",
        1,
        {"ground": "half a month only", "amount": "14.90", "currency": "EUR"},
    ),
    # A promise kept, and one broken.
    ExampleInstruction(date(2026, 2, 5), "12:15", "promise.made", "C-210", 1, {"until": "2026-02-20"}),
    ExampleInstruction(date(2026, 1, 30), "10:05", "promise.made", "C-211", 1, {"until": "2026-02-13"}),
    # On hold until a day; on hold until somebody lifts it.
    ExampleInstruction(
        date(2026, 3, 3), "08:30", "hold.placed", "C-212", 2, {"until": "2026-03-20", "reason": "investigating"}
    ),
    ExampleInstruction(date(2026, 2, 3), "09:15", "hold.placed", "C-213", 1, {"reason": "agreed"}),
    ExampleInstruction(date(2026, 3, 2), "16:20", "hold.lifted", "C-213", 1),
    # More time: by a new due date, by an extension, by a plan.
    ExampleInstruction(date(2026, 1, 20), "13:45", "invoice.rescheduled", "C-216", 1, {"due": "2026-02-27"}),
    ExampleInstruction(date(2026, 2, 3), "10:00", "extension.granted", "C-217", 1, {"until": "2026-02-27"}),
    ExampleInstruction(date(2026, 2, 20), "09:00", "invoice.cancelled", "C-217", 2, {"reason": "billed twice"}),
    ExampleInstruction(
        date(2026, 2, 3),
        "14:00",
        "plan.agreed",
        "C-218",
        1,
        {"instalments": [{"due": f"2026-{month:02}-16", "amount": "310.00"} for month in (2, 3, 4, 5)]},
    ),
    # The right to ask that voluntary collection be suspended (LSP 4 c §).
    ExampleInstruction(date(2026, 2, 18), "11:30", "suspension.requested", "C-219", 1),
    # A person assigns the payment with the wrong reference.
    ExampleInstruction(date(2026, 2, 10), "09:25", "payment.assigned", "C-220", 1),
    # An address that bounces, and a new one.
    ExampleInstruction(
        date(2026, 2, 25),
        "10:40",
        "debtor.updated",
        "C-226",
        None,
        {"party": {"email": "helga.sagovik@asukas.example"}},
    ),
    ExampleInstruction(date(2026, 2, 17), "12:00", "debt.acknowledged", "C-227", 1),
    # No hope and too small: written off.
    ExampleInstruction(
        date(2026, 4, 10), "15:00", "receivable.written-off", "C-229", 1, {"reason": "moved without an address"}
    ),
)

CREDIT_NOTES: Final[tuple[ExampleCreditNote, ...]] = (
    ExampleCreditNote(date(2026, 2, 13), "C-208", 1, 34_90),
    ExampleCreditNote(date(2026, 2, 10), "C-215", 1, 10_00),
    ExampleCreditNote(date(2026, 2, 2), "B-322", 1, 248_00),
)

"""An account's timeline in words: one sentence for each type of event."""

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from typing import Final

from schemas.money import decimal_text
from services.reporting.explain.story import StoryEntry
from services.reporting.reading import QueryRow, Value, instant, number, text, text_or_none
from services.reporting.timeline import CORRECTED, CORRECTION_ASKED, PLACED, STEP_TAKEN, WHOLE_ACCOUNT


def money(amount: int, currency: str) -> str:
    """An amount as people read it: `105.52 EUR`."""
    return f"{decimal_text(amount, currency)} {currency}"


def timeline_entries(rows: Iterable[QueryRow], currency: str, zone: tzinfo) -> Iterator[StoryEntry]:
    """The rows of a timeline as entries, in the order of the journal, each on the creditor's local day it became known.

    Amounts without a currency of their own are in `currency`. Rows of a payment appear only after the row that placed
    it.
    """
    placed: dict[tuple[Value, Value], Value] = {}
    for row in rows:
        payment = row["account"], row["payment"]
        if row["type"] == PLACED:
            placed[payment] = row["currency"]
        elif row["payment"] is not None and payment not in placed:
            continue
        currency_of_row = row["currency"] or placed.get(payment) or currency
        known = instant(row, "time")
        yield StoryEntry(known.astimezone(zone).date(), (_sentence({**row, "currency": currency_of_row}),), known)


def _sentence(row: QueryRow) -> str:
    kind = text(row, "type")
    sentence = SENTENCES[kind](row) if kind in SENTENCES else kind
    # Events of these types concern one invoice or the whole account.
    return f"{sentence} (for the whole account)" if kind in _EITHER and row["invoice"] == WHOLE_ACCOUNT else sentence


def _amount(row: QueryRow, before: str = "", after: str = "", otherwise: str = "") -> str:
    """The amount between two texts, or another text where there is no amount."""
    if row["amount"] is None:
        return otherwise
    return f"{before}{money(number(row, 'amount'), text(row, 'currency'))}{after}"


def _because(row: QueryRow) -> str:
    words = text_or_none(row, "words")
    return f": {words}" if words else ""


def _until(row: QueryRow) -> str:
    day = text_or_none(row, "day")
    return f" until {day}" if day else ""


def _placed(row: QueryRow) -> str:
    if row["invoice"] != WHOLE_ACCOUNT:
        whereto = "placed on this invoice"
    elif row["letter_number"] is not None:
        whereto = f"placed on what letter {row['letter_number']} listed, by that letter's own reference"
    else:
        whereto = "placed on the account" if row["words"] is not None else "placed on the account, without a reference"
    how = _because(row)
    return f"Payment {row['payment']} of {_amount(row)}, paid {row['day']}, booked {row['booked']}: {whereto}{how} (M3)"


SENTENCES: Final[dict[str, Callable[[QueryRow], str]]] = {
    "invoice.issued.v1": lambda row: f"Invoice issued: {_amount(row)}, due {row['day']}{_because(row)}",
    STEP_TAKEN: lambda row: (
        f"Step {row['words']!r} had been taken on {row['day']}, before go-live{_amount(row, ', fee ')} (S3)"
    ),
    CORRECTED: lambda row: f"Corrected by invoice {row['words']}: {_amount(row)}, due {row['day']} (M10)",
    CORRECTION_ASKED: lambda row: f"Invoice {row['words']} corrects it; a person is to say what it does (M10)",
    "correction.settled.v1": lambda row: f"A person said what a correction does{_because(row)} (M10)",
    "invoice.credited.v1": lambda row: f"Credited with {_amount(row)} (M4){_because(row)}",
    "invoice.cancelled.v1": lambda row: f"Invoice cancelled (M4){_because(row)}",
    "invoice.rescheduled.v1": lambda row: f"Rescheduled: now due {row['day']} (M7)",
    PLACED: _placed,
    "money-moved": lambda row: f"Payment {row['payment']} has no place here any longer: as if it had never come",
    "money-reversed": lambda row: (
        f"Payment {row['payment']} was reversed{_amount(row, ' by ', otherwise=' whole')} (M5)"
    ),
    "money-refunded": lambda row: (
        f"Payment {row['payment']} was refunded{_amount(row, ', ', otherwise=' as far as it was credit')}"
    ),
    "dispute.raised.v1": lambda row: f"Dispute raised{_amount(row, ' over ')} (G2){_because(row)}",
    "dispute.settled.v1": lambda row: f"Dispute settled (G2){_because(row)}",
    "hold.placed.v1": lambda row: f"Put on hold{_until(row)} (G3){_because(row)}",
    "hold.lifted.v1": lambda row: f"Hold lifted (G3){_because(row)}",
    "suspension.requested.v1": lambda _: "The debtor asked to suspend collection; no more fees from here (G3)",
    "suspension.ended.v1": lambda _: "Suspension ended (G3)",
    "promise.made.v1": lambda row: f"The debtor promised to pay{_until(row)} (G4)",
    "extension.granted.v1": lambda row: f"More time given{_until(row)} (M7)",
    "plan.agreed.v1": lambda _: "Payment plan agreed (G5)",
    "plan.ended.v1": lambda row: f"Payment plan ended (G5){_because(row)}",
    "debt.acknowledged.v1": lambda _: "The debtor acknowledged the debt: limitation starts anew (G8)",
    "debtor.updated.v1": lambda _: "The debtor's details were updated",
    "fee.waived.v1": lambda row: (
        f"Costs waived{_amount({**row, 'currency': 'EUR'}, ', ', otherwise=' whole')}{_because(row)}"
    ),
    "receivable.written-off.v1": lambda row: f"Written off{_amount(row, ' by ', otherwise=' whole')}{_because(row)}",
    "credit.granted.v1": lambda row: f"Credit of {_amount(row)} was given, without an invoice (M11){_because(row)}",
    "step.approved.v1": lambda row: f"A person approved the step {row['words']!r} (S7)",
    "task.done.v1": lambda row: f"A person did a task{_because(row)}",
    "notice.settled.v1": lambda row: f"A person settled the outcome of letter {row['notice']}{_because(row)} (S6)",
    "notice.came-back.v1": lambda row: f"Letter {row['notice']} came back{_because(row)} (S6)",
    "address.cleared.v1": lambda _: "A person said that letters reach the debtor's e-mail address (S6)",
}
"""One sentence for each type of row; a test compares the types with the public events."""

_EITHER: Final = frozenset(
    f"{name}.v1"
    for name in (
        "dispute.raised",
        "dispute.settled",
        "hold.placed",
        "hold.lifted",
        "suspension.requested",
        "suspension.ended",
        "promise.made",
        "extension.granted",
        "debt.acknowledged",
        "task.done",
    )
)

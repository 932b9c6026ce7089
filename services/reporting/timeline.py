"""The timeline of each account, from the topic journal: what became known of it, as rows of the table `happening`.

A public event or a movement of money is one row, or one per invoice where an event names several. A frontier says how
far time has come. The rest of the journal (feeds, claims) says nothing about what is owed or why.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from schemas.events import CreditorRegistered, NoticeCameBack, NoticeSettled
from schemas.invoice_events import InvoiceIssued
from schemas.journal import (
    AccountEvent,
    CorrectionAsked,
    FrontierReached,
    JournalMessage,
    MoneyMoved,
    MoneyPlaced,
    MoneyRefunded,
    MoneyReversed,
    NoticeOutcome,
    SettingKnownFixed,
    SettingsCopied,
)
from schemas.topics import partition_of
from services.reporting.frontier_progress import record_frontier
from services.reporting.said_of_letters import note_outcome, words_of
from services.runtime.store.port import Scalar
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record

TableRow = dict[str, Scalar]

WHOLE_ACCOUNT: Final = ""
"""In a key, instead of an invoice: the row concerns the whole account."""

CORRECTED: Final = "invoice.corrected"
"""The type of a row for an invoice that replaced another one (rules.md M10)."""

CORRECTION_ASKED: Final = "correction-asked"
"""The type of a row for an invoice that may replace another one: a person is to say (rules.md M10)."""

STEP_TAKEN: Final = "step.taken"
"""The type of a row for a step taken before Eräpäivä, which the invoice's event lists."""

PLACED: Final = "money-placed"
"""The type of a row that places a payment; the payment's other rows follow it."""

_DAYS: Final = ("due", "until")
_WORDS: Final = ("as_", "reason", "ground", "outcome", "credit_note", "subject", "step")


def record_journal(message: JournalMessage, record: Record, unit: UnitOfWork) -> None:
    """Write the rows of one journal record: an account's timeline, a creditor, or a lane's frontier."""
    match message:
        case AccountEvent():
            rows = _event_rows(message, unit)
        case CorrectionAsked():
            rows = iter((_asked_row(message),))
        case MoneyPlaced():
            rows = iter((_placed_row(message),))
        case MoneyMoved() | MoneyReversed() | MoneyRefunded():
            rows = iter((_money_row(message),))
        case _:
            _record_rest(message, unit)
            return
    for row in rows:
        unit.read_model.upsert("happening", {**row, "position": record.offset})


def _record_rest(message: JournalMessage, unit: UnitOfWork) -> None:
    """A creditor, a lane's frontier, and whether a letter is unknown; the other messages say nothing of these."""
    match message:
        case SettingsCopied(data=CreditorRegistered() as creditor):
            _record_creditor(message, creditor, unit)
        case SettingKnownFixed():
            _fix_registration(message, unit)
        case FrontierReached():
            record_frontier(message.lane, message.instant, unit)
        case NoticeOutcome():
            note_outcome(message, unit)


def _event_rows(message: AccountEvent, unit: UnitOfWork) -> Iterator[TableRow]:
    data = vars(message.data)
    row: TableRow = {
        "creditor": data["creditor"],
        "debtor": data["debtor"],
        "type": message.event,
        "id": message.id,
        "time": instant_text(message.time),
        "amount": data.get("amount"),
        "currency": data.get("currency"),
        "day": day_text(next((data[name] for name in _DAYS if data.get(name)), None)),
        "words": next((data[name] for name in _WORDS if data.get(name)), None),
    }
    if isinstance(message.data, NoticeSettled | NoticeCameBack):
        row |= {"notice": message.data.notice, "words": words_of(message.data, unit)}
    if isinstance(message.data, InvoiceIssued) and message.data.corrects is not None:
        yield {**row, "type": CORRECTED, "invoice": message.data.corrects, "words": message.data.invoice}
        return
    invoices = data.get("invoices") or (data.get("invoice") or WHOLE_ACCOUNT,)
    for invoice in invoices:
        yield {**row, "invoice": invoice}
    if isinstance(message.data, InvoiceIssued):
        yield from _taken_rows(message.data, message.id, row)


def _taken_rows(invoice: InvoiceIssued, event_id: str, issued: TableRow) -> Iterator[TableRow]:
    """The steps taken before Eräpäivä that an invoice lists (rules.md S3)."""
    for number, taken in enumerate(invoice.taken, start=1):
        yield {
            **issued,
            "type": STEP_TAKEN,
            "id": f"{event_id}/{number}",
            "invoice": invoice.invoice,
            "amount": taken.fee,
            "currency": "EUR",
            "day": day_text(taken.sent),
            "words": taken.step,
        }


def _asked_row(message: CorrectionAsked) -> TableRow:
    return {
        "creditor": message.creditor,
        "debtor": message.debtor,
        "type": CORRECTION_ASKED,
        "id": message.id,
        "invoice": message.invoice,
        "time": instant_text(message.time),
        "words": message.correction,
    }


def _money_row(message: MoneyPlaced | MoneyMoved | MoneyReversed | MoneyRefunded) -> TableRow:
    return {
        "creditor": message.creditor,
        "debtor": message.debtor,
        "type": message.type,
        "id": message.id,
        "invoice": WHOLE_ACCOUNT,
        "time": instant_text(message.time),
        "account": message.account,
        "payment": message.payment,
        "amount": None if isinstance(message, MoneyMoved) else message.amount,
    }


def _placed_row(message: MoneyPlaced) -> TableRow:
    return {
        **_money_row(message),
        "invoice": message.invoice or WHOLE_ACCOUNT,
        "currency": message.currency,
        "day": day_text(message.paid),
        "booked": day_text(message.booked),
        "letter_number": message.letter,
        "words": _how_placed(message),
    }


def _how_placed(message: MoneyPlaced) -> str | None:
    """The invoices where a payment names several; where it was placed by a score, by what and how sure."""
    named = f"invoices {', '.join(message.invoices)}" if message.invoices else ""
    weighed = f"by {message.why}, {message.confidence} % sure" if message.why is not None else ""
    return "; ".join(filter(None, (named, weighed))) or None


def _record_creditor(message: SettingsCopied, creditor: CreditorRegistered, unit: UnitOfWork) -> None:
    """A later registration replaces an earlier one by when it is known, time and id (rules.md K1), not by arrival.

    Every partition has a copy; that of the creditor's own lane is written, so that each row has one writer.
    """
    if partition_of(creditor.creditor, unit.partitions) != unit.partition:
        return
    version = _version(message.known or message.time, message.time, message.id)
    known = unit.get("creditor", creditor.creditor)
    if known is not None and known > version:
        return
    unit.put("creditor", creditor.creditor, version)
    unit.read_model.upsert(
        "creditor", {"creditor": creditor.creditor, "name": creditor.name, "timezone": creditor.timezone}
    )


def _fix_registration(fixed: SettingKnownFixed, unit: UnitOfWork) -> None:
    """A registration whose time lies ahead is known as of the frontier, so that later ones replace it."""
    if unit.get("creditor", fixed.name) == _version(fixed.time, fixed.time, fixed.id):
        unit.put("creditor", fixed.name, _version(fixed.known, fixed.time, fixed.id))


def _version(known: datetime, time: datetime, event_id: str) -> bytes:
    return f"{instant_text(known)} {instant_text(time)} {event_id}".encode()


def day_text(day: date | None) -> str | None:
    """A day as the read model keeps it: ISO, or None."""
    return day.isoformat() if day is not None else None


def instant_text(instant: datetime) -> str:
    """An instant as the read model keeps it: ISO in UTC with microseconds, so that texts sort by time."""
    return instant.isoformat(timespec="microseconds")

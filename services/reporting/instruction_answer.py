"""What a person's instruction would change, or which invoices, tasks and steps there are instead (rules.md K4).

It is answered by the read model, before the event is published: what was published in the last seconds may be missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.id_spelling import nearest_first
from schemas.money import decimal_text
from services.reporting.explain.invoice_parts import receivables_of, replaced_by
from services.reporting.reading import QueryRow, number, query_rows, text
from services.runtime.store.port import Store

_SHOWN: Final = 5
_CHANGES: Final[Mapping[str, str]] = {
    "dispute.raised": "no letters about {what} until it is settled (G2)",
    "dispute.settled": "the dispute about {what} ends (G2)",
    "hold.placed": "no letters about {what} until the hold is lifted or its last day is over (G3)",
    "hold.lifted": "the holds of {what} end (G3)",
    "suspension.requested": "no letters about {what} until the suspension ends, and never again a fee (G3)",
    "suspension.ended": "the suspension of {what} ends (G3)",
    "promise.made": "no letters about {what} until that day has passed (G4)",
    "extension.granted": "a later due date for {what} (M7)",
    "plan.agreed": "instalments instead of steps for {what} (G5)",
    "plan.ended": "the plan over {what} ends (G5)",
    "debt.acknowledged": "the limitation time of {what} starts anew (G8)",
    "debtor.updated": "the debtor's details",
    "fee.waived": "costs of {what} are let go",
    "receivable.written-off": "what is open of {what} is given up",
    "credit.granted": "credit of the debtor (M11)",
    "step.approved": "the step of {what} may go (S7)",
    "task.done": "the task leaves the list (S7)",
    "notice.settled": "what is said first of an unknown letter holds (S6)",
    "notice.came-back": "what the letter moved and booked is taken back (S6)",
    "address.cleared": "letters go to the address again (S6)",
    "payment.assigned": "the payment pays {what} (M3)",
    "payment.not-of": "the payment holds the debtor's letters no more (G10)",
    "invoice.credited": "less is open of {what} (M4)",
    "invoice.cancelled": "nothing is open of {what} any more (M4)",
    "invoice.rescheduled": "another due date for {what} (M7)",
    "correction.settled": "what a correction does to {what} (M10)",
}


@dataclass(frozen=True, slots=True)
class InstructionAnswer:
    """Whether all that an instruction names is there; lines for a person: what it changes, or what there is instead."""

    is_there: bool
    lines: tuple[str, ...] = ()


def answer_to(store: Store, event_type: str, data: Mapping[str, Any]) -> InstructionAnswer:
    """The answer to an event of this type (with its version) and data, which was checked."""
    creditor, debtor = data.get("creditor"), data.get("debtor")
    creditors = [text(row, "creditor") for row in query_rows(store, "SELECT creditor FROM creditor")]
    if creditor is None or debtor is None or not creditors or event_type == "invoice.issued.v1":
        return InstructionAnswer(True)
    if creditor not in creditors:
        return _absent(f"creditor {creditor} is not known", "creditors", nearest_first(creditor, creditors))
    if not query_rows(store, "SELECT 1 FROM account WHERE creditor = ? AND debtor = ?", (creditor, debtor)):
        ids = query_rows(store, "SELECT debtor FROM account WHERE creditor = ?", (creditor,))
        near = nearest_first(debtor, (text(row, "debtor") for row in ids))
        return _absent(f"creditor {creditor} has no debtor {debtor}", "debtors", near)
    return _about_account(store, event_type, data, _Names(creditor, debtor, _invoices(event_type, data)))


@dataclass(frozen=True, slots=True)
class _Names:
    """The account that an instruction is about, and the numbers of the invoices that it names."""

    creditor: str
    debtor: str
    invoices: tuple[str, ...]


def _invoices(event_type: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    if event_type == "correction.settled.v1":
        return ()  # it may name either invoice, and the correcting one is no receivable yet
    one = data.get("invoice")
    return (*data.get("invoices", ()), *(() if one is None else (one,)))


def _about_account(store: Store, event_type: str, data: Mapping[str, Any], names: _Names) -> InstructionAnswer:
    named: list[QueryRow] = []
    for invoice in names.invoices:
        found = _receivables(store, names, invoice)
        if not found:
            return _no_invoice(store, names, invoice)
        named += found
    for check in (_step, _task, _notice):
        absent = check(store, data, names)
        if absent is not None:
            return absent
    return InstructionAnswer(True, tuple(_changes(store, event_type, names, named)))


def _receivables(store: Store, names: _Names, invoice: str) -> list[QueryRow]:
    """The account's receivables that an invoice's number means: itself, its parts, or the one that it replaced."""
    rows = [row for each in (invoice, *replaced_by(store, invoice)) for row in receivables_of(store, each)]
    return [row for row in rows if (row["creditor"], row["debtor"]) == (names.creditor, names.debtor)]


def _no_invoice(store: Store, names: _Names, invoice: str) -> InstructionAnswer:
    rows = _of_account(store, "SELECT * FROM receivable", names)
    by_number = {text(row, "invoice"): row for row in rows}
    near = [_receivable_words(by_number[each]) for each in nearest_first(invoice, by_number)]
    others = {text(row, "debtor") for row in receivables_of(store, invoice) if row["creditor"] == names.creditor}
    whose = f"; it is an invoice of {', '.join(sorted(others))}" if others else ""
    return _absent(f"{names.debtor} has no invoice {invoice}{whose}", f"invoices of {names.debtor}", near)


# -- steps, tasks, letters --------------------------------------------------------------------------------------------


def _step(store: Store, data: Mapping[str, Any], names: _Names) -> InstructionAnswer | None:
    if "step" not in data:
        return None
    rows = _of_account(store, "SELECT * FROM step_to_approve_now", names)
    meant = [text(row, "step") for row in rows if _means(text(row, "invoice"), names.invoices)]
    if data["step"] in meant:
        return None
    line = f"{', '.join(names.invoices)} has no step {data['step']} that waits for approval"
    return _absent(line, "steps to approve", nearest_first(data["step"], dict.fromkeys(meant)))


def _task(store: Store, data: Mapping[str, Any], names: _Names) -> InstructionAnswer | None:
    if "task" not in data:
        return None
    rows = _of_account(store, "SELECT * FROM open_task_now", names)
    meant = [row for row in rows if not names.invoices or _means(text(row, "invoice"), names.invoices)]
    if any(data["task"] == row["task"] or data["task"] == row["reason"] == "call" for row in meant):
        return None
    open_ = {f"{row['task']} ({row['invoice']})" if row["invoice"] else text(row, "task") for row in rows}
    return _absent(f"{names.debtor} has no open task {data['task']}", "open tasks", nearest_first(data["task"], open_))


def _notice(store: Store, data: Mapping[str, Any], names: _Names) -> InstructionAnswer | None:
    if "notice" not in data:
        return None
    rows = _of_account(store, "SELECT * FROM notice", names)
    if any(row["notice"] == data["notice"] for row in rows):
        return None
    rows.sort(key=lambda row: (row["status"] != "unknown", str(row["date"])))
    sent = [f"{row['notice']} ({row['date']}, {row['status']})" for row in rows]
    return _absent(f"{names.debtor} has no letter {data['notice']}", f"letters to {names.debtor}", sent)


def _means(invoice: str, named: Sequence[str]) -> bool:
    """Whether one of these numbers means a receivable: its own, or that of the invoice it is a part of."""
    return any(invoice == each or invoice.startswith(f"{each}/") for each in named)


# -- words ------------------------------------------------------------------------------------------------------------


def _changes(store: Store, event_type: str, names: _Names, named: Sequence[QueryRow]) -> Iterator[str]:
    change = _CHANGES.get(event_type.removesuffix(".v1"))
    if change is None:
        return
    what = ", ".join(names.invoices) or f"all invoices of {names.debtor}"
    yield f"{change.format(what=what)}; within a minute"
    rows = named or [row for row in _of_account(store, "SELECT * FROM receivable", names) if row["status"] == "open"]
    yield from (f"  {_receivable_words(row)}" for row in rows)
    planned = _of_account(store, "SELECT * FROM notice", names)
    yield from (
        f"  a letter of {row['date']} is {row['status']}: it is decided anew before it goes"
        for row in planned
        if row["status"] == "planned"
    )


def _receivable_words(row: QueryRow) -> str:
    open_ = sum(number(row, part) for part in ("principal", "interest", "costs"))
    currency = text(row, "currency")
    return f"{row['invoice']} ({decimal_text(open_, currency)} {currency} open, due {row['due']})"


def _absent(line: str, what: str, there_are: Sequence[str]) -> InstructionAnswer:
    more = len(there_are) - _SHOWN
    shown = ", ".join(there_are[:_SHOWN]) or "none"
    return InstructionAnswer(False, (line, f"{what}: {shown}" + (f", and {more} more" if more > 0 else "")))


def _of_account(store: Store, select: str, names: _Names) -> list[QueryRow]:
    return query_rows(store, f"{select} WHERE creditor = ? AND debtor = ?", (names.creditor, names.debtor))

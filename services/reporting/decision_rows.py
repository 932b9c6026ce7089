"""Rows of the read model from the topic decisions: letters, withheld steps, tasks, balances, payments as received."""

import json
from hashlib import sha256
from typing import Final

from schemas.decisions import (
    AccountChanged,
    Alert,
    DecisionsMessage,
    HandedOver,
    NoticeDecided,
    NoticeEnded,
    OpenTask,
    PaymentReturned,
    PaymentTaken,
    PaymentWithdrawn,
    Placed,
    StatementTaken,
    TaskRaised,
    Unmatched,
    Withheld,
)
from schemas.letters import Letter, LetterLine
from schemas.topics import creditor_and_debtor
from services.reporting.timeline import WHOLE_ACCOUNT, TableRow, day_text, instant_text
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record

NO_DEBTOR: Final = ""
"""In a key, instead of a debtor: no account is known."""

NO_PAYMENT: Final = ""
"""In a key, instead of a bank account and a payment."""

NO_NUMBER: Final = 0
"""In a key, instead of a statement's number."""

PLANNED: Final = "planned"
"""The status of a notice whose outcome is not known yet."""


def record_decision(message: DecisionsMessage, record: Record, unit: UnitOfWork) -> None:
    """Write the rows of one message. Raises ValueError for a key that is neither a creditor's nor an account's."""
    match message:
        case AccountChanged():
            _record_account(message, record.offset, unit)
        case NoticeDecided():
            _record_letter(message.letter, {"status": PLANNED}, record.offset, unit)
        case NoticeEnded():
            ended: TableRow = {"status": message.status, "ended": instant_text(message.at), "trial": int(message.trial)}
            _record_letter(message.letter, ended, record.offset, unit)
        case Withheld():
            _record_withheld(message, record.offset, unit)
        case TaskRaised():
            _record_task(message, unit)
        case HandedOver():
            row = message.model_dump(mode="json", exclude={"type"})
            invoices = json.dumps(sorted(message.invoices))
            digest = sha256(invoices.encode()).hexdigest()
            unit.read_model.upsert("handover", {**row, "invoices": invoices, "digest": digest})
        case PaymentTaken() | PaymentReturned() | PaymentWithdrawn() | StatementTaken():
            _record_taken(message, unit)
        case Unmatched() | Placed():
            _record_unmatched_or_placed(message, record.key, unit)
        case Alert():
            row = message.model_dump(mode="json", exclude={"type"})
            unit.read_model.upsert("alert", {**row, "partition": unit.partition, "position": record.offset})


def _record_task(message: TaskRaised, unit: UnitOfWork) -> None:
    row = message.model_dump(mode="json", exclude={"type"})
    unit.read_model.upsert(
        "task",
        {
            **row,
            "debtor": message.debtor or NO_DEBTOR,
            "invoice": message.invoice or WHOLE_ACCOUNT,
            "account": message.account or NO_PAYMENT,
            "payment": message.payment or NO_PAYMENT,
            "debtors": None if message.debtors is None else json.dumps(message.debtors),
            "correction": message.correction or WHOLE_ACCOUNT,
        },
    )


def _record_account(message: AccountChanged, position: int, unit: UnitOfWork) -> None:
    key: TableRow = {"creditor": message.creditor, "debtor": message.debtor}
    unit.read_model.upsert(
        "account",
        {
            **key,
            "number": message.number,
            "name": message.name,
            "kind": message.kind,
            "as_of": instant_text(message.as_of),
            "next_check": day_text(message.next_check),
            "position": position,
        },
    )
    for balance in message.balances:
        row = {name: value for name, value in {**key, **vars(balance)}.items() if name != "to_approve"}
        row["issued"] = balance.issued.isoformat()
        row["due"] = balance.due.isoformat()
        row["effective_due"] = balance.effective_due.isoformat()
        row["discount_taken"] = balance.discount_taken or None
        unit.read_model.upsert("receivable", row)
        for step in balance.to_approve:
            approvable = {**key, "invoice": balance.invoice, "step": step, "position": position}
            unit.read_model.upsert("step_to_approve", approvable)
    for credit in message.credit:
        unit.read_model.upsert("account_credit", {**key, **vars(credit), "position": position})
    for use in message.money:
        unit.read_model.upsert("payment_use", {**key, **vars(use), "position": position})
    for held in message.held_by:
        row = {**key, **vars(held), "why": json.dumps(held.why), "until": day_text(held.until), "position": position}
        unit.read_model.upsert("held_money", row)
    addresses = [("flagged", address) for address in message.flagged]
    addresses += [("email", message.email)] if message.email is not None else []
    for kind, address in addresses:
        row = {**key, "kind": kind, "address": address, "position": position}
        unit.read_model.upsert("contact_address", row)
    for task in message.tasks:
        unit.read_model.upsert("open_task", {**key, **_open_task_row(task), "position": position})


def _open_task_row(task: OpenTask) -> TableRow:
    return {
        **vars(task),
        "since": task.since.isoformat(),
        "invoice": task.invoice or WHOLE_ACCOUNT,
        "account": task.account or NO_PAYMENT,
        "payment": task.payment or NO_PAYMENT,
        "correction": task.correction or WHOLE_ACCOUNT,
    }


def _record_letter(letter: Letter, outcome: TableRow, position: int, unit: UnitOfWork) -> None:
    """The letter as planned, then as granted: with amounts computed again, and perhaps other receivables listed."""
    unit.read_model.upsert("notice", {**_notice_row(letter), **outcome, "position": position})
    for line in letter.lines:
        unit.read_model.upsert("notice_line", {**_line_row(letter.notice, line), "position": position})
        for piece in line.slices:
            unit.read_model.upsert(
                "notice_interest",
                {
                    "notice": letter.notice,
                    "invoice": line.invoice,
                    "first": piece.first.isoformat(),
                    "last": piece.last.isoformat(),
                    "days": piece.days,
                    "principal": piece.principal,
                    "rate": piece.rate,
                    "position": position,
                },
            )


def _notice_row(letter: Letter) -> TableRow:
    return {
        "notice": letter.notice,
        "creditor": letter.creditor,
        "debtor": letter.debtor,
        "date": letter.date.isoformat(),
        "currency": letter.currency,
        "kind": letter.kind,
        "policy": letter.policy,
        "policy_version": letter.policy_version,
        "step": letter.step,
        "purpose": letter.purpose,
        "tone": letter.tone,
        "channel": letter.channel,
        "language": letter.language,
        "reference": letter.reference,
        "letter_number": letter.letter_number,
        "response_by": letter.response_by.isoformat(),
        "fee": letter.fee,
        "interest": letter.interest,
        "compensation": letter.fixed_compensation,
        "total": letter.total,
        "fee_forgiven": int(letter.fee_forgiven),
        "fee_barred": int(letter.fee_barred_by_suspension),
        "payments_through": day_text(letter.payments_through),
        "interest_through": day_text(letter.interest_through),
        "next_action": letter.next.action,
        "next_step": letter.next.step,
        "next_not_before": day_text(letter.next.not_before),
    }


def _line_row(notice: str, line: LetterLine) -> TableRow:
    return {
        "notice": notice,
        "invoice": line.invoice,
        "step": line.step,
        "due": line.due.isoformat(),
        "effective_due": line.effective_due.isoformat(),
        "original": line.original,
        "received": line.received,
        "credited": line.credited,
        "disputed": line.disputed,
        "waived": line.waived,
        "discount_taken": line.discount_taken or None,
        "principal": line.principal,
        "interest": line.interest,
        "costs": line.costs,
        "balance": line.balance,
        "interest_new": line.interest_new,
        "fee_new": line.fee_new,
        "compensation_new": line.compensation_new,
    }


def _record_withheld(message: Withheld, position: int, unit: UnitOfWork) -> None:
    key: TableRow = {"creditor": message.creditor, "debtor": message.debtor, "position": position}
    unit.read_model.upsert(
        "withheld",
        {
            **key,
            "date": message.date.isoformat(),
            "currency": message.currency,
            "step": message.step,
            "next_check": day_text(message.next_check),
            "policy": message.policy,
            "policy_version": message.policy_version,
        },
    )
    for number, reason in enumerate(message.reasons):
        unit.read_model.upsert(
            "withheld_reason",
            {**key, "number": number, "code": reason.code, "invoice": reason.invoice, "until": day_text(reason.until)},
        )


def _record_taken(
    message: PaymentTaken | PaymentReturned | PaymentWithdrawn | StatementTaken, unit: UnitOfWork
) -> None:
    """Payments, returned payments and statements as the bank sent them, wherever the money was placed.

    A payment that was another one's money, told twice, and what went back of it, count nowhere.
    """
    row = message.model_dump(mode="json", exclude={"type"})
    match message:
        case PaymentTaken():
            unit.read_model.upsert("payment", row | {"told": json.dumps(message.told, ensure_ascii=False)})
        case PaymentReturned():
            unit.read_model.upsert("payment_return", row)
        case PaymentWithdrawn():
            unit.read_model.delete("payment", _payment_key(message))
            unit.read_model.delete("payment_return", _payment_key(message))
        case StatementTaken():
            first, corrects = row.pop("first"), row.pop("corrects")
            if message.number is not None:  # a corrected statement takes the place of the one with its number
                one = ("creditor", "account", "currency", "through", "number")
                unit.read_model.delete("bank_statement", {name: row[name] for name in one})
            elif corrects is not None:
                one = ("creditor", "account", "currency", "through", "opening")
                place = {name: row[name] for name in one} | {"number": NO_NUMBER, "closing": corrects}
                unit.read_model.delete("bank_statement", place)
            unit.read_model.upsert("bank_statement", {**row, "first_day": first, "number": message.number or NO_NUMBER})


def _record_unmatched_or_placed(message: Unmatched | Placed, record_key: str, unit: UnitOfWork) -> None:
    """Money becomes unmatched, or is placed and so unmatched no longer."""
    if isinstance(message, Unmatched):
        _record_unmatched(message, record_key, unit)
        return
    unit.read_model.delete("unmatched_payment", {**_payment_key(message), "debtor": NO_DEBTOR})
    unit.read_model.delete("suggested_place", {**_payment_key(message), "placed_on": NO_DEBTOR})


def _record_unmatched(message: Unmatched, record_key: str, unit: UnitOfWork) -> None:
    """Cash application publishes under the creditor's key, an account that refuses money under its own."""
    payment = _payment_key(message)
    debtor = NO_DEBTOR if record_key == message.creditor else creditor_and_debtor(record_key)[1]
    unit.read_model.upsert(
        "unmatched_payment",
        {
            **payment,
            "debtor": debtor,
            "date": message.date.isoformat(),
            "amount": message.amount,
            "currency": message.currency,
            "reason": message.reason,
            "since": day_text(message.since),
        },
    )
    unit.read_model.delete("suggested_place", {**payment, "placed_on": debtor})
    for rank, suggestion in enumerate(message.suggestions, start=1):
        row: TableRow = {
            **payment,
            "placed_on": debtor,
            "rank": rank,
            **vars(suggestion),
            "invoices": json.dumps(suggestion.invoices),
        }
        unit.read_model.upsert("suggested_place", row)


def _payment_key(message: Unmatched | Placed | PaymentWithdrawn) -> TableRow:
    return {"creditor": message.creditor, "account": message.account, "payment": message.payment}

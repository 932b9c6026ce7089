"""The lines that `play` prints: one JSON object each (design.md §9), or one sentence for a person."""

import json
from collections.abc import Callable
from typing import Any

from schemas.channels import channel_named
from schemas.dead_letters import DeadLetter
from schemas.decisions import HandedOver, NoticeEnded, TaskRaised, Unmatched, Withheld
from schemas.letters import Letter, LetterLine
from schemas.money import decimal_text
from services.commands.playback.play_files import PlayMessage

JsonLine = dict[str, Any]


def line_of(message: PlayMessage) -> JsonLine | None:
    """The JSON object of a message, or None for a message that `play` does not print."""
    make = _LINES.get(type(message))
    return None if make is None else make(message)


def as_json(line: JsonLine) -> str:
    """The object on one line; equal objects, equal bytes."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def as_text(line: JsonLine) -> str:
    """The object as one short line for a person."""
    return _TEXTS[line["kind"]](line)


def notice(ended: NoticeEnded) -> JsonLine | None:
    """A letter whose outcome is known; None for one that was deferred and has none yet."""
    if ended.status == "deferred":
        return None
    letter = ended.letter
    return {
        "kind": "notice",
        "date": letter.date.isoformat(),
        "creditor": letter.creditor,
        "debtor": letter.debtor,
        "notice": letter.notice,
        "step": letter.step,
        "status": ended.status,
        "channel": letter.channel,
        "recipient": _recipient_of(letter),
        "language": letter.language,
        "currency": letter.currency,
        "reference": letter.reference,
        "fee": decimal_text(letter.fee, letter.currency),
        "interest": decimal_text(letter.interest, letter.currency),
        "fixed_compensation": decimal_text(letter.fixed_compensation, letter.currency),
        "total": decimal_text(letter.total, letter.currency),
        "response_by": letter.response_by.isoformat(),
        "receivables": [_receivable(line, letter.currency) for line in letter.lines],
    }


def _recipient_of(letter: Letter) -> str | None:
    by_mail = channel_named(letter.channel).address == "email"
    return letter.recipient.email if by_mail else letter.recipient.name


def _receivable(line: LetterLine, currency: str) -> JsonLine:
    return {
        "invoice": line.invoice,
        "step": line.step,
        "due": line.effective_due.isoformat(),
        "principal": decimal_text(line.principal, currency),
        "interest": decimal_text(line.interest, currency),
        "costs": decimal_text(line.costs, currency),
        "balance": decimal_text(line.balance, currency),
    }


def withheld(held: Withheld) -> JsonLine:
    """A step whose day has come and whose letter is withheld, with the reasons."""
    return {
        "kind": "withheld",
        "date": held.date.isoformat(),
        "creditor": held.creditor,
        "debtor": held.debtor,
        "currency": held.currency,
        "step": held.step,
        "reasons": [
            {
                "code": reason.code,
                "invoice": reason.invoice,
                "until": None if reason.until is None else reason.until.isoformat(),
            }
            for reason in held.reasons
        ],
        "next_check": None if held.next_check is None else held.next_check.isoformat(),
    }


def task(raised: TaskRaised) -> JsonLine:
    """A task for a person."""
    return {
        "kind": "task",
        "date": raised.date.isoformat(),
        "creditor": raised.creditor,
        "debtor": raised.debtor,
        "task": raised.task,
        "reason": raised.reason,
        "invoice": raised.invoice,
        **({} if raised.payment is None else {"payment": raised.payment}),
        **({} if raised.debtors is None else {"debtors": list(raised.debtors)}),
        **({} if raised.correction is None else {"correction": raised.correction}),
    }


def handover(handed: HandedOver) -> JsonLine:
    """Receivables that are handed over to the collector."""
    return {
        "kind": "handover",
        "date": handed.date.isoformat(),
        "creditor": handed.creditor,
        "debtor": handed.debtor,
        "invoices": list(handed.invoices),
        "principal": decimal_text(handed.principal, handed.currency),
        "interest": decimal_text(handed.interest, handed.currency),
        "costs": decimal_text(handed.costs, handed.currency),
        "status": handed.status,
    }


def unmatched(money: Unmatched) -> JsonLine:
    """Money that is placed on no account, with suggestions."""
    return {
        "kind": "unmatched",
        "date": money.date.isoformat(),
        "creditor": money.creditor,
        "payment": money.payment,
        "amount": decimal_text(money.amount, money.currency),
        "currency": money.currency,
        "reason": money.reason,
        "suggestions": [suggestion.model_dump(mode="json") for suggestion in money.suggestions],
    }


def dead_letter(dead: DeadLetter) -> JsonLine:
    """A line that could not be read or applied, and what to do about it."""
    return {
        "kind": "dead-letter",
        "file": dead.file,
        "line": dead.line,
        "source": dead.source,
        "id": dead.id,
        "reason": dead.reason,
        "detail": "; ".join(dead.detail),
        **({"waits": True} if dead.waits else {}),
    }


_LINES: dict[type, Callable[[Any], JsonLine | None]] = {
    NoticeEnded: notice,
    Withheld: withheld,
    TaskRaised: task,
    HandedOver: handover,
    Unmatched: unmatched,
    DeadLetter: dead_letter,
}


def _notice_text(line: JsonLine) -> str:
    invoices = ", ".join(each["invoice"] for each in line["receivables"])
    what = f"{line['step'] or 'note'} to {line['debtor']}: {line['total']} {line['currency']} by {line['response_by']}"
    return f"{line['date']}  letter     {what} ({invoices}) {line['status']}"


def _withheld_text(line: JsonLine) -> str:
    codes = ", ".join(dict.fromkeys(reason["code"] for reason in line["reasons"]))
    again = f"; looked at again {line['next_check']}" if line["next_check"] else ""
    return f"{line['date']}  no letter  {line['step']} to {line['debtor']}: {codes}{again}"


def _task_text(line: JsonLine) -> str:
    named = line["invoice"] or ("payment" in line and f"payment {line['payment']}")
    whose = line["debtor"] or ", ".join(line.get("debtors", ()))
    about = f" ({named})" if named else ""
    by = f" by {line['correction']}" if "correction" in line else ""
    return f"{line['date']}  task       {line['task']} for {whose}{about}: {line['reason']}{by}"


def _handover_text(line: JsonLine) -> str:
    sums = f"{line['principal']} + {line['interest']} + {line['costs']}"
    return f"{line['date']}  hand-over  {', '.join(line['invoices'])} of {line['debtor']}: {sums}"


def _unmatched_text(line: JsonLine) -> str:
    money = f"{line['amount']} {line['currency']}"
    first = next(iter(line["suggestions"]), None)
    perhaps = f"; perhaps of {first['debtor']} ({first['why']}, {first['confidence']} %)" if first else ""
    return f"{line['date']}  unmatched  payment {line['payment']}, {money}: {line['reason']}{perhaps}"


def _dead_letter_text(line: JsonLine) -> str:
    where = f"{line['file'] or line['source'] or '?'}:{line['line'] or '?'}"
    return f"{where}  dead letter ({line['reason']}): {line['detail']}"


def _summary_text(line: JsonLine) -> str:
    return "  ".join(f"{name.replace('_', ' ')} {count}" for name, count in line.items() if name != "kind")


_TEXTS: dict[str, Callable[[JsonLine], str]] = {
    "notice": _notice_text,
    "withheld": _withheld_text,
    "task": _task_text,
    "handover": _handover_text,
    "unmatched": _unmatched_text,
    "dead-letter": _dead_letter_text,
    "summary": _summary_text,
}

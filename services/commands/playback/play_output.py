"""What `play` prints: one JSON object a line (design.md §9), or a line for a person."""

import json
from collections.abc import Callable
from typing import Any

from schemas.channels import channel_named
from schemas.dead_letters import DeadLetter
from schemas.decisions import HandedOver, NoticeEnded, TaskRaised, Unmatched, Withheld
from schemas.letters import Letter, LetterLine
from schemas.money import decimal_text
from services.commands.playback.play_files import Happening

Told = dict[str, Any]


def told(happening: Happening) -> Told | None:
    """The JSON object of what happened, or None for what `play` does not print."""
    tell = _TELLS.get(type(happening))
    return None if tell is None else tell(happening)


def as_json(said: Told) -> str:
    """The object on one line; equal objects, equal bytes."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def as_text(said: Told) -> str:
    """The same for a person, one line; no line is longer than it has to be."""
    return _TEXTS[said["kind"]](said)


def notice(ended: NoticeEnded) -> Told | None:
    """A notice whose outcome is known; one that was put off has none yet."""
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


def _receivable(line: LetterLine, currency: str) -> Told:
    return {
        "invoice": line.invoice,
        "step": line.step,
        "due": line.effective_due.isoformat(),
        "principal": decimal_text(line.principal, currency),
        "interest": decimal_text(line.interest, currency),
        "costs": decimal_text(line.costs, currency),
        "balance": decimal_text(line.balance, currency),
    }


def withheld(held: Withheld) -> Told:
    """A step's date has come and no letter goes."""
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


def task(raised: TaskRaised) -> Told:
    """A person is asked to do something."""
    return {
        "kind": "task",
        "date": raised.date.isoformat(),
        "creditor": raised.creditor,
        "debtor": raised.debtor,
        "task": raised.task,
        "reason": raised.reason,
        "invoice": raised.invoice,
    }


def handover(handed: HandedOver) -> Told:
    """Receivables leave for the collector."""
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


def unmatched(money: Unmatched) -> Told:
    """Money that is nobody's yet."""
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


def dead_letter(dead: DeadLetter) -> Told:
    """A line that could not be read or applied, and what to do about it."""
    return {
        "kind": "dead-letter",
        "file": dead.file,
        "line": dead.line,
        "source": dead.source,
        "id": dead.id,
        "reason": dead.reason,
        "detail": "; ".join(dead.detail),
    }


_TELLS: dict[type, Callable[[Any], Told | None]] = {
    NoticeEnded: notice,
    Withheld: withheld,
    TaskRaised: task,
    HandedOver: handover,
    Unmatched: unmatched,
    DeadLetter: dead_letter,
}


def _notice_text(said: Told) -> str:
    invoices = ", ".join(line["invoice"] for line in said["receivables"])
    what = f"{said['step'] or 'note'} to {said['debtor']}: {said['total']} {said['currency']} by {said['response_by']}"
    return f"{said['date']}  letter     {what} ({invoices}) {said['status']}"


def _withheld_text(said: Told) -> str:
    codes = ", ".join(dict.fromkeys(reason["code"] for reason in said["reasons"]))
    again = f"; looked at again {said['next_check']}" if said["next_check"] else ""
    return f"{said['date']}  no letter  {said['step']} to {said['debtor']}: {codes}{again}"


def _task_text(said: Told) -> str:
    about = f" ({said['invoice']})" if said["invoice"] else ""
    return f"{said['date']}  task       {said['task']} for {said['debtor']}{about}: {said['reason']}"


def _handover_text(said: Told) -> str:
    sums = f"{said['principal']} + {said['interest']} + {said['costs']}"
    return f"{said['date']}  hand-over  {', '.join(said['invoices'])} of {said['debtor']}: {sums}"


def _unmatched_text(said: Told) -> str:
    money = f"{said['amount']} {said['currency']}"
    first = next(iter(said["suggestions"]), None)
    perhaps = f"; perhaps of {first['debtor']} ({first['why']}, {first['confidence']} %)" if first else ""
    return f"{said['date']}  unmatched  payment {said['payment']}, {money}: {said['reason']}{perhaps}"


def _dead_letter_text(said: Told) -> str:
    where = f"{said['file'] or said['source'] or '?'}:{said['line'] or '?'}"
    return f"{where}  dead letter ({said['reason']}): {said['detail']}"


def _summary_text(said: Told) -> str:
    return "  ".join(f"{name.replace('_', ' ')} {count}" for name, count in said.items() if name != "kind")


_TEXTS: dict[str, Callable[[Told], str]] = {
    "notice": _notice_text,
    "withheld": _withheld_text,
    "task": _task_text,
    "handover": _handover_text,
    "unmatched": _unmatched_text,
    "dead-letter": _dead_letter_text,
    "summary": _summary_text,
}

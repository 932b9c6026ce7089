"""What people say about tasks, steps and letters: applied where these are, else a dead letter that names them.

It is judged at the frontier after it is known, before anything is decided there (rules.md K4). Such a dead letter holds
nobody, as nothing but a letter fewer or a step later follows from it, and it can only be discarded.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Final

from schemas.dead_letters import OF_OVERDUE, DeadLetter
from schemas.policy import Policy
from services.overdue.account import Account, Receivable, StepDone
from services.overdue.creditor_context import CreditorContext
from services.overdue.open_tasks import words_of
from services.overdue.steps.step_progress import approvable_steps, call_task, step_progress
from services.overdue.task_records import PersonsAnswer, RaisedTask

APPROVED: Final = "step.approved.v1"
NOT_OPEN: Final = "not-open"
_SHOWN: Final = 5
_ANY_CALL: Final = "call"
"""A call may be named so, whatever its step is called."""


def judge_answers(account: Account, context: CreditorContext, today: date) -> Iterator[DeadLetter]:
    """Apply what people said about tasks and steps since the last frontier; dead letters of what is not there.

    Without a policy in force nothing can be told of steps: it waits for one.
    """
    if not account.answers or account.party is None or context.policy_on(account.kind, today) is None:
        return
    answers, account.answers = sorted(account.answers, key=lambda answer: (answer.known, answer.id)), []
    for answer in answers:
        applied = _JUDGES[answer.event]
        fault = applied(account, answer, context, today)
        if fault is not None:
            yield _dead_letter(account, answer, fault)


def _named(account: Account, answer: PersonsAnswer) -> list[Receivable]:
    return list(account.receivables.values()) if answer.invoice is None else account.named(answer.invoice)


def _approve(account: Account, answer: PersonsAnswer, context: CreditorContext, today: date) -> str | None:
    """Approve a step that lies ahead, due already or not (rules.md S7); what is wrong where no receivable has it."""
    ahead: dict[str, None] = {}
    is_ahead = False
    for receivable in _named(account, answer):
        steps = approvable_steps(account, receivable, context, today)
        ahead |= dict.fromkeys(steps)
        if answer.name in (*steps, *receivable.approved):
            is_ahead = True
            receivable.approved.append(answer.name)
    if is_ahead:
        return None
    steps_there = ", ".join(ahead) or "none"
    return f"data.step: {answer.name} is no step of {answer.invoice} that waits for approval; there are: {steps_there}"


def _end_task(account: Account, answer: PersonsAnswer, context: CreditorContext, today: date) -> str | None:
    """End the open tasks that a person did; a call that was made moves its step, too (rules.md S7)."""
    policy = context.policy_on(account.kind, today)
    assert policy is not None, "answers wait for a policy"
    called = [receivable for receivable in _named(account, answer) if _call(account, receivable, answer, policy)]
    ended = [task for task in account.open_tasks if _is_meant(account, task, answer)]
    account.done_tasks += [task.key for task in ended if task.key not in account.done_tasks]
    if called or ended:
        return None
    whose = f" of {answer.invoice}" if answer.invoice is not None else ""
    return f"data.task: {answer.name} is no open task{whose}; open: {words_of(account.open_tasks)}"


def _call(account: Account, receivable: Receivable, answer: PersonsAnswer, policy: Policy) -> bool:
    """Whether the receivable waits for the call that was made; its step is done then."""
    step = step_progress(account, receivable, policy).next_step(policy)
    if step is None or answer.name not in (step.name, _ANY_CALL):
        return False
    if call_task(receivable.invoice, step.name) not in account.tasks:
        return False
    receivable.done.append(StepDone(step.name, answer.day, answer.known, None, 0, False))
    return True


def _say_letters(account: Account, answer: PersonsAnswer, context: CreditorContext, today: date) -> str:  # noqa: ARG001
    """What is wrong: the debtor never had the letter. Its letters are named, the open ones first."""
    latest = sorted(account.letters, key=lambda letter: (letter.status in ("accepted", "closed"), -letter.number))
    letters = ", ".join(f"{letter.notice} of {letter.day}" for letter in latest[:_SHOWN]) or "none"
    return f"data.notice: {answer.name} is no letter to this debtor; there are: {letters}"


_JUDGES: Final[Mapping[str, Callable[[Account, PersonsAnswer, CreditorContext, date], str | None]]] = {
    APPROVED: _approve,
    "task.done.v1": _end_task,
    "notice.settled.v1": _say_letters,
    "notice.came-back.v1": _say_letters,
}


def _is_meant(account: Account, task: RaisedTask, answer: PersonsAnswer) -> bool:
    if answer.name != task.task:
        return False
    if answer.invoice is None or task.invoice is None:
        return answer.invoice is None
    return task.invoice == answer.invoice or any(it.invoice == task.invoice for it in account.named(answer.invoice))


def _dead_letter(account: Account, answer: PersonsAnswer, fault: str) -> DeadLetter:
    source, _, id_ = answer.id.rpartition("#")
    content = {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": answer.event,
        "time": (answer.time or answer.known).isoformat(),
        "data": json.loads(answer.data),
    }
    return DeadLetter(
        key=sha256(f"{account.creditor}\n{account.debtor}\n{answer.id}".encode()).hexdigest()[:32],
        reason=NOT_OPEN,
        detail=(f"{fault}; tell it anew with the right name, and discard this",),
        origin=OF_OVERDUE,
        position=0,
        at=answer.time or answer.known,
        source=source,
        id=id_,
        event=answer.event,
        creditor=account.creditor,
        debtor=account.debtor,
        record_key=account.creditor,
        content=json.dumps(content, ensure_ascii=False),
    )

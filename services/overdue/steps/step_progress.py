"""How far a receivable is in its creditor's process: the step taken last, and the next (rules.md S2, S3)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from schemas.policy import Policy, Step
from services.overdue.account import Account, Receivable
from services.overdue.creditor_context import CreditorContext


@dataclass(frozen=True, slots=True)
class StepProgress:
    """The last step taken, as an index into the policy's steps (-1: none), and the day it was taken."""

    index: int
    moved: date | None

    def next_step(self, policy: Policy) -> Step | None:
        """The step that follows, or None after the last."""
        following = self.index + 1
        return policy.steps[following] if following < len(policy.steps) else None


def step_progress(account: Account, receivable: Receivable, policy: Policy, context: CreditorContext) -> StepProgress:
    """How far the receivable is in ``policy``; a step it lacks is the last earlier one that both policies have."""
    last: tuple[date, datetime, str, Policy | None] | None = None
    for letter in account.letters:
        if letter.status != "accepted":
            continue
        for line in letter.lines:
            if line.invoice == receivable.invoice and line.step is not None:
                moved = (
                    letter.day,
                    letter.granted,
                    line.step,
                    context.policy_version(letter.policy, letter.policy_version),
                )
                last = moved if last is None or moved[:2] >= last[:2] else last
    for done in receivable.done:
        if last is None or (done.day, done.known) >= last[:2]:
            last = (done.day, done.known, done.step, None)
    if last is None:
        return StepProgress(-1, None)
    return StepProgress(_index(last[2], last[3], policy, account, context), last[0])


def _index(name: str, taken_under: Policy | None, policy: Policy, account: Account, context: CreditorContext) -> int:
    names = [step.name for step in policy.steps]
    if name in names:
        return names.index(name)
    old = taken_under or context.version_with(account.kind, name)
    if old is None:
        return -1
    earlier = [step.name for step in old.steps]
    earlier = earlier[: earlier.index(name)] if name in earlier else earlier
    return next((names.index(step) for step in reversed(earlier) if step in names), -1)


def earliest(step: Step, progress: StepProgress, effective_due: date) -> tuple[date, str]:
    """The first day of the step by its waits, and the code of the wait that reaches further (rules.md S2, M7)."""
    days: list[tuple[date, str]] = []
    if step.after_due_days is not None:
        days.append((effective_due + timedelta(days=step.after_due_days), "wait"))
    if step.after_previous_days is not None and progress.moved is not None:
        last = max(progress.moved, effective_due)
        days.append((last + timedelta(days=step.after_previous_days), "gap"))
    return max(days, default=(date.max, "last-step"))


def last_listed(account: Account, receivable: Receivable) -> date | None:
    """The day of the last accepted letter that listed the receivable, taken ones included (rules.md F2, S3)."""
    days = [
        letter.day
        for letter in account.letters
        if letter.status == "accepted"
        and letter.purpose != "apology"
        and any(line.invoice == receivable.invoice for line in letter.lines)
    ]
    days += [done.day for done in receivable.done if done.letter]
    return max(days, default=None)


def letters_sent(account: Account) -> list[tuple[date, date | None]]:
    """Day and response date of each letter that counts as accepted (rules.md S2, S3, G7); notes of apology do not.

    A letter that an invoice in parts took before Eräpäivä is one, though each of its parts took it (M9).
    """
    sent = [
        (letter.day, letter.response_by)
        for letter in account.letters
        if letter.status == "accepted" and letter.purpose != "apology"
    ]
    of_parts: set[tuple[str, date, date | None]] = set()
    for receivable in account.receivables.values():
        for done in receivable.done:
            if done.letter and receivable.whole is not None:
                of_parts.add((receivable.whole, done.day, done.response_by))
            elif done.letter:
                sent.append((done.day, done.response_by))
    sent += [(day, response) for _, day, response in of_parts]
    return sent


def call_task(invoice: str, step: str) -> str:
    """The key of the task that asks for a call; only a call that was asked for can be done (rules.md S7)."""
    return f"call {invoice} {step}"

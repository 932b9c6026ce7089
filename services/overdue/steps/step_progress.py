"""How far a receivable is in its creditor's process: where it stands, and what the next step waits for (S1–S3)."""

from dataclasses import dataclass
from datetime import date, timedelta

from schemas.policy import Policy, Step
from services.overdue.account import Account, Receivable
from services.overdue.creditor_context import CreditorContext
from services.overdue.steps.standing import standing, steps_taken


@dataclass(frozen=True, slots=True)
class StepProgress:
    """The step behind which a receivable stands, as an index into the policy's (-1: none); when it last took one."""

    index: int
    moved: date | None

    def next_step(self, policy: Policy) -> Step | None:
        """The step that follows, or None after the last."""
        following = self.index + 1
        return policy.steps[following] if following < len(policy.steps) else None


def step_progress(account: Account, receivable: Receivable, policy: Policy) -> StepProgress:
    """How far the receivable is in ``policy``, whatever policies its letters went by (see `standing`)."""
    taken = steps_taken(account, receivable)
    return StepProgress(standing(taken, policy.steps), taken[-1].day if taken else None)


def approvable_steps(account: Account, receivable: Receivable, context: CreditorContext, today: date) -> list[str]:
    """The steps ahead of a receivable that a person may approve, in any version of its policy (rules.md S7)."""
    policy = context.policy_on(account.kind, today)
    versions = context.versions(account.kind)
    needed = dict.fromkeys(step.name for version in versions for step in version.steps if step.approval)
    if policy is None or not needed:
        return []
    behind = {step.name for step in policy.steps[: step_progress(account, receivable, policy).index + 1]}
    return [name for name in needed if name not in behind]


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

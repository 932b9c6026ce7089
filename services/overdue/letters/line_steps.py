"""Where each receivable that a letter lists stands after it, and what comes next for that one (rules.md S4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.fields import Tone
from schemas.letters import LetterLine, NextStep
from schemas.policy import Policy, Step
from services.law.calendar import roll
from services.overdue.account import Account
from services.overdue.creditor_context import CreditorContext
from services.overdue.letter_record import LetterRecord, RecordedLine
from services.overdue.steps.step_progress import StepProgress, earliest, step_progress

_FIRMNESS: Final[tuple[Tone, ...]] = ("friendly", "firm", "final")
NOTHING_NEXT: Final = NextStep(action="none")


@dataclass(frozen=True, slots=True)
class LineSteps:
    """The steps of the receivables in a reminder, in the policy by which it goes."""

    account: Account
    draft: LetterRecord
    policy: Policy
    context: CreditorContext

    def filled(self, line: LetterLine, recorded: RecordedLine) -> LetterLine:
        """A line with where its receivable stands, the tone of that step, and what comes next while principal is open.

        It stands behind a letter step, calls left out.
        """
        progress = self._progress(recorded)
        behind = self.policy.steps[: progress.index + 1]
        letter = next((step for step in reversed(behind) if step.action == "letter"), None)
        stands = {} if letter is None else {"stands": letter.name, "tone": letter.tone}
        following = self._next(progress, recorded.effective_due) if line.principal > 0 else None
        return line.model_copy(update={**stands, "next": following})

    def _progress(self, line: RecordedLine) -> StepProgress:
        """How far a receivable is once the letter is accepted."""
        if line.step is None:
            return step_progress(self.account, self.account.receivables[line.invoice], self.policy)
        names = [step.name for step in self.policy.steps]
        return StepProgress(names.index(line.step), self.draft.day)

    def _next(self, progress: StepProgress, effective_due: date) -> NextStep:
        """What the policy does next if nothing is paid, and when at the earliest (design.md §6)."""
        step = progress.next_step(self.policy)
        if step is None:
            return NOTHING_NEXT
        return NextStep(
            action=step.action,
            step=step.name,
            not_before=self._not_before(step, progress, effective_due),
            fee=min(step.fee, self.context.law.reminder_fee_max(self.account.kind)),
            interest=step.interest,
            compensation=self.account.trader and step.fixed_compensation == "claim",
            needs_approval=step.approval,
        )

    def _not_before(self, step: Step, progress: StepProgress, effective_due: date) -> date:
        """Its waits, and the response date of this letter has passed (rules.md S2)."""
        first, _ = earliest(step, progress, effective_due)
        days = [self.draft.day] if first == date.max else [self.draft.day, first]
        if self.draft.response_by is not None:
            days.append(self.context.passes(self.draft.response_by, self.policy))
        return roll(max(days), self.context.country)


def firmest(lines: Sequence[LetterLine]) -> Tone:
    """The firmest tone among the receivables with open principal; friendly where none has taken a step."""
    tones = [line.tone for line in lines if line.tone is not None and line.principal > 0]
    return max(tones, key=_FIRMNESS.index, default="friendly")


def furthest(lines: Sequence[LetterLine], policy: Policy) -> str | None:
    """The furthest step behind which a receivable with open principal stands."""
    names = [step.name for step in policy.steps]
    stands = [line.stands for line in lines if line.stands is not None and line.principal > 0]
    return max(stands, key=names.index, default=None)


def next_of(lines: Sequence[LetterLine], step: str | None) -> NextStep:
    """Of what comes next for the receivables that move to a step the one that may come last."""
    following = [line.next for line in lines if line.next is not None and line.step == step]
    return max(following, key=lambda each: each.not_before or date.min, default=NOTHING_NEXT)

"""Where a receivable stands in a policy by the steps that it took, under this policy or any other (rules.md S1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schemas.policy import Step
from services.overdue.account import Account, Receivable


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step that a receivable took on a day: by an accepted letter, before Eräpäivä, or by a call that was made."""

    step: str
    day: date
    known: datetime
    by_letter: bool


def steps_taken(account: Account, receivable: Receivable) -> list[StepTaken]:
    """The steps that a receivable took, in their order; a letter that came back after a later step stays one."""
    return sorted(_steps_taken(account, receivable), key=lambda taken: (taken.day, taken.known))


def _steps_taken(account: Account, receivable: Receivable) -> Iterator[StepTaken]:
    for letter in account.letters:
        if letter.status == "accepted":
            for line in letter.lines:
                if line.invoice == receivable.invoice and line.step is not None:
                    yield StepTaken(line.step, letter.day, letter.granted, by_letter=True)
    for done in receivable.done:
        yield StepTaken(done.step, done.day, done.known, by_letter=done.letter)


def standing(taken: Sequence[StepTaken], steps: Sequence[Step]) -> int:
    """The index of the step behind which a receivable stands, -1 before the first.

    That is the furthest step whose name it took, and as many further letter steps as letters moved it after that one to
    steps that these do not have. By counting it never comes behind the last letter step: that letter is yet to go.
    """
    names = [step.name for step in steps]
    furthest = max((names.index(each.step) for each in taken if each.step in names), default=-1)
    further = 0
    for each in taken:
        if each.step not in names:
            further += each.by_letter
        elif names.index(each.step) == furthest:
            further = 0
    letters = [index for index, step in enumerate(steps) if step.action == "letter"]
    ahead = [index for index in letters if index > furthest][:further]
    return max(furthest, min(ahead[-1], letters[-1] - 1)) if ahead else furthest

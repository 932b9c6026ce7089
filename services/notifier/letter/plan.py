"""What a letter about a missed instalment says of its plan (rules.md G5): which, what is left, the next, what to do."""

from collections.abc import Iterator

from schemas.letters import Letter, LetterInstalment, LetterPlan
from services.notifier.letter.sums import LabelledRow, SumsDisagreeError
from services.notifier.letter.words import LetterWords


def missed(letter: Letter, words: LetterWords) -> Iterator[str]:
    """The instalment that the letter is about, by its sum and day, and that earlier ones are unpaid too."""
    plan = letter.plan
    if plan is not None:
        about = plan.missed[-1]
        amount = words.formats.money(about.unpaid, letter.currency)
        yield words.say("instalment.missed", amount=amount, due=words.formats.day(about.due))
        if len(plan.missed) > 1:
            yield words.say("instalment.earlier")


def rows(letter: Letter, plan: LetterPlan, words: LetterWords) -> Iterator[LabelledRow]:
    """Each missed instalment in a row, what is to be paid of them now, the next one, what is left of the plan.

    Raises:
        SumsDisagreeError: the missed instalments do not come to the letter's total.
    """
    if sum(part.unpaid for part in plan.missed) != letter.total:
        raise SumsDisagreeError(letter.notice)
    for part in plan.missed:
        yield _row("plan.missed", part, letter, words)
    if len(plan.missed) > 1:
        yield LabelledRow(words.say("plan.total"), words.formats.money(letter.total, letter.currency))
    if plan.following is not None:
        yield _row("plan.following", plan.following, letter, words)
    yield LabelledRow(words.say("plan.left"), words.formats.money(plan.left, letter.currency))


def _row(key: str, part: LetterInstalment, letter: Letter, words: LetterWords) -> LabelledRow:
    label = words.say(key, due=words.formats.day(part.due))
    return LabelledRow(label, words.formats.money(part.unpaid, letter.currency))

"""What a letter says about what comes next: for each invoice its own step (rules.md S4; design.md §6)."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.letters import Letter, LetterLine, NextStep
from services.law.figures import Law
from services.notifier.letter.sums import invoice_words
from services.notifier.letter.words import LetterWords


@dataclass(frozen=True, slots=True)
class NextSteps:
    """The sentences about the next steps of a letter's invoices; ``law`` is that of the creditor's country."""

    letter: Letter
    words: LetterWords
    law: Law

    def sentences(self) -> Iterator[str]:
        """One step for all invoices where it is the same for all, else each step with the invoices that it is for."""
        by_step = self._by_step()
        if len(by_step) <= 1:
            step = by_step[0][0] if by_step else self.letter.next
            yield from self._of(step, len(self.letter.lines))
            return
        for step, lines in by_step:
            invoices = [invoice_words(line, self.words, "about.part_listed") for line in lines]
            what = " ".join(self._of(step, len(lines)))
            yield self.words.say_of("next.for", len(lines), invoices=self.words.listed(invoices), what=what)

    def _by_step(self) -> list[tuple[NextStep, list[LetterLine]]]:
        """The invoices by what comes next for them, in their order; older letters do not say it of each."""
        found: list[tuple[NextStep, list[LetterLine]]] = []
        for line in self.letter.lines:
            if line.next is None:
                continue
            same = next((lines for step, lines in found if step == line.next), None)
            if same is None:
                found.append((line.next, [line]))
            else:
                same.append(line)
        return found

    def _of(self, step: NextStep, count: int) -> Iterator[str]:
        """One step, never before its day, with its cost: what the policy in force will do to so many invoices."""
        words = self.words
        if step.action == "none":
            yield words.say_of("next.none", count)
            return
        day = step.not_before
        when = words.say("next.after") if day is None else words.say("next.on", date=words.formats.full_day(day))
        yield words.say(f"next.{step.action}", when=when)
        if step.action == "letter":
            costs = list(self._costs(step))
            yield words.say("next.adds", items=words.listed(costs)) if costs else words.say("next.free")
        if step.needs_approval:
            yield words.say("next.approval")

    def _costs(self, step: NextStep) -> Iterator[str]:
        if step.fee:
            yield self.words.say("cost.fee", amount=self._money(step.fee))
        if step.interest:
            yield self.words.say("next.interest")
        if step.compensation:
            yield self.words.say("next.compensation", amount=self._money(self.law.fixed_compensation))

    def _money(self, minor: int) -> str:
        return self.words.formats.money(minor, self.letter.currency)

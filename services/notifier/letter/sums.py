"""What the sum of a letter is made of: for each invoice rows that add up to its balance, to the cent.

The rows are made of the letter's own figures; none is computed anew. A letter whose figures do not add up is refused
here: a wrong sum is worse than no letter (design.md §1; LSP 5 a §, items 3 and 4, is the standard of itemising).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.letters import Letter, LetterLine
from services.notifier.letter.plain import plain
from services.notifier.letter.words import LetterWords


class SumsDisagreeError(ValueError):
    """A letter's figures do not add up; the text names the notice, never an amount."""

    code = "sums-disagree"


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One row of a letter: a label, its value, what explains it; ``address`` is what it links to, if anything."""

    label: str
    value: str
    details: tuple[str, ...] = ()
    address: str | None = None


@dataclass(frozen=True, slots=True)
class InvoiceSums:
    """One invoice in the letter: what it is about, its rows, its total."""

    heading: str
    about: tuple[str, ...]
    rows: tuple[LabelledRow, ...]
    total: LabelledRow


def statements(letter: Letter, words: LetterWords) -> tuple[InvoiceSums, ...]:
    """The letter's invoices in its order.

    Raises:
        SumsDisagreeError: an invoice's parts do not make its balance, or the balances do not make the total.
    """
    for line in letter.lines:
        if line.principal + line.interest + line.costs != line.balance:
            raise SumsDisagreeError(f"notice {letter.notice}: the parts of an invoice do not make its balance")
    if sum(line.balance for line in letter.lines) != letter.total:
        raise SumsDisagreeError(f"notice {letter.notice}: its invoices do not make its total")
    return tuple(_statement(letter, line, words) for line in letter.lines)


def _statement(letter: Letter, line: LetterLine, words: LetterWords) -> InvoiceSums:
    formats = words.formats
    dates = words.say("sums.dates", issued=formats.day(line.issued), due=formats.day(line.due))
    subject = plain(line.subject) if line.subject else ""
    return InvoiceSums(
        heading=words.say("sums.invoice", invoice=invoice_words(line, words)),
        about=(subject, dates) if subject else (dates,),
        rows=tuple(_SumRows(letter, line, words).all()),
        total=LabelledRow(words.say("sums.total"), formats.money(line.balance, letter.currency)),
    )


def invoice_words(line: LetterLine, words: LetterWords, key: str = "about.part") -> str:
    """An invoice's number, of an invoice in parts with which part it is, in the words of ``key`` (rules.md M9)."""
    if line.whole is None:
        return plain(line.invoice)
    return words.say(key, invoice=plain(line.whole), part=str(line.part), parts=str(line.parts))


@dataclass(frozen=True, slots=True)
class _SumRows:
    """The rows of one invoice; those of nothing are left out."""

    letter: Letter
    line: LetterLine
    words: LetterWords

    def all(self) -> Iterator[LabelledRow]:
        """From the invoice's sum to its balance."""
        yield from self._principal()
        yield from self._interest()
        yield from self._costs()

    def _row(self, name: str, minor: int, details: tuple[str, ...] = ()) -> LabelledRow:
        return LabelledRow(
            self.words.say(f"sums.{name}"), self.words.formats.money(minor, self.letter.currency), details
        )

    def _principal(self) -> Iterator[LabelledRow]:
        """The invoice's sum and what made it less.

        Payments may have gone to interest and costs too, and a part may have been waived: the difference that plain
        subtraction leaves is a row of its own.
        """
        line = self.line
        of_part = "" if line.whole is None else "_part"
        yield self._row(f"original{of_part}", line.original)
        changes = {
            "credited": -line.credited,
            "received": -line.received,
            "discount": -line.discount_taken,
            "disputed": -line.disputed,
        }
        rest = line.principal - line.original - sum(changes.values())
        if rest < 0:
            changes["forgiven"] = -min(line.waived, -rest)
            changes["other"] = rest - changes["forgiven"]
        else:
            changes["used"] = rest
        made = [self._row(name, change) for name, change in changes.items() if change]
        yield from made
        if made:
            yield self._row(f"principal{of_part}", line.principal)

    def _interest(self) -> Iterator[LabelledRow]:
        line = self.line
        if line.interest_new:
            yield self._row("interest", line.interest_new, tuple(self._slices()))
        if line.interest != line.interest_new:
            why = (self.words.say("sums.interest_before_why"),)
            yield self._row("interest_before", line.interest - line.interest_new, why)

    def _slices(self) -> Iterator[str]:
        formats = self.words.formats
        for piece in self.line.slices:
            yield self.words.say(
                "sums.slice",
                rate=formats.rate(piece.rate),
                principal=formats.money(piece.principal, self.letter.currency),
                first=formats.day(piece.first),
                last=formats.day(piece.last),
                days=self.words.say_of("sums.days", piece.days),
            )

    def _costs(self) -> Iterator[LabelledRow]:
        line = self.line
        if line.fee_new:
            yield self._row("fee", line.fee_new)
        if line.compensation_new:
            yield self._row("compensation", line.compensation_new, (self.words.say("sums.compensation_why"),))
        before = line.costs - line.fee_new - line.compensation_new
        if before:
            yield self._row("costs_before", before)

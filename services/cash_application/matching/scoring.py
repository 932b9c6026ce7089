"""Whose a payment may be that nothing certain places: guesses, ranked, and the one that is sure enough. Pure.

What its words name counts before the payer's IBAN, and that before the payer's name. A guess is ambiguous, and then for
a person, when another debtor is meant as strongly or more. What is open on an invoice is the account's knowledge, not
ours: a sum agrees when it is that of the invoices named.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from services.cash_application.matching.confidence import (
    AMBIGUOUS,
    IN_TEXT,
    OF_PAYER,
    REFERENCE,
    REFERENCE_IN_TEXT,
    SHORT,
    Way,
)
from services.cash_application.state.rows import Invoiced, Payment, Place

MOST_GUESSES: Final = 5

Naming = Literal["reference", "number"]
Pointing = Literal["iban", "name"]


@dataclass(frozen=True, slots=True)
class Named:
    """What one candidate in the payment's words names: invoices, or a letter of a debtor."""

    by: Naming
    candidate: str
    invoices: Sequence[Invoiced] = ()
    letter: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """All that is known of a payment that is nobody's.

    ``carried``: the invoices of its own reference, where these do not settle it. ``named``: what its words name.
    ``payers``: by what its payer points to debtors, and each one's invoices of the payment's sum.
    """

    carried: Sequence[Invoiced] = ()
    named: Sequence[Named] = ()
    payers: Mapping[Pointing, Mapping[str, Sequence[Invoiced]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guess:
    """A debtor whose the payment may be, by what, with which of the debtor's invoices in the order they are due."""

    by: Literal["words", "payer"]
    debtor: str
    invoices: tuple[Invoiced, ...]
    way: Way
    confidence: int
    letter: int | None = None

    @property
    def place(self) -> Place:
        """Where the payment goes by this guess. A payer's money goes to the account, which knows what is open."""
        named = () if self.by == "payer" or self.letter is not None else tuple(each.invoice for each in self.invoices)
        return Place(self.by, self.debtor, named, self.letter, self.way.code, self.confidence)


def guesses(payment: Payment, sight: Sight) -> list[Guess]:
    """One guess for each debtor that is meant, the surest first."""
    groups = (
        _by_words(payment, sight),
        *(_by_payer(by, sight.payers.get(by, {})) for by in ("iban", "name")),
    )
    found: dict[str, Guess] = {}
    for group in groups:
        fresh = [guess for guess in group if guess.debtor not in found]
        found.update((guess.debtor, guess) for guess in fresh)
        if len(found) > 1:
            found.update((guess.debtor, _ambiguous(guess)) for guess in fresh)
    return sorted(found.values(), key=lambda guess: (-guess.confidence, guess.debtor))


def chosen(ranked: Sequence[Guess], demand: Callable[[Guess], int]) -> Guess | None:
    """The guess that is as sure as is demanded of it. Never two: of several debtors at most one is not ambiguous."""
    return next((guess for guess in ranked if guess.confidence >= demand(guess)), None)


def _ambiguous(guess: Guess) -> Guess:
    return replace(guess, confidence=min(guess.confidence, AMBIGUOUS))


# -- what its words name ----------------------------------------------------------------------------------------------


def _by_words(payment: Payment, sight: Sight) -> list[Guess]:
    """The surest guess for each debtor that the payment's words name."""
    best: dict[str, Guess] = {}
    for guess in (*_of_letters(sight), *_of_text(payment, sight), *_of_its_reference(sight)):
        before = best.get(guess.debtor)
        if before is None or guess.confidence > before.confidence:
            best[guess.debtor] = guess
    return list(best.values())


def _of_letters(sight: Sight) -> Iterator[Guess]:
    """A letter's own reference in the text; its sum is the account's knowledge."""
    letters = dict(sorted(named.letter for named in sight.named if named.letter is not None))
    for debtor, number in letters.items():
        yield Guess("words", debtor, (), REFERENCE_IN_TEXT, REFERENCE_IN_TEXT.percent, number)


def _of_text(payment: Payment, sight: Sight) -> Iterator[Guess]:
    """The invoices of each debtor that the text names: as sure as the least sure of them."""
    named: defaultdict[str, dict[str, tuple[Invoiced, list[tuple[Way, Way]]]]] = defaultdict(dict)
    for clue in sight.named:
        for invoice in _first_due(each for each in clue.invoices if each.currency == payment.currency):
            _, ways = named[invoice.debtor].setdefault(invoice.invoice, (invoice, []))
            ways.append(IN_TEXT["short" if len(clue.candidate) <= SHORT else clue.by])
    for debtor, found in named.items():
        agrees = sum(invoice.amount for invoice, _ in found.values()) == payment.amount
        ways_taken = [max((pair[agrees] for pair in ways), key=_percent) for _, ways in found.values()]
        way = min(ways_taken, key=_percent)
        yield Guess("words", debtor, _in_order(invoice for invoice, _ in found.values()), way, way.percent)


def _of_its_reference(sight: Sight) -> Iterator[Guess]:
    """The payment's own reference did not settle it: several debtors' invoices carry it, or in other currencies."""
    for invoice in _first_due(sight.carried):
        yield _ambiguous(Guess("words", invoice.debtor, (invoice,), REFERENCE, REFERENCE.percent))


def _first_due(invoices: Iterable[Invoiced]) -> list[Invoiced]:
    """Each debtor's invoice that is due first."""
    first: dict[str, Invoiced] = {}
    for invoice in _in_order(invoices):
        first.setdefault(invoice.debtor, invoice)
    return list(first.values())


def _in_order(invoices: Iterable[Invoiced]) -> tuple[Invoiced, ...]:
    return tuple(sorted(invoices, key=lambda invoice: (invoice.due, invoice.invoice)))


def _percent(way: Way) -> int:
    return way.percent


# -- to whom its payer points -----------------------------------------------------------------------------------------


def _by_payer(by: Pointing, debtors: Mapping[str, Sequence[Invoiced]]) -> list[Guess]:
    """Each debtor to whom the payer's IBAN or name points; surer when an invoice has the payment's sum."""
    found = []
    for debtor, invoices in debtors.items():
        way = OF_PAYER[by][bool(invoices)]
        found.append(Guess("payer", debtor, _in_order(invoices), way, way.percent))
    return found

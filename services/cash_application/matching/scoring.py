"""Scores for a payment without certain placement: the debtors who may have paid, ranked by confidence. Pure.

Candidates in the remittance text count before the payer's IBAN, and that before the payer's name. A match is ambiguous,
and then for a person, when another debtor matches as well or better. What is open on an invoice is known only to the
account: a sum agrees when it is what was invoiced.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from services.cash_application.matching.confidence import (
    AMBIGUOUS,
    IN_TEXT,
    NEAR_REFERENCE,
    OF_PAYER,
    REFERENCE,
    REFERENCE_IN_TEXT,
    SHORT,
    Way,
)
from services.cash_application.matching.invoice_parts import sums_of, with_parts_for_wholes
from services.cash_application.state.known_payment import KnownPayment, Placement
from services.cash_application.state.rows import IndexedInvoice

MOST_DEBTORS: Final = 20
"""Debtors of one payer: one who has paid for more (a debt adviser, a parent company) is no suggestion for any."""
MOST_SUGGESTIONS: Final = 5
"""Scored matches that are published as suggestions."""

TextKind = Literal["reference", "number"]
"""The kinds of candidates in a remittance text: a payment reference or an invoice number."""
HintKind = Literal["iban", "name", "similar"]
"""The kinds of payer hints: the payer's IBAN, the payer's name, a name similar to it."""
HINT_KINDS: Final[tuple[HintKind, ...]] = ("iban", "name", "similar")
"""In the order in which they count."""


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A candidate in the remittance text and what carries it: invoices, or a letter (its debtor and number).

    ``letter_is_foreign``: the letter's debtor owes nothing in the payment's currency.
    """

    by: TextKind
    candidate: str
    invoices: Sequence[IndexedInvoice] = ()
    letter: tuple[str, int] | None = None
    letter_is_foreign: bool = False

    def is_foreign(self, currency: str) -> bool:
        """Whether it means something, and all of that in another currency."""
        if self.letter is not None:
            return self.letter_is_foreign
        return bool(self.invoices) and all(invoice.currency != currency for invoice in self.invoices)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The invoices and debtors that an uncertain payment may mean.

    ``of_reference`` carry the payment's own reference, which did not settle it. ``named`` are named in the remittance
    text. ``foreign``: the debtors whom other certain evidence names, and who owe nothing in the payment's currency.
    ``near``: what carries a reference one digit or transposition away. ``payers``: the debtors to whom the payer's IBAN
    or name points; where they are few, ``of_the_sum`` has the invoices of each that have the payment's sum.
    """

    of_reference: Sequence[IndexedInvoice] = ()
    named: Sequence[TextMatch] = ()
    foreign: Sequence[str] = ()
    near: Sequence[TextMatch] = ()
    payers: Mapping[HintKind, Sequence[str]] = field(default_factory=dict)
    of_the_sum: Mapping[str, Sequence[IndexedInvoice]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoredMatch:
    """A debtor who may have paid: way of matching, confidence (percent), invoices in the order of due days."""

    by: Literal["words", "payer"]
    debtor: str
    invoices: tuple[IndexedInvoice, ...]
    way: Way
    confidence: int
    letter: int | None = None

    @property
    def placement(self) -> Placement:
        """Where the match places the payment. Money matched by its payer alone goes to the account and no invoice."""
        named = () if self.by == "payer" or self.letter is not None else tuple(each.invoice for each in self.invoices)
        return Placement(self.by, self.debtor, named, self.letter, self.way.code, self.confidence)


def scored_matches(payment: KnownPayment, candidates: Candidates) -> list[ScoredMatch]:
    """One match for each debtor who may have paid, the surest first."""
    groups = (
        _text_scores(payment, candidates),
        *(_payer_scores(by, candidates) for by in HINT_KINDS),
        _near_scores(payment, candidates),
    )
    found: dict[str, ScoredMatch] = {}
    for group in groups:
        fresh = [scored for scored in group if scored.debtor not in found]
        found.update((scored.debtor, scored) for scored in fresh)
        if len(found) > 1:
            found.update((scored.debtor, _ambiguous(scored)) for scored in fresh)
    return sorted(found.values(), key=lambda scored: (-scored.confidence, scored.debtor))


def sure_enough(ranked: Sequence[ScoredMatch], required: Callable[[ScoredMatch], int]) -> ScoredMatch | None:
    """The match that reaches its required confidence. Never two do: of several debtors at most one is unambiguous."""
    return next((scored for scored in ranked if scored.confidence >= required(scored)), None)


def _ambiguous(scored: ScoredMatch) -> ScoredMatch:
    return replace(scored, confidence=min(scored.confidence, AMBIGUOUS))


# -- the remittance text --------------------------------------------------------------------------------------------


def _text_scores(payment: KnownPayment, candidates: Candidates) -> list[ScoredMatch]:
    """The surest match for each debtor whom the remittance text or the reference names."""
    best: dict[str, ScoredMatch] = {}
    for scored in (
        *_letter_matches(candidates),
        *_text_matches(payment, candidates),
        *_foreign_matches(payment, candidates),
        *_reference_matches(candidates),
    ):
        before = best.get(scored.debtor)
        if before is None or scored.confidence > before.confidence:
            best[scored.debtor] = scored
    return list(best.values())


def _letter_matches(candidates: Candidates) -> Iterator[ScoredMatch]:
    """Matches by a letter's own reference in the text; what the letter demanded is known only to the account."""
    letters = sorted((*named.letter, named.letter_is_foreign) for named in candidates.named if named.letter is not None)
    for debtor, number, is_foreign in {letter[0]: letter for letter in letters}.values():
        scored = ScoredMatch("words", debtor, (), REFERENCE_IN_TEXT, REFERENCE_IN_TEXT.percent, number)
        yield _ambiguous(scored) if is_foreign else scored


def _text_matches(payment: KnownPayment, candidates: Candidates) -> Iterator[ScoredMatch]:
    """Matches by invoices that the text names, one for each debtor: as sure as the least sure of the invoices."""
    named: defaultdict[str, dict[str, tuple[IndexedInvoice, list[tuple[Way, Way]]]]] = defaultdict(dict)
    for text_match in candidates.named:
        for invoice in _first_due(each for each in text_match.invoices if each.currency == payment.currency):
            _, ways = named[invoice.debtor].setdefault(invoice.invoice, (invoice, []))
            ways.append(IN_TEXT["short" if len(text_match.candidate) <= SHORT else text_match.by])
    for debtor, found in named.items():
        invoices = with_parts_for_wholes(invoice for invoice, _ in found.values())
        agrees = payment.sum_to_place in sums_of(invoices)
        ways_taken = [max((pair[agrees] for pair in found[each.invoice][1]), key=_percent) for each in invoices]
        way = min(ways_taken, key=_percent)
        yield ScoredMatch("words", debtor, _in_order(invoices), way, way.percent)


def _foreign_matches(payment: KnownPayment, candidates: Candidates) -> Iterator[ScoredMatch]:
    """Matches by invoices in other currencies that the text names, the surest way first: they are for a person."""
    found = []
    for text_match in candidates.named:
        if text_match.is_foreign(payment.currency):
            way = IN_TEXT["short" if len(text_match.candidate) <= SHORT else text_match.by][False]
            found += [(way, invoice) for invoice in text_match.invoices]
    found.sort(key=lambda pair: (-pair[0].percent, pair[1].due, pair[1].invoice))
    for way, invoice in found:
        yield _ambiguous(ScoredMatch("words", invoice.debtor, (invoice,), way, way.percent))


def _reference_matches(candidates: Candidates) -> Iterator[ScoredMatch]:
    """Matches by the payment's own reference, which several debtors' invoices carry, or in other currencies."""
    for invoice in _first_due(candidates.of_reference):
        yield _ambiguous(ScoredMatch("words", invoice.debtor, (invoice,), REFERENCE, REFERENCE.percent))


def _first_due(invoices: Iterable[IndexedInvoice]) -> list[IndexedInvoice]:
    """Of each debtor the invoice that is due first."""
    first: dict[str, IndexedInvoice] = {}
    for invoice in _in_order(invoices):
        first.setdefault(invoice.debtor, invoice)
    return list(first.values())


def _in_order(invoices: Iterable[IndexedInvoice]) -> tuple[IndexedInvoice, ...]:
    return tuple(sorted(invoices, key=lambda invoice: (invoice.due, invoice.invoice)))


def _percent(way: Way) -> int:
    return way.percent


# -- the payer ------------------------------------------------------------------------------------------------------


def _payer_scores(by: HintKind, candidates: Candidates) -> list[ScoredMatch]:
    """Matches by the payer's IBAN or name, one for each debtor; surer when an invoice has the payment's sum."""
    debtors = candidates.payers.get(by, ())
    if len(debtors) > MOST_DEBTORS:
        return []
    found = []
    for debtor in debtors:
        invoices = candidates.of_the_sum.get(debtor, ())
        way = OF_PAYER[by][bool(invoices)]
        found.append(ScoredMatch("payer", debtor, _in_order(invoices), way, way.percent))
    return found


def _near_scores(payment: KnownPayment, candidates: Candidates) -> list[ScoredMatch]:
    """Matches by a reference that is nearly an invoice's, where the payment is the sum of that invoice."""
    own = (payment.currency, payment.sum_to_place)
    fitting = [each for near in candidates.near for each in near.invoices if (each.currency, each.amount) == own]
    way = NEAR_REFERENCE
    return [ScoredMatch("payer", each.debtor, (each,), way, way.percent) for each in _first_due(fitting)]

"""Whom a payment without placement may belong to, and how much each reason for that weighs (rules.md G10). Pure.

The exact sums are the account's knowledge: it grades what is pointed here (`schemas.journal.MoneyPointer`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from schemas.journal import MoneyPointer, PointerStrength
from services.cash_application.matching.confidence import AS_GOOD_AS_SURE
from services.cash_application.matching.scoring import Candidates, ScoredMatch, TextMatch
from services.cash_application.state.known_payment import KnownPayment, Placement
from services.cash_application.state.rows import IndexedInvoice

MOST_HELD: Final = 5
"""Accounts that one pointer may mean; of more it holds only those with the payment's exact sum open."""

Pointers = Mapping[str, tuple[MoneyPointer, ...]]
"""By debtor: why the payment may be this debtor's."""


def pointers_of(
    payment: KnownPayment, candidates: Candidates, ranked: Sequence[ScoredMatch], certain: Placement | None = None
) -> Pointers:
    """All debtors to whom a payment points, each with the reasons, by code.

    ``certain``: where a payment belongs that is not placed as the statement of its day lacks it.
    """
    found = _Found()
    if certain is not None:
        found.add("not-in-statement", "strong", [certain.debtor])
    _point_certainly(found, payment, candidates)
    _point_by_payer(found, candidates)
    _point_by_suggestions(found, candidates, ranked)
    for near in candidates.near:
        found.add("reference-nearly", "weak-with-sum", _debtors(near), near.invoices)
    return found.pointers()


class _Found:
    """The pointers found so far."""

    def __init__(self) -> None:
        self._by_debtor: defaultdict[str, dict[str, MoneyPointer]] = defaultdict(dict)

    def add(
        self,
        why: str,
        strength: PointerStrength,
        debtors: Collection[str],
        invoices: Iterable[IndexedInvoice] = (),
        *,
        many: bool = False,
    ) -> None:
        """Add one pointer that means these debtors, by these invoices of theirs."""
        many = many or len(debtors) > MOST_HELD
        means: defaultdict[str, list[str]] = defaultdict(list)
        for invoice in invoices:
            means[invoice.debtor].append(invoice.invoice)
        for debtor in debtors:
            before = self._by_debtor[debtor].get(why)
            named = {*means[debtor], *(before.invoices if before else ())}
            pointer = MoneyPointer(why=why, strength=strength, many=many, invoices=tuple(sorted(named)))
            if before is None or means[debtor]:
                self._by_debtor[debtor][why] = pointer

    def pointers(self) -> Pointers:
        """All of them, each debtor's by code."""
        return {debtor: tuple(found[why] for why in sorted(found)) for debtor, found in sorted(self._by_debtor.items())}


def _point_certainly(found: _Found, payment: KnownPayment, candidates: Candidates) -> None:
    """A person, a letter, a reference or the payment names the debtor, and yet the money cannot go there."""
    for debtor in candidates.foreign:
        found.add("other-currency", "strong", [debtor])
    own = [each for each in candidates.of_reference if each.currency == payment.currency]
    if own:
        found.add("shared-reference", "strong", {each.debtor for each in own}, own)
    elif candidates.of_reference:
        foreign = candidates.of_reference
        found.add("other-currency", "strong", {each.debtor for each in foreign}, foreign)
    for text in candidates.named:
        if text.by == "reference" and text.is_foreign(payment.currency):
            found.add("other-currency", "strong", _debtors(text), text.invoices)


def _point_by_payer(found: _Found, candidates: Candidates) -> None:
    by_iban = candidates.payers.get("iban", ())
    found.add("iban", "strong" if len(by_iban) == 1 else "weak", by_iban)
    found.add("name", "strong", candidates.payers.get("name", ()))
    found.add("similar-name", "strong-with-sum", candidates.payers.get("similar", ()))


def _point_by_suggestions(found: _Found, candidates: Candidates, ranked: Sequence[ScoredMatch]) -> None:
    """What is suggested by the payment's words also points."""
    meant: dict[str, int] = {}
    for text in candidates.named:
        debtors = _debtors(text)
        for debtor in debtors:
            meant[debtor] = min(len(debtors), meant.get(debtor, len(debtors)))
    for scored in ranked:
        if scored.by == "words" and scored.debtor in meant:
            strength: PointerStrength = "strong" if scored.confidence >= AS_GOOD_AS_SURE else "weak"
            found.add(scored.way.code, strength, [scored.debtor], many=meant[scored.debtor] > MOST_HELD)


def _debtors(text: TextMatch) -> set[str]:
    return {each.debtor for each in text.invoices} | ({text.letter[0]} if text.letter is not None else set())

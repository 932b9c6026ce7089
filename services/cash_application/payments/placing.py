"""Placing a payment by what is certain, else by its score; what is neither is declared unmatched (rules.md M3, G10).

Payments without certain placement are scored at the next frontier, when everything published before is known: then they
are placed if the score reaches the confidence that the policy requires, or declared unmatched.
"""

from collections.abc import Callable, Iterable, Mapping

from schemas.fields import Kind
from schemas.policy import LEAST_CONFIDENCE, SURE
from services.cash_application.identity_of_money import equal_sums
from services.cash_application.matching import required_confidence
from services.cash_application.matching.candidates import CandidateLookup
from services.cash_application.matching.certain_match import certain_placement
from services.cash_application.matching.evidence import EvidenceLookup
from services.cash_application.matching.pointers import pointers_of
from services.cash_application.matching.scoring import Candidates, ScoredMatch, scored_matches, sure_enough
from services.cash_application.payments import moving, prefetch, unmatched
from services.cash_application.state import subscriptions, waiting
from services.cash_application.state.known_payment import KnownPayment, Placement, Suggested
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import PAYMENTS


def place(lane: Lane, payment: KnownPayment) -> None:
    """Place a payment by what is certain, or queue it for scoring; and wait for what could place it better."""
    if payment.maybe is not None:
        moving.leave_unplaced(lane, payment, "maybe-twice")
        return
    if payment.is_lacking:
        moving.leave_unplaced(lane, payment, "not-in-statement")
        return
    lookup = EvidenceLookup(lane, payment)
    found = certain_placement(payment, lookup.evidence)
    if isinstance(found, Placement):
        moving.place_on(lane, payment, found)
        payment.demands = {}
        if found.is_final:
            return
    else:
        moving.leave_uncertain(lane, payment, found)
    for missing in lookup.missing:
        waiting.keep_payment(lane, missing, payment.key)


def place_without(lane: Lane, payment: KnownPayment, debtor: str) -> None:
    """Place a payment anew that is not this debtor's, as a person said."""
    if payment.placement is not None and payment.placement.debtor == debtor and payment.is_not_of(debtor):
        moving.unplace(lane, payment)
    if payment.same_as is None and payment.left:
        place(lane, payment)


def score_unscored(lane: Lane, most: int) -> int:
    """Score up to ``most`` of the payments without certain placement; how many were scored."""
    unscored = unmatched.take_unscored(lane, most)
    prefetch.fetch_candidates(lane.unit, unscored)
    for payment in unscored:
        _score(lane, payment)
        PAYMENTS.put(lane.unit, payment.key, payment)
    return len(unscored)


def _score(lane: Lane, payment: KnownPayment) -> None:
    """Place a payment by its best score, or declare it unmatched; and wait for what would change the score."""
    evidence = EvidenceLookup(lane, payment)
    lookup = CandidateLookup(lane, payment, evidence)
    candidates = lookup.named_in_text()
    ranked = scored_matches(payment, candidates)
    demands = _demands(lane, payment)
    best = _sure_enough(payment, ranked, demands)
    if best is None:  # the payer changes no confidence of a debtor whom the text names, so it is looked up only now
        candidates = lookup.with_payer(candidates)
        ranked = scored_matches(payment, candidates)
        best = _sure_enough(payment, ranked, demands)
    if best is not None:
        payment.demands = dict(demands)
        moving.place_on(lane, payment, best.placement)
    else:
        found = certain_placement(payment, evidence.evidence) if payment.is_lacking else None
        certain = found if isinstance(found, Placement) else None
        _leave_unmatched(lane, payment, candidates, ranked, certain)
    for missing in (*evidence.missing, *lookup.missing):
        waiting.keep_payment(lane, missing, payment.key)
    if best is None and any(scored.confidence >= LEAST_CONFIDENCE for scored in ranked):
        policies = subscriptions.of_required_confidence(payment.creditor)
        waiting.keep_payment(lane, subscriptions.subscribe(lane, policies), payment.key)


def _leave_unmatched(
    lane: Lane, payment: KnownPayment, candidates: Candidates, ranked: list[ScoredMatch], certain: Placement | None
) -> None:
    """Declare a payment unmatched; ``certain``: where it belongs if it is money at all, though a statement lacks it."""
    moving.unplace(lane, payment)
    payment.demands = {}
    if payment.maybe is not None:
        suggested = equal_sums.suggestions(lane, payment)
    elif certain is not None:
        suggested = (Suggested(certain.debtor, certain.invoices, certain.confidence, "not-in-statement"),)
    else:
        suggested = unmatched.suggested(ranked)
        if _is_foreign(payment, candidates):
            payment.reason = "other-currency"
    unmatched.declare(lane, payment, suggested, pointers_of(payment, candidates, ranked, certain))


def _is_foreign(payment: KnownPayment, candidates: Candidates) -> bool:
    """Whether the text names something, and all that it names is in another currency (rules.md M3)."""
    named = [text for text in candidates.named if text.invoices or text.letter is not None]
    return bool(named) and all(text.is_foreign(payment.currency) for text in named)


def _demands(lane: Lane, payment: KnownPayment) -> Mapping[Kind, int]:
    """The confidence that each kind of debtor needs: now or, while a score places it, when that was (rules.md K3)."""
    placement = payment.placement
    if placement is None or not placement.is_scored:
        return required_confidence.by_kind(lane, payment.creditor, payment.booked)
    kept = payment.demands  # an older store kept none: what the placement reached was enough
    return {kind: kept.get(kind, placement.confidence) for kind in required_confidence.KINDS}


def _sure_enough(payment: KnownPayment, ranked: list[ScoredMatch], demands: Mapping[Kind, int]) -> ScoredMatch | None:
    """The match that is sure enough; none for what may be no money, or another payment's, which a person decides."""
    if payment.maybe is not None or payment.is_lacking:
        return None
    return sure_enough(ranked, _required(demands))


def _required(demands: Mapping[Kind, int]) -> Callable[[ScoredMatch], int]:
    return lambda scored: (
        max(demands[kind] for kind in _debtor_kinds(scored)) if scored.confidence >= LEAST_CONFIDENCE else SURE
    )


def _debtor_kinds(scored: ScoredMatch) -> Iterable[Kind]:
    """The debtor's kind, by the invoices. Where no invoice says it, both policies count."""
    return {invoice.kind for invoice in scored.invoices} or required_confidence.KINDS

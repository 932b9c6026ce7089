"""At each frontier, compares the payments that two channels told of one day: what is one money counts once (B2)."""

from itertools import islice

from services.cash_application.identity_of_money import equal_sums, pairing
from services.cash_application.payments import payment_events
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import LUMP_NEWS, MAYBE_TWICE, PAYMENTS


def compare(lane: Lane, most: int) -> int:
    """Compare up to ``most`` days and sums that have something new; how many were compared.

    Sums of several payments come first: what they and their details tell is settled before single payments are.
    """
    days = [day_key for day_key, _ in islice(lane.unit.scan(LUMP_NEWS), most)]
    for day_key in days:
        lane.unit.delete(LUMP_NEWS, day_key)
        _unite_lumps(lane, day_key)
    sums = [sum_key for sum_key, _ in islice(lane.unit.scan(MAYBE_TWICE), most - len(days))]
    for sum_key in sums:
        lane.unit.delete(MAYBE_TWICE, sum_key)
        _compare(lane, sum_key)
    return len(days) + len(sums)


def _unite_lumps(lane: Lane, day_key: str) -> None:
    """Take sums of several payments apart until none is left of which another channel told the details."""
    while found := _lump_and_details(equal_sums.told_money(lane, day_key)):
        payment_events.take_apart(lane, *found)


def _lump_and_details(known: list[KnownPayment]) -> tuple[KnownPayment, list[KnownPayment]] | None:
    lumps = [each for each in known if equal_sums.is_lump(each)]
    others = [each for each in known if not equal_sums.is_lump(each)]
    for lump in lumps if others else ():
        details = pairing.details_of(lump, others)
        if details:
            return lump, details
    return next(pairing.wholes_and_parts(others), None)


def _compare(lane: Lane, sum_key: str) -> None:
    known = equal_sums.told_money(lane, sum_key)
    while pairs := pairing.one_money(known):
        for stays, gone in pairs:
            payment_events.unite(lane, _now(lane, stays), _now(lane, gone))
        known = equal_sums.told_money(lane, sum_key)
    maybe = pairing.maybe_one_money(known)
    for each in known:
        payment_events.settle_doubles(lane, _now(lane, each), maybe.get(each.payment))


def _now(lane: Lane, payment: KnownPayment) -> KnownPayment:
    """A payment as it is now: to place another one may have changed it."""
    now = PAYMENTS.get(lane.unit, payment.key)
    assert now is not None, "a payment that is compared is kept"
    return now

"""Which payments of one day are one money, or may be, told by two channels. Pure (rules.md B2)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

from services.cash_application.identity_of_money.equal_sums import is_lump
from services.cash_application.identity_of_money.likeness import is_named_alike, likeness, may_be_one
from services.cash_application.state.known_payment import KnownPayment

_STATEMENT = "statement"
Pair = tuple[KnownPayment, KnownPayment]
"""The payment that stays, and the other."""


def one_money(payments: Sequence[KnownPayment]) -> list[Pair]:
    """Which of them are one money, the likest first, each in one pair: a statement speaks for all money of its day."""
    pairs = (pair for pair in _candidates(payments) if _are_one(*pair))
    return [_ordered(*pair) for pair in _each_once(pairs)]


def maybe_one_money(payments: Sequence[KnownPayment]) -> dict[str, str]:
    """The payments that may be another one's money, by name, each with that other one; no statement tells either."""
    pairs = (pair for pair in _candidates(payments) if _may_be_told_twice(*pair))
    found: dict[str, str] = {}
    for stays, second in map(_placed_first, _each_once(pairs)):
        found[second.payment] = stays.payment
    return found


def _candidates(payments: Sequence[KnownPayment]) -> Iterator[Pair]:
    """The pairs that may be one money: those with different references never are, and there may be thousands."""
    by_reference: defaultdict[str | None, list[KnownPayment]] = defaultdict(list)
    for each in payments:
        by_reference[each.reference].append(each)
    without = by_reference.pop(None, [])
    for alike in (*by_reference.values(), without):
        yield from combinations(alike, 2)
    named = [each for alike in by_reference.values() for each in alike]
    yield from product(without, named)


def _each_once(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """The likest pairs, no payment in two of them."""
    taken: set[str] = set()
    for pair in sorted(pairs, key=_rank):
        names = {each.payment for each in pair}
        if not names & taken:
            taken |= names
            yield pair


def details_of(lump: KnownPayment, payments: Sequence[KnownPayment]) -> list[KnownPayment]:
    """The payments of one day that another channel told one by one and that are a lump together; else none.

    They come in one entry of a message, in one message, or are all that a channel told of the day.
    """
    groups: defaultdict[tuple[int, str, str], list[KnownPayment]] = defaultdict(list)
    for each in payments:
        if each.key == lump.key or is_lump(each) or each.channels & lump.channels:
            continue
        for group in _groups(each, lump):
            groups[group].append(each)
    for _, members in sorted(groups.items()):
        if len(members) > 1 and sum(each.amount for each in members) == lump.amount:
            return members
    return []


def _groups(payment: KnownPayment, lump: KnownPayment) -> Iterator[tuple[int, str, str]]:
    for channel in payment.channels:
        if payment.batch is not None:
            ids = {lump.payment, *(each.payment for each in lump.tellings)}
            yield (0 if payment.batch in ids else 1), channel, payment.batch
        for each in payment.tellings:
            if each.channel == channel and each.statement is not None:
                yield 2, channel, each.statement
        yield 3, channel, ""


def _are_one(one: KnownPayment, other: KnownPayment) -> bool:
    by_statement = [_STATEMENT in each.channels for each in (one, other)]
    return (
        by_statement.count(True) == 1 and _is_free(one, other) and _is_free(other, one) and _are_told_apart(one, other)
    )


def _may_be_told_twice(one: KnownPayment, other: KnownPayment) -> bool:
    if _STATEMENT in one.channels | other.channels or not _are_told_apart(one, other):
        return False
    return is_named_alike(one, other) and not (one.is_other_money and other.is_other_money)


def _are_told_apart(one: KnownPayment, other: KnownPayment) -> bool:
    """Whether different channels told both, and nothing that they say differs."""
    if not one.channels or not other.channels:
        return False  # an older store or an event by which the sender knows it
    return not one.channels & other.channels and may_be_one(one, other)


def _is_free(one: KnownPayment, other: KnownPayment) -> bool:
    """Whether no person said that the payment is other money than what another channel than a statement told."""
    return not one.is_other_money or other.channels == {_STATEMENT}


def _rank(pair: Pair) -> tuple[int, list[str]]:
    return -likeness(*pair), sorted(each.payment for each in pair)


def _placed_first(pair: Pair) -> Pair:
    """The placed one first; one that a person called other money never waits."""
    stays, second = _ordered(*pair)
    return (second, stays) if second.is_other_money else (stays, second)


def _ordered(one: KnownPayment, other: KnownPayment) -> Pair:
    """The placed one stays, else the one that was known first."""
    first, second = sorted((one, other), key=lambda each: (each.placement is None, each.known_at, each.time, each.id))
    return first, second

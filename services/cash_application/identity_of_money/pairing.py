"""Which payments of one day are one money, or may be, told by two channels. Pure (rules.md B2)."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, combinations, product

from services.cash_application.identity_of_money.equal_sums import PART, is_lump
from services.cash_application.identity_of_money.likeness import (
    are_names_alike,
    are_words_alike,
    is_named_alike,
    may_be_one,
    payer_name,
    texts_near,
)
from services.cash_application.matching.names import folded_words
from services.cash_application.state.known_payment import KnownPayment

_STATEMENT = "statement"
Pair = tuple[KnownPayment, KnownPayment]
"""The payment that stays, and the other."""
Alike = tuple[bool, ...]
"""Whether two payments are alike in reference, IBAN, name and words."""
Group = deque[KnownPayment]
Fit = Callable[[KnownPayment, KnownPayment], bool]


def one_money(payments: Sequence[KnownPayment]) -> list[Pair]:
    """Which of them are one money, the likest first, each in one pair: a statement speaks for all money of its day."""
    if not any(_STATEMENT in each.channels for each in payments):
        return []
    return [_ordered(*pair) for pair in _pairs(payments, _are_one)]


def maybe_one_money(payments: Sequence[KnownPayment]) -> dict[str, str]:
    """The payments that may be another one's money, by name, each with that other one; no statement tells either."""
    untold = [each for each in payments if _STATEMENT not in each.channels]
    pairs = _pairs(untold, _may_be_told_twice)
    return {second.payment: stays.payment for stays, second in map(_placed_first, pairs)}


def _pairs(payments: Sequence[KnownPayment], fit: Fit) -> list[Pair]:
    """The likest pairs that fit, no payment in two of them: those that say most alike are found first.

    Payments that say the same are interchangeable, so only groups of them are compared: there may be thousands.
    """
    free = sorted(payments, key=lambda each: each.payment)
    found: list[Pair] = []
    for alike in product((True, False), repeat=4):
        pairs = [pair for bucket in _buckets(free, alike) for pair in _paired(_groups_of(bucket, alike), alike, fit)]
        taken = {each.payment for pair in pairs for each in pair}
        free = [each for each in free if each.payment not in taken]
        found += pairs
    return found


def _buckets(payments: Iterable[KnownPayment], alike: Alike) -> Iterable[list[KnownPayment]]:
    """The payments with one reference, one IBAN or both, where these are to be alike."""
    same_reference, same_iban, *_ = alike
    buckets: defaultdict[tuple[str | None, ...], list[KnownPayment]] = defaultdict(list)
    for each in payments:
        said = (each.reference,) * same_reference + (each.iban,) * same_iban
        if None not in said:
            buckets[said].append(each)
    return [bucket for bucket in buckets.values() if len(bucket) > 1]


def _groups_of(payments: Iterable[KnownPayment], alike: Alike) -> list[Group]:
    """The payments of a bucket that say the same, as far as it matters to whom they are alike, by name."""
    same_reference, same_iban, name_alike, words_alike = alike
    groups: defaultdict[tuple[object, ...], Group] = defaultdict(deque)
    for each in payments:
        name = folded_words(payer_name(each) or "") if name_alike else payer_name(each) is not None
        words = folded_words(each.message or "") if words_alike else None
        if (name_alike and not name) or (words_alike and not words):
            continue
        has = same_reference or each.reference is not None, same_iban or each.iban is not None
        said = name, words, each.debtor, each.amount, each.charges
        groups[(*has, *said, *sorted(each.channels), each.is_other_money)].append(each)
    return list(groups.values())


def _paired(groups: Sequence[Group], alike: Alike, fit: Fit) -> Iterator[Pair]:
    """Pairs of payments of two groups that fit, each payment once, in the order of the groups' first names."""
    meeting = [
        (one, other)
        for one, other in _meeting(groups, alike)
        if _is_so_alike(one[0], other[0], alike) and fit(one[0], other[0])
    ]
    for one, other in sorted(meeting, key=lambda pair: sorted(group[0].payment for group in pair)):
        while one and other:
            yield one.popleft(), other.popleft()


def _meeting(groups: Sequence[Group], alike: Alike) -> Iterator[tuple[Group, Group]]:
    """The pairs of groups that are worth a look: of like names or words, else of one debtor or without one."""
    *_, name_alike, words_alike = alike
    if name_alike or words_alike:
        texts = [folded_words((group[0].name if name_alike else group[0].message) or "") for group in groups]
        near = texts_near(texts)
    else:
        by_debtor: defaultdict[str | None, list[int]] = defaultdict(list)
        for number, group in enumerate(groups):
            by_debtor[group[0].debtor].append(number)
        without = by_debtor.pop(None, [])
        near = {pair for alike_ in by_debtor.values() for pair in combinations(alike_, 2)}
        near |= {*combinations(without, 2), *product(without, chain(*by_debtor.values()))}
    for one, other in near:
        yield groups[one], groups[other]


def _is_so_alike(one: KnownPayment, other: KnownPayment, alike: Alike) -> bool:
    """Whether two payments are alike in that, and do not both speak of what is not to be alike.

    Of one IBAN the names may differ, and words may always.
    """
    same_reference, same_iban, name_alike, words_alike = alike
    return (
        (same_reference or one.reference is None or other.reference is None)
        and (same_iban or one.iban is None or other.iban is None)
        and (
            are_names_alike(one.name or "", other.name or "")
            if name_alike
            else same_iban or payer_name(one) is None or payer_name(other) is None
        )
        and (not words_alike or are_words_alike(one.message or "", other.message or ""))
    )


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


def wholes_and_parts(payments: Sequence[KnownPayment]) -> Iterator[tuple[KnownPayment, list[KnownPayment]]]:
    """Transactions that one channel told whole and another one invoice by invoice, each with these parts."""
    parts: defaultdict[tuple[str, str], dict[str, KnownPayment]] = defaultdict(dict)
    for each in payments:
        for telling in each.tellings:
            id_, mark, _ = telling.payment.rpartition(PART)
            if mark and telling.channel is not None:
                parts[id_, telling.channel][each.payment] = each
    for (id_, channel), told in sorted(parts.items()):
        for whole in payments:
            is_one = any(telling.payment == id_ for telling in whole.tellings) and channel not in whole.channels
            if is_one and sum(each.amount for each in told.values()) == whole.amount:
                yield whole, list(told.values())


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


def _placed_first(pair: Pair) -> Pair:
    """The placed one first; one that a person called other money never waits."""
    stays, second = _ordered(*pair)
    return (second, stays) if second.is_other_money else (stays, second)


def _ordered(one: KnownPayment, other: KnownPayment) -> Pair:
    """The placed one stays, else the one that was known first."""
    first, second = sorted((one, other), key=lambda each: (each.placement is None, each.known_at, each.time, each.id))
    return first, second

"""Whether two tellings may be of one money: day, sum, reference, words and payer compared. Pure (rules.md B1, B2)."""

from bisect import bisect
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Final

from schemas.payment_events import PaymentReceived
from services.cash_application.matching.names import folded_words
from services.cash_application.state.known_payment import KnownPayment
from services.law.calendar import banking_days_after

_NEAR: Final = 5
"""Banking days between the days on which a notification and a statement book one payment."""
_BANKS_COUNTRY: Final = "FI"
_LEAST_LETTERS: Final = 6
"""A name that is cut shorter says too little."""
ANY_PLACE: Final = ""
"""Stands for the place of a payment among its like that an older store knew without one."""
_LAST: Final = chr(0x10FFFF)
"""Comes after every letter."""


def is_same_money(known: KnownPayment, data: PaymentReceived) -> bool:
    """Whether a telling's sum is the payment's, and no reference or debtor of it says otherwise."""
    return (
        known.currency == data.currency
        and is_same_sum(known, data)
        and _agree(known.reference, data.reference)
        and _agree(known.debtor, data.debtor)
    )


def is_same_sum(one: KnownPayment, other: KnownPayment | PaymentReceived) -> bool:
    """Whether two sums are one, told by both as it was paid, or by one of them less the bank's charges."""
    if one.amount == other.amount:
        return True
    gross, net = (one, other) if one.amount > other.amount else (other, one)
    return bool(gross.charges) and not net.charges and gross.amount - (gross.charges or 0) == net.amount


def is_same_day(known: KnownPayment, data: PaymentReceived) -> bool:
    """Whether the payment was told as booked on the telling's day; where its own channel told it, by that."""
    by_channel = [each.booked for each in known.tellings if each.channel == data.channel]
    return data.booked in (by_channel or [each.booked for each in known.tellings] or [known.booked])


def is_booked_on(known: KnownPayment, day: date) -> bool:
    """Whether the payment is booked on a day, or was told so."""
    return day == known.booked or any(each.booked == day for each in known.tellings)


def is_told_ahead(known: KnownPayment, data: PaymentReceived) -> bool:
    """Whether one of both is a notification of the money that the other books on a day near."""
    if data.channel is None or data.channel in known.channels or not is_same_money(known, data):
        return False
    if data.channel != "notification" and known.channels != {"notification"}:
        return False
    return are_near(known.booked, data.booked)


def are_near(one: date, other: date) -> bool:
    """Whether two booking days may be one payment's in a notification and a statement."""
    first, last = sorted((one, other))
    return last <= banking_days_after(first, _NEAR, _BANKS_COUNTRY)


def like_digest(booked: str, currency: str, amount: int, *told: str | None) -> str:
    """The same for tellings that are alike: of one day, sum (in minor units), reference, payer's IBAN and name."""
    said = booked, currency, str(amount), *(each or "" for each in told)
    return sha256("\x1f".join(said).encode()).hexdigest()[:16]


def may_be_one(one: KnownPayment, other: KnownPayment) -> bool:
    """Whether nothing that both say of sum, reference, debtor or payer differs."""
    first, second = payer_name(one), payer_name(other)
    return (
        is_same_sum(one, other)
        and _agree(one.reference, other.reference)
        and _agree(one.debtor, other.debtor)
        and _agree(one.iban, other.iban)
        and (first is None or second is None or _same_iban(one, other) or are_names_alike(first, second))
    )


def is_named_alike(one: KnownPayment, other: KnownPayment) -> bool:
    """Whether two payments that may be one have one reference, or words alike."""
    if one.reference is not None and one.reference == other.reference:
        return True
    return one.message is not None and other.message is not None and are_words_alike(one.message, other.message)


def alikeness(one: KnownPayment, other: KnownPayment) -> tuple[bool, ...]:
    """In what two payments that may be one say the same, the weightiest first."""
    first, second = payer_name(one), payer_name(other)
    return (
        one.reference is not None and one.reference == other.reference,
        _same_iban(one, other),
        first is not None and second is not None and are_names_alike(first, second),
        are_words_alike(one.message or "", other.message or ""),
    )


def is_alike(one: KnownPayment, other: KnownPayment) -> bool:
    """Whether two payments have one reference, words, payer's IBAN or name alike."""
    first, second = payer_name(one), payer_name(other)
    names = first is not None and second is not None and are_names_alike(first, second)
    return names or _same_iban(one, other) or is_named_alike(one, other)


def are_names_alike(one: str, other: str) -> bool:
    """Whether two names are one but for capitals, accents and order, for what is left out of one, or for its cut."""
    first, second = sorted((folded_words(one), folded_words(other)), key=len)
    if set(first) <= set(second):
        return bool(first)
    return _is_cut(first, second) or _is_cut(second, first)


def _is_cut(cut: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Whether a name's words are another one's, in any order, but for the end of the last word that was cut off.

    KTL cuts names, surname first, at twelve letters: ``ESIMERKKI EI`` is Eino Esimerkki.
    """
    if len("".join(cut)) < _LEAST_LETTERS:
        return False
    if " ".join(whole).startswith(" ".join(cut)):
        return True
    *words, last = cut
    others = [word for word in whole if word not in words]
    return bool(words) and set(words) <= set(whole) and any(word.startswith(last) for word in others)


def name_digest(name: str) -> str:
    """The same for names that are one but for capitals, accents and order; it does not give the name away at once."""
    return sha256(" ".join(sorted(folded_words(name))).encode()).hexdigest()[:16]


def are_words_alike(one: str, other: str) -> bool:
    """Whether all words of one text are in the other."""
    first, second = sorted((set(folded_words(one)), set(folded_words(other))), key=len)
    return bool(first) and first <= second


def texts_near(texts: Sequence[tuple[str, ...]]) -> set[tuple[int, int]]:
    """The numbers of the folded texts of which one may hold all words of the other, or be its beginning.

    Each is compared with those that share its rarest word, or the rarest but for the last one, which may be cut, and
    with those that it begins.
    """
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        for word in set(text):
            holders[word].append(number)
    whole = sorted((" ".join(text), number) for number, text in enumerate(texts))
    near: set[tuple[int, int]] = set()
    for number, text in enumerate(texts):
        rarest = min((holders[word] for word in text), key=len, default=[])
        whole_words = min((holders[word] for word in text[:-1]), key=len, default=[])
        begun = whole[bisect(whole, (" ".join(text), -1)) : bisect(whole, (" ".join(text) + _LAST, -1))]
        others = *rarest, *whole_words, *(other for _, other in begun)
        near |= {(min(number, other), max(number, other)) for other in others if other != number}
    return near


def payer_name(payment: KnownPayment) -> str | None:
    """The payer's name; None too where a bank writes that it has none."""
    return payment.name if payment.name is not None and folded_words(payment.name) else None


def _same_iban(one: KnownPayment, other: KnownPayment) -> bool:
    return one.iban is not None and one.iban == other.iban


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other

"""Whether two tellings may be of one money: day, sum, reference, words and payer compared. Pure (rules.md B1, B2)."""

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


def is_same_money(known: KnownPayment, data: PaymentReceived) -> bool:
    """Whether a telling's sum is the payment's, and no reference or debtor of it says otherwise."""
    return (
        (known.amount, known.currency) == (data.amount, data.currency)
        and _agree(known.reference, data.reference)
        and _agree(known.debtor, data.debtor)
    )


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


def is_like(known: KnownPayment, data: PaymentReceived) -> bool:
    """Whether a telling without an id is of the payment's like: its day, sum, reference and payer."""
    payer = data.payer
    return (known.booked, known.amount, known.currency, known.reference) == (
        data.booked,
        data.amount,
        data.currency,
        data.reference,
    ) and (known.iban, known.name) == (payer.iban if payer else None, payer.name if payer else None)


def may_be_one(one: KnownPayment, other: KnownPayment) -> bool:
    """Whether nothing that both say of reference, debtor or payer differs."""
    first, second = _payer_name(one), _payer_name(other)
    return (
        _agree(one.reference, other.reference)
        and _agree(one.debtor, other.debtor)
        and _agree(one.iban, other.iban)
        and (first is None or second is None or _same_iban(one, other) or are_names_alike(first, second))
    )


def likeness(one: KnownPayment, other: KnownPayment) -> int:
    """How much two payments that may be one say alike, reference before payer before words; 0 when nothing."""
    reference = one.reference is not None and one.reference == other.reference
    first, second = _payer_name(one), _payer_name(other)
    name = first is not None and second is not None and are_names_alike(first, second)
    words = one.message is not None and other.message is not None and are_words_alike(one.message, other.message)
    return 8 * reference + 4 * _same_iban(one, other) + 2 * name + words


def is_named_alike(one: KnownPayment, other: KnownPayment) -> bool:
    """Whether two payments that may be one have one reference, or words alike."""
    if one.reference is not None and one.reference == other.reference:
        return True
    return one.message is not None and other.message is not None and are_words_alike(one.message, other.message)


def are_names_alike(one: str, other: str) -> bool:
    """Whether two names are one but for capitals, accents and order, for what is left out of one, or for its cut."""
    first, second = sorted((folded_words(one), folded_words(other)), key=len)
    if set(first) <= set(second):
        return bool(first)
    short, long = " ".join(first), " ".join(second)
    return len(short.replace(" ", "")) >= _LEAST_LETTERS and (long.startswith(short) or short.startswith(long))


def name_digest(name: str) -> str:
    """The same for names that are one but for capitals, accents and order; it does not give the name away at once."""
    return sha256(" ".join(sorted(folded_words(name))).encode()).hexdigest()[:16]


def are_words_alike(one: str, other: str) -> bool:
    """Whether all words of one text are in the other."""
    first, second = sorted((set(folded_words(one)), set(folded_words(other))), key=len)
    return bool(first) and first <= second


def _payer_name(payment: KnownPayment) -> str | None:
    """The payer's name; None too where a bank writes that it has none."""
    return payment.name if payment.name is not None and folded_words(payment.name) else None


def _same_iban(one: KnownPayment, other: KnownPayment) -> bool:
    return one.iban is not None and one.iban == other.iban


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other

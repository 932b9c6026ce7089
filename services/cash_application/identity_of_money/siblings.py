"""Transactions of one entry to which the bank gave no ids of their own, told in another order by another message.

They are called by their place in the entry, ``ENTRY/2``; where the bank gives each of them the entry's id, the first
one by that. Which one is which shows in what they say (rules.md B1).
"""

from collections.abc import Iterator

from schemas.payment_events import PaymentReceived
from services.cash_application.identity_of_money import equal_sums, likeness
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane

_Likeness = tuple[bool, ...]


def told_before(lane: Lane, data: PaymentReceived) -> KnownPayment | None:
    """The transaction of an entry that a line tells again, the likest of its sum that its message did not tell yet.

    None where the line has an id of its own, or none fits.
    """
    entry = _entry_of(data)
    if entry is None:
        return None
    known = [each for each in equal_sums.told_about(lane, data) if _is_free(each, data, entry)]
    same_day = [each for each in known if likeness.is_same_day(each, data)]
    near = [each for each in known if likeness.is_told_ahead(each, data)]
    return max(same_day or near, key=lambda each: (_likeness(each, data), each.payment), default=None)


def duplicated(lane: Lane, data: PaymentReceived) -> KnownPayment | None:
    """The payment of a line without an id in a message that the bank calls a duplicate: the n-th of its like, too."""
    known = [each for each in equal_sums.told_about(lane, data) if _is_duplicated(each, data)]
    return max(known, key=lambda each: (_likeness(each, data), each.payment), default=None)


def _is_duplicated(known: KnownPayment, data: PaymentReceived) -> bool:
    told = ((each.channel, each.place, each.booked) for each in known.tellings if each.statement != data.statement)
    line = data.channel, data.place, data.booked
    return line in told and likeness.is_same_money(known, data) and not any(_names_in_message(known, data))


def _entry_of(data: PaymentReceived) -> str | None:
    """The entry whose id or place in it is all that a line is called by."""
    batch = data.ids.batch if data.ids is not None else None
    if batch is None:
        return None
    entry = batch.partition("#")[0]
    return entry if _is_named_by(data.payment, entry) else None


def _is_named_by(name: str, entry: str) -> bool:
    return name == entry or name.startswith(f"{entry}/")


def _is_free(known: KnownPayment, data: PaymentReceived, entry: str) -> bool:
    """Whether a payment is of the entry, of the line's money, and not another line of the line's message."""
    is_of_entry = any(_is_named_by(each.payment, entry) for each in known.tellings)
    if not is_of_entry or not likeness.is_same_money(known, data):
        return False
    return all(name == data.payment for name in _names_in_message(known, data))


def _names_in_message(known: KnownPayment, data: PaymentReceived) -> Iterator[str]:
    message = data.channel, data.statement
    return (each.payment for each in known.tellings if (each.channel, each.statement) == message)


def _likeness(known: KnownPayment, data: PaymentReceived) -> _Likeness:
    """In what a line says the same as a payment, the weightiest first."""
    iban, name = (data.payer.iban, data.payer.name) if data.payer else (None, None)
    other = likeness.payer_name(known)
    return (
        any(_names_in_message(known, data)),
        data.reference is not None and known.reference == data.reference,
        not (iban and known.iban and iban != known.iban),
        not (name and other and not likeness.are_names_alike(name, other)),
        iban is not None and known.iban == iban,
        bool(name and other),
        likeness.are_words_alike(known.message or "", data.message or ""),
        known.payment == data.payment,
    )

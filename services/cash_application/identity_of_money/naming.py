"""Finding a payment by what a bank or a person calls it, and the rows by which it is found (rules.md B1)."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from schemas.payment_events import BankIds, PaymentReceived, PaymentReversed
from services.cash_application.identity_of_money import likeness, siblings
from services.cash_application.state import waiting
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import Refused, Waits
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import ALIKE, MONEY_IDS, PAYMENTS, RETURN_IDS, PaymentsOfId
from services.cash_application.state.waiting import Missing

_NO_ID: Final = "NOTPROVIDED"
"""What a payer's bank gives as EndToEndId where the payer gave none."""


def told_before(lane: Lane, data: PaymentReceived) -> KnownPayment | None:
    """The payment of which an event tells again; its sum may differ. None for money that is new."""
    sibling = siblings.told_before(lane, data)
    if sibling is not None:
        return sibling
    found = {each.key: each for id_ in ids_of(data) for each in known_by_id(lane, data.creditor, data.account, id_)}
    same_day = [each for each in found.values() if likeness.is_same_day(each, data)]
    if same_day:
        return next((each for each in same_day if likeness.is_same_money(each, data)), same_day[0])
    near = [each for each in found.values() if likeness.is_told_ahead(each, data)]
    if near:
        return min(near, key=lambda each: (abs(each.booked - data.booked), each.payment))
    return _told_without_id(lane, data)


def ids_of(data: PaymentReceived | PaymentReversed) -> list[str]:
    """The archive ids under which an event tells its payment, or a return names one."""
    entry = data.ids.entry if data.ids is not None else None
    return [data.payment] if entry in (None, data.payment) else [data.payment, entry]


def known_by_id(lane: Lane, creditor: str, account: str, id_: str) -> list[KnownPayment]:
    """The payments of a bank account that have an archive id or a name, each once."""
    row = MONEY_IDS.get(lane.unit, key(creditor, account, id_))
    names = dict.fromkeys([id_, *(row.names if row is not None else ())])
    found = (standing(lane, creditor, account, name) for name in names)
    return list({each.key: each for each in found if each is not None}.values())


def standing(lane: Lane, creditor: str, account: str, name: str) -> KnownPayment | None:
    """The payment of a name; of one that was another payment's money, told twice, that other one.

    None for one that a corrected statement no longer tells.
    """
    payment = PAYMENTS.get(lane.unit, key(creditor, account, name))
    while payment is not None and payment.same_as is not None:
        payment = PAYMENTS.get(lane.unit, key(creditor, account, payment.same_as))
    return payment


def named(lane: Lane, creditor: str, account: str, name: str, booked: date | None) -> KnownPayment | Waits | Refused:
    """The payment that an event calls by a name or an archive id, with its booking day or without."""
    found = known_by_id(lane, creditor, account, name)
    fitting = [each for each in found if booked is None or likeness.is_booked_on(each, booked)]
    if len({each.booked for each in fitting}) == 1:  # the places of transactions in one entry name several
        fitting = [each for each in fitting if each.payment == name] or fitting
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        return which_payment(fitting)
    return Waits(Missing(PAYMENTS, key(creditor, account, f"{name} {booked}" if found else name)))


def of_line(lane: Lane, creditor: str, account: str, name: str, booked: date, statement: str) -> KnownPayment | None:
    """The payment that a line of a statement told under an id, as booked on a day; None where none or several fit."""
    found = known_by_id(lane, creditor, account, name)
    told = [each for each in found if (name, booked, statement) in _lines(each)] or found
    fitting = [each for each in told if likeness.is_booked_on(each, booked)]
    return fitting[0] if len(fitting) == 1 else None


def _lines(payment: KnownPayment) -> list[tuple[str, date, str | None]]:
    return [(each.payment, each.booked, each.statement) for each in payment.tellings if each.channel == "statement"]


def which_payment(fitting: list[KnownPayment]) -> Refused:
    """The refusal of an event that several payments fit."""
    days = ", ".join(sorted({str(each.booked) for each in fitting}))
    line = (
        f"data.payment: {len(fitting)} payments have this id, booked on {days}; say the payment's booking day (booked, "
        "of a refund or a reversal payment_booked), or its name as the reports have it, such as ID DAY"
    )
    return Refused("which-payment", (line,))


def free_name(lane: Lane, data: PaymentReceived) -> str:
    """The name of a new payment: its id, with the booking day and a number where that is another payment's."""
    name, number = data.payment, 1
    while PAYMENTS.get(lane.unit, key(data.creditor, data.account, name)) is not None:
        name = f"{data.payment} {data.booked}" + (f" {number}" if number > 1 else "")
        number += 1
    return name


def keep_ids(lane: Lane, payment: KnownPayment, data: PaymentReceived) -> None:
    """Have a payment found by the ids of a telling, and release what waits for a payment of these ids."""
    for id_ in ids_of(data):
        row_key = key(payment.creditor, payment.account, id_)
        row = MONEY_IDS.get(lane.unit, row_key)
        if id_ != payment.payment:
            row = row or PaymentsOfId()
            if payment.payment not in row.names:
                row.names.append(payment.payment)
                MONEY_IDS.put(lane.unit, row_key, row)
        waiting.release(lane, PAYMENTS, row_key)
        if row is not None or data.booked != payment.booked:
            waiting.release(lane, PAYMENTS, key(payment.creditor, payment.account, f"{id_} {data.booked}"))
    if data.place is not None and data.channel == "table":
        like = key(payment.creditor, payment.account, _like_of(data), str(data.place), payment.payment)
        lane.unit.put(ALIKE, like, b"")
    for kind, value in return_ids(data.ids, data.reference):
        lane.unit.put(RETURN_IDS, key(payment.creditor, payment.account, kind, value, payment.payment), b"")


def return_ids(ids: BankIds | None, reference: str | None) -> Iterator[tuple[str, str]]:
    """What a return may name its payment by beside archive ids, each kind with its value; the surest first."""
    if ids is not None:
        for kind in ("end_to_end", "uetr", "instruction", "mandate"):
            value: str | None = getattr(ids, kind)
            if value is not None and value != _NO_ID:
                yield kind, value
    if reference is not None:
        yield "reference", reference


def _told_without_id(lane: Lane, data: PaymentReceived) -> KnownPayment | None:
    """The payment that a line without an id tells again: another table's n-th of its like, or an older store's."""
    if data.place is None:
        return None
    if data.duplicate:
        return siblings.duplicated(lane, data)
    alike = (*_alike(lane, data, likeness.ANY_PLACE), *_alike(lane, data, str(data.place)))
    return next((each for each in alike if _is_told_again(each, data)), None)


def _alike(lane: Lane, data: PaymentReceived, place: str) -> Iterator[KnownPayment]:
    prefix = key(data.creditor, data.account, _like_of(data), place, "")
    for row_key, _ in lane.unit.scan(ALIKE, prefix):
        payment = standing(lane, data.creditor, data.account, row_key.removeprefix(prefix))
        if payment is not None:
            yield payment


def _like_of(data: PaymentReceived) -> str:
    payer = data.payer
    return likeness.like_digest(
        str(data.booked),
        data.currency,
        data.amount,
        data.reference,
        payer.iban if payer else None,
        payer.name if payer else None,
    )


def _is_told_again(known: KnownPayment, data: PaymentReceived) -> bool:
    return not known.tellings or (
        data.channel == "table" and all(each.statement != data.statement for each in known.tellings)
    )

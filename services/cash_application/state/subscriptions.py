"""Waiting for the next change of something that is known already.

`waiting` waits for a row that does not exist yet. The next change of a subject is such a row: changes are numbered, and
a subscriber waits for the row of the next number. A subject without subscribers costs one look-up a change, no write.
"""

from services.cash_application.state import waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import RowKind, key
from services.cash_application.state.rows import (
    CARRIER_CHANGES,
    CHANGES,
    HINT_CHANGES,
    INVOICE_CHANGES,
    MONEY_CHANGES,
    PAYER_CHANGES,
    POLICY_CHANGES,
    WATCHED,
    CarryingInvoices,
)
from services.cash_application.state.waiting import Missing


def of_hint(creditor: str, hint: str) -> str:
    """The subject: to which debtors a payer's IBAN points."""
    return key(HINT_CHANGES, creditor, hint)


def of_payer(payment_key: str) -> str:
    """The subject: which debtors have a name like the payment's payer's."""
    return key(PAYER_CHANGES, payment_key)


def of_invoices(creditor: str, debtor: str) -> str:
    """The subject: which invoices a debtor has."""
    return key(INVOICE_CHANGES, creditor, debtor)


def of_carriers(kind: RowKind[CarryingInvoices], row_key: str) -> str:
    """The subject: which further invoices carry a reference or a number that one invoice carries."""
    return key(CARRIER_CHANGES, kind.name, row_key)


def of_required_confidence(creditor: str) -> str:
    """The subject: the confidence that a creditor's policies require, and which policies these are."""
    return key(POLICY_CHANGES, creditor)


def of_money(creditor: str, account: str) -> str:
    """The subject: which payments a bank account received, and under which ids."""
    return key(MONEY_CHANGES, creditor, account)


def subscribe(lane: Lane, subject: str) -> Missing:
    """The row of the next change of a subject, to be waited for."""
    number = lane.unit.get(WATCHED, subject)
    if number is None:
        lane.unit.put(WATCHED, subject, number := b"0")
    return Missing(CHANGES, key(subject, number.decode()))


def notify(lane: Lane, subject: str) -> None:
    """Release the payments that wait for the next change of a subject, if it has subscribers."""
    number = lane.unit.get(WATCHED, subject)
    if number is None:
        return
    row_key = key(subject, number.decode())
    if CHANGES.is_expected(lane.unit, row_key):
        waiting.release(lane, CHANGES, row_key)
        lane.unit.delete(CHANGES.name, row_key)
        lane.unit.put(WATCHED, subject, b"%d" % (int(number) + 1))

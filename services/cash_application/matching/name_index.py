"""The index of debtors' names, by which payers find them, and of payers' names, by which new debtors find payments.

Names are compared by `names.likeness`; the rows here only narrow down which are worth comparing. A debtor's earlier
names stay (rules.md G10).
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from services.cash_application.matching.names import Likeness, buckets, index_texts, likeness, lookups
from services.cash_application.state import subscriptions
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import NAMES, PAYERS, PAYERS_IN_BUCKET

_DIGEST: Final = 12


def learn(lane: Lane, creditor: str, debtor: str, name: str) -> None:
    """From now on money in a name like this one may be the debtor's; payments that wait for it are scored again."""
    for row_key in keys_of_name(creditor, debtor, name):
        lane.unit.put(NAMES, row_key, name.encode())
    for payment_key in dict.fromkeys(_payments_like(lane, creditor, name)):
        subscriptions.notify(lane, subscriptions.of_payer(payment_key))


def keys_of_name(creditor: str, debtor: str, name: str) -> Iterator[str]:
    """The keys of the rows by which a debtor's name is found; two names of one debtor have rows of their own."""
    digest = sha256(name.encode()).hexdigest()[:_DIGEST]
    return (key(creditor, text, debtor, digest) for text in index_texts(name))


def debtors_like(lane: Lane, creditor: str, payer: str) -> dict[str, Likeness]:
    """The debtors whose name, or an earlier one, is like the payer's."""
    found: dict[str, Likeness] = {}
    wanted = lookups(payer)
    prefixes = [key(creditor, text, "") for text in wanted.whole] + [key(creditor, text) for text in wanted.beginnings]
    for prefix in prefixes:
        for row_key, name in lane.unit.scan(NAMES, prefix):
            debtor = row_key.split(SEPARATOR)[2]
            if found.get(debtor) != "same":
                alike = likeness(payer, name.decode())
                if alike is not None:
                    found[debtor] = alike
    return found


def list_payer(lane: Lane, payment: KnownPayment) -> None:
    """Have the payment scored again when a debtor of a name like its payer's becomes known."""
    if payment.name is None or payment.is_listed:
        return
    payment.is_listed = True
    for bucket in buckets(payment.name):
        lane.unit.put(PAYERS, key(payment.creditor, bucket, payment.key), payment.name.encode())
        _count(lane, payment.creditor, bucket, 1)


def unlist_payer(lane: Lane, payment: KnownPayment) -> None:
    """The payment needs no debtor any more."""
    if payment.name is None or not payment.is_listed:
        return
    payment.is_listed = False
    for bucket in buckets(payment.name):
        lane.unit.delete(PAYERS, key(payment.creditor, bucket, payment.key))
        _count(lane, payment.creditor, bucket, -1)


def rows_of_name(creditor: str, name: str) -> Iterator[tuple[str, str]]:
    """The rows, kind and key, that are read when a debtor's name is learned."""
    for bucket in buckets(name):
        yield PAYERS_IN_BUCKET, key(creditor, bucket)


def rows_of_payer(payment: KnownPayment) -> Iterator[tuple[str, str]]:
    """The rows, kind and key, that are read when a payment is listed by its payer's name."""
    if payment.name is not None and not payment.is_listed:
        for bucket in buckets(payment.name):
            yield PAYERS_IN_BUCKET, key(payment.creditor, bucket)


def _payments_like(lane: Lane, creditor: str, name: str) -> Iterator[str]:
    """The keys of the listed payments whose payer's name is like a debtor's."""
    for bucket in buckets(name):
        if lane.unit.get(PAYERS_IN_BUCKET, key(creditor, bucket)) is not None:
            prefix = key(creditor, bucket, "")
            for row_key, payer in lane.unit.scan(PAYERS, prefix):
                if likeness(payer.decode(), name) is not None:
                    yield row_key.removeprefix(prefix)


def _count(lane: Lane, creditor: str, bucket: str, more: int) -> None:
    """Count the payers of a bucket; without any its row goes, so that most names cost one look-up."""
    row_key = key(creditor, bucket)
    now = int(lane.unit.get(PAYERS_IN_BUCKET, row_key) or 0) + more
    if now:
        lane.unit.put(PAYERS_IN_BUCKET, row_key, b"%d" % now)
    else:
        lane.unit.delete(PAYERS_IN_BUCKET, row_key)

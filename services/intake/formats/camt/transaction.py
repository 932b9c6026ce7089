"""One transaction of an entry: the payments that came by it, or those of which it takes money back.

What a payment is called is `services.intake.formats.camt.identity`'s. Of a transaction that pays several invoices each
part is a payment of its own, ``<archive id>#1``, ``#2`` and so on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from schemas.money import decimal_text
from schemas.payment_events import MoneyChannel
from services.intake.formats.camt.entry import BankEntry
from services.intake.formats.camt.fields import CurrencyAmount, amount, day_of, message, party
from services.intake.formats.camt.identity import PaymentName
from services.intake.formats.camt.remittance import RemittancePart, remittance_parts
from services.intake.formats.format import Event, known_at, money_event
from services.intake.formats.xml.elements import Element, first, line, text

RECEIVED: Final = "payment.received.v1"
REVERSED: Final = "payment.reversed.v1"

_LONGEST_WAY: Final = timedelta(days=366)
"""A payment date longer before the booking than this is some system's default value."""
_NO_REASON: Final = "returned by the bank"


@dataclass(slots=True)
class ReportedAccount:
    """A registered creditor's bank account in one statement or notification.

    ``created`` is when the bank made its message, if it says so; ``channel`` and ``statement`` as in
    `schemas.payment_events.PaymentReceived`, ``duplicate`` too.
    """

    creditor: str
    iban: str
    zone: ZoneInfo
    created: str | None
    channel: MoneyChannel
    statement: str | None
    duplicate: Literal[True] | None = None
    _known: dict[date, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The source of all events about the account."""
        return f"//bank/{self.iban}"

    def known(self, day: date) -> str:
        """When what was booked on ``day`` became known."""
        known = self._known.get(day)
        if known is None:
            self._known.clear()
            known = self._known[day] = known_at(self.created, day, self.zone)
        return known

    def event(self, kind: str, name: str, day: date, data: dict[str, Any]) -> Event:
        """An event about the account, whose id begins with a name."""
        known = self.known(day)
        return money_event(kind, self.source, name, known, {"creditor": self.creditor, "account": self.iban, **data})


def says_something(transaction: Element) -> bool:
    """Whether a transaction says who paid or what for; one that does not only repeats its entry's sum."""
    return any(first(transaction, path) is not None for path in ("Refs/AcctSvcrRef", "RltdPties/Dbtr", "RmtInf"))


def amounts_of(transaction: Element, currency: str) -> Iterator[CurrencyAmount]:
    """The amounts of a transaction in a currency, what was booked first, then what the payer's order said.

    Raises:
        ValueError: when an amount is none.
    """
    for path in ("AmtDtls/TxAmt/Amt", "Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        money = amount(first(transaction, path))
        if money is not None and money.currency == currency:
            yield money


def received(
    account: ReportedAccount,
    booked: date,
    name: PaymentName,
    transaction: Element,
    whole: Element | None,
    money: CurrencyAmount,
    charges: int,
) -> Iterator[Event]:
    """The payments of a transaction; together they are its money.

    ``whole`` is the entry where it has no other transaction: then the entry's words are the payment's, too. ``charges``
    (minor units) are the bank's; of which part of several they were taken is not known.

    Raises:
        ValueError: when an amount in it is none.
    """
    payer = _payer(transaction)
    paid_on = _paid_on(transaction, booked, account.zone)
    parts = remittance_parts(transaction, money)
    words = _other_words(transaction, whole)
    for number, part in enumerate(parts, start=1):
        part_name = name if len(parts) == 1 else name.part(number)
        said = RemittancePart(part.minor, part.reference, message([part.message or "", *words]))
        kept = charges if len(parts) == 1 else 0
        yield _payment(account, part_name, booked, said, money.currency, paid_on, payer, kept)


def _other_words(transaction: Element, whole: Element | None) -> list[str]:
    """What the bank gives beside the remittance: the payer's own id, and additional information (rules.md G10)."""
    said = [text(transaction, "Refs/EndToEndId"), text(transaction, "AddtlTxInf")]
    if whole is not None:
        said.append(text(whole, "AddtlNtryInf"))
    return [each for each in said if each]


def received_in_sum(
    account: ReportedAccount, booked: date, name: PaymentName, entry: Element, money: CurrencyAmount, charges: int
) -> Event:
    """The payment of an entry that says nothing of its transaction; ``charges`` (minor units) are the bank's."""
    words = text(entry, "AddtlNtryInf")
    part = RemittancePart(money.minor, None, message([words]) if words else None)
    return _payment(account, name, booked, part, money.currency, booked, None, charges)


def returned(
    account: ReportedAccount,
    entry: BankEntry,
    booked: date,
    name: PaymentName,
    transaction: Element,
    money: CurrencyAmount,
) -> Iterator[Event]:
    """What is taken back, under the id that the bank gives it: the payment's or one of its own.

    Raises:
        ValueError: when an amount in it is none.
    """
    why = [_reason_code(transaction), text(transaction, "RtrInf/AddtlInf")]
    reason = message([each for each in why if each]) or _NO_REASON
    parts = remittance_parts(transaction, money)
    for number, part in enumerate(parts, start=1):
        part_name = name if len(parts) == 1 else name.part(number)
        yield _reversal(account, entry, booked, part_name, part, money.currency, reason)


def returned_in_sum(
    account: ReportedAccount, entry: BankEntry, booked: date, name: PaymentName, money: CurrencyAmount
) -> Event:
    """The payment, or what of it is taken back, of an entry that says nothing of its transaction."""
    part = RemittancePart(money.minor, None, None)
    return _reversal(account, entry, booked, name, part, money.currency, _NO_REASON)


def _payment(
    account: ReportedAccount,
    name: PaymentName,
    booked: date,
    part: RemittancePart,
    currency: str,
    paid_on: date,
    payer: dict[str, str] | None,
    charges: int,
) -> Event:
    data = {
        "payment": name.payment,
        "reference": part.reference,
        "amount": decimal_text(part.minor, currency),
        "currency": currency,
        "paid": paid_on.isoformat(),
        "booked": booked.isoformat(),
        "payer": payer,
        "message": part.message,
        "channel": account.channel,
        "statement": account.statement,
        "duplicate": account.duplicate,
        "place": name.place,
        "charges": decimal_text(charges, currency) if 0 < charges < part.minor else None,
        "ids": name.ids or None,
    }
    return account.event(RECEIVED, f"{name.payment}:{booked}", booked, data)


def _reversal(
    account: ReportedAccount,
    entry: BankEntry,
    booked: date,
    name: PaymentName,
    part: RemittancePart,
    currency: str,
    reason: str,
) -> Event:
    data = {
        "payment": name.payment,
        "amount": decimal_text(part.minor, currency),
        "currency": currency,
        "reason": reason,
        "booked": booked.isoformat(),
        "reference": part.reference,
        "channel": account.channel,
        "statement": account.statement,
        "duplicate": account.duplicate,
        "ids": name.ids or None,
    }
    return account.event(REVERSED, f"{name.payment}:reversed:{entry.reference or booked}", booked, data)


def _payer(transaction: Element) -> dict[str, str] | None:
    parties = first(transaction, "RltdPties")
    if parties is None:
        return None
    payer = {}
    name = party(parties, "Dbtr") or party(parties, "UltmtDbtr")
    if name is not None:
        payer["name"] = name
    iban = line(parties, "DbtrAcct/Id/IBAN")
    if iban is not None:
        payer["iban"] = iban
    return payer or None


def _paid_on(transaction: Element, booked: date, zone: ZoneInfo) -> date:
    """The payer's payment date; the booking date where there is none, or none that can be."""
    paid = day_of(text(transaction, "RltdDts/AccptncDtTm"), zone)
    return paid if paid is not None and booked - _LONGEST_WAY <= paid <= booked else booked


def _reason_code(transaction: Element) -> str | None:
    return line(transaction, "RtrInf/Rsn/Cd") or line(transaction, "RtrInf/Rsn/Prtry")

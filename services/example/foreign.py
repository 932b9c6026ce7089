"""The example's files of other systems: Finvoice messages, a KTL batch, camt.054 with camt.053 (`templates`).

Messages stand one after the other in a file, as operators and banks' channels hand them over.
"""

from datetime import date, datetime, time
from itertools import accumulate
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from schemas.money import decimal_text
from services.example import company
from services.example.bank_days import ExampleBankDay, ExampleBankLine
from services.example.books import ExampleInvoice

_OPENING_CENTS: Final = 1_250_000
"""What the account held before the first statement."""
_NATIONAL_LETTERS: Final = str.maketrans("ÄÖÅ", "[\\]")
"""SF 4017, the 7-bit set of KTL files."""


def finvoices(invoices: list[tuple[ExampleInvoice, str]]) -> bytes:
    """Invoices, each with what it is for."""
    texts = (_rendered("finvoice.xml.j2", invoice=invoice, subject=subject) for invoice, subject in invoices)
    return "".join(texts).encode("iso-8859-15")


def notifications(days: list[ExampleBankDay]) -> bytes:
    """Each day's payments one by one, where there are any."""
    return "".join(_rendered("notification.xml.j2", day=day) for day in days if day.payments).encode()


def statements(days: list[ExampleBankDay]) -> bytes:
    """Each day's statement: the payments in one sum, the balances, which begin with what the day before left."""
    openings = accumulate((day.received - day.fee for day in days), initial=_OPENING_CENTS)
    reported = zip(days, openings, strict=False)
    return "".join(_rendered("statement.xml.j2", day=day, opening=opening) for day, opening in reported).encode()


def ktl(day: ExampleBankDay) -> bytes:
    """A day's payments as a batch of records of 90 characters."""
    records = [
        f"0{day.morning:%y%m%d}0700100000000011",
        *map(_ktl_payment, day.payments),
        f"9{len(day.payments):06}{day.received:011}".ljust(52, "0"),
    ]
    return "".join(f"{record:90}\r\n" for record in records).encode("ascii")


def _ktl_payment(payment: ExampleBankLine) -> str:
    booking = payment.booking
    payer = f"{payment.payer.upper().translate(_NATIONAL_LETTERS):12.12}"
    days = f"{booking.booked:%y%m%d}{booking.paid.day:%y%m%d}"
    what = f"{booking.archive_id:16}{payment.reference:0>20}"
    return f"3{company.IBAN[4:]}{days}{what}{payer}1A{booking.paid.cents:010}0A "


def _rendered(template: str, **facts: Any) -> str:
    text = _ENVIRONMENT.get_template(template).render(company=company, **facts)
    return "".join(f"{line}\n" for line in text.splitlines() if line.strip())


def _point(cents: int) -> str:
    return decimal_text(cents, company.CURRENCY)


def _comma(cents: int) -> str:
    return _point(cents).replace(".", ",")


def _digits(day: date) -> str:
    return f"{day:%Y%m%d}"


def _at(day: date, clock: str) -> str:
    return datetime.combine(day, time.fromisoformat(clock), company.ZONE).isoformat()


_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("services.example"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_ENVIRONMENT.filters |= {"point": _point, "comma": _comma, "digits": _digits, "at": _at}

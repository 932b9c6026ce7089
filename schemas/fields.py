"""The types of the fields of public events and messages, and the two base classes of all models.

Errors say what is wrong and what to do, never the value: their texts end up in dead letters and logs, where personal
data must not be (design.md §1).

Public JSON and our own messages share these models. Only money differs: a decimal string in public JSON, `int` minor
units in our messages. Public JSON is read and written with a context that names the currency (`public_context`);
without a context amounts are minor units.
"""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    SerializationInfo,
    StrictBool,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from stdnum import bic, iban

from schemas.money import LARGEST_AMOUNT, currency_decimals, decimal_text, minor_units
from schemas.references import canonical_reference, is_valid_reference

CURRENCY_WITHOUT_FIELD: Final = "EUR"
"""Amounts that have no currency beside them are written with at most two decimals."""
EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2199
"""Dates outside are typing mistakes; inside, adding waits and limitation times cannot overflow."""

_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NO_OFFSET: Final = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?)?", re.ASCII)
_CLOCK_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_PERCENT: Final = re.compile(r"-?\d{1,3}(\.\d{1,4}0*)?", re.ASCII)
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}",
    re.ASCII,
)


class PublicContext(TypedDict):
    """The pydantic context of public JSON: the currency of the amounts in it."""

    currency: str


def public_context(currency: str = CURRENCY_WITHOUT_FIELD) -> PublicContext:
    """The context with which models read and write public JSON, amounts as decimal strings."""
    return {"currency": currency}


class Part(BaseModel):
    """A part of a message. Frozen; unknown fields are left out."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        allow_inf_nan=False,
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
    )


class StrictPart(Part):
    """A part of the settings. Frozen; unknown fields are refused (design.md §4)."""

    model_config = ConfigDict(extra="forbid")


# --- money ---------------------------------------------------------------------------------------


class MinorUnits:
    """The JSON Schema of an amount: a decimal string in public JSON, an integer in our own messages."""

    def __init__(self, sign: str = "") -> None:
        """``sign``: what may stand before the digits, as a pattern."""
        self._sign = sign

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        if handler.mode == "serialization":
            return {"type": "integer", "description": "minor units"}
        return {"type": "string", "pattern": rf"^{self._sign}\d{{1,15}}(\.\d{{1,3}})?$", "examples": ["100.00"]}


def _read_amount(value: object, info: ValidationInfo) -> object:
    context: PublicContext | None = info.context
    return value if context is None else _from_text(value, context["currency"])


def _read_domestic(value: object, info: ValidationInfo) -> object:
    return value if info.context is None else _from_text(value, CURRENCY_WITHOUT_FIELD)


def _from_text(value: object, currency: str) -> int:
    if type(value) is not str:
        raise ValueError('must be a decimal string; put it in quotes, such as "100.00"')
    return minor_units(value, currency)


def _write_amount(value: int, info: SerializationInfo) -> int | str:
    context: PublicContext | None = info.context
    return value if context is None else decimal_text(value, context["currency"])


def _write_domestic(value: int, info: SerializationInfo) -> int | str:
    return value if info.context is None else decimal_text(value, CURRENCY_WITHOUT_FIELD)


Amount = Annotated[
    int,
    Field(strict=True, ge=0, lt=LARGEST_AMOUNT),
    BeforeValidator(_read_amount),
    PlainSerializer(_write_amount),
    MinorUnits(),
]
"""Minor units of the currency beside it (without one: hundredths), zero allowed."""

PositiveAmount = Annotated[
    int,
    Field(strict=True, gt=0, lt=LARGEST_AMOUNT),
    BeforeValidator(_read_amount),
    PlainSerializer(_write_amount),
    MinorUnits(),
]
"""Minor units of the currency beside it (without one: hundredths), more than zero."""

SignedAmount = Annotated[
    int,
    Field(strict=True, gt=-LARGEST_AMOUNT, lt=LARGEST_AMOUNT),
    BeforeValidator(_read_amount),
    PlainSerializer(_write_amount),
    MinorUnits(sign="-?"),
]
"""Minor units of the currency beside it (without one: hundredths), below zero allowed."""

DomesticAmount = Annotated[
    int,
    Field(strict=True, ge=0, lt=LARGEST_AMOUNT),
    BeforeValidator(_read_domestic),
    PlainSerializer(_write_domestic),
    MinorUnits(),
]
"""Minor units of the currency of the creditor's country, whatever currency is beside it (rules.md F6).

Fees, compensation, minimum and waivers. The currency is not named: the law pack of the country says it, and it has two
decimals.
"""


def _currency(text: str) -> str:
    currency_decimals(text)
    return text


Currency = Annotated[str, AfterValidator(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})]
"""An ISO 4217 code."""


# --- numbers -------------------------------------------------------------------------------------


def _percent(value: object) -> Decimal:
    text = str(value) if isinstance(value, Decimal | int | float) else value
    if not isinstance(text, str) or not _PERCENT.fullmatch(text):
        raise ValueError('is not a percentage; write it such as "9.5" for 9.5 %, at most 4 decimals')
    return Decimal(_without_zeros(Decimal(text)))


def _without_zeros(percent: Decimal) -> str:
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _not_negative(percent: Decimal) -> Decimal:
    if percent < 0:
        raise ValueError("must be at least 0")
    return percent


Percent = Annotated[
    Decimal,
    BeforeValidator(_percent),
    PlainSerializer(_without_zeros, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "pattern": rf"^{_PERCENT.pattern}$", "examples": ["9.5"]}),
]
"""An exact percentage, ``Decimal("9.5")`` for 9.5 %, at most 4 decimals; a decimal string in our JSON."""

PercentFromZero = Annotated[Percent, AfterValidator(_not_negative)]
"""A percentage that cannot be negative."""

Count = Annotated[int, Field(strict=True, ge=0, le=10**9)]
"""A number of things, from zero."""
Days = Annotated[int, Field(strict=True, ge=0, le=3650)]
"""A number of calendar days, up to ten years."""
Flag = StrictBool
"""True or false; no other spelling is accepted."""


# --- days and instants ---------------------------------------------------------------------------


def _day(value: object) -> date:
    if type(value) is date:
        return value
    if not isinstance(value, str) or len(value) != 10 or not value[4] == value[7] == "-":
        raise ValueError("is not a date; write it as YYYY-MM-DD, in quotes")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("is not a day of the calendar; write it as YYYY-MM-DD") from None
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValueError(f"is not between {EARLIEST_YEAR} and {LATEST_YEAR}; check the year")
    return day


Day = Annotated[date, BeforeValidator(_day)]
"""A calendar day, ``YYYY-MM-DD``."""


def _public_instant(value: object) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        if isinstance(value, str) and _NO_OFFSET.fullmatch(value):
            raise ValueError("has no offset; write it with one: 2026-01-09T08:00:00+02:00")
        raise ValueError("is not an instant; write it as 2026-01-09T08:00:00+02:00")
    try:
        instant = datetime.fromisoformat(value.upper())
    except ValueError:
        raise ValueError("is not a time of the calendar; check day, hours and offset") from None
    if not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
        raise ValueError(f"is not between {EARLIEST_YEAR} and {LATEST_YEAR}; check the year")
    return instant.astimezone(UTC)


PublicInstant = Annotated[datetime, BeforeValidator(_public_instant)]
"""An instant as outsiders write it (RFC 3339 with an offset), kept in UTC."""


def _in_utc(instant: datetime) -> datetime:
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An instant in our own messages: aware, kept in UTC."""


def _clock_time(value: object) -> object:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _CLOCK_TIME.fullmatch(value):
        raise ValueError('is not a time of day in whole minutes; write it such as "09:00"')
    return time.fromisoformat(value)


def _hours_and_minutes(value: time) -> str:
    return value.isoformat(timespec="minutes")


Date = date
"""A calendar day in our own messages, where it was checked when it came in."""

ClockTime = Annotated[
    time,
    BeforeValidator(_clock_time),
    PlainSerializer(_hours_and_minutes, return_type=str),
    WithJsonSchema({"type": "string", "pattern": rf"^{_CLOCK_TIME.pattern}$", "examples": ["09:00"]}),
]
"""A local time of day in whole minutes, ``HH:MM``."""


# --- texts ---------------------------------------------------------------------------------------

_NOT_PRINTED: Final = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
"""Control characters and line ends of every kind, for use inside the brackets of a pattern."""
_NOT_IN_TEXT: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""The same, but line ends and tabs may stand in a text."""

LONGEST_ID_BYTES: Final = 500
"""Five ids and a few words fit into a key of any store: PostgreSQL's index takes 2,704 bytes of one."""
_SHORT_IN_ANY_SCRIPT: Final = LONGEST_ID_BYTES // 4


def fits_a_key(text: str) -> bool:
    """Whether an id has at most 500 bytes in UTF-8."""
    return len(text) <= _SHORT_IN_ANY_SCRIPT or len(text.encode()) <= LONGEST_ID_BYTES


def _short(text: str) -> str:
    if not fits_a_key(text):
        raise ValueError(f"is longer than {LONGEST_ID_BYTES} bytes in UTF-8; shorten it")
    return text


Identifier = Annotated[
    str,
    StringConstraints(max_length=200, pattern=rf"^[^{_NOT_PRINTED}]*[^ {_NOT_PRINTED}][^{_NOT_PRINTED}]*$"),
    AfterValidator(_short),
]
"""An id given by somebody else: not blank, no control characters (keys are joined with one), at most 500 bytes."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=rf"^[^{_NOT_PRINTED}]+$")]
"""One line of text, such as a name: safe in a mail's header."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=rf"^[^{_NOT_IN_TEXT}]+$")]
"""Free text, line ends allowed."""

Url = Annotated[str, StringConstraints(max_length=300, pattern=r"^https?://[!-~]+$")]
"""A web address, as a letter shows it."""


def _reference(text: str, info: ValidationInfo) -> str:
    """In public JSON only a valid one; our own messages hold its canonical form, which is no RF reference any more."""
    if info.context is not None and not is_valid_reference(text):
        raise ValueError(
            "is not a valid reference; give a national reference number or an RF reference with its check digits"
        )
    return canonical_reference(text)


Reference = Annotated[str, StringConstraints(max_length=60), AfterValidator(_reference)]
"""A valid payment reference in canonical form (:func:`canonical_reference`)."""


def _paid_reference(text: object) -> object:
    return (canonical_reference(text) or None) if isinstance(text, str) else text


PaidReference = Annotated[Identifier | None, BeforeValidator(_paid_reference)]
"""The reference a payer wrote, in canonical form, right or wrong; empty or zeros count as none."""


@lru_cache(maxsize=4096)
def _iban(text: str) -> str:
    if not iban.is_valid(text, check_country=False):
        raise ValueError("is not a valid IBAN; check its digits")
    return str(iban.compact(text))


Iban = Annotated[str, StringConstraints(max_length=50), AfterValidator(_iban)]
"""A checked IBAN without spaces, upper case."""


def _payer_iban(text: str) -> str:
    return "".join(text.split()).upper()


PayerIban = Annotated[Line, AfterValidator(_payer_iban)]
"""The account a payment came from, as the bank gives it: only a hint, so it is not checked."""


def _bic(text: str) -> str:
    if not bic.is_valid(text):
        raise ValueError("is not a valid BIC; it has 8 or 11 letters and digits")
    return str(bic.compact(text))


Bic = Annotated[str, StringConstraints(max_length=20), AfterValidator(_bic)]
"""A bank's BIC (ISO 9362), upper case."""


def _email(text: str) -> str:
    local, _, _ = text.rpartition("@")
    if len(text) > 254 or len(local) > 64 or not _EMAIL.fullmatch(text):
        raise ValueError(
            "is not an e-mail address; write it as name@example.fi, an international domain in its xn-- form"
        )
    return text


Email = Annotated[str, AfterValidator(_email), WithJsonSchema({"type": "string", "format": "email"})]
"""One bare e-mail address, checked by its form only: safe in a mail's header and envelope."""


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not a time zone; write one such as Europe/Helsinki") from None
    return text


Timezone = Annotated[str, StringConstraints(max_length=60), AfterValidator(_timezone)]
"""An IANA time zone, such as ``Europe/Helsinki``."""
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""An ISO 3166 two-letter code."""

Language = Literal["fi", "sv", "en"]
Kind = Literal["consumer", "business"]
Tone = Literal["friendly", "firm", "final"]
Raw = dict[str, Any]

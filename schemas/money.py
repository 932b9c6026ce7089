"""Conversion of money between public decimal text (``"105.52"``) and minor units (``10552``). No float is involved.

The number of decimals of a currency is ISO 4217's minor unit.
"""

import re
from typing import Final

LARGEST_AMOUNT: Final = 10**14
"""Amounts are smaller than this many minor units: sums of them stay far inside 64 bits."""

_CODES: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD"
    " CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ"
    " GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL"
    " MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR"
    " PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT"
    " TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
DECIMALS: Final[dict[str, int]] = {code: decimals for decimals, codes in _CODES.items() for code in codes.split()}
"""Currencies in use and how many decimals each has (ISO 4217)."""

_DECIMAL: Final = re.compile(r"-?(\d{1,15})(?:\.(\d{1,6}))?", re.ASCII)


def currency_decimals(currency: str) -> int:
    """How many decimals amounts of ``currency`` have; ValueError when it is no ISO 4217 code."""
    try:
        return DECIMALS[currency]
    except KeyError:
        raise ValueError("is not an ISO 4217 currency code; write one such as EUR") from None


def minor_units(text: str, currency: str) -> int:
    """The exact minor units of a decimal text: ``minor_units("105.52", "EUR") == 10552``.

    Raises ValueError, worded for the sender and without the value, when the text is not a plain
    decimal number, has more decimals than the currency, or is too large.
    """
    decimals = currency_decimals(currency)
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise ValueError('is not an amount; write it with digits and a point, such as "100.00"')
    whole, fraction = match[1], match[2] or ""
    if len(fraction) > decimals:
        raise ValueError(f"has more decimals than {currency} has ({decimals}); round it before sending")
    amount = int(whole + fraction.ljust(decimals, "0"))
    if amount >= LARGEST_AMOUNT:
        raise ValueError("is too large an amount; check that no digits were added to it")
    return -amount if text[0] == "-" else amount


def decimal_text(minor: int, currency: str) -> str:
    """The public form of an amount, with all decimals: ``decimal_text(0, "EUR") == "0.00"``."""
    decimals = currency_decimals(currency)
    sign = "-" if minor < 0 else ""
    digits = str(abs(minor)).rjust(decimals + 1, "0")
    if decimals == 0:
        return sign + digits
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"

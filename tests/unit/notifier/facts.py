"""Finding the facts in a letter's text, whatever its language: amounts, days, rates, numbers to pay to and to call."""

import re
from collections import Counter
from datetime import date

_MONTHS = {
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta"
    " heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "en": "January February March April May June July August September October November December",
}
_SPACE = "[\u00a0 ]"
_AMOUNT = {
    "fi": re.compile(rf"-?\d{{1,3}}(?:{_SPACE}\d{{3}})*,\d{{2}}{_SPACE}€"),
    "sv": re.compile(rf"-?\d{{1,3}}(?:{_SPACE}\d{{3}})*,\d{{2}}{_SPACE}€"),
    "en": re.compile(r"-?€\d{1,3}(?:,\d{3})*\.\d{2}"),
}
_RATE = re.compile(r"(\d+(?:[.,]\d+)?)\u00a0?%")
_WEEKDAYS = {
    "fi": "maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina",
    "sv": "måndagen tisdagen onsdagen torsdagen fredagen lördagen söndagen",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
_SAME_EVERYWHERE = re.compile(
    r"FI\d{2}(?: \d{4}){3} \d{2}|\b[A-Z]{6}[A-Z0-9]{2}\b|https://\S+|\S+@\S+\.\w+|\b\d{7}-\d\b"
    r"|\b0800 \d \d{4}|\b0295 \d{3} \d{3}|\b09 \d{3} \d{4}|\b\d{1,5}(?: \d{5})+\b|[0-9a-f]{8}-[0-9a-f-]{27}"
)


def amounts(text: str, language: str) -> list[int]:
    """The amounts in cents, in the order they are read."""
    return [_cents(found) for found in _AMOUNT[language].findall(text)]


def _cents(found: str) -> int:
    digits = int(re.sub(r"\D", "", found))
    return -digits if found.startswith("-") else digits


def days(text: str, language: str) -> list[date]:
    """The days; where a weekday is named it must be the right one."""
    months = _MONTHS[language].split()
    weekdays = _WEEKDAYS[language].split()
    short = [month[:3] for month in months]
    found = [
        (at.start(), date(int(at[3]), int(at[2]), int(at[1])))
        for at in re.finditer(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b", text)
    ]
    for at in re.finditer(r"(?:(\w+) (?:den )?)?\b(\d{1,2})\.?[\u00a0 ]([^\W\d_]+)[\u00a0 ](\d{4})\b", text):
        month = months.index(at[3]) if at[3] in months else short.index(at[3])
        day = date(int(at[4]), month + 1, int(at[2]))
        if at[3] in months:
            assert at[1] == weekdays[day.weekday()], at[0]
        found.append((at.start(), day))
    return [day for _, day in sorted(found)]


def facts(text: str, language: str) -> Counter[object]:
    """Every fact in the text and how often it is said."""
    rates = [("rate", rate.replace(",", ".")) for rate in _RATE.findall(text)]
    invoices = [("invoice", number) for number in re.findall(r"\bL-\d+\b", text)]
    return Counter(
        [*amounts(text, language), *days(text, language), *rates, *invoices, *_SAME_EVERYWHERE.findall(text)]
    )

"""The example's creditor: Esimerkkilän Kuitu Oy, an invented broadband company with one bank account."""

from typing import Final
from zoneinfo import ZoneInfo

COUNTRY: Final = "FI"
NAME: Final = "Esimerkkilän Kuitu Oy"
BUSINESS_ID: Final = "0000001-9"
STREET, POSTCODE, TOWN = "Kuvitelmakatu 1", "00000", "Esimerkkilä"
IBAN: Final = "FI5910000000000001"
BIC: Final = "NDEAFIHH"
ZONE: Final = ZoneInfo("Europe/Helsinki")
CURRENCY: Final = "EUR"

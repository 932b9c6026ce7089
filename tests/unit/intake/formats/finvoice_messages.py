"""Finvoice messages for tests: a small whole one, and what may be changed in it."""

from typing import Any

from tests.unit.intake.formats.file_reading import Registered

KNOWN = Registered(accounts={"FI2112345600000785": "acme"}, businesses={"2345678-0": "acme"})

SOAP = """<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:eb="http://www.oasis-open.org/x">
<SOAP-ENV:Header><eb:MessageHeader eb:id="a"><eb:From><eb:PartyId>003723456780</eb:PartyId></eb:From>
<eb:Service>Routing</eb:Service><eb:Action>ProcessInvoice</eb:Action></eb:MessageHeader></SOAP-ENV:Header>
<SOAP-ENV:Body><eb:Manifest eb:id="Manifest"><eb:Reference xlink:href="x" xmlns:xlink="http://www.w3.org/1999/xlink">
<eb:Schema eb:location="Finvoice.dtd"/></eb:Reference></eb:Manifest></SOAP-ENV:Body></SOAP-ENV:Envelope>
"""

SELLER = """<SellerPartyDetails><SellerPartyIdentifier>2345678-0</SellerPartyIdentifier>
<SellerOrganisationName>Myyjä Oy</SellerOrganisationName></SellerPartyDetails>"""
BUYER = """<BuyerPartyDetails><BuyerPartyIdentifier>C-7</BuyerPartyIdentifier>
<BuyerOrganisationName>Aino  Mallila</BuyerOrganisationName><BuyerPostalAddressDetails>
<BuyerStreetName>Tarutie 4</BuyerStreetName><BuyerTownName>Esimerkkilä</BuyerTownName>
<BuyerPostCodeIdentifier>00000</BuyerPostCodeIdentifier><CountryCode>FI</CountryCode></BuyerPostalAddressDetails>
</BuyerPartyDetails>"""
BUYER_MAIL = """<BuyerCommunicationDetails><BuyerEmailaddressIdentifier>aino@asukas.example
</BuyerEmailaddressIdentifier></BuyerCommunicationDetails>"""
LANGUAGE = "<InvoiceRecipientLanguageCode>SV</InvoiceRecipientLanguageCode>"
TYPE = "<InvoiceTypeCode>INV01</InvoiceTypeCode><OriginCode>Original</OriginCode>"
NUMBER = "<InvoiceNumber>1001</InvoiceNumber>"
DAY = '<InvoiceDate Format="CCYYMMDD">20260109</InvoiceDate>'
TOTAL = '<InvoiceTotalVatIncludedAmount AmountCurrencyIdentifier="EUR">100,00</InvoiceTotalVatIncludedAmount>'
TERMS = '<PaymentTermsDetails><InvoiceDueDate Format="CCYYMMDD">20260123</InvoiceDueDate></PaymentTermsDetails>'
DETAILS = f"<InvoiceDetails>{TYPE}{NUMBER}{DAY}{TOTAL}{TERMS}</InvoiceDetails>"
ROW = "<InvoiceRow><ArticleName>Kuitu</ArticleName></InvoiceRow>"
REFERENCE = '<EpiRemittanceInfoIdentifier IdentificationSchemeName="SPY">10016</EpiRemittanceInfoIdentifier>'
TO_PAY = '<EpiInstructedAmount AmountCurrencyIdentifier="EUR">100,00</EpiInstructedAmount>'
EPI = f"""<EpiDetails><EpiPartyDetails><EpiBeneficiaryPartyDetails>
<EpiAccountID IdentificationSchemeName="IBAN">FI21 1234 5600 0007 85</EpiAccountID></EpiBeneficiaryPartyDetails>
</EpiPartyDetails><EpiPaymentInstructionDetails>{REFERENCE}{TO_PAY}
<EpiDateOptionDate Format="CCYYMMDD">20260123</EpiDateOptionDate></EpiPaymentInstructionDetails></EpiDetails>"""
MESSAGE = f"{SELLER}{LANGUAGE}{BUYER}{BUYER_MAIL}{DETAILS}{ROW}{EPI}"
ISSUED: dict[str, Any] = {
    "creditor": "acme",
    "debtor": "C-7",
    "party": {
        "kind": "consumer",
        "name": "Aino Mallila",
        "email": "aino@asukas.example",
        "language": "sv",
        "address": {"street": "Tarutie 4", "postcode": "00000", "city": "Esimerkkilä", "country": "FI"},
    },
    "invoice": "1001",
    "reference": "10016",
    "issued": "2026-01-09",
    "due": "2026-01-23",
    "amount": "100.00",
    "currency": "EUR",
}


def message(*changes: tuple[str, str], encoding: str = "UTF-8") -> bytes:
    """A Finvoice message in which some pieces are replaced by others."""
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<Finvoice Version="3.0">{MESSAGE}</Finvoice>\n'
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode(encoding)


def wrapped(text: str, *names: str) -> str:
    """Elements within each other, the last one around the text."""
    for name in reversed(names):
        text = f"<{name}>{text}</{name}>"
    return text


def coded(code: str, origin: str = "Original") -> tuple[str, str]:
    return TYPE, f"<InvoiceTypeCode>{code}</InvoiceTypeCode><OriginCode>{origin}</OriginCode>"


def status(code: str, more: str = "") -> tuple[str, str]:
    said = f"<PaymentStatusDetails><PaymentStatusCode>{code}</PaymentStatusCode></PaymentStatusDetails>"
    return ROW, said + more + ROW


def amounts(total: str, to_pay: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (TOTAL, TOTAL.replace("100,00", total)), (TO_PAY, TO_PAY.replace("100,00", to_pay))


def original(*numbers: str) -> tuple[str, str]:
    first, *others = numbers
    more = "".join(wrapped(number, "OriginalInvoiceReference", "InvoiceNumber") for number in others)
    return DAY, f"{DAY}<OriginalInvoiceNumber>{first}</OriginalInvoiceNumber>{more}"

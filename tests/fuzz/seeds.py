"""Valid files of each format, small and with all in them that a reader looks at: what the fuzzer mutates."""

from collections.abc import Mapping
from typing import Final

from tests.unit.intake.formats import csv_rows as csv
from tests.unit.intake.formats import test_ktl as ktl
from tests.unit.intake.formats import test_ubl as ubl
from tests.unit.intake.formats.camt_messages import (
    REFERENCE_PAYMENTS,
    credit_note,
    entry,
    invoice_paid,
    notification,
    report,
    statement,
    statements,
    strd,
    transaction,
)
from tests.unit.intake.formats.finvoice_messages import SOAP, coded, message, original, status
from tests.unit.intake.public_events import creditor, invoice, payment, raw

_PAYER: Final = (
    "<Dbtr><Pty><Nm>Aino Mallila</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>FI1410093000123458</IBAN></Id></DbtrAcct>"
)
_PAID_ON: Final = "<RltdDts><AccptncDtTm>2026-01-08T10:00:00+02:00</AccptncDtTm></RltdDts>"
_RETURNED: Final = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></RtrInf>"
_SUMMARY: Final = "<TxsSummry><TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>130.00</Sum></TtlCdtNtries></TxsSummry>"

_WHOLE: Final = entry("50.00", transaction("50.00", "A1", strd("10016"), _PAID_ON, _PAYER), reference="E1")
_BATCH: Final = entry(
    "80.00",
    transaction("70.00", "A2", invoice_paid("10016", "100.00") + credit_note("30.00")),
    transaction("10.00", "A3", "<Ustrd>Invoice 1001</Ustrd>"),
    batch=2,
    code=REFERENCE_PAYMENTS,
    reference="E2",
)
_BACK: Final = entry(
    "50.00", transaction("50.00", "A1", more=_RETURNED), direction="DBIT", marks="<RvslInd>true</RvslInd>"
)

SEEDS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "camt.053": (
        statement("100.00", "180.00", _WHOLE, _BATCH, _BACK).encode(),
        statements(report(), version="08").encode(),
    ),
    "camt.054": (notification(_SUMMARY, _WHOLE, _BATCH, _BACK).encode(),),
    "csv": (
        csv.table(csv.invoice(), csv.invoice(invoice="2", amount="-5", original="1")) + b'"a;b";"c\r\n',
        csv.table(csv.payment(), csv.payment(type="refund"), delimiter=","),
    ),
    "finvoice": (
        message(),
        SOAP.encode() + message(coded("INV02"), original("7", "8")),
        message(coded("INV01", "Cancel"), status("PARTLYPAID"), encoding="ISO-8859-15"),
    ),
    "json-lines": (b"\n".join((raw(creditor()), raw(invoice(1)), raw(payment("A1", "10016")))),),
    "ktl": (
        ktl.file_of(
            ktl.header(),
            ktl.payment("A1"),
            ktl.payment("A2", kind="5"),
            ktl.payment("A1", correction="1"),
            ktl.payment("A3", kind="7"),
            ktl.sums(2, 9800, (1, 4900), (1, 4900)),
        ),
    ),
    "ubl": (ubl.document(), ubl.document(*ubl.CREDIT_NOTE, ubl.original("7"))),
}
"""By the name of the format."""

"""Reading what banks and billing systems send: transactions of camt.054 and invoices of Finvoice, from file to events.

Each file is written by a process of its own, so that what a reading process holds is what reading needs.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from schemas.reference_schemes import FINNISH
from services.example import EVENTS
from services.intake.formats import camt054, finvoice
from services.intake.formats.format import Format
from tests.bench.measuring import Figure, Stopwatch

FEW: Final = 10_000
TRANSACTIONS: Final = 100_000
INVOICES: Final = 10_000
_IBAN: Final = "FI2112345600000785"
_CENTS: Final = 34_90
_MB: Final = 1_000_000

_MESSAGE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>BENCH</MsgId><CreDtTm>2026-02-03T07:00:00+02:00</CreDtTm></GrpHdr>
<Ntfctn><Id>BENCH</Id><CreDtTm>2026-02-03T07:00:00+02:00</CreDtTm><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">{total}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-02-02</Dt></BookgDt>
<AcctSvcrRef>260202BENCHSUM</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd>
</Fmly></Domn><Prtry><Cd>705 VIITESIIRROT</Cd><Issr>FFFS</Issr></Prtry></BkTxCd>
<NtryDtls><Btch><NbOfTxs>{count}</NbOfTxs></Btch>
"""
_TRANSACTION: Final = """<TxDtls>
  <Refs><AcctSvcrRef>260202B{number:09}</AcctSvcrRef></Refs>
  <AmtDtls><TxAmt><Amt Ccy="EUR">34.90</Amt></TxAmt></AmtDtls>
  <RltdPties><Dbtr><Nm>Payer {number}</Nm></Dbtr></RltdPties>
  <RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{reference:0>20}</Ref></CdtrRefInf></Strd></RmtInf>
  <RltdDts><AccptncDtTm>2026-02-02T12:00:00+02:00</AccptncDtTm></RltdDts>
</TxDtls>
"""
_END: Final = "</NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n"

_FINVOICES: Final = (EVENTS / "billing.finvoice.xml").read_text("iso-8859-15")
"""The example's messages, of which the first is sent again and again under other numbers."""


class Everybody:
    """A directory in which every account and every seller is one creditor's."""

    def creditor_of_account(self, iban: str) -> str | None:
        """The creditor."""
        return "bench" if iban else None

    def creditor_of_business(self, business_id: str) -> str | None:
        """The creditor."""
        return "bench" if business_id else None

    def zone_of(self, creditor: str) -> ZoneInfo:
        """Its zone."""
        assert creditor == "bench"
        return ZoneInfo("Europe/Helsinki")

    def country_of(self, creditor: str) -> str:
        assert creditor == "bench"
        return "FI"

    def terms_days_of(self, creditor: str) -> int | None:
        """It has none."""
        assert creditor == "bench"
        return None


def write(folder: Path, scale: float) -> list[Figure]:
    """Write the files that the other stages read."""
    figures = []
    for name, chunks in (
        ("few.xml", _notification(int(FEW * scale))),
        ("many.xml", _notification(int(TRANSACTIONS * scale))),
        ("invoices.xml", _invoices(int(INVOICES * scale))),
    ):
        with (folder / name).open("wb") as stream:
            stream.writelines(chunks)
        figures.append(Figure(f"size of {name}", (folder / name).stat().st_size / _MB, "MB"))
    return figures


def read_few(folder: Path, scale: float) -> list[Figure]:
    """Read a small notification."""
    return _measured(folder / "few.xml", camt054.FORMAT, int(FEW * scale), "transactions", 20_000)


def read_many(folder: Path, scale: float) -> list[Figure]:
    """Read a notification ten times as large."""
    return _measured(folder / "many.xml", camt054.FORMAT, int(TRANSACTIONS * scale), "transactions", 20_000)


def read_invoices(folder: Path, scale: float) -> list[Figure]:
    """Read invoices."""
    return _measured(folder / "invoices.xml", finvoice.FORMAT, int(INVOICES * scale), "invoices")


def _measured(path: Path, kind: Format, expected: int, what: str, aim: float | None = None) -> list[Figure]:
    with Stopwatch() as watch, path.open("rb") as stream:
        read = sum(isinstance(piece, dict) for piece in kind.read(stream, Everybody()))
    assert read == expected, f"{read} of {expected} {what} were read"
    return [
        Figure(f"{what} of {expected:,}", read / watch.seconds, "/s", aim),
        watch.each(f"  one of {expected:,} {what}, of the processor", read, what.removesuffix("s")),
        Figure(f"  the file of {expected:,} {what}", path.stat().st_size / _MB / watch.seconds, "MB/s"),
    ]


def _notification(count: int) -> Iterator[bytes]:
    total = count * _CENTS
    yield _MESSAGE.format(iban=_IBAN, total=f"{total // 100}.{total % 100:02}", count=count).encode()
    for number in range(count):
        yield _TRANSACTION.format(number=number, reference=FINNISH.of_base(f"{number + 1_000}")).encode()
    yield _END.encode()


def _invoices(count: int) -> Iterator[bytes]:
    _, first, *_ = _FINVOICES.split("<?xml")
    number, reference = (_text_in(first, name) for name in ("InvoiceNumber", "EpiRemittanceInfoIdentifier"))
    for new in map(str, range(100_000, 100_000 + count)):
        message = first.replace(reference, f">{FINNISH.of_base(new)}<").replace(number, f">{new}<")
        yield f"<?xml{message}".encode("iso-8859-15")


def _text_in(message: str, element: str) -> str:
    """The text of an element between its tags, and their edges: ``>1001<``."""
    _, _, rest = message.partition(f"<{element}")
    return rest[rest.index(">") : rest.index("<") + 1]

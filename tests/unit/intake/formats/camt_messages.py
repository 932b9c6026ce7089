"""Small messages of banks for tests: statements and notifications of an invented account, and what they may hold."""

from typing import Literal

from services.intake.formats import camt053, camt054
from services.intake.formats.format import Event, Piece
from tests.unit.intake.formats.file_reading import Registered, events, pieces

IBAN = "FI2112345600000785"
KNOWN = Registered(accounts={IBAN: "acme"})
RECEIVED = "<Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
"""The bank transaction code of a credit transfer that came."""
REFERENCE_PAYMENTS = "<Prtry><Cd>705 VIITESIIRROT</Cd><Issr>FFFS</Issr></Prtry>"
"""The Finnish banks' code of the sum of a day's reference payments."""


def money(amount: str, currency: str = "EUR", name: str = "Amt") -> str:
    return f'<{name} Ccy="{currency}">{amount}</{name}>'


def strd(reference: str = "", amounts: str = "", document: str = "") -> str:
    """A structured remittance: a reference, the amounts that are amounts_paid of it, the document it speaks of."""
    amounts_paid = f"<RfrdDocAmt>{amounts}</RfrdDocAmt>" if amounts else ""
    referred = f"<CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf>" if reference else ""
    return f"<Strd>{document}{amounts_paid}{referred}</Strd>"


def invoice_paid(reference: str, amount: str) -> str:
    return strd(reference, money(amount, name="RmtdAmt"))


def credit_note(amount: str) -> str:
    return strd(amounts=money(amount, name="CdtNoteAmt"))


def transaction(amount: str = "", archive_id: str = "", remittance: str = "", more: str = "", parties: str = "") -> str:
    """The details of one transaction, in the order of the standard."""
    amounts_paid = f"<AmtDtls><TxAmt>{money(amount)}</TxAmt></AmtDtls>" if amount else ""
    refs = f"<Refs><AcctSvcrRef>{archive_id}</AcctSvcrRef></Refs>" if archive_id else ""
    related = f"<RltdPties>{parties}</RltdPties>" if parties else ""
    paid_for = f"<RmtInf>{remittance}</RmtInf>" if remittance else ""
    return f"<TxDtls>{refs}{amounts_paid}{related}{paid_for}{more}</TxDtls>"


def entry(
    amount: str,
    *transactions: str,
    direction: Literal["CRDT", "DBIT"] = "CRDT",
    status: str = "BOOK",
    code: str = RECEIVED,
    reference: str = "20260109ENTRY1",
    batch: int | None = None,
    currency: str = "EUR",
    day: str = "2026-01-09",
    marks: str = "",
) -> str:
    """An entry; ``batch``: it says that it sums up so many transactions; ``marks``: what stands before its status."""
    summed = "" if batch is None else f"<Btch><NbOfTxs>{batch}</NbOfTxs></Btch>"
    details = f"<NtryDtls>{summed}{''.join(transactions)}</NtryDtls>" if summed or transactions else ""
    named = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        f"<Ntry>{money(amount, currency)}<CdtDbtInd>{direction}</CdtDbtInd>{marks}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt>{named}<BkTxCd>{code}</BkTxCd>{details}</Ntry>"
    )


def balance(kind: str, amount: str, day: str = "2026-01-09", direction: str = "CRDT", currency: str = "EUR") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{money(amount, currency)}"
        f"<CdtDbtInd>{direction}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def report(*parts: str, name: str = "R1", iban: str = IBAN) -> str:
    """What stands in one statement or notification: its name, its account, then the parts."""
    return f"<Id>{name}</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{''.join(parts)}"


def notification(*parts: str, version: str = "02") -> str:
    """A camt.054 message with one notification that holds these parts."""
    return notifications(report(*parts), version=version)


def notifications(*reports: str, version: str = "02") -> str:
    """A camt.054 message."""
    inside = "".join(f"<Ntfctn>{each}</Ntfctn>" for each in reports)
    return _message("BkToCstmrDbtCdtNtfctn", inside, f"camt.054.001.{version}")


def statement(opening: str, closing: str, *entries: str, name: str = "S1", day: str = "2026-01-09") -> str:
    """A camt.053 message with one statement between two balances."""
    parts = (balance("OPBD", opening, day), balance("CLBD", closing, day), *entries)
    return statements(report(*parts, name=name))


def statements(*reports: str, version: str = "02") -> str:
    """A camt.053 message."""
    inside = "".join(f"<Stmt>{each}</Stmt>" for each in reports)
    return _message("BkToCstmrStmt", inside, f"camt.053.001.{version}")


def _message(name: str, inside: str, version: str) -> str:
    header = "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-10T03:30:00+02:00</CreDtTm></GrpHdr>"
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{version}"
    return f'<Document xmlns="{namespace}"><{name}>{header}{inside}</{name}></Document>'


def read_notification(message: str) -> list[Piece]:
    """All pieces of a camt.054 message, its events checked against their contracts."""
    return pieces(camt054.FORMAT, message.encode(), KNOWN)


def read_statement(message: str) -> list[Piece]:
    """All pieces of a camt.053 message, its events checked against their contracts."""
    return pieces(camt053.FORMAT, message.encode(), KNOWN)


def payments(found: list[Piece]) -> list[Event]:
    """The data of the payments that came."""
    return [each["data"] for each in events(found) if each["type"] == "payment.received.v1"]


def amounts(found: list[Piece]) -> dict[str, str]:
    """What came under which archive id."""
    return {said["payment"]: said["amount"] for said in payments(found)}

"""Files that tell the payments of another file in another format, with or without the bank's ids."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import escape

Paid = dict[str, Any]
"""The data of ``payment.received``."""
TwinWriter = Callable[[Sequence[Paid]], bytes]
"""Writes payments as a file; one whose id is empty has none there."""

_KTL_ID: Final = 16
"""Characters of an archive id in KTL: of a longer one the end, so that it is another id."""
_COLUMNS: Final = (
    *("account", "payment", "booked", "paid", "amount", "currency", "reference", "payer", "payer_iban", "message"),
)
_KNOWN: Final = "23:30:00+02:00"


def without_ids(payments: Sequence[Paid]) -> list[Paid]:
    """The same payments, as a bank tells them that gives no ids."""
    return [each | {"payment": ""} for each in payments]


def notification_of(payments: Sequence[Paid]) -> bytes:
    """camt.054: each payment an entry of its own."""
    reports = [
        f"<Ntfctn><Id>TWIN-{number}</Id>{_account(iban)}{''.join(_entry(each) for each in paid)}</Ntfctn>"
        for number, (iban, paid) in enumerate(_by_account(payments), 1)
    ]
    return _message("BkToCstmrDbtCdtNtfctn", "camt.054.001.02", payments, reports)


def statement_of(payments: Sequence[Paid]) -> bytes:
    """camt.053: one statement for each account, from a balance of nothing."""
    reports = []
    for number, (iban, paid) in enumerate(_by_account(payments), 1):
        last = max(each["booked"] for each in paid)
        total = sum((Decimal(each["amount"]) for each in paid), Decimal(0))
        currency = paid[0]["currency"]
        balances = "".join(
            f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
            f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{last}</Dt></Dt></Bal>"
            for kind, amount in (("OPBD", Decimal("0.00")), ("CLBD", total))
        )
        entries = "".join(_entry(each) for each in paid)
        reports.append(f"<Stmt><Id>TWIN-{number}</Id>{_account(iban)}{balances}{entries}</Stmt>")
    return _message("BkToCstmrStmt", "camt.053.001.02", payments, reports)


def ktl_of(payments: Sequence[Paid]) -> bytes:
    """KTL: a batch of the reference payments."""
    records = [_ktl_record(each) for each in payments]
    cents = sum(int(Decimal(each["amount"]) * 100) for each in payments)
    day = max(each["booked"] for each in payments)[2:].replace("-", "")
    lines = [f"0{day}2330001234567891", *records, f"9{len(records):06}{cents:011}{'0' * 34}"]
    return "".join(f"{line:90}\r\n" for line in lines).encode("iso-8859-1")


def fits_ktl(paid: Paid) -> bool:
    """Whether KTL can tell a payment: a Finnish account, euro, a national reference."""
    account, reference = str(paid["account"]), str(paid.get("reference", ""))
    return account.startswith("FI") and paid["currency"] == "EUR" and reference.isdigit()


def table_of(payments: Sequence[Paid]) -> bytes:
    """A CSV table."""
    rows = [
        ["account", "payment", "booked", "paid", "amount", "currency", "reference", "payer", "payer_iban", "message"]
    ]
    for each in payments:
        payer = each.get("payer", {})
        said = (each.get("reference", ""), payer.get("name", ""), payer.get("iban", ""), each.get("message", ""))
        id_ = each["payment"]
        rows.append([each["account"], id_, *(each[name] for name in ("booked", "paid", "amount", "currency")), *said])
    quoted = (";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return "".join(f"{row}\r\n" for row in quoted).encode()


def _by_account(payments: Sequence[Paid]) -> list[tuple[str, list[Paid]]]:
    found = defaultdict(list)
    for each in payments:
        found[each["account"]].append(each)
    return sorted(found.items())


def _message(name: str, version: str, payments: Sequence[Paid], reports: Sequence[str]) -> bytes:
    created = f"{max(each['booked'] for each in payments)}T{_KNOWN}"
    header = f"<GrpHdr><MsgId>TWIN</MsgId><CreDtTm>{created}</CreDtTm></GrpHdr>"
    space = f"urn:iso:std:iso:20022:tech:xsd:{version}"
    return f'<Document xmlns="{space}"><{name}>{header}{"".join(reports)}</{name}></Document>'.encode()


def _account(iban: str) -> str:
    return f"<Acct><Id><IBAN>{iban}</IBAN></Id></Acct>"


def _entry(paid: Paid) -> str:
    payer, id_ = paid.get("payer", {}), escape(paid["payment"])
    refs = f"<Refs><AcctSvcrRef>{id_}</AcctSvcrRef></Refs>" if id_ else ""
    name = f"<Dbtr><Nm>{escape(payer['name'])}</Nm></Dbtr>" if "name" in payer else ""
    iban = f"<DbtrAcct><Id><IBAN>{payer['iban']}</IBAN></Id></DbtrAcct>" if "iban" in payer else ""
    reference, words = paid.get("reference"), paid.get("message")
    strd = f"<Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>" if reference else ""
    ustrd = "".join(f"<Ustrd>{escape(line)}</Ustrd>" for line in (words or "").splitlines())
    said = f"<RltdPties>{name}{iban}</RltdPties><RmtInf>{ustrd}{strd}</RmtInf>"
    accepted = f"<RltdDts><AccptncDtTm>{paid['paid']}T09:00:00+02:00</AccptncDtTm></RltdDts>"
    amount = f"<Amt Ccy='{paid['currency']}'>{paid['amount']}</Amt>"
    code = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
    return (
        f"<Ntry>{amount}<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{paid['booked']}</Dt></BookgDt>{code}"
        f"<NtryDtls><TxDtls>{refs}<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>{said}{accepted}</TxDtls></NtryDtls></Ntry>"
    )


def _ktl_record(paid: Paid) -> str:
    booked, day = (paid[name][2:].replace("-", "") for name in ("booked", "paid"))
    id_ = paid["payment"][-_KTL_ID:]
    payer = paid.get("payer", {}).get("name", "").upper()
    cents = int(Decimal(paid["amount"]) * 100)
    account = paid["account"][4:]
    return f"3{account}{booked}{day}{id_:16}{paid['reference']:0>20}{payer:12.12}1A{cents:010}0A "

"""Files of no known format: what one seems to be, for the person who dropped it into the inbox, and whom it names.

A bank account that a creditor registered, or the field ``creditor`` of an event, says whose the file is, in UTF-8 and
in UTF-16 alike: those creditors are held until a person has looked at the file (rules.md K5).
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from services.intake.broken_lines import creditors_in
from services.intake.formats.encoding import head_in_utf8, utf16_of
from services.intake.formats.format import HEAD, UNKNOWN_FORMAT, Directory, Fault
from services.intake.formats.ktl import finnish_iban
from services.intake.formats.registry import registry
from services.intake.formats.xml.elements import names_at
from services.intake.labels import CREDITORS_NAMED

_KEPT: Final = 1_000
_LOOKED_AT: Final = 1_000_000
"""Bytes from the beginning of a file in which creditors are looked for."""
_IBAN: Final = re.compile(rb"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])")
_BBAN: Final = re.compile(rb"(?:T00\d{6}|(?m:^)0|(?<!\d))(\d{14})")
"""A Finnish account number, as the first record of TITO and KTL has it, or by itself."""
_WEB_PAGE: Final = re.compile(
    rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.I | re.S
)
_TITO: Final = re.compile(rb"\s*T00\d{6}")
"""How a TITO statement begins: its basic record, the record's length, the version."""
_INTRADAY: Final = "BkToCstmrAcctRpt"
_COMPRESSED: Final = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd")
"""How zip, gzip, bzip2, xz, 7z and zstd files begin."""


def unknown_format(head: bytes, stream: BinaryIO, directory: Directory) -> Iterator[Fault]:
    """The fault of a file that begins with ``head`` and goes on in ``stream``; none for a blank file.

    Raises:
        OSError: when the stream cannot be read.
    """
    while not head.strip():
        head = stream.read(HEAD)
        if not head:
            return
    text = head_in_utf8(head + stream.read(_LOOKED_AT))
    accounts = {account for account in _accounts_in(text) if directory.creditor_of_account(account)}
    owners = {owner for account in accounts if (owner := directory.creditor_of_account(account))}
    named = sorted(owners | creditors_in(text))[:CREDITORS_NAMED]
    only = accounts.pop() if len(accounts) == 1 and len(named) == 1 else None
    creditor = named[0] if len(named) == 1 else None
    yield Fault(
        UNKNOWN_FORMAT,
        (_likely_content(head),),
        creditor=creditor,
        account=only,
        content=head[:_KEPT],
        creditors=() if creditor else tuple(named),
    )


def _accounts_in(text: bytes) -> Iterator[str]:
    """What may be a bank account, as IBAN, once for each place where it stands."""
    yield from (found.replace(b" ", b"").decode("ascii") for found in _IBAN.findall(text))
    yield from (finnish_iban(found.decode("ascii")) for found in _BBAN.findall(text))


def _likely_content(head: bytes) -> str:
    if head.startswith(_COMPRESSED):
        return "the file is compressed; unpack it and send what is in it"
    if _WEB_PAGE.match(head):
        return "the file is a web page, perhaps an error of the site it came from; fetch it again"
    if _TITO.match(head):
        return (
            "the file is a TITO statement (KTO), the old fixed-width form, which is not read here; order camt.053"
            " statements from the bank instead, and camt.054 for the transactions of lump sums"
        )
    if _INTRADAY in names_at(head):
        return (
            "the file is camt.052, a report during the day whose entries may still change, which is not read here;"
            " order camt.053 statements from the bank instead, and camt.054 for payments before the day ends"
        )
    if utf16_of(head) is not None:
        return "the file is written in UTF-16, in which only tables are read; save it in UTF-8 and send it again"
    known = ", ".join(each.title for each in registry())
    return f"the file is none of these: {known}"

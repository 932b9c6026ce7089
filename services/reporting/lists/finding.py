"""Whose something is: a name, a number, an e-mail address, a reference (`erapaiva find`)."""

from collections.abc import Iterator
from typing import Any, Final

from schemas.references import canonical_reference
from services.reporting.reading import query_rows
from services.runtime.store.port import Store

_QUESTIONS: Final = (
    ("debtor", "SELECT creditor, debtor, name AS what FROM account WHERE debtor = :exact"),
    ("name", "SELECT creditor, debtor, name AS what FROM account WHERE LOWER(name) LIKE LOWER(:like) ESCAPE '!'"),
    (
        "e-mail",
        "SELECT creditor, debtor, address AS what FROM contact_address_now WHERE LOWER(address) = LOWER(:exact)",
    ),
    (
        "invoice",
        "SELECT creditor, debtor, invoice AS what FROM receivable"
        " WHERE invoice = :exact OR invoice LIKE :parts ESCAPE '!'",
    ),
    ("reference", "SELECT creditor, debtor, invoice AS what FROM receivable WHERE reference = :reference"),
    ("letter's reference", "SELECT creditor, debtor, notice AS what FROM notice WHERE reference = :reference"),
    ("letter", "SELECT creditor, debtor, date AS what FROM notice WHERE notice = :exact"),
    ("payment", "SELECT creditor, debtor, payment AS what FROM payment_use_now WHERE payment = :exact"),
    (
        "unplaced payment",
        "SELECT creditor, debtor, payment AS what FROM unmatched_payment_now"
        " WHERE payment = :exact OR account = :compact",
    ),
)


def found(store: Store, words: str) -> list[dict[str, Any]]:
    """All that has this name or a part of it, or exactly this number, address or reference; each with its account."""
    return sorted(
        (dict(each) for each in {tuple(entry.items()) for entry in _found(store, words.strip())}),
        key=lambda entry: (entry["creditor"], entry["debtor"], entry["by"], str(entry["what"])),
    )


def finding_words(entry: dict[str, Any]) -> str:
    """What was found, and whose it is."""
    whose = f"debtor {entry['debtor']}" if entry["debtor"] else "nobody yet"
    return f"{entry['by']} {entry['what']}: {whose} of creditor {entry['creditor']}"


def _found(store: Store, words: str) -> Iterator[dict[str, Any]]:
    if not words:
        return
    escaped = words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    compact = "".join(words.split()).upper()
    asked = {
        "exact": words,
        "like": f"%{escaped}%",
        "parts": f"{escaped}/%",
        "reference": canonical_reference(compact),
        "compact": compact,
    }
    for by, question in _QUESTIONS:
        used = {name: value for name, value in asked.items() if f":{name}" in question}
        for row in query_rows(store, question, used):
            yield {"by": by, **row}

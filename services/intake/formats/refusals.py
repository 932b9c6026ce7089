"""The fault of an event that the contract refuses: it names the fields as the file does.

The contract of the public events (schemas/) is the only judge of what a field may hold; the formats do not judge again.
"""

import json
import re
from collections.abc import Mapping
from typing import Final

from schemas.parsing import InvalidEvent, parse_event
from services.intake.formats.format import Event, Fault

_FIELD: Final = re.compile(r"^(?:data\.)?([A-Za-z_.\[\]0-9]+): ")
_LARGEST_CONTENT: Final = 16_384


def checked(event: Event, names: Mapping[str, str], where: str) -> Event | Fault:
    """The event if its contract accepts it, else the fault.

    Args:
        event: a public event about a creditor that is known.
        names: what the file calls a field of the data, such as ``{"due": "InvoiceDueDate"}``, and what it calls the
            thing that the event's ``id`` is made of.
        where: the place in the file.

    Returns:
        The same event; or a fault whose content is the event as far as the file gives it, to be mended and put back.
    """
    try:
        parse_event(event)
    except InvalidEvent as invalid:
        lines = tuple(_FIELD.sub(lambda field: f"{names.get(field[1], field[1])}: ", line) for line in invalid.lines)
        return refused(invalid.reason, lines, where, event)
    return event


def refused(reason: str, lines: tuple[str, ...], where: str, event: Event) -> Fault:
    """The fault of an event that cannot be published as it is, with the event as its content."""
    data = event["data"]
    content = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    kept = content if len(content) <= _LARGEST_CONTENT else b""
    return Fault(
        reason,
        lines,
        where,
        creditor=data["creditor"],
        account=data.get("account"),
        content=kept,
        debtor=data.get("debtor"),
        invoice=data.get("invoice"),
        reference=data.get("reference"),
    )

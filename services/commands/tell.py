"""Record what a person knows: the event is checked and appended; a running engine takes it within a second.

TYPE is a public event's type with or without its version; the fields of its data follow as key=value, nested ones with
dots (party.email=...), lists as JSON.
"""

import argparse
import getpass
import json
import sys
import uuid
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.intake.routing import Destination

EXAMPLES = """examples:
  erapaiva tell hold.placed creditor=kuura debtor=C-1 reason=agreed until=2026-03-31
  erapaiva tell dispute.raised creditor=kuura debtor=C-1 invoice=1001 ground="never delivered"
  erapaiva tell step.approved creditor=kuura debtor=C-1 invoice=1001 step=collection
  erapaiva tell payment.assigned creditor=kuura account=FI2112345600000785 payment=A-1 debtor=C-1
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("type", metavar="TYPE", help="such as hold.placed")
    parser.add_argument("fields", nargs="*", metavar="key=value", help="the fields of its data")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """Append the event; 1 for a wrong event, or where the brokers did not take it."""
    return publish_event("tell", arguments.type, arguments.fields, arguments.store)


def publish_event(command: str, kind: str, fields: list[str], store: Path | None) -> int:
    """Check an event that a person tells by a command, and append it to the log; the command's exit status."""
    from schemas.parsing import InvalidEvent
    from services.clock.worker import WallClock
    from services.commands.stores import open_log
    from services.intake.doors.door_rules import TELL
    from services.intake.labels import Label, labelled
    from services.runtime.log_client import ClientRecord

    try:
        event = event_of(kind, fields, WallClock().now())
        raw = json.dumps(event, ensure_ascii=False).encode()
        address = _checked(raw)
        with open_log(store) as log:
            (lost,) = log.append([ClientRecord(address.topic, address.key, labelled(raw, Label(door=TELL)))])
    except InvalidEvent as fault:
        for line in fault.lines:
            print(f"erapaiva {command}: {line}", file=sys.stderr)
        return 1
    except ValueError as fault:
        print(f"erapaiva {command}: {fault}", file=sys.stderr)
        return 1
    if lost is not None:
        print(f"erapaiva {command}: the brokers did not take it ({lost}); run the command again", file=sys.stderr)
        return 1
    print(f"told: {event['type']} {event['id']}")
    return 0


def _checked(raw: bytes) -> "Destination":
    """Where an event goes. Raises InvalidEvent where it is none, ValueError where this door may not bring it."""
    from schemas.parsing import parse_event
    from services.intake.doors.door_rules import TELL, Doors
    from services.intake.routing import destination_of
    from services.runtime.settings import load

    event_type, address = parse_event(raw).envelope.type, destination_of(raw)
    refusal = Doors(load().doors).refusal(TELL, address.topic, event_type)
    if refusal is not None:
        raise ValueError(refusal)
    return address


def event_of(kind: str, fields: list[str], now: datetime) -> dict[str, Any]:
    """The CloudEvent of a type and its key=value fields. Raises ValueError for a field that is no key=value."""
    data: dict[str, Any] = {}
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals or not name:
            raise ValueError(f"{field!r} is no key=value; write for example reason=agreed")
        _put(data, name.split("."), _value(value))
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": f"//people/{getpass.getuser()}",
        "type": kind if kind.endswith(".v1") else f"{kind}.v1",
        "time": now.isoformat(timespec="seconds"),
        "data": data,
    }


def _put(data: dict[str, Any], names: list[str], value: object) -> None:
    for name in names[:-1]:
        data = data.setdefault(name, {})
    data[names[-1]] = value


def _value(text: str) -> object:
    """Lists, objects and truth values as JSON; everything else is text, amounts and dates too."""
    if text in ("true", "false") or text[:1] in ("[", "{"):
        return json.loads(text)
    return text

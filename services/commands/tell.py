"""Record what a person knows: the event is checked and appended, and it is said at once what it changes.

Where it names an invoice, debtor, step or task that is not there, nothing is recorded; those that are there are listed,
nearest first. With --anyway it is recorded, waits for what it names, and holds whom it may mean meanwhile.

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
    from services.reporting.instruction_answer import InstructionAnswer

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
    parser.add_argument("--anyway", action="store_true", help="record it though what it names is not there yet")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """Append the event; 1 for one that is wrong or names what is not there, or that the brokers did not take."""
    return publish_event("tell", arguments.type, arguments.fields, arguments.store, is_wanted_anyway=arguments.anyway)


def publish_event(
    command: str, kind: str, fields: list[str], store: Path | None, *, is_wanted_anyway: bool = False
) -> int:
    """Check an event that a person tells by a command, append it to the log, and say what it changes.

    The command's exit status: 0 when it was taken, else 1; then nothing is recorded.
    """
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
        answer = _answer(event, store)
        if not (answer.is_there or is_wanted_anyway):
            for line in answer.lines:
                print(f"erapaiva {command}: {line}", file=sys.stderr)
            print("nothing was recorded; `erapaiva tell … --anyway` records what is not there yet", file=sys.stderr)
            return 1
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
    for line in answer.lines:
        print(line)
    return 0


def _answer(event: dict[str, Any], store: Path | None) -> "InstructionAnswer":
    """What the read model says to the event; nothing where there is no store here to read."""
    from services.commands.stores import read_store
    from services.reporting.instruction_answer import InstructionAnswer, answer_to
    from services.runtime.refusal import Refusal

    try:
        with read_store(store) as found:
            return answer_to(found, event["type"], event["data"])
    except Refusal:
        return InstructionAnswer(True)


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

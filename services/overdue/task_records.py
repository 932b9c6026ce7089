"""What an account keeps of tasks: those that are open, and what people said about tasks and steps."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(slots=True)
class RaisedTask:
    """A task that is open, as of the last decision; ``since`` is the local day on which it was raised.

    ``key``, ``task``, ``reason``, ``invoice``, ``money`` and ``correction`` are as of `acts.RaiseTask`; ``step`` is the
    step that is to be approved or called about.
    """

    key: str
    task: str
    reason: str
    since: date
    invoice: str | None = None
    step: str | None = None
    money: tuple[str, str] | None = None
    correction: str | None = None


@dataclass(slots=True)
class PersonsAnswer:
    """What a person said about a task or a step, or a letter that is not there; judged at the next frontier (K4).

    ``event`` is the event's type, ``id`` its ``source#id``; ``name`` the step, task or notice that it names, ``day``
    the local day of the instant ``known``; ``data`` the event's data as public JSON.
    """

    event: str
    known: datetime
    id: str
    day: date
    invoice: str | None
    name: str
    data: str
    time: datetime | None = None

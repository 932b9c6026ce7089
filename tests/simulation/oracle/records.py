"""What the oracle remembers: letters as accepted, hand-overs, calls. Nothing else survives a moment."""

from dataclasses import dataclass
from datetime import date

from tests.simulation.oracle.fact import Known


@dataclass
class Row:
    """One receivable in an accepted letter, with what was decided for it then."""

    invoice: str
    step: str | None = None
    interest: bool = False
    start: date | None = None  # where interest starts, as it stood then
    counted_to: date | None = None
    disputed: int = 0
    compensate: bool = False
    fee: int | None = None  # the whole fee of the letter, on its one candidate
    forgiven: bool = False


@dataclass
class Letter:
    day: date
    known: Known
    creditor: str
    debtor: str
    currency: str
    step: str | None
    response_by: date
    rows: list[Row]
    plan: str | None = None  # of a letter about a missed instalment: the id of the plan's agreement
    missed: int = 0  # how many instalments were missed when it was made
    asked: int = 0  # what it asks


@dataclass
class HandOver:
    day: date
    known: Known
    invoices: tuple[str, ...]


@dataclass
class Call:
    """A task to call. Its id cannot be foretold: histories name it like `task`, compare puts in the real one."""

    known: Known
    invoice: str
    step: str

    @property
    def task(self) -> str:
        return f"@call:{self.invoice}:{self.step}"


@dataclass
class Move:
    """A step a receivable has taken: by an accepted letter, before go-live, or by a call that was done."""

    day: date
    known: Known
    step: str
    interest: bool
    letter: bool

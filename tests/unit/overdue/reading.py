"""What came of a story, in the fewest words that say it."""

from schemas.letters import Letter
from schemas.money import decimal_text
from tests.unit.overdue.harness import Office
from tests.unit.overdue.story import day_of


def steps(office: Office) -> list[str]:
    """Each accepted letter as "day step"; a letter without a step is named by its purpose."""
    return [f"{letter.date} {letter.step or letter.purpose}" for letter in office.letters]


def days(office: Office) -> list[str]:
    """The days of the accepted letters."""
    return [letter.date.isoformat() for letter in office.letters]


def sums(letter: Letter) -> tuple[str, str, str]:
    """What a letter asks anew and in all: fee, interest, total."""
    return _money(letter.fee, letter), _money(letter.interest, letter), _money(letter.total, letter)


def fees(office: Office) -> list[str]:
    """The fee of each accepted letter."""
    return [_money(letter.fee, letter) for letter in office.letters]


def interests(office: Office) -> list[str]:
    """The interest of each accepted letter."""
    return [_money(letter.interest, letter) for letter in office.letters]


def compensations(office: Office) -> list[str]:
    """The fixed compensation of each accepted letter."""
    return [_money(letter.fixed_compensation, letter) for letter in office.letters]


def totals(office: Office) -> list[str]:
    """The total of each accepted letter."""
    return [_money(letter.total, letter) for letter in office.letters]


def _money(minor: int, letter: Letter) -> str:
    return decimal_text(minor, letter.currency)


def moved(letter: Letter) -> dict[str, str | None]:
    """Which receivables a letter lists, in its order, and the step each moves to."""
    return {line.invoice: line.step for line in letter.lines}


def balances(office: Office) -> dict[str, tuple[str, str, str]]:
    """Open principal, interest and costs of each receivable at the end."""
    return {
        invoice: (
            decimal_text(entry.principal, entry.receivable.currency),
            decimal_text(entry.interest, entry.receivable.currency),
            decimal_text(entry.costs, entry.receivable.currency),
        )
        for invoice, entry in sorted(office.books().open.items())
    }


def credit(office: Office, currency: str = "EUR") -> str:
    """The debtor's unused credit at the end."""
    return decimal_text(office.books().credit_in(currency), currency)


def why(office: Office, day: str) -> dict[str, str | None]:
    """Why no letter went on a day: each reason's code and the day from which it may no longer hold."""
    found = [record for record in office.withheld if record.date <= day_of(day)]
    if not found:
        return {}
    return {reason.code: reason.until.isoformat() if reason.until else None for reason in found[-1].reasons}


def tasks(office: Office) -> list[str]:
    """Each task as "day task invoice"."""
    return [f"{task.date} {task.task} {task.invoice or ''}".strip() for task in office.tasks]


def handed_over(office: Office) -> list[str]:
    """Each hand-over as "day invoice, invoice"."""
    return [f"{hand_over.date} {', '.join(hand_over.invoices)}" for hand_over in office.handed_over]

"""What came of a story, as short texts that tests compare."""

from schemas.letters import Letter
from schemas.money import decimal_text
from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.story import day_of


def steps(harness: AccountHarness) -> list[str]:
    """Each accepted letter as "day step"; a letter without a step is named by its purpose."""
    return [f"{letter.date} {letter.step or letter.purpose}" for letter in harness.letters]


def days(harness: AccountHarness) -> list[str]:
    """The days of the accepted letters."""
    return [letter.date.isoformat() for letter in harness.letters]


def sums(letter: Letter) -> tuple[str, str, str]:
    """What a letter asks anew and in all: fee, interest, total."""
    return _money(letter.fee, letter), _money(letter.interest, letter), _money(letter.total, letter)


def fees(harness: AccountHarness) -> list[str]:
    """The fee of each accepted letter."""
    return [_money(letter.fee, letter) for letter in harness.letters]


def interests(harness: AccountHarness) -> list[str]:
    """The interest of each accepted letter."""
    return [_money(letter.interest, letter) for letter in harness.letters]


def compensations(harness: AccountHarness) -> list[str]:
    """The fixed compensation of each accepted letter."""
    return [_money(letter.fixed_compensation, letter) for letter in harness.letters]


def totals(harness: AccountHarness) -> list[str]:
    """The total of each accepted letter."""
    return [_money(letter.total, letter) for letter in harness.letters]


def _money(minor: int, letter: Letter) -> str:
    return decimal_text(minor, letter.currency)


def moved(letter: Letter) -> dict[str, str | None]:
    """Which receivables a letter lists, in its order, and the step each moves to."""
    return {line.invoice: line.step for line in letter.lines}


def balances(harness: AccountHarness) -> dict[str, tuple[str, str, str]]:
    """Open principal, interest and costs of each receivable at the end."""
    return {
        invoice: (
            decimal_text(entry.principal, entry.receivable.currency),
            decimal_text(entry.interest, entry.receivable.currency),
            decimal_text(entry.costs, entry.receivable.currency),
        )
        for invoice, entry in sorted(harness.books().open.items())
    }


def credit(harness: AccountHarness, currency: str = "EUR") -> str:
    """The debtor's unused credit at the end."""
    unused = sum(each.amount for each in harness.books().credit if each.currency == currency)
    return decimal_text(unused, currency)


def why(harness: AccountHarness, day: str) -> dict[str, str | None]:
    """Why no letter went on a day: each reason's code and the day from which it may no longer hold."""
    found = [record for record in harness.withheld if record.date <= day_of(day)]
    if not found:
        return {}
    return {reason.code: reason.until.isoformat() if reason.until else None for reason in found[-1].reasons}


def tasks(harness: AccountHarness) -> list[str]:
    """Each task as "day task invoice"."""
    return [f"{task.date} {task.task} {task.invoice or ''}".strip() for task in harness.tasks]


def handed_over(harness: AccountHarness) -> list[str]:
    """Each hand-over as "day invoice, invoice"."""
    return [f"{hand_over.date} {', '.join(hand_over.invoices)}" for hand_over in harness.handed_over]

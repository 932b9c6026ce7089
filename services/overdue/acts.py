"""What can be done about an account: the acts of a decision, as values. ``enact`` carries them out."""

from dataclasses import dataclass

from services.overdue.books.balances import Books
from services.overdue.letter_record import LetterRecord
from services.overdue.steps.cases import Case
from services.overdue.stops.reasons import StopReason


@dataclass(frozen=True, slots=True)
class PlanNotice:
    """Plan a letter: the notifier shall claim it. ``books`` are the account's without it."""

    letter: LetterRecord
    books: Books


@dataclass(frozen=True, slots=True)
class GrantNotice:
    """The claimed letter may go as ``letter`` (design.md §7.3). ``books`` are the account's without it."""

    letter: LetterRecord
    books: Books


@dataclass(frozen=True, slots=True)
class WithdrawNotice:
    """The claimed letter may not go any more, and why."""

    notice: str
    reasons: tuple[StopReason, ...]


@dataclass(frozen=True, slots=True)
class HandOverReceivables:
    """These receivables go to the collector (rules.md S7)."""

    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class RaiseTask:
    """A person is asked to do something; ``key`` makes it once only.

    ``money`` is the payment that it is about: bank account and name; ``correction`` the invoice that corrects it;
    ``step`` the step that is to be approved or called about.
    """

    key: str
    task: str
    reason: str
    invoice: str | None
    money: tuple[str, str] | None = None
    correction: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class RecordWithheld:
    """A step's date has come and no letter goes. ``signature`` is equal for equal sets of reasons."""

    signature: str
    currency: str | None
    step: str | None
    reasons: tuple[StopReason, ...]


Act = PlanNotice | GrantNotice | WithdrawNotice | HandOverReceivables | RaiseTask | RecordWithheld

"""What becomes of an account's letters: outcomes from the notifier, letters that came back, what persons settle (S6).

The first close of a letter holds. A letter that was accepted counts until it comes back; then it counts as never sent,
whatever was known first.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from schemas.channels import channel_named
from schemas.events import NoticeCameBack, NoticeSettled
from schemas.journal import NoticeAttempting, NoticeClaimed, NoticeOutcome
from services.overdue.account import Account
from services.overdue.addresses import AddressReport, address_used, with_report
from services.overdue.creditor_context import CreditorContext
from services.overdue.letter_record import LetterRecord, Settled
from services.overdue.letters.draft import cycle_key

_LEFT: Final = ("attempting", "unknown", "accepted")
"""The states of a letter that may have reached the debtor."""


def letter_of(account: Account, notice: str) -> LetterRecord | None:
    """The letter of a notice, or None where the account never had it."""
    return next((letter for letter in account.letters if letter.notice == notice), None)


def follow_notice(
    account: Account, message: NoticeClaimed | NoticeAttempting | NoticeOutcome, context: CreditorContext
) -> None:
    """A notice's course; after its close nothing changes it any more but that it comes back (design.md §7.4)."""
    letter = letter_of(account, message.notice)
    if letter is None or letter.status == "closed":
        return
    if letter.status == "accepted":
        if isinstance(message, NoticeOutcome) and message.outcome == "failed":
            _bounce(account, letter, message, context)
    elif isinstance(message, NoticeClaimed):
        letter.status, letter.claimed = "claimed", message.now
    elif isinstance(message, NoticeAttempting):
        letter.status = "attempting"
    else:
        _end(account, letter, message, context)


def _end(account: Account, letter: LetterRecord, message: NoticeOutcome, context: CreditorContext) -> None:
    """Only an accepted notice counts; a wrong address is not tried again (rules.md S6; design.md §7.5)."""
    if message.outcome == "accepted":
        letter.status = "accepted"
        account.withheld = ""
        if letter.came_back is not None:
            _take_back(account)
    elif message.outcome == "deferred":
        letter.status, letter.claimed = "planned", None
        if message.fault == "refused":
            _note_refusal(account, context.local(message.at).date())
    elif message.outcome == "unknown":
        letter.status = "unknown"
        if letter.came_back is not None:
            letter.settled = "came-back"
    else:
        _close(account, letter)
        if message.outcome == "failed":
            _flag_failed(account, letter, message)


def _bounce(account: Account, letter: LetterRecord, message: NoticeOutcome, context: CreditorContext) -> None:
    """Mail that was accepted failed afterwards."""
    letter.came_back = letter.came_back or context.local(message.at).date()
    _take_back(account)
    _flag_failed(account, letter, message)
    if message.fault == "refused":
        _note_refusal(account, letter.came_back)


def _flag_failed(account: Account, letter: LetterRecord, message: NoticeOutcome) -> None:
    if message.fault in (None, "address"):
        report = AddressReport(message.at, letter.notice, _address_of(account, letter), True)
        account.addresses = with_report(account.addresses, report)


# -- what persons say ------------------------------------------------------------------------------------------


def came_back(account: Account, data: NoticeCameBack, day: date) -> None:
    """A letter came back, as known on a local day; of one that never left nothing is taken back."""
    letter = letter_of(account, data.notice)
    if letter is None or letter.status not in _LEFT:
        return
    letter.came_back = min(letter.came_back or day, day)
    _settle(letter, "came-back")
    _take_back(account)
    if not data.address_is_wrong and channel_named(letter.channel).address == "email":
        _note_refusal(account, day)


def settled(account: Account, data: NoticeSettled) -> None:
    """A person says what became of a letter: the first word about one that is unknown counts (design.md §7.4)."""
    letter = letter_of(account, data.notice)
    if letter is not None:
        _settle(letter, data.outcome)


def _settle(letter: LetterRecord, said: Settled) -> None:
    if letter.status == "unknown" and letter.settled is None:
        letter.settled = said


# -- taking back -----------------------------------------------------------------------------------------------


def _take_back(account: Account) -> None:
    """Letters that came back count as never sent; after a later step only their bookings fall (rules.md S6).

    The latest first: a letter whose later one came back too has none after it, whichever of them was known first.
    """
    for letter in reversed(account.accepted()):
        if letter.came_back is None and not letter.bounced:
            continue
        if _has_later_step(account, letter):
            letter.bounced = True
        else:
            _close(account, letter)


def _has_later_step(account: Account, letter: LetterRecord) -> bool:
    moved = {invoice for invoice, _ in letter.moves()}
    later = (it for it in account.accepted() if (it.day, it.granted) > (letter.day, letter.granted))
    return any(moved & {invoice for invoice, _ in it.moves()} for it in later)


def _close(account: Account, letter: LetterRecord) -> None:
    letter.status = "closed"
    for subject, step in letter.attempts():
        key = cycle_key(subject, step)
        account.cycles[key] = account.cycles.get(key, 0) + 1


# -- addresses and refusals ------------------------------------------------------------------------------------


def address_of_letter(account: Account, notice: str) -> str | None:
    """The address that a notice's letter goes to, as it is flagged; None where the account never had the notice."""
    letter = letter_of(account, notice)
    return None if letter is None else _address_of(account, letter)


def _address_of(account: Account, letter: LetterRecord) -> str:
    """The address that the letter went to; of a letter of an older store the one that its debtor has now."""
    if letter.address is not None:
        return letter.address
    return letter.recipient if account.party is None else address_used(letter.channel, letter.recipient, account.party)


def _note_refusal(account: Account, day: date) -> None:
    """Mail was refused on a day, and not for its address: the days since the last letter that arrived are kept."""
    account.mail_refused = _since_arrival(account, {*account.mail_refused, day})


def refused_since(account: Account) -> date | None:
    """The first day on which mail was refused since the last letter that arrived; None where none was."""
    return next(iter(_since_arrival(account, account.mail_refused)), None)


def _since_arrival(account: Account, days: Iterable[date]) -> list[date]:
    arrived = max((it.day for it in account.accepted() if it.came_back is None), default=date.min)
    return sorted(day for day in days if day > arrived)

"""Cash discounts: what is taken off a receivable whose rest was paid in time (rules.md M8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.law.calendar import roll
from services.overdue.account import Receivable
from services.overdue.books.balances import OpenReceivable
from services.overdue.books.used_money import UsedMoney


def offered(receivable: Receivable, credited: int, country: str) -> list[tuple[date, int]]:
    """The discounts of a receivable, the earliest first: last day, rolled, and amount in minor units.

    Credit notes of ``credited`` minor units lessen each amount in proportion, half up.
    """
    left, whole = max(0, receivable.amount_now - credited), receivable.amount_now
    offers = receivable.discounts_now
    return sorted((roll(each.through, country), in_proportion(each.amount, left, whole)) for each in offers)


def in_proportion(amount: int, left: int, whole: int) -> int:
    """What is left of an amount in minor units when ``left`` is left of the ``whole``, half up."""
    return (2 * amount * left + whole) // (2 * whole)


@dataclass(frozen=True, slots=True)
class Discounts:
    """Takes the discounts that are earned in an account's books; ``used`` says what was paid by when."""

    used: UsedMoney

    def take(self, entry: OpenReceivable, today: date) -> bool:
        """Take the first discount of an ended day whose rest was paid by then; whether there was one."""
        earned = any(day <= today and self._is_earned(entry, day, amount) for day, amount in entry.discounts)
        if earned:
            self.used.take_discount(entry)
        return earned

    def is_near(self, entry: OpenReceivable, today: date) -> bool:
        """Whether what is open will be discount taken at the end of a day that is yet to end."""
        return any(day >= today and self._is_earned(entry, day, amount) for day, amount in entry.discounts)

    def left_off(self, entries: Sequence[OpenReceivable], amount: int, paid: date) -> dict[str, int]:
        """What money for several receivables leaves open of each invoice, so that it pays them all less discounts.

        Nothing where it pays them whole, does not reach all the rests, or was ``paid`` after the last days.
        """
        off = {entry.receivable.invoice: self._largest(entry, paid) for entry in entries}
        whole = sum(entry.principal for entry in entries)
        return off if len(entries) > 1 and whole - sum(off.values()) <= amount < whole else {}

    @staticmethod
    def _largest(entry: OpenReceivable, paid: date) -> int:
        offered_now = max((amount for day, amount in entry.discounts if paid <= day), default=0)
        return min(entry.principal, max(0, offered_now - entry.discount_taken))

    def _is_earned(self, entry: OpenReceivable, day: date, amount: int) -> bool:
        if not 0 < entry.principal <= amount:
            return False
        asked = entry.receivable.amount_now - entry.credited - sum(cut for when, cut in entry.given_up if when <= day)
        paid = self.used.principal_paid_by(entry, day)
        return paid > 0 and asked - paid <= amount

"""G10: whom money that is not placed may belong to, and whether that holds an account's letters."""

from collections.abc import Callable, Iterator

from tests.simulation.oracle import days
from tests.simulation.oracle.fact import Known
from tests.simulation.oracle.facts import Suggestion, World
from tests.simulation.oracle.identity import Payment, purse
from tests.simulation.oracle.invoices import Invoice
from tests.simulation.oracle.ledger import Books
from tests.simulation.oracle.names import same_name, weaker_name
from tests.simulation.oracle.placing import carrying, sharing, target, unmatched_money

MANY = 5
"""A pointer that means more accounts holds only those with that exact sum."""
WEAK_HOLDS = 10
SURE = 90
WORDS = frozenset(
    {
        "reference-in-text-and-sum",
        "number-in-text-and-sum",
        "reference-in-text",
        "short-number-in-text-and-sum",
        "number-in-text",
        "short-number-in-text",
    }
)
"""The suggestions that the program alone makes: words are its own to read. All else is worked out here."""


class Pointing:
    """The unplaced money of a creditor, as it points to one account at one moment."""

    def __init__(self, world: World, books: Books, totals: list[int]) -> None:
        self.world, self.books, self.now = world, books, books.now
        self.creditor, self.debtor = books.creditor, books.debtor
        self.today = world.day_of(self.creditor, self.now)
        self.totals = totals

    def holds(self) -> bool:
        """Whether strong money, or weak that is not ten banking days old, may be the account's."""
        return any(self._is_strong(paid) or self._is_weak(paid) for paid in self._theirs())

    def strong(self) -> list[Payment]:
        """The money that holds until a person decides."""
        return [paid for paid in self._theirs() if self._is_strong(paid)]

    def _theirs(self) -> Iterator[Payment]:
        """Unplaced money of which nobody said that it is not this debtor's."""
        unplaced = unmatched_money(self.world, self.creditor, self.books.letters, self.now) + self.books.unplaced
        for paid in unplaced:
            reference = str(paid.data.get("reference", ""))
            if reference.startswith("@letter:") and not reference.startswith(f"@letter:{self.debtor}:"):
                continue
            denied = [f.data["debtor"] for f in purse(self.world).denials[paid] if f.known <= self.now]
            if self.debtor not in denied:
                yield paid

    # -- strong -------------------------------------------------------------------------------------------------

    def _is_strong(self, paid: Payment) -> bool:
        if paid in self.books.unplaced or self._names_them(paid):
            return True
        if any(s.confidence >= SURE for s in self._suggested(paid)):
            return True
        exact = self._is_exact(paid)
        if self._by_iban(paid) or self._by_name(paid, same_name):
            return exact or not self._means_many(paid)
        return exact and self._by_name(paid, weaker_name)

    def _names_them(self, paid: Payment) -> bool:
        """Its reference or debtor is theirs, and yet it is not placed: shared, another currency, told twice."""
        to = target(self.world, paid, self.books.letters, self.now)
        if to is not None and not to.placed:
            return to.debtor == self.debtor
        if not paid.data.get("reference"):
            return False
        doubtful = self._may_be_twice(paid) or len(sharing(self.world, paid, self.now)) > 1
        return any(not doubtful or self._is_open(i) for i in self._carried(paid))

    def _carried(self, paid: Payment) -> list[Invoice]:
        """The account's receivables whose reference it has."""
        if not paid.data.get("reference"):
            return []
        return [i for i in carrying(self.world, paid, self.now) if i.debtor == self.debtor]

    def _may_be_twice(self, paid: Payment) -> bool:
        return purse(self.world).waits_as_twice(paid, self.now)

    def _is_open(self, invoice: Invoice) -> bool:
        return self.books.receivables[invoice.id].balance > 0

    def _by_iban(self, paid: Payment) -> bool:
        """The payer's account is known to be this debtor's."""
        iban = (paid.data.get("payer") or {}).get("iban")
        return iban is not None and self.debtor in _owners(self.world, self.creditor, iban, self.books, self.now)

    def _by_name(self, paid: Payment, alike: Callable[[str | None, str], bool]) -> bool:
        name = (paid.data.get("payer") or {}).get("name")
        return any(alike(name, each) for each in self.world.names(self.creditor, self.debtor, self.now))

    def _means_many(self, paid: Payment) -> bool:
        name = (paid.data.get("payer") or {}).get("name")
        denied = {f.data["debtor"] for f in purse(self.world).denials[paid] if f.known <= self.now}
        meant = 0
        for creditor, debtor in self.world.accounts():
            if creditor == self.creditor and debtor not in denied:
                theirs = self.world.names(creditor, debtor, self.now)
                meant += any(same_name(name, each) or weaker_name(name, each) for each in theirs)
        return meant > MANY

    def _is_exact(self, paid: Payment) -> bool:
        """It is the sum of an open invoice, or of a letter."""
        sums = set(self.totals)
        for r in self.books.receivables.values():
            if r.balance > 0 and r.invoice.currency == paid.data["currency"]:
                whole = self.world.amount_of_all_parts(r.invoice, self.now)
                sums |= {self.world.amount(r.invoice, self.now), whole, r.principal, r.balance}
        return paid.amount in sums

    # -- weak ---------------------------------------------------------------------------------------------------

    def _is_weak(self, paid: Payment) -> bool:
        since = self.world.day_of(self.creditor, self.world.frontier((paid.fact.came, paid.fact.order)))
        if self.today >= days.banking_day_after(since, WEAK_HOLDS):
            return False
        if self._suggested(paid) or self._nearly_their_reference(paid):
            return True
        if self._may_be_twice(paid) and self._carried(paid):
            return True
        return self._by_name(paid, weaker_name) and not self._means_many(paid)

    def _nearly_their_reference(self, paid: Payment) -> bool:
        reference = paid.data.get("reference")
        if not reference or carrying(self.world, paid, self.now):
            return False
        return any(
            _is_one_slip(reference, r.invoice.reference) and self.world.amount(r.invoice, self.now) == paid.amount
            for r in self.books.receivables.values()
            if r.balance > 0 and r.invoice.currency == paid.data["currency"]
        )

    def _suggested(self, paid: Payment) -> list[Suggestion]:
        """The program's own suggestions by words, as they stood at the moment."""
        told = [s for s in self.world.suggestions if s.payment == paid.data["payment"] and s.day <= self.today]
        last = max((s.day for s in told), default=None)
        return [s for s in told if s.day == last and s.debtor == self.debtor and s.why in WORDS]


def _owners(world: World, creditor: str, iban: str, books: Books, now: Known) -> set[str]:
    """Whose money came from an account: of payments that are placed for certain."""
    found = set()
    for paid in purse(world).known(now, creditor):
        if (paid.data.get("payer") or {}).get("iban") == iban and purse(world).returned(paid, now) is not None:
            to = target(world, paid, books.letters, now)
            if to is not None and to.placed:
                found.add(to.debtor)
    return found


def _is_one_slip(one: str, other: str) -> bool:
    """One digit differs, or two neighbours have changed places."""
    if len(one) != len(other):
        return False
    wrong = [n for n in range(len(one)) if one[n] != other[n]]
    if len(wrong) == 1:
        return True
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:
        return False
    return (one[wrong[0]], one[wrong[1]]) == (other[wrong[1]], other[wrong[0]])

"""What an account's books hold of each receivable, and the money beside them (M1-M6)."""

from dataclasses import dataclass, field
from datetime import date

from tests.simulation.oracle.fact import Known
from tests.simulation.oracle.identity import Payment
from tests.simulation.oracle.invoices import Invoice

PRINCIPAL, INTEREST, COSTS = "principal", "interest", "costs"
ORDERS = {
    "principal-first": (PRINCIPAL, INTEREST, COSTS),
    "interest-first": (INTEREST, PRINCIPAL, COSTS),
}
EURO = "EUR"


@dataclass
class FeeRecord:
    day: date
    whole: int
    booked: int
    forgiven: bool
    invoice: str


@dataclass(eq=False)
class Receivable:
    """The running balances of one invoice during a replay."""

    invoice: Invoice
    principal: int = 0
    begun: int = 0  # principal after the credit notes
    interest: int = 0
    costs: int = 0
    history: list[tuple[date, int]] = field(default_factory=list)  # (day, principal after that entry)
    discount_taken: int = 0
    given_up: list[tuple[date, int]] = field(default_factory=list)  # principal written off, by day
    touched: bool = False  # a payment or credit has come
    noted: bool = False  # a credit note has, or credit of no payment
    notes: list[tuple[Known, int]] = field(default_factory=list)  # what each credit note took
    counted_to: date | None = None
    compensated: bool = False
    fees: list[FeeRecord] = field(default_factory=list)
    interruptions: list[date] = field(default_factory=list)
    booked: dict[Known, tuple[int, int, int]] = field(default_factory=dict)  # letter -> (fee, interest, compensation)

    @property
    def balance(self) -> int:
        return self.principal + self.interest + self.costs

    def take(self, name: str, amount: int, day: date) -> None:
        setattr(self, name, getattr(self, name) - amount)
        if name == PRINCIPAL:
            self.history.append((day, self.principal))

    def close(self, day: date) -> None:
        for name in (PRINCIPAL, INTEREST, COSTS):
            self.take(name, getattr(self, name), day)

    def principal_bearing_on(self, day: date) -> int:
        """The part paid bears interest to its day, that day included."""
        standing = self.history[0][1]
        for at, principal in self.history:
            if at < day:
                standing = principal
        return standing


@dataclass(eq=False)
class Credit:
    payment: Payment | None
    amount: int
    currency: str
    day: date
    known: Known


@dataclass(eq=False)
class Use:
    """What money did: it paid so much of a class of a receivable."""

    receivable: Receivable
    name: str
    amount: int
    paid: date  # the payer's day; of credit that on which it was used
    known: Known  # of the money; of credit the end of the day on which it was used, where that is later
    turn: int = 0  # the uses of money are counted


@dataclass(eq=False)
class Waived:
    """The rest that was waived when a payment, credit or a credit note had left so little (M6)."""

    receivable: Receivable
    rest: dict[str, int]
    known: Known
    as_discount: bool = False  # discount taken, not waived (M8)
    turn: int = 0  # the use of money that left so little; 0 of a credit note, before all uses

"""K4: an instruction that names an invoice or a debtor that is not there holds whom it may mean."""

from collections.abc import Iterator

from tests.simulation.oracle.fact import Fact, Known
from tests.simulation.oracle.facts import World, remembered

_OF_PEOPLE_AND_BILLING = (
    "invoice.credited", "invoice.cancelled", "invoice.rescheduled", "dispute.raised", "dispute.settled", "hold.placed",
    "hold.lifted", "promise.made", "extension.granted", "plan.agreed", "plan.ended", "suspension.requested",
    "suspension.ended", "debt.acknowledged", "debtor.updated", "fee.waived", "receivable.written-off", "credit.granted",
    "step.approved", "task.done", "payment.assigned",
)  # fmt: skip
_HOLDS_NOBODY_ELSE = ("debtor.updated",)


def holds(world: World, creditor: str, debtor: str, now: Known) -> bool:
    """Whether an instruction that goes on waiting, or never fits, holds the account."""
    return any(debtor in _meant(world, fact, now) for fact in _doubtful(world, creditor) if fact.is_there(now))


@remembered
def _doubtful(world: World, creditor: str) -> list[Fact]:
    """The instructions of which something was not there when they became known."""
    told = [fact for kind in _OF_PEOPLE_AND_BILLING for fact in world.by_kind.get(kind, ())]
    return [fact for fact in told if fact.data["creditor"] == creditor and _meant(world, fact, fact.known)]


def _meant(world: World, fact: Fact, now: Known) -> set[str]:
    """The debtors it may mean at the moment; nobody where all is there."""
    owners = _owners(world, fact.data["creditor"], now)
    debtors, debtor = set(owners.values()), fact.data["debtor"]
    named = list(_named(fact))
    others = {owners[number] for number in named if number in owners} - {debtor}
    if others:
        return others | {debtor}
    absent = [number for number in named if number not in owners]
    if debtor in debtors and not absent:
        return set()
    meant = {debtor} & debtors
    meant |= {owner for number, owner in owners.items() for other in absent if _is_one_edit(number, other)}
    if not meant and fact.kind not in _HOLDS_NOBODY_ELSE:
        meant = {each for each in debtors if _is_one_edit(each, debtor)}
    return meant


@remembered
def _owners(world: World, creditor: str, now: Known) -> dict[str, str]:
    """Whose each number is that is known: an invoice's, its parts'."""
    found = {}
    for invoice in world.invoices:
        if invoice.creditor == creditor and invoice.known <= now:
            found[invoice.id] = found[invoice.number] = invoice.debtor
    return found


def _named(fact: Fact) -> Iterator[str]:
    if fact.data.get("invoice") is not None:
        yield fact.data["invoice"]
    yield from fact.data.get("invoices", ())


def _is_one_edit(one: str, other: str) -> bool:
    """One sign more, less or other, or two neighbours swapped."""
    if len(one) == len(other):
        differing = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        swapped = len(differing) == 2 and differing[1] == differing[0] + 1
        if swapped:
            first, second = differing
            return one[first] == other[second] and one[second] == other[first]
        return len(differing) == 1
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))

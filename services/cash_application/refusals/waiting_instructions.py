"""Instructions that name an invoice or a debtor that is not known (rules.md K4).

They wait and apply when what they name comes, as corrections of such an invoice (M10) do. Until then they hold the
account, or whom else they may mean, and a dead letter says which ids are near: at the next frontier where the debtor is
known, else, and of corrections, after one banking day, as billing may come later than what people say. The dead letter
ends when the instruction applies, or is mended or discarded.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from itertools import islice
from typing import Final, Literal, TypeGuard
from zoneinfo import ZoneInfo

from schemas.data import AccountData, Data
from schemas.dead_letters import DeadLetterClosed
from schemas.events import DebtorUpdated
from schemas.facts import Fact, UnreadReleased, decode_facts
from schemas.id_spelling import is_one_edit_away, nearest_first, spellings_one_edit_away
from schemas.invoice_events import InvoiceIssued
from schemas.payment_events import PaymentAssigned, PaymentNotOf
from schemas.topics import DEAD_LETTERS
from services.cash_application.refusals import dead_letters, doubts
from services.cash_application.state import identity
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import Refused
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import (
    ACCOUNTS,
    AMOUNTS,
    INSTRUCTION_NEWS,
    INSTRUCTIONS_WAITING,
    INVOICES,
    NAMED_IN_VAIN,
    WAITING,
    WaitingInstruction,
)
from services.cash_application.state.waiting import Missing, read_kept, sortable
from services.law.calendar import next_banking_day
from services.law.countries import DEFAULT_COUNTRY

UNKNOWN_INVOICE: Final = "unknown-invoice"
UNKNOWN_DEBTOR: Final = "unknown-debtor"
_AT_ONCE: Final = sortable(datetime.fromtimestamp(0, UTC))
_SHOWN: Final = 5
_LOOKED_AT: Final = 1_000
"""Ids at most among which the nearest are looked for, where none is one edit away."""

Instruction = AccountData | PaymentAssigned | PaymentNotOf
Named = Literal["invoice", "debtor"]


def wait(lane: Lane, fact: Fact, offset: int, missing: Missing, row_key: str) -> None:
    """Note that a fact waits for what it names, if it is an instruction; it is looked at at the next frontier."""
    data = fact.data
    if isinstance(data, InvoiceIssued) and missing.kind is not INVOICES:
        waits_no_more(lane, fact, offset)
    if missing.kind not in (INVOICES, ACCOUNTS) or not _is_instruction(data):
        return
    doubt = dead_letters.key_of(lane, offset)
    known = INSTRUCTIONS_WAITING.get(lane.unit, doubt) or WaitingInstruction(row_key)
    known.row = row_key
    INSTRUCTIONS_WAITING.put(lane.unit, doubt, known)
    _look_again(lane, doubt, _AT_ONCE)
    for row in _rows_of_names(data, doubt):
        lane.named_in_vain(data.creditor).add(row)
        lane.unit.put(NAMED_IN_VAIN, row, b"")


def became_known(lane: Lane, creditor: str, name: str, named: Named) -> None:
    """A debtor or an invoice is new: instructions that may mean it are looked at again at the next frontier."""
    for row in lane.named_in_vain(creditor):
        _, what, in_vain, doubt = row.split(SEPARATOR)
        if what == named and (in_vain == name or is_one_edit_away(in_vain, name)):
            _look_again(lane, doubt, _AT_ONCE)


def waits_no_more(lane: Lane, fact: Fact, offset: int) -> None:
    """An instruction that waited is applied or refused: its holds and its dead letter end."""
    doubt = dead_letters.key_of(lane, offset)
    known = _forget_rows(lane, doubt, fact.data)
    if known is None:
        return
    doubts.release(lane, UnreadReleased(key=doubt))
    if known.reported is not None:
        lane.unit.publish(DEAD_LETTERS, fact.source, DeadLetterClosed(key=doubt, outcome="applied"))


def forget(lane: Lane, doubt: str) -> None:
    """Forget an instruction that waits, as a person mends or discards its dead letter; its holds are released apart.

    The mended event may bear the same id, so it is forgotten before that one is applied.
    """
    known = INSTRUCTIONS_WAITING.get(lane.unit, doubt)
    if known is None:
        return
    _, fact = _kept(lane, known)
    _forget_rows(lane, doubt, fact.data)
    lane.unit.delete(WAITING, known.row)
    identity.forget(lane, fact)
    lane.tally.waiting -= 1
    lane.tally.dead_letters += 1


def look(lane: Lane, frontier: datetime, most: int) -> int:
    """Hold whom up to ``most`` waiting instructions may mean by now, and report them; how many were looked at."""
    until = sortable(frontier)
    due = [row for row, _ in islice(lane.unit.scan(INSTRUCTION_NEWS), most) if row.partition(SEPARATOR)[0] <= until]
    for row in due:
        lane.unit.delete(INSTRUCTION_NEWS, row)
        doubt = row.partition(SEPARATOR)[2]
        known = INSTRUCTIONS_WAITING.get(lane.unit, doubt)
        if known is not None:
            _look_at(lane, doubt, known, frontier)
    return len(due)


# -- one instruction --------------------------------------------------------------------------------------------------


def _look_at(lane: Lane, doubt: str, known: WaitingInstruction, frontier: datetime) -> None:
    offset, fact = _kept(lane, known)
    data = fact.data
    assert _is_instruction(data), "only instructions are looked at"
    debtor_is_known = ACCOUNTS.get(lane.unit, key(data.creditor, data.debtor)) is not None
    is_correction = isinstance(data, InvoiceIssued)
    reason = UNKNOWN_INVOICE if debtor_is_known or is_correction else UNKNOWN_DEBTOR
    held = sorted(_meant(lane, data, debtor_is_known=debtor_is_known))
    for debtor in [each for each in held if each not in known.held]:
        doubts.hold_account(lane, doubt, data.creditor, debtor, reason)
    for debtor in [each for each in known.held if each not in held]:
        doubts.release_account(lane, doubt, data.creditor, debtor)
    known.held = held
    at = _after_one_banking_day(lane, data.creditor, min(fact.known_at, frontier))
    comes_later = is_correction or not debtor_is_known
    if comes_later and frontier < at and known.reported is None:
        _look_again(lane, doubt, sortable(at))
    elif known.reported != reason:
        known.reported = reason
        lines = _invoice_lines(lane, data) if reason == UNKNOWN_INVOICE else _debtor_lines(lane, data)
        dead_letters.report_waiting(lane, fact, offset, Refused(reason, lines))
    INSTRUCTIONS_WAITING.put(lane.unit, doubt, known)


def _meant(lane: Lane, data: Instruction, *, debtor_is_known: bool) -> set[str]:
    """The debtors whom an instruction may mean: its own, and those with an invoice one edit away.

    Where neither is known, those whose id is one edit away. What is told of a debtor before the first invoice, as a
    customer register does, and what lets go of money, stops no letter and holds nobody else.
    """
    found = {data.debtor} if debtor_is_known else set()
    for name in _invoices_named(data):
        if INVOICES.get(lane.unit, key(data.creditor, name)) is None:
            found |= {debtor for _, debtor in _near_invoices(lane, data.creditor, name)}
    if not found and not isinstance(data, DebtorUpdated | PaymentNotOf):
        found |= set(_near_debtors(lane, data.creditor, data.debtor))
    return found


def _after_one_banking_day(lane: Lane, creditor: str, known: datetime) -> datetime:
    """The beginning of the first banking day after that on which an instruction is known, in UTC."""
    row = lane.creditor(creditor)
    assert row is not None, "facts wait for their creditor first"
    zone = ZoneInfo(row.timezone)
    day = next_banking_day(known.astimezone(zone).date(), DEFAULT_COUNTRY)
    return datetime.combine(day, time.min, zone).astimezone(UTC)


# -- words for a person -----------------------------------------------------------------------------------------------


def _invoice_lines(lane: Lane, data: Instruction) -> tuple[str, ...]:
    missing = [name for name in _invoices_named(data) if INVOICES.get(lane.unit, key(data.creditor, name)) is None]
    own = _invoices_of(lane, data.creditor, data.debtor)
    field = "data.corrects" if isinstance(data, InvoiceIssued) else "data.invoice"
    return tuple(
        f"{field}: {name} is no invoice of {data.debtor} that is known; it waits for that invoice, and letters "
        f"wait with it; {_nearest(name, own, _near_invoices(lane, data.creditor, name))}"
        for name in missing
    )


def _nearest(name: str, own: Iterable[str], others: Iterable[tuple[str, str]]) -> str:
    mine = nearest_first(name, own)[:_SHOWN]
    theirs = [f"{invoice} of {debtor}" for invoice, debtor in sorted(others) if invoice not in mine][:_SHOWN]
    return f"nearest: {', '.join([*mine, *theirs])}; mend or discard it"


def _debtor_lines(lane: Lane, data: Instruction) -> tuple[str, ...]:
    near = _near_debtors(lane, data.creditor, data.debtor) or _debtors_that_begin_alike(lane, data)
    nearest = nearest_first(data.debtor, near)[:_SHOWN]
    line = (
        f"data.debtor: {data.debtor} has no invoice, so nobody is known by this id; it waits for the first one; "
        f"nearest: {', '.join(nearest) or 'none'}; mend or discard it"
    )
    return (line,)


def _debtors_that_begin_alike(lane: Lane, data: Instruction) -> list[str]:
    for length in range(len(data.debtor) - 1, -1, -1):
        rows = ACCOUNTS.scan(lane.unit, key(data.creditor, data.debtor[:length]))
        found = [row_key.partition(SEPARATOR)[2] for row_key, _ in islice(rows, _LOOKED_AT)]
        if found:
            return found
    return []


# -- rows -------------------------------------------------------------------------------------------------------------


def _near_invoices(lane: Lane, creditor: str, name: str) -> list[tuple[str, str]]:
    """The invoices one edit away from a number, each with its debtor."""
    rows = [key(creditor, spelling) for spelling in dict.fromkeys(spellings_one_edit_away(name))]
    found = lane.unit.get_many(INVOICES.name, rows)
    known = ((row, INVOICES.get(lane.unit, row)) for row in found)
    return [(row.partition(SEPARATOR)[2], invoice.debtor) for row, invoice in known if invoice is not None]


def _near_debtors(lane: Lane, creditor: str, debtor: str) -> list[str]:
    rows = [key(creditor, spelling) for spelling in dict.fromkeys(spellings_one_edit_away(debtor))]
    found = lane.unit.get_many(ACCOUNTS.name, rows)
    return [row.partition(SEPARATOR)[2] for row, stored in found.items() if stored]


def _invoices_of(lane: Lane, creditor: str, debtor: str) -> set[str]:
    rows = islice(lane.unit.scan(AMOUNTS.name, key(creditor, debtor, "")), _LOOKED_AT)
    return {row.rpartition(SEPARATOR)[2] for row, _ in rows}


def _is_instruction(data: Data) -> TypeGuard[Instruction]:
    if isinstance(data, InvoiceIssued):
        return data.corrects not in (None, data.invoice)
    return isinstance(data, Instruction)


def _invoices_named(data: Instruction) -> tuple[str, ...]:
    if isinstance(data, InvoiceIssued):
        return () if data.corrects is None else (data.corrects,)
    many: tuple[str, ...] = getattr(data, "invoices", ())
    one: str | None = getattr(data, "invoice", None)
    return many if one is None else (*many, one)


def _rows_of_names(data: Instruction, doubt: str) -> Iterator[str]:
    yield key(data.creditor, "debtor", data.debtor, doubt)
    for name in _invoices_named(data):
        yield key(data.creditor, "invoice", name, doubt)


def _look_again(lane: Lane, doubt: str, at: str) -> None:
    lane.unit.put(INSTRUCTION_NEWS, key(at, doubt), b"")


def _forget_rows(lane: Lane, doubt: str, data: Data) -> WaitingInstruction | None:
    known = INSTRUCTIONS_WAITING.get(lane.unit, doubt)
    if known is None:
        return None
    assert isinstance(data, Instruction), "only instructions are noted"
    for row in _rows_of_names(data, doubt):
        lane.named_in_vain(data.creditor).discard(row)
        lane.unit.delete(NAMED_IN_VAIN, row)
    lane.unit.delete(INSTRUCTIONS_WAITING.name, doubt)
    return known


def _kept(lane: Lane, known: WaitingInstruction) -> tuple[int, Fact]:
    stored = lane.unit.get(WAITING, known.row)
    assert stored is not None, "an instruction that waits is kept"
    offset, raw = read_kept(stored)
    fact = decode_facts(raw)
    assert isinstance(fact, Fact), "an instruction is a fact"
    return offset, fact

"""Bank statements, one chain for each bank account and currency: none is taken twice, and missing ones are found.

Every statement is kept, so the order in which they come does not matter.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from schemas.decisions import Alert, StatementTaken
from schemas.facts import Fact
from schemas.money import currency_decimals
from schemas.payment_events import BankFeedCompleted, PaymentReceived
from schemas.statements import BankStatement, gaps
from services.cash_application.identity_of_money import naming
from services.cash_application.state import identity
from services.cash_application.state.feeds import StatementDays
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, CONFLICT, DUPLICATE, Refused, Result, conflict
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import (
    CHAINS,
    PAYMENTS,
    STATEMENT_LINES,
    STATEMENT_VERSIONS,
    ChainedStatement,
    StatementChain,
    StatementVersions,
)

GAP: Final = "statement-missing"
"""The code of the alert."""

_READ_AS: Final = 100
"""A statement's amounts are read as hundredths, whatever decimals its currency has."""
_AMOUNTS: Final = ("opening", "received", "returned", "other", "closing")
Line = tuple[str, date]
"""A payment in a statement: the id under which it was told, and its booking day."""


@dataclass(frozen=True, slots=True)
class Correction:
    """The statement that no longer counts, or counts otherwise, by its name, and what its corrected version lacks.

    ``by`` is the name of the statement that corrects it, which is another one only where banks give no numbers.
    """

    name: str
    by: str
    gone: tuple[Line, ...]


def take(lane: Lane, fact: Fact, data: BankFeedCompleted, statement: BankStatement) -> Result:
    """Add a statement to its chain, once. A copy is a duplicate, whatever source and id the copy's event has."""
    taken = _in_minor_units(data, statement)
    if isinstance(taken, Refused):
        return taken
    result = identity.claim(lane, natural_key(fact, data, statement), fact, "data.statement.number: this statement")
    if result is APPLIED and statement.number is None and statement.name is not None:
        known = _corrected_by(lane, data, taken, statement.name)
        if known is not None and known.name is not None:
            identity.release(lane, natural_key(fact, data, statement))
            return conflict("data.statement: another statement of these days")
        if known is not None and (known.closing, known.returned) == (taken.closing, taken.returned):
            return DUPLICATE  # an older store knew it without a name
    if not isinstance(result, Refused):
        _count_version(lane, fact, data, statement)
    if result is APPLIED:
        _keep(lane, data, taken, statement.name, None)
    return result


def told_again(lane: Lane, fact: Fact, data: BankFeedCompleted) -> None:
    """Count that a statement came once more as it was: what a corrected one leaves out is found by it."""
    if data.statement is not None:
        _count_version(lane, fact, data, data.statement)


def note_line(lane: Lane, data: PaymentReceived) -> None:
    """Note that a statement told a payment, for the case that a corrected one does not."""
    if data.channel != "statement" or data.statement is None:
        return
    versions_key = key(data.creditor, data.account, data.currency, data.statement)
    versions = STATEMENT_VERSIONS.get(lane.unit, versions_key)
    times = str(0 if versions is None else versions.times)
    row_key = key(versions_key, data.payment, data.booked.isoformat())
    told = (lane.unit.get(STATEMENT_LINES, row_key) or b"").decode().split()
    if times not in told:
        lane.unit.put(STATEMENT_LINES, row_key, " ".join((*told, times)).encode())


def is_gone(lane: Lane, fact: Fact, data: PaymentReceived) -> bool:
    """Whether a corrected statement no longer told a payment that a version made since tells: it is money again.

    The version that was corrected brings nothing back when it is sent again, nor does another channel.
    """
    payment = PAYMENTS.get(lane.unit, key(data.creditor, data.account, data.payment))
    if payment is None or payment.same_as != "" or data.channel != "statement" or data.statement is None:
        return False
    return _is_latest(lane, fact, key(data.creditor, data.account, data.currency, data.statement))


def is_in_force_again(lane: Lane, fact: Fact, data: BankFeedCompleted) -> bool:
    """Whether a statement that was corrected was made once more since then, as it was before."""
    statement = data.statement
    versions_key = None if statement is None else _versions_key(data, statement)
    if statement is None or versions_key is None:
        return False
    is_other = identity.is_kept_for_other(lane, natural_key(fact, data, statement), fact)
    return is_other and _is_latest(lane, fact, versions_key)


def _is_latest(lane: Lane, fact: Fact, versions_key: str) -> bool:
    versions = STATEMENT_VERSIONS.get(lane.unit, versions_key)
    return versions is None or versions.made is None or fact.time >= versions.made


def _count_version(lane: Lane, fact: Fact, data: BankFeedCompleted, statement: BankStatement) -> None:
    versions_key = _versions_key(data, statement)
    if versions_key is not None:
        versions = STATEMENT_VERSIONS.get(lane.unit, versions_key) or StatementVersions()
        versions.times += 1
        versions.made = max(fact.time, versions.made or fact.time)
        STATEMENT_VERSIONS.put(lane.unit, versions_key, versions)


def _versions_key(data: BankFeedCompleted, statement: BankStatement) -> str | None:
    name = name_of(data, statement)
    return None if name is None else key(data.creditor, data.account, statement.currency, name)


def name_of(data: BankFeedCompleted, statement: BankStatement) -> str | None:
    """What payments call a statement in which they are: its year and number, else what the bank calls it."""
    return _numbered_name(data, statement) or statement.name


def _numbered_name(data: BankFeedCompleted, statement: BankStatement) -> str | None:
    """A statement's year and number, as files of statements write it into each payment; None without a number."""
    return None if statement.number is None else f"{data.through.year}/{statement.number}"


def _keep(
    lane: Lane, data: BankFeedCompleted, taken: StatementTaken, name: str | None, corrected: ChainedStatement | None
) -> None:
    """Put a statement into its chain, in the place of the one that it corrects."""
    row_key = key(data.creditor, data.account, taken.currency)
    chain = CHAINS.get(lane.unit, row_key) or StatementChain()
    chain.statements = [each for each in chain.statements if each != corrected]
    one = ChainedStatement(taken.through, taken.number, taken.opening, taken.closing, taken.returned, taken.first, name)
    chain.statements.append(one)
    CHAINS.put(lane.unit, row_key, chain)
    lane.feed(data.creditor, data.account).gaps[taken.currency] = gaps(chain.statements)
    lane.record_decision(data.creditor, taken)


def _corrected_by(
    lane: Lane, data: BankFeedCompleted, taken: StatementTaken, name: str | None
) -> ChainedStatement | None:
    """The statement in the chain whose place a statement takes.

    It has its number; without numbers, its days and its opening balance, and the bank's name of it or other entries:
    one that closes as it opened may have been followed by another one of the same days.
    """
    chain = CHAINS.get(lane.unit, key(data.creditor, data.account, taken.currency)) or StatementChain()
    for known in chain.statements:
        if taken.number is not None:
            is_one = (known.number, known.through.year) == (taken.number, taken.through.year)
        else:
            days = (known.number, known.through, known.first, known.opening)
            is_one = days == (None, taken.through, taken.first, taken.opening) and (
                known.opening != known.closing or (name is not None and known.name == name)
            )
        if is_one:
            return known
    return None


# -- corrected statements ---------------------------------------------------------------------------------------------


def correct(lane: Lane, fact: Fact, data: BankFeedCompleted, statement: BankStatement) -> Correction | Refused:
    """Let a statement take the place of one with its number, and say which payments are gone and which ones count.

    Refused where its payments do not come to what it says was received, or where returns would be gone.
    """
    taken = _in_minor_units(data, statement)
    versions_key = _versions_key(data, statement)
    if isinstance(taken, Refused) or versions_key is None:
        return taken if isinstance(taken, Refused) else conflict("data.statement: this statement")
    name = versions_key.rpartition(SEPARATOR)[2]
    known = _corrected_by(lane, data, taken, statement.name)
    if known is None or known.through != taken.through:
        return _not_safe()
    other = name if known.number is not None else known.name or name
    other_key = key(data.creditor, data.account, statement.currency, other)
    known_versions = STATEMENT_VERSIONS.get(lane.unit, other_key)
    if known_versions is None or known_versions.made is None:
        return _not_safe()
    versions = STATEMENT_VERSIONS.get(lane.unit, versions_key) or StatementVersions()
    now, before = _lines(lane, versions_key, str(versions.times))
    if other != name:
        before = set.union(*_lines(lane, other_key, ""))
    is_later = fact.time >= known_versions.made
    if known.returned != taken.returned or (is_later and _sum(lane, data, now, name) != taken.received):
        return _not_safe()
    if is_later:
        identity.replace(lane, natural_key(fact, data, statement), fact)
        corrects = None if taken.number is not None else known.closing
        _keep(lane, data, taken.model_copy(update={"corrects": corrects}), statement.name, known)
    _count_version(lane, fact, data, statement)
    gone = before - now if is_later else now - before
    losing, by = (other, name) if is_later else (name, other)
    return Correction(losing, by, tuple(sorted(gone)))


def _lines(lane: Lane, versions_key: str, times: str) -> tuple[set[Line], set[Line]]:
    """The lines of the version that is being completed, and those of the versions before it."""
    now: set[Line] = set()
    before: set[Line] = set()
    prefix = key(versions_key, "")
    for row_key, stored in lane.unit.scan(STATEMENT_LINES, prefix):
        payment, booked = row_key.removeprefix(prefix).split(SEPARATOR)
        told = set(stored.decode().split())
        line = payment, date.fromisoformat(booked)
        if times in told:
            now.add(line)
        if told - {times}:
            before.add(line)
    return now, before


def _sum(lane: Lane, data: BankFeedCompleted, lines: set[Line], statement: str) -> int:
    told = (naming.of_line(lane, data.creditor, data.account, *line, statement) for line in lines)
    return sum(each.amount for each in told if each is not None)


def _not_safe() -> Refused:
    return Refused(
        CONFLICT,
        (
            "data.statement: one with this number, or of these days, is known with other content: this one corrects it",
            "it cannot take that one's place by itself: compare both, take back what is gone with payment.reversed",
            "send payment.received for what is missing, then bank-feed.completed without figures, and discard this",
        ),
    )


def days_of(lane: Lane, data: BankFeedCompleted, statement: BankStatement) -> StatementDays:
    """The days for which a statement that was taken speaks.

    Where it goes on from the statement before, nothing was booked between both: it speaks from the day after that one.
    """
    chain = CHAINS.get(lane.unit, key(data.creditor, data.account, statement.currency)) or StatementChain()
    stated = statement.from_ or data.through
    ends = [each.through for each in chain.statements if each.through < data.through]
    if not ends or any(gap.before == max(ends) for gap in gaps(chain.statements)):
        return StatementDays(statement.currency, stated, data.through)
    return StatementDays(statement.currency, max(ends) + timedelta(days=1), data.through)


def raise_alerts(lane: Lane, creditor: str, account: str) -> None:
    """Raise an alert for each gap of a bank account that appeared since the last frontier and is still there.

    Statements out of order raise none: by the frontier the gap between them is closed.
    """
    for gap in lane.feed(creditor, account).new_gaps():
        what = f"bank account {account}: {gap.words}; order it from the bank, no letters go meanwhile"
        lane.record_decision(creditor, Alert(code=GAP, creditor=creditor, date=gap.after, detail=what))


def natural_key(fact: Fact, data: BankFeedCompleted, statement: BankStatement) -> str:
    """A bank gives a number once a year; a statement without one is known by its whole content."""
    name = _numbered_name(data, statement) or fact.content
    return identity.of_statement(data.creditor, data.account, statement.currency, name)


def _in_minor_units(data: BankFeedCompleted, statement: BankStatement) -> StatementTaken | Refused:
    fields = {
        "creditor": data.creditor,
        "account": data.account,
        "currency": statement.currency,
        "number": statement.number,
        "first": statement.from_,
        "through": data.through,
    }
    for name in _AMOUNTS:
        fields[name], rest = divmod(getattr(statement, name) * 10 ** currency_decimals(statement.currency), _READ_AS)
        if rest:
            return Refused("wrong-field", (f"data.statement.{name}: has more decimals than the currency has",))
    return StatementTaken.model_validate(fields)

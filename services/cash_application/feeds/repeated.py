"""Statements that tell once more what others told: a month's beside its days', or a corrected one (rules.md B2).

Their lines with ids are known by these. Of those without, each is one money with the likest line of its day and sum of
another statement that tells the same days.
"""

from collections.abc import Iterator
from datetime import date

from schemas.money import currency_decimals
from schemas.payment_events import BankFeedCompleted
from schemas.statements import BankStatement, InChain
from services.cash_application.feeds import statements
from services.cash_application.identity_of_money import equal_sums, likeness, naming
from services.cash_application.payments import payment_events, placing
from services.cash_application.state import counted_money
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import CHAINS, PAYMENTS, STATEMENT_LINES, STATEMENT_VERSIONS, ChainedStatement

Pair = tuple[KnownPayment, KnownPayment]
"""The payment that stays, and the line that tells it again."""


def is_repeated(lane: Lane, data: BankFeedCompleted, statement: BankStatement) -> bool:
    """Whether other statements told all that a statement tells: then its lines are united with theirs.

    They lead from its opening to its closing balance over its days, or one of more days tells all of its lines.
    """
    chain = CHAINS.get(lane.unit, key(data.creditor, data.account, statement.currency))
    name = statements.name_of(data, statement)
    if chain is None or name is None:
        return False
    known = [each for each in chain.statements if _days(each) != (statement.from_ or data.through, data.through)]
    is_sum = _leads_through(known, data, statement)
    if not is_sum and not any(_holds(each, data, statement) for each in known):
        return False
    lines = list(_lines(lane, data, statement.currency, name))
    pairs, alone = _paired(lane, lines, name)
    if alone and not is_sum:
        return False
    for _, line in pairs:
        counted_money.line_withdrawn(lane, line)
    _unite(lane, pairs)
    for line in alone:
        _leave_to_a_person(lane, line)
    return True


def unite_lines(
    lane: Lane, data: BankFeedCompleted, currency: str, correction: statements.Correction
) -> tuple[statements.Line, ...]:
    """Unite the lines of a statement with those of the one that corrects it; those of the first that are gone."""
    lines = list(_lines(lane, data, currency, correction.name))
    _unite(lane, _paired(lane, lines, correction.name, correction.by)[0])
    return tuple(each for each in correction.gone if not _is_in(lane, data, each, correction))


def _is_in(lane: Lane, data: BankFeedCompleted, line: statements.Line, correction: statements.Correction) -> bool:
    payment = naming.of_line(lane, data.creditor, data.account, *line, correction.name)
    return payment is not None and correction.by in _statements_of(payment)


def _days(known: ChainedStatement) -> tuple[date, date]:
    return known.first or known.through, known.through


def _leads_through(known: list[ChainedStatement], data: BankFeedCompleted, statement: BankStatement) -> bool:
    """Whether statements of single days in it lead from a statement's opening to its closing balance."""
    first, (opening, closing) = statement.from_ or data.through, _balances(statement)
    inside = [each for each in known if first <= _days(each)[0] and each.through <= data.through]
    balance = opening
    for each in sorted(inside, key=_order):
        if each.opening != balance:
            return False
        balance = each.closing
    return bool(inside) and balance == closing and first < data.through


def _holds(known: ChainedStatement, data: BankFeedCompleted, statement: BankStatement) -> bool:
    """Whether a statement of more days may hold all of one: where both begin or end, their balances are the same."""
    first, last = _days(known)
    begins, (opening, closing) = statement.from_ or data.through, _balances(statement)
    return (
        first <= begins
        and data.through <= last
        and (first < begins or known.opening == opening)
        and (data.through < last or known.closing == closing)
    )


def _balances(statement: BankStatement) -> tuple[int, int]:
    unit = 10 ** currency_decimals(statement.currency)
    return statement.opening * unit // 100, statement.closing * unit // 100


def _order(statement: InChain) -> tuple[date, int]:
    return statement.through, statement.number or 0


def _lines(lane: Lane, data: BankFeedCompleted, currency: str, name: str) -> Iterator[KnownPayment]:
    """The payments that a statement told, and no other one of its name before it."""
    prefix = key(data.creditor, data.account, currency, name, "")
    versions = STATEMENT_VERSIONS.get(lane.unit, prefix.removesuffix(SEPARATOR))
    times = str(0 if versions is None else versions.times)
    for row_key, told in lane.unit.scan(STATEMENT_LINES, prefix):
        if told.decode().split() != [times]:
            continue
        id_, booked = row_key.removeprefix(prefix).split(SEPARATOR)
        payment = naming.of_line(lane, data.creditor, data.account, id_, date.fromisoformat(booked), name)
        if payment is not None:
            yield payment


def _paired(
    lane: Lane, lines: list[KnownPayment], name: str, by: str | None = None
) -> tuple[list[Pair], list[KnownPayment]]:
    """Each line of a statement with the likest payment that another one (``by``) told; and the lines without one."""
    pairs: list[Pair] = []
    alone: list[KnownPayment] = []
    used: set[str] = set()
    for line in lines:
        if _tells(line, name, by):
            continue
        told = [each for sum_key in equal_sums.of_sums(line) for each in equal_sums.told_money(lane, sum_key)]
        fitting = [
            each
            for each in told
            if each.key not in used
            and name not in _statements_of(each)
            and _tells(each, name, by)
            and likeness.may_be_one(line, each)
        ]
        if fitting:
            likest = max(fitting, key=lambda each: (likeness.alikeness(line, each), each.payment))
            used.add(likest.key)
            pairs.append((likest, line))
        else:
            alone.append(line)
    return pairs, alone


def _tells(payment: KnownPayment, name: str, by: str | None) -> bool:
    """Whether another statement than that of this name, or that of the name ``by``, told a payment."""
    others = _statements_of(payment) - {name}
    return bool(others) if by is None else by in others


def _statements_of(payment: KnownPayment) -> set[str | None]:
    return {each.statement for each in payment.tellings if each.channel == "statement"}


def _unite(lane: Lane, pairs: list[Pair]) -> None:
    for stays, line in pairs:
        now = [PAYMENTS.get(lane.unit, each.key) for each in (stays, line)]
        if now[0] is not None and now[1] is not None:
            payment_events.unite(lane, now[0], now[1])


def _leave_to_a_person(lane: Lane, line: KnownPayment) -> None:
    """Statements that tell the same days lack a line: it is no placed money until a person decides."""
    payment = PAYMENTS.get(lane.unit, line.key)
    if payment is not None and payment.left:
        counted_money.line_withdrawn(lane, payment)
        counted_money.withdrawn(lane, payment)
        payment.is_lacking = True
        placing.place(lane, payment)
        PAYMENTS.put(lane.unit, payment.key, payment)

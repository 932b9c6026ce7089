"""Amounts of instructions are in the currency of the receivables that they are about (rules.md G2, G5)."""

from schemas.data import AccountData
from schemas.events import DisputeRaised, PlanAgreed, ReceivableWrittenOff
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import Refused
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import ACCOUNTS, INVOICES


def check_currency(lane: Lane, data: AccountData) -> Refused | None:
    """None unless the amounts of a dispute, plan or write-off are in another currency, or over two of them."""
    if not isinstance(data, DisputeRaised | PlanAgreed | ReceivableWrittenOff):
        return None
    if not isinstance(data, PlanAgreed) and data.amount is None:
        return None
    owed = _currencies(lane, data)
    if len(owed) > 1:
        what = "data.invoices: are" if isinstance(data, PlanAgreed) else "data.invoice: is missing, and invoices are"
        return _refused(f"{what} in two currencies; say it once for each, with the invoices of that currency alone")
    if data.currency is not None and owed and data.currency not in owed:
        return _refused("data.currency: is not the currency of the invoices; give the amounts in that one")
    return None


def _currencies(lane: Lane, data: DisputeRaised | PlanAgreed | ReceivableWrittenOff) -> set[str]:
    """The currencies of the invoices that it names, or of all the account's invoices."""
    named = data.invoices if isinstance(data, PlanAgreed) else () if data.invoice is None else (data.invoice,)
    rows = (INVOICES.get(lane.unit, key(data.creditor, name)) for name in named)
    account = ACCOUNTS.get(lane.unit, key(data.creditor, data.debtor)) if not named else None
    return {row.currency for row in rows if row is not None} | set(() if account is None else account.currencies)


def _refused(line: str) -> Refused:
    return Refused("other-currency", (line,))

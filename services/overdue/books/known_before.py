"""An account as it was known at an instant: its money, credit, and what changed its receivables (rules.md M5, M8)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from services.overdue.account import Account, CreditNote, GrantedCredit, ReceivedMoney, Reduction, Refund
from services.overdue.invoice_changes import CorrectedAmount

Entry = TypeVar("Entry", CorrectedAmount, CreditNote, GrantedCredit, ReceivedMoney, Reduction, Refund)


def known_by(account: Account, at: datetime) -> Account:
    """The account with what was known by an instant. Refunds of its money stay, known or not."""
    return _with(account, lambda known: known <= at, account.moneys)


def known_before(account: Account, at: datetime) -> Account:
    """The account with what was known before an instant, refunds too. What was reversed since never came (M5)."""
    moneys = [
        replace(money, refunds=[refund for refund in money.refunds if refund.known < at]) for money in account.moneys
    ]
    return _with(account, lambda known: known < at, moneys)


def _with(account: Account, counts: Callable[[datetime], bool], moneys: Sequence[ReceivedMoney]) -> Account:
    def of(entries: Sequence[Entry]) -> list[Entry]:
        return [entry for entry in entries if counts(entry.known)]

    return replace(
        account,
        moneys=of(moneys),
        credits=of(account.credits),
        receivables={
            invoice: replace(
                receivable,
                credit_notes=of(receivable.credit_notes),
                reductions=of(receivable.reductions),
                corrected=of(receivable.corrected),
            )
            for invoice, receivable in account.receivables.items()
        },
    )

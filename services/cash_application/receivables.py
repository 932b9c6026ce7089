"""Invoices and what is said about them: known first, then passed on to their account (design.md §3, §4).

A fact about an invoice or a debtor that is not known yet waits. One that names an invoice of another debtor is refused:
a dispute or a hold must never land on a stranger's account.
"""

from schemas.events import AccountData, DebtorUpdated, InvoiceCredited, InvoiceIssued
from schemas.facts import Fact
from schemas.journal import AccountEvent, AccountNumbered
from services.cash_application.matching import payer_hints
from services.cash_application.matching.remittance import folded_number
from services.cash_application.state import identity, subscriptions, waiting
from services.cash_application.state.account_numbers import give_number
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, DUPLICATE, Refused, Verdict, Waits, conflict
from services.cash_application.state.rows import (
    ACCOUNTS,
    AMOUNTS,
    INVOICE_NUMBERS,
    INVOICES,
    REFERENCES,
    Account,
    Carried,
    Invoice,
    Invoiced,
    Kind,
    key,
)
from services.cash_application.state.waiting import Missing


def issued(lane: Lane, fact: Fact, data: InvoiceIssued) -> Verdict:
    """A new invoice; the first of a debtor makes the account known."""
    at = key(data.creditor, data.invoice)
    known = INVOICES.get(lane.unit, at)
    if known is not None:
        return DUPLICATE if known.content == fact.content else conflict("data.invoice: this invoice of the creditor")
    waiting.arrived(lane, INVOICES, at)
    INVOICES.put(lane.unit, at, Invoice(fact.content, data.debtor, data.currency))
    _index(lane, data)
    _know_account(lane, data)
    pass_on(lane, fact, data)
    return APPLIED


def credited(lane: Lane, fact: Fact, data: InvoiceCredited) -> Verdict:
    """A credit note: known by its number within the invoice; in the invoice's currency."""
    refusal = of_account(lane, data)
    if refusal is not None:
        return refusal
    invoice = INVOICES.get(lane.unit, key(data.creditor, data.invoice))
    if invoice is not None and invoice.currency != data.currency:
        return other_currency()
    natural = key("credit-note", data.creditor, data.invoice, data.credit_note)
    verdict = identity.claim(lane, natural, fact, "data.credit_note: this credit note of the invoice")
    if verdict is APPLIED:
        pass_on(lane, fact, data)
    return verdict


def told(lane: Lane, fact: Fact, data: AccountData) -> Verdict:
    """Anything else that is said of an account, or of invoices of it."""
    refusal = of_account(lane, data)
    if refusal is not None:
        return refusal
    pass_on(lane, fact, data)
    if isinstance(data, DebtorUpdated) and data.party.name is not None:
        _know_name(lane, data.creditor, data.debtor, data.party.name)
    return APPLIED


def of_account(lane: Lane, data: AccountData) -> Waits | Refused | None:
    """None when the account and the invoices that the fact names are known and belong together."""
    named = _invoices_named(data)
    for name in named:
        verdict = invoice_of(lane, data.creditor, data.debtor, name)
        if verdict is not None:
            return verdict
    at = key(data.creditor, data.debtor)
    if not named and ACCOUNTS.get(lane.unit, at) is None:
        return Waits(Missing(ACCOUNTS, at))
    return None


def invoice_of(lane: Lane, creditor: str, debtor: str, name: str) -> Waits | Refused | None:
    """None when the invoice is known and the debtor's."""
    invoice = INVOICES.get(lane.unit, key(creditor, name))
    if invoice is None:
        return Waits(Missing(INVOICES, key(creditor, name)))
    if invoice.debtor != debtor:
        line = "data.invoice: belongs to another debtor of the creditor; correct the invoice or the debtor"
        return Refused("not-this-debtors-invoice", (line,))
    return None


def other_currency() -> Refused:
    """An amount that is not in the currency of what it is about."""
    line = "data.currency: is not the currency of the invoice or payment it is about; give the amount in that one"
    return Refused("other-currency", (line,))


def pass_on(lane: Lane, fact: Fact, data: AccountData) -> None:
    """Tell the account."""
    event = AccountEvent(event=fact.type, time=fact.time, id=f"{fact.source}#{fact.id}", data=data)
    lane.tell(data.creditor, data.debtor, event)


def _invoices_named(data: AccountData) -> tuple[str, ...]:
    many: tuple[str, ...] = getattr(data, "invoices", ())
    one: str | None = getattr(data, "invoice", None)
    return many if one is None else (*many, one)


def _index(lane: Lane, data: InvoiceIssued) -> None:
    """By its reference, its number and its amount payments find the invoice."""
    creditor, debtor = data.creditor, data.debtor
    invoiced = Invoiced(data.due, data.invoice, debtor, data.currency, data.amount, data.party.kind)
    _carry(lane, REFERENCES, key(creditor, data.reference), invoiced)
    number = folded_number(data.invoice)
    if number is not None:
        _carry(lane, INVOICE_NUMBERS, key(creditor, number), invoiced)
    AMOUNTS.put(lane.unit, key(creditor, debtor, data.currency, str(data.amount), data.invoice), invoiced)
    subscriptions.changed(lane, subscriptions.of_invoices(creditor, debtor))


def _carry(lane: Lane, kind: Kind[Carried], at: str, invoiced: Invoiced) -> None:
    """One more invoice carries a reference or a number."""
    row = kind.get(lane.unit, at) or Carried()
    waiting.arrived(lane, kind, at)
    if row.invoices:
        subscriptions.changed(lane, subscriptions.of_carriers(kind, at))
    row.invoices.append(invoiced)
    kind.put(lane.unit, at, row)


def _know_account(lane: Lane, data: InvoiceIssued) -> None:
    """A new account is numbered before it hears anything else."""
    at = key(data.creditor, data.debtor)
    row = ACCOUNTS.get(lane.unit, at)
    if row is not None:
        _know_name(lane, data.creditor, data.debtor, data.party.name)
        return
    waiting.arrived(lane, ACCOUNTS, at)
    number = give_number(lane, data.creditor, data.debtor)
    ACCOUNTS.put(lane.unit, at, Account(number, ""))
    lane.tell(data.creditor, data.debtor, AccountNumbered(creditor=data.creditor, debtor=data.debtor, number=number))
    _know_name(lane, data.creditor, data.debtor, data.party.name)


def _know_name(lane: Lane, creditor: str, debtor: str, name: str) -> None:
    """Money in this name points to the account from now on; names it had before still do (rules.md G10)."""
    at = key(creditor, debtor)
    row = ACCOUNTS.get(lane.unit, at)
    folded = payer_hints.folded(name)
    if row is not None and row.name != folded:
        row.name = folded
        ACCOUNTS.put(lane.unit, at, row)
        payer_hints.learn(lane, creditor, payer_hints.by_name(folded), debtor)

"""Invoices and events about them: checked against the lane's state, then published to the account (design.md §3, §4).

A fact about an invoice or a debtor that is not known yet waits. One that names an invoice of another debtor is refused:
a dispute or a hold must never land on another debtor's account.
"""

from hashlib import sha256

from schemas.data import AccountData
from schemas.events import CreditGranted, DebtorUpdated, ExtensionGranted
from schemas.facts import Fact
from schemas.invoice_events import (
    InvoiceCancelled,
    InvoiceCredited,
    InvoiceIssued,
    InvoiceRescheduled,
    part_number,
)
from schemas.journal import AccountEvent, AccountNumbered
from schemas.parties import PartyChange
from services.cash_application.invoices.currencies import check_currency
from services.cash_application.matching import invoice_parts, name_index
from services.cash_application.matching.remittance import folded_number
from services.cash_application.refusals import waiting_instructions
from services.cash_application.state import ahead, identity, subscriptions, waiting
from services.cash_application.state.account_numbers import give_number
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, Refused, Result, Waits, conflict
from services.cash_application.state.row_kind import SEPARATOR, RowKind, key
from services.cash_application.state.rows import (
    ACCOUNTS,
    AMOUNTS,
    INVOICE_NUMBERS,
    INVOICES,
    REFERENCES,
    CarryingInvoices,
    IndexedInvoice,
    KnownInvoice,
    NumberedAccount,
)
from services.cash_application.state.waiting import Missing


def begin(lane: Lane, fact: Fact, data: InvoiceIssued, in_words: str, adds_to: str | None = None) -> Result:
    """Apply a new invoice; the first of a debtor makes the account known.

    ``in_words``: its number in payments; ``adds_to``: the invoice that it corrects by adding to it (rules.md M10).
    """
    if any(INVOICES.get(lane.unit, part) is not None for part in invoice_parts.keys_of(data)):
        return conflict("data.parts: the number that one of the parts would have")
    _know_number(lane, fact, data, None)
    _index(lane, data, in_words)
    _learn_account(lane, data)
    publish_event(lane, fact, data, adds_to)
    return APPLIED


def replace(lane: Lane, fact: Fact, data: InvoiceIssued, replaced: str) -> None:
    """Apply an invoice that replaces an earlier one: what names either speaks of the earlier one (rules.md M10)."""
    if INVOICES.get(lane.unit, key(data.creditor, data.invoice)) is None:
        _know_number(lane, fact, data, replaced)
    _index(lane, data.model_copy(update={"invoice": replaced}), data.invoice)
    _learn_account(lane, data)
    publish_event(lane, fact, data.model_copy(update={"corrects": replaced}))


def update_party(lane: Lane, fact: Fact, data: InvoiceIssued) -> None:
    """Take the party of an invoice that came again with nothing else changed as an update (rules.md M10)."""
    party = PartyChange.model_validate(data.party.model_dump())
    update = DebtorUpdated(creditor=data.creditor, debtor=data.debtor, party=party)
    publish_event(lane, fact.model_copy(update={"type": DebtorUpdated.event_type}), update)
    _learn_name(lane, data.creditor, data.debtor, data.party.name)


def terms_of(data: InvoiceIssued) -> str:
    """The digest of an invoice's sums, dates and terms: of all but its party and what it corrects (rules.md M10)."""
    fields = data.model_dump_json(exclude={"party", "corrects"}, exclude_defaults=True)
    return sha256(fields.encode()).hexdigest()[:32]


def _know_number(lane: Lane, fact: Fact, data: InvoiceIssued, replaces: str | None) -> None:
    """Make an invoice's number known, and those of its parts; facts may have waited for them.

    One that ``replaces`` another invoice means that one, part by part.
    """
    invoice = KnownInvoice(fact.content, data.debtor, data.currency, len(data.parts), None, terms_of(data), replaces)
    _know(lane, key(data.creditor, data.invoice), invoice)
    for number, part in enumerate(invoice_parts.keys_of(data), start=1):
        instead = None if replaces is None else part_number(replaces, number)
        known = KnownInvoice(fact.content, data.debtor, data.currency, whole=data.invoice, replaces=instead)
        _know(lane, part, known)


def _know(lane: Lane, row_key: str, invoice: KnownInvoice) -> None:
    waiting.release(lane, INVOICES, row_key)
    creditor, number = row_key.split(SEPARATOR)
    waiting_instructions.became_known(lane, creditor, number, "invoice")
    INVOICES.put(lane.unit, row_key, invoice)


def credited(lane: Lane, fact: Fact, data: InvoiceCredited) -> Result:
    """Apply a credit note, known by its number within the invoice and in the invoice's currency."""
    refusal = check_account(lane, data)
    if refusal is not None:
        return refusal
    invoice = INVOICES.get(lane.unit, key(data.creditor, data.invoice))
    if invoice is not None and invoice.currency != data.currency:
        return wrong_currency()
    natural = identity.of_credit_note(data.creditor, data.invoice, data.credit_note)
    result = identity.claim(lane, natural, fact, "data.credit_note: this credit note of the invoice")
    if result is APPLIED:
        _mark(lane, data)
        publish_event(lane, fact, data)
    return result


def granted(lane: Lane, fact: Fact, data: CreditGranted) -> Result:
    """Apply a credit without an invoice, known by its id within the creditor (rules.md M11)."""
    refusal = check_account(lane, data)
    if refusal is not None:
        return refusal
    natural = identity.of_credit(data.creditor, data.credit)
    result = identity.claim(lane, natural, fact, "data.credit: this credit of the creditor")
    if result is APPLIED:
        publish_event(lane, fact, data)
    return result


def _mark(lane: Lane, data: InvoiceCredited | InvoiceCancelled) -> None:
    """Note on the invoice, or on that whose part it is, that it was credited or cancelled (rules.md M10)."""
    row_key = key(data.creditor, own_number(lane, data.creditor, data.invoice))
    row = INVOICES.get(lane.unit, row_key)
    if row is not None and row.whole is not None:
        row_key = key(data.creditor, row.whole)
        row = INVOICES.get(lane.unit, row_key)
    if row is not None:
        row.credited = row.credited or isinstance(data, InvoiceCredited)
        row.cancelled = row.cancelled or isinstance(data, InvoiceCancelled)
        INVOICES.put(lane.unit, row_key, row)


def account_event(lane: Lane, fact: Fact, data: AccountData) -> Result:
    """Apply any other event about an account or about invoices of it."""
    refusal = check_account(lane, data) or _check_one_due(lane, data) or check_currency(lane, data)
    if refusal is not None:
        return refusal
    if isinstance(data, InvoiceCancelled):
        _mark(lane, data)
    publish_event(lane, fact, data)
    if isinstance(data, DebtorUpdated) and data.party.name is not None:
        _learn_name(lane, data.creditor, data.debtor, data.party.name)
    return APPLIED


def check_account(lane: Lane, data: AccountData) -> Waits | Refused | None:
    """None when the account and the invoices that the event names are known and belong together."""
    named = _invoices_named(data)
    for name in named:
        result = check_invoice(lane, data.creditor, data.debtor, name)
        if result is not None:
            return result
    row_key = key(data.creditor, data.debtor)
    if not named and ACCOUNTS.get(lane.unit, row_key) is None:
        return Waits(Missing(ACCOUNTS, row_key))
    return None


def check_invoice(lane: Lane, creditor: str, debtor: str, name: str) -> Waits | Refused | None:
    """None when the invoice is known and is the debtor's."""
    invoice = INVOICES.get(lane.unit, key(creditor, name))
    if invoice is None:
        return Waits(Missing(INVOICES, key(creditor, name)))
    if invoice.debtor != debtor:
        line = "data.invoice: belongs to another debtor of the creditor; correct the invoice or the debtor"
        return Refused("not-this-debtors-invoice", (line,), also=invoice.debtor)
    return None


def _check_one_due(lane: Lane, data: AccountData) -> Refused | None:
    """A new due date is that of one part; of an invoice in parts the event must name it (rules.md M9)."""
    if not isinstance(data, InvoiceRescheduled | ExtensionGranted) or data.invoice is None:
        return None
    invoice = INVOICES.get(lane.unit, key(data.creditor, data.invoice))
    if invoice is None or not invoice.parts:
        return None
    line = f"data.invoice: is in parts; name one of them: the number with /1 to /{invoice.parts} behind it"
    return Refused("names-all-parts", (line,))


def wrong_currency() -> Refused:
    """The refusal of an amount that is not in the currency of its invoice or payment."""
    line = "data.currency: is not the currency of the invoice or payment it is about; give the amount in that one"
    return Refused("other-currency", (line,))


def publish_event(lane: Lane, fact: Fact, data: AccountData, adds_to: str | None = None) -> None:
    """Publish the event to its account; an invoice that replaced another one is that one there (rules.md M10)."""
    if not isinstance(data, InvoiceIssued):
        data = data.model_copy(update=_as_known(lane, data))
    event = AccountEvent(
        event=fact.type,
        time=fact.time,
        id=fact.event_id,
        known=fact.known,
        door=fact.door,
        adds_to=adds_to,
        data=data,
    )
    lane.to_account(data.creditor, data.debtor, event)
    invoice: str | None = getattr(data, "invoice", None)
    ahead.note(lane, fact, "event", data.creditor, data.debtor, *(() if invoice is None else (invoice,)))


def own_number(lane: Lane, creditor: str, invoice: str) -> str:
    """The number by which the account knows an invoice: that of the one that it replaced, else its own."""
    known = INVOICES.get(lane.unit, key(creditor, invoice))
    return invoice if known is None or known.replaces is None else known.replaces


def _as_known(lane: Lane, data: AccountData) -> dict[str, object]:
    """The fields that name invoices, with the numbers by which the account knows them."""
    fields: dict[str, object] = {}
    one: str | None = getattr(data, "invoice", None)
    many: tuple[str, ...] = getattr(data, "invoices", ())
    if one is not None:
        fields["invoice"] = own_number(lane, data.creditor, one)
    if many:
        fields["invoices"] = tuple(own_number(lane, data.creditor, each) for each in many)
    return fields


def _invoices_named(data: AccountData) -> tuple[str, ...]:
    many: tuple[str, ...] = getattr(data, "invoices", ())
    one: str | None = getattr(data, "invoice", None)
    return many if one is None else (*many, one)


def _index(lane: Lane, data: InvoiceIssued, in_words: str) -> None:
    """Index an invoice and its parts by reference, amount and number in words, by which payments find them."""
    creditor, debtor = data.creditor, data.debtor
    for reference, indexed in invoice_parts.indexed_by(data):
        if reference is not None:
            _carry(lane, REFERENCES, key(creditor, reference), indexed)
        number = folded_number(in_words)
        if number is not None and indexed.whole is None:
            _carry(lane, INVOICE_NUMBERS, key(creditor, number), indexed)
        for amount in {indexed.amount, *indexed.discounted}:
            AMOUNTS.put(lane.unit, key(creditor, debtor, data.currency, str(amount), indexed.invoice), indexed)
    subscriptions.notify(lane, subscriptions.of_invoices(creditor, debtor))


def _carry(lane: Lane, kind: RowKind[CarryingInvoices], row_key: str, indexed: IndexedInvoice) -> None:
    """Add an invoice to those that carry a reference or a number."""
    row = kind.get(lane.unit, row_key) or CarryingInvoices()
    waiting.release(lane, kind, row_key)
    if row.invoices:
        subscriptions.notify(lane, subscriptions.of_carriers(kind, row_key))
    row.invoices = [*(each for each in row.invoices if each.invoice != indexed.invoice), indexed]
    kind.put(lane.unit, row_key, row)


def _learn_account(lane: Lane, data: InvoiceIssued) -> None:
    """Make a new account known; its number is the first message that is published to it."""
    row_key = key(data.creditor, data.debtor)
    row = ACCOUNTS.get(lane.unit, row_key)
    if row is None:
        waiting.release(lane, ACCOUNTS, row_key)
        waiting_instructions.became_known(lane, data.creditor, data.debtor, "debtor")
        number = give_number(lane, data.creditor, data.debtor)
        row = NumberedAccount(number, "")
        numbered = AccountNumbered(creditor=data.creditor, debtor=data.debtor, number=number)
        lane.to_account(data.creditor, data.debtor, numbered)
    if data.currency not in row.currencies:
        row.currencies.append(data.currency)
        ACCOUNTS.put(lane.unit, row_key, row)
    _learn_name(lane, data.creditor, data.debtor, data.party.name)


def _learn_name(lane: Lane, creditor: str, debtor: str, name: str) -> None:
    """From now on money in this name points to the account; the debtor's earlier names still do (rules.md G10)."""
    row_key = key(creditor, debtor)
    row = ACCOUNTS.get(lane.unit, row_key)
    if row is not None and row.name != name:
        row.name = name
        ACCOUNTS.put(lane.unit, row_key, row)
        name_index.learn(lane, creditor, debtor, name)

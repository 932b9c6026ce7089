"""The accounts' own state for ``dump --canonical``: by business keys, in an order that arrival cannot change (I20)."""

from collections.abc import Iterator
from typing import Any, Final

from schemas.money import decimal_text
from services.overdue.account import Account, Receivable, load_account
from services.overdue.letter_record import LetterRecord
from services.overdue.state_rows import WORKER, lane_of_accounts
from services.runtime.store.port import Store

_PAGE: Final = 1_000


def account_entries(store: Store) -> Iterator[dict[str, object]]:
    """Stops, plans, letters and money of every account: what the read model does not hold."""
    for kind, space in sorted(store.state.spaces_of(WORKER).items()):
        if lane_of_accounts(kind) is not None:
            for partition in range(store.partitions):
                yield from _of_partition(store, space, partition)


def _of_partition(store: Store, space: int, partition: int) -> Iterator[dict[str, object]]:
    after: str | None = None
    while page := store.state.page(space, partition, "", after, _PAGE):
        for _, stored in page:
            account = load_account(stored)
            if account.party is not None or account.unread:
                yield _entry(account)
        after = page[-1][0]


def _entry(account: Account) -> dict[str, object]:
    return {
        "kind": "account-state",
        "creditor": account.creditor,
        "debtor": account.debtor,
        "party": None if account.party is None else account.party.model_dump(mode="json", exclude_none=True),
        "receivables": [_receivable(account, receivable) for _, receivable in sorted(account.receivables.items())],
        "money": sorted(
            [
                money.account,
                money.payment,
                " ".join(money.named),
                decimal_text(money.amount, money.currency),
                decimal_text(money.reversed, money.currency),
            ]
            for money in account.moneys
        ),
        **_granted(account),
        "letters": [_letter(letter) for letter in sorted(account.letters, key=lambda it: (it.day, it.notice))],
        "stops": sorted(
            [stop.kind, stop.invoice or "", stop.id, str(stop.day), str(stop.until or "")] for stop in account.stops
        ),
        "stop_ends": sorted(
            [end.kind, end.invoice or "", end.id, str(end.day), str(end.upheld)] for end in account.stop_ends
        ),
        "plans": sorted([plan.id, *plan.invoices] for plan in account.plans),
        "plan_ends": sorted([end.id, *end.invoices] for end in account.plan_ends),
        "pointed": [money.key for money in account.pointed],
        "unread": len(account.unread),  # the keys of dead letters may name offsets
        "unreachable": sorted(account.unreachable),
        "tasks": sorted(account.tasks),
        "corrections": sorted([each.invoice, each.correction] for each in account.corrections) or None,
    }


def _granted(account: Account) -> dict[str, object]:
    """Credits without an invoice, where there are any."""
    found = sorted(
        [credit.credit, str(credit.day), decimal_text(credit.amount, credit.currency)] for credit in account.credits
    )
    return {"granted": found} if found else {}


def _receivable(account: Account, receivable: Receivable) -> dict[str, Any]:
    return {
        "invoice": receivable.invoice,
        "due": str(receivable.due_now),
        "credit_notes": sorted(note.id for note in receivable.credit_notes),
        "reductions": sorted(cut.id for cut in receivable.reductions),
        "approved": sorted(receivable.approved),
        "done": sorted([done.step, str(done.day)] for done in receivable.done),
        "reversals": sorted(map(str, account.reversals_of(receivable))),
        **({"corrected": sorted(each.id for each in receivable.corrected)} if receivable.corrected else {}),
    }


def _letter(letter: LetterRecord) -> dict[str, Any]:
    return {
        "notice": letter.notice,
        "day": str(letter.day),
        "status": letter.status,
        "moves": sorted([invoice, step] for invoice, step in letter.moves()),
    }

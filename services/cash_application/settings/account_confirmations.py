"""Bank accounts that another source than told them has confirmed, and what the others hold (rules.md G11).

Whoever may register a creditor could else send its debtors' money anywhere. The accounts of the first registration that
is applied need no confirmation, nor do those of an older store. What is confirmed stays so, whatever is registered
since; confirmations and registrations may come in any order.
"""

from collections.abc import Iterator

from schemas.decisions import Alert
from schemas.events import AccountConfirmed
from schemas.facts import Fact
from schemas.journal import AccountsJudged
from services.cash_application.state import ahead, waiting
from services.cash_application.state.bank_accounts import AccountConfirmation, JudgedAccounts, ToldAccount
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, Result, Waits
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import JUDGED_ACCOUNTS, JUDGED_NEWS, TOLD_ACCOUNTS
from services.cash_application.state.waiting import Missing

UNCONFIRMED = "account-unconfirmed"
"""The code of the alert, and that of the stop (rules.md G11)."""


def note_registration(lane: Lane, fact: Fact, creditor: str, accounts: list[str]) -> None:
    """Note who told each account of a registration that is applied, before it takes the earlier one's place."""
    if JUDGED_ACCOUNTS.get(lane.unit, creditor) is None:
        before = lane.creditor(creditor)
        _begin(lane, creditor, accounts if before is None else before.accounts)
    for iban in accounts:
        row_key = key(creditor, iban)
        waiting.release(lane, TOLD_ACCOUNTS, row_key)
        told = TOLD_ACCOUNTS.get(lane.unit, row_key) or ToldAccount()
        if fact.source not in told.sources:
            told.sources.append(fact.source)
        TOLD_ACCOUNTS.put(lane.unit, row_key, told)


def confirmed(lane: Lane, fact: Fact, data: AccountConfirmed) -> Result:
    """Note a confirmation; it waits for a registration that names the account."""
    row_key = key(data.creditor, data.iban)
    if JUDGED_ACCOUNTS.get(lane.unit, data.creditor) is None:
        registered = lane.creditor(data.creditor)
        assert registered is not None, "what a creditor says waits for its registration"
        _begin(lane, data.creditor, registered.accounts)
    told = TOLD_ACCOUNTS.get(lane.unit, row_key)
    if told is None:
        return Waits(Missing(TOLD_ACCOUNTS, row_key))
    told.confirmations.append(
        AccountConfirmation(fact.source, data.holder, fact.known_at, fact.time, fact.event_id),
    )
    TOLD_ACCOUNTS.put(lane.unit, row_key, told)
    ahead.note(lane, fact, "confirmation", data.creditor, data.iban)
    judge(lane, data.creditor)
    return APPLIED


def judge(lane: Lane, creditor: str) -> None:
    """Publish what a creditor's registration in force and the confirmations come to, where that has changed."""
    registered, before = lane.creditor(creditor), JUDGED_ACCOUNTS.get(lane.unit, creditor)
    assert registered is not None, "accounts are judged once they are registered"
    assert before is not None, "a registration was noted"
    told = {iban: TOLD_ACCOUNTS.get(lane.unit, key(creditor, iban)) or ToldAccount() for iban in registered.accounts}
    now = judged(told, before.settled)
    if now != before:
        JUDGED_ACCOUNTS.put(lane.unit, creditor, now)
    if (now.unconfirmed, now.changed, now.holders) == (before.unconfirmed, before.changed, before.holders):
        return
    lane.to_every_partition(
        AccountsJudged(
            lane=lane.number,
            creditor=creditor,
            unconfirmed=tuple(now.unconfirmed),
            changed=now.changed,
            holders=now.holders,
        )
    )
    if set(now.unconfirmed) - set(before.unconfirmed):
        lane.unit.put(JUDGED_NEWS, creditor, b"")


def judged(told: dict[str, ToldAccount], settled: list[str]) -> JudgedAccounts:
    """What the accounts of a registration come to, by IBAN; ``settled`` are those of the last one without a doubt."""
    unconfirmed = [iban for iban, account in told.items() if not is_confirmed(account)]
    holders = {iban: holder for iban, account in told.items() if (holder := _holder(account)) is not None}
    if not unconfirmed:
        return JudgedAccounts(list(told), holders=holders)
    return JudgedAccounts(settled, unconfirmed, any(iban not in told for iban in settled), holders)


def is_confirmed(account: ToldAccount) -> bool:
    """Whether an account needs no confirmation, or has one by another source than one that told it."""
    return account.trusted or any(_valid(account))


def raise_alerts(lane: Lane) -> None:
    """Raise an alert for each creditor with accounts that a registration since the last frontier left unconfirmed."""
    for creditor, _ in lane.unit.scan(JUDGED_NEWS):
        lane.unit.delete(JUDGED_NEWS, creditor)
        found = JUDGED_ACCOUNTS.get(lane.unit, creditor)
        if found is None or not found.unconfirmed:
            continue
        effect = "no letter of the creditor goes" if found.changed else "letters do not print it"
        for iban in found.unconfirmed:
            told = TOLD_ACCOUNTS.get(lane.unit, key(creditor, iban))
            by = " and ".join(told.sources) if told is not None else "nobody"
            detail = (
                f"bank account {iban}, told by {by}: {effect} until another source confirms it "
                f"(`erapaiva tell account.confirmed creditor={creditor} iban={iban} holder=…`)"
            )
            lane.record_decision(creditor, Alert(code=UNCONFIRMED, creditor=creditor, detail=detail))


def _begin(lane: Lane, creditor: str, accounts: list[str]) -> None:
    """Trust the accounts of the first registration, or of an older store's."""
    JUDGED_ACCOUNTS.put(lane.unit, creditor, JudgedAccounts(accounts))
    for iban in accounts:
        TOLD_ACCOUNTS.put(lane.unit, key(creditor, iban), ToldAccount(trusted=True))


def _holder(account: ToldAccount) -> str | None:
    """The exact name that the last valid confirmation gave."""
    last = max(_valid(account), key=lambda each: (each.known, each.time, each.id), default=None)
    return None if last is None else last.holder


def _valid(account: ToldAccount) -> Iterator[AccountConfirmation]:
    """The confirmations by another source than one that told the account; nobody knows who told an older store's."""
    for each in account.confirmations:
        if not account.sources or any(source != each.source for source in account.sources):
            yield each

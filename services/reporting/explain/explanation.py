"""The story of an invoice or of a letter: what happened on which day, and why a letter went or did not.

The labels in brackets (S2, F5, …) are rules of rules.md; the words beside one say what it decided here.
"""

import json
from collections.abc import Iterator
from datetime import UTC, tzinfo
from itertools import groupby
from zoneinfo import ZoneInfo

from services.reporting.bank_statements import missing_statements
from services.reporting.explain.invoice_parts import receivables_of, replaced_by, whole_of
from services.reporting.explain.letter_words import (
    letter_entry,
    what_it_asked,
    what_it_booked,
    why_it_moved,
)
from services.reporting.explain.story import StoryEntry, lines_of, paragraph
from services.reporting.explain.timeline_words import money, timeline_entries
from services.reporting.reading import QueryRow, day, number, query_rows, text, text_or_none
from services.reporting.reasons import sentence_of
from services.reporting.timeline import WHOLE_ACCOUNT
from services.runtime.store.port import Store


def explain(store: Store, what: str, creditor: str | None = None) -> str:
    """The story of the invoice, and of the notice, with this id; of an invoice in parts that of each part.

    Raises LookupError where there is none, or where several creditors have the number and none is named; its text is
    for a person and names similar ids, or the creditors.
    """
    named = [row for number in (what, *replaced_by(store, what)) for row in receivables_of(store, number)]
    invoices = [row for row in named if creditor in (None, row["creditor"])]
    whose = sorted({text(row, "creditor") for row in invoices})
    if len(whose) > 1:
        raise LookupError(f"several creditors have an invoice {what}: {', '.join(whose)}; --creditor says whose")
    notices = query_rows(store, "SELECT * FROM notice WHERE notice = ?", (what,))
    if not invoices and not notices:
        raise LookupError(_unknown(store, what))
    stories = [_invoice_story(store, row) for row in invoices] + [_notice_story(store, row) for row in notices]
    return "\n\n".join("\n".join(story) for story in stories)


def _unknown(store: Store, what: str) -> str:
    alike = query_rows(
        store,
        "SELECT invoice AS id FROM receivable WHERE LOWER(invoice) LIKE LOWER(:like) ESCAPE '!'"
        " UNION SELECT notice FROM notice WHERE notice LIKE LOWER(:like) ESCAPE '!' ORDER BY id LIMIT 5",
        {"like": "%" + what.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"},
    )
    advice = (
        f"did you mean {', '.join(text(row, 'id') for row in alike)}?"
        if alike
        else "check its spelling, or whether its event could be read: `erapaiva dead-letters list`"
    )
    return f"no invoice and no notice has the id {what}; {advice}"


# --- an invoice ----------------------------------------------------------------------------------


def _invoice_story(store: Store, invoice: QueryRow) -> Iterator[str]:
    zone = _zone(store, text(invoice, "creditor"))
    whole = whole_of(store, invoice)
    part = f", a part of invoice {whole} (M9)" if whole is not None else ""
    yield f"Invoice {invoice['invoice']} of creditor {invoice['creditor']}, debtor {invoice['debtor']}{part}"
    yield ""
    yield from lines_of(_invoice_entries(store, invoice, whole, zone))
    yield ""
    yield from _now(store, invoice)


def _invoice_entries(store: Store, invoice: QueryRow, whole: str | None, zone: tzinfo) -> Iterator[StoryEntry]:
    """What happened to a receivable, and, where it is a part, to the whole invoice."""
    about = (text(invoice, "creditor"), text(invoice, "debtor"), text(invoice, "invoice"))
    happened = query_rows(
        store,
        "SELECT * FROM happening WHERE creditor = ? AND debtor = ? AND invoice IN (?, ?, '') ORDER BY position",
        (*about, whole or about[2]),
    )
    mine = [row for row in happened if row["letter_number"] is None or _was_listed(store, about, row)]
    yield from timeline_entries(mine, text(invoice, "currency"), zone)
    yield from _letters_about(store, about, zone)
    yield from _withheld_entries(store, about)
    yield from _task_entries(store, about, whole)
    yield from _handover_entries(store, about)
    yield from _unmatched_entries(store, about, whole)


def _was_listed(store: Store, about: tuple[str, str, str], money_by_letter: QueryRow) -> bool:
    """Whether money by a letter's own reference concerns the invoice: that letter listed it, or is not known here."""
    listed = query_rows(
        store,
        "SELECT l.invoice FROM notice n JOIN notice_line_now l ON l.notice = n.notice"
        " WHERE n.creditor = ? AND n.debtor = ? AND n.letter_number = ?",
        (*about[:2], number(money_by_letter, "letter_number")),
    )
    return not listed or any(line["invoice"] == about[2] for line in listed)


def _letters_about(store: Store, about: tuple[str, str, str], zone: tzinfo) -> Iterator[StoryEntry]:
    notices = query_rows(
        store,
        "SELECT n.* FROM notice n JOIN notice_line_now l ON l.notice = n.notice"
        " WHERE n.creditor = ? AND n.debtor = ? AND l.invoice = ? ORDER BY n.letter_number, n.date, n.notice",
        about,
    )
    for notice in notices:
        (line,) = query_rows(
            store, "SELECT * FROM notice_line_now WHERE notice = ? AND invoice = ?", (text(notice, "notice"), about[2])
        )
        yield letter_entry(notice, [*_line_details(store, notice, line), *what_it_asked(notice)], zone)


def _line_details(store: Store, notice: QueryRow, line: QueryRow) -> Iterator[str]:
    interest = query_rows(
        store,
        "SELECT * FROM notice_interest_now WHERE notice = ? AND invoice = ? ORDER BY first",
        (text(line, "notice"), text(line, "invoice")),
    )
    yield why_it_moved(notice, line)
    yield from what_it_booked(notice, line, interest)


def _withheld_entries(store: Store, about: tuple[str, str, str]) -> Iterator[StoryEntry]:
    """The days on which a step of the invoice was withheld; reasons that concern only other invoices are left out."""
    found = query_rows(
        store,
        "SELECT w.*, r.code, r.invoice, r.until FROM withheld w JOIN withheld_reason r"
        " ON r.creditor = w.creditor AND r.debtor = w.debtor AND r.position = w.position"
        " WHERE w.creditor = ? AND w.debtor = ? AND (r.invoice IS NULL OR r.invoice = ?)"
        " ORDER BY w.position, r.number",
        about,
    )
    before: list[str] = []
    for _, rows in groupby(found, lambda row: number(row, "position")):
        reasons = list(rows)
        first, codes = reasons[0], [text(reason, "code") for reason in reasons]
        if codes == before:
            continue  # only what concerns other invoices has changed
        before = codes
        step = f"Step {first['step']!r}" if first["step"] is not None else "The next step"
        by = f" (policy {first['policy']} version {first['policy_version']})" if first["policy"] is not None else ""
        again = f"; looked at again by {first['next_check']}" if first["next_check"] is not None else ""
        yield StoryEntry(
            day(first, "date"),
            (f"{step} was withheld{by}{again}", *(_reason_words(reason) for reason in reasons)),
        )


def _reason_words(reason: QueryRow) -> str:
    until = text_or_none(reason, "until")
    return f"{reason['code']}: {sentence_of(text(reason, 'code'))}" + (f", may change on {until}" if until else "")


def _task_entries(store: Store, about: tuple[str, str, str], whole: str | None) -> Iterator[StoryEntry]:
    tasks = query_rows(
        store,
        "SELECT * FROM task WHERE creditor = ? AND debtor = ? AND invoice IN (?, ?, '') ORDER BY date, task",
        (*about, whole or about[2]),
    )
    for task in tasks:
        account = " (for the whole account)" if task["invoice"] == WHOLE_ACCOUNT else ""
        by = f" by invoice {task['correction']}" if task["correction"] else ""
        why = sentence_of(text(task, "reason"))
        yield StoryEntry(day(task, "date"), (f"A person was asked to act, task {task['task']!r}{account}{by}: {why}",))


def _handover_entries(store: Store, about: tuple[str, str, str]) -> Iterator[StoryEntry]:
    handovers = query_rows(store, "SELECT * FROM handover WHERE creditor = ? AND debtor = ? ORDER BY date", about[:2])
    for row in handovers:
        if about[2] in json.loads(text(row, "invoices")):
            parts = ", ".join(
                f"{part} {money(number(row, part), text(row, 'currency'))}"
                for part in ("principal", "interest", "costs")
            )
            yield StoryEntry(
                day(row, "date"), (f"Handed over to the collector with {parts} in all: {row['status']} (S7)",)
            )


def _unmatched_entries(store: Store, about: tuple[str, str, str], whole: str | None) -> Iterator[StoryEntry]:
    """Unmatched money that may be this invoice's."""
    found = query_rows(
        store,
        "SELECT u.*, s.invoices, s.confidence, s.why FROM suggested_place s JOIN unmatched_payment_now u"
        " ON u.creditor = s.creditor AND u.debtor = s.placed_on AND u.account = s.account AND u.payment = s.payment"
        " WHERE s.creditor = ? AND s.debtor = ? ORDER BY u.date, u.payment",
        about[:2],
    )
    for row in found:
        invoices = json.loads(text(row, "invoices"))
        if about[2] in invoices or whole in invoices or not invoices:
            what = f"Payment {row['payment']} of {money(number(row, 'amount'), text(row, 'currency'))} has no place yet"
            whose = "this invoice" if invoices else "this debtor"
            sure = f"It may be for {whose}: {row['why']}, {row['confidence']} % sure; a person decides (M3)"
            yield StoryEntry(day(row, "date"), (what, sure))


def _now(store: Store, invoice: QueryRow) -> Iterator[str]:
    currency = text(invoice, "currency")
    parts = [(part, number(invoice, part)) for part in ("principal", "interest", "costs")]
    total = money(sum(amount for _, amount in parts), currency)
    itemised = ", ".join(f"{part} {money(amount, currency)}" for part, amount in parts)
    yield f"Open now: {total} ({itemised})"
    step = f"step {invoice['step']!r}" if invoice["step"] is not None else "no step taken"
    yield f"Status: {invoice['status']}, {step}, effective due date {invoice['effective_due']} (C2)"
    (account,) = query_rows(
        store,
        "SELECT next_check FROM account WHERE creditor = ? AND debtor = ?",
        (text(invoice, "creditor"), text(invoice, "debtor")),
    )
    yield from _planned(store, invoice)
    following = text_or_none(account, "next_check")
    latest = f", at the latest on {following}" if following else ""
    yield f"Next check: when something new becomes known{latest}"
    for words in missing_statements(store, text(invoice, "creditor")):
        yield f"Not known yet: {words}"


def _planned(store: Store, invoice: QueryRow) -> Iterator[str]:
    """The letters about the invoice that are not over."""
    notices = query_rows(
        store,
        "SELECT n.* FROM notice n JOIN notice_line_now l ON l.notice = n.notice"
        " WHERE n.creditor = ? AND n.debtor = ? AND l.invoice = ? AND n.status IN ('planned', 'deferred', 'unknown')"
        " ORDER BY n.date, n.notice",
        (text(invoice, "creditor"), text(invoice, "debtor"), text(invoice, "invoice")),
    )
    for notice in notices:
        yield f"Planned: letter {notice['step'] or notice['purpose']!r} of {notice['date']} is {notice['status']}"


# --- a letter ------------------------------------------------------------------------------------


def _notice_story(store: Store, notice: QueryRow) -> Iterator[str]:
    yield f"Letter to debtor {notice['debtor']} of creditor {notice['creditor']}"
    yield ""
    about, zone = (text(notice, "notice"),), _zone(store, text(notice, "creditor"))
    said = query_rows(store, "SELECT * FROM happening WHERE notice = ? ORDER BY position", about)
    entries = timeline_entries(said, text(notice, "currency"), zone)
    yield from lines_of([letter_entry(notice, what_it_asked(notice), zone), *entries])
    for line in query_rows(
        store, "SELECT * FROM notice_line_now WHERE notice = ? ORDER BY effective_due, invoice", about
    ):
        yield ""
        yield from paragraph(f"Invoice {line['invoice']}", _line_details(store, notice, line))
    yield ""
    if text(notice, "status") == "unknown":
        named = f"creditor={notice['creditor']} debtor={notice['debtor']} notice={notice['notice']}"
        yield f"It left: erapaiva tell notice.settled {named} outcome=accepted"
        yield f"It did not: erapaiva tell notice.settled {named} outcome=failed"
        yield ""
    yield "What came before it: `erapaiva explain` with one of its invoices"


def _zone(store: Store, creditor: str) -> tzinfo:
    """The creditor's time zone; UTC while the creditor is not registered (`no-creditor`)."""
    found = query_rows(store, "SELECT timezone FROM creditor WHERE creditor = ?", (creditor,))
    return ZoneInfo(text(found[0], "timezone")) if found else UTC

"""The tables of the read model, in the SQL that SQLite and PostgreSQL share; reports are `SELECT`s on them.

Amounts are integer minor units of the currency beside them; dates are ISO texts, instants ISO texts in UTC, so that
text order is time order in every database. Booleans are 1 and 0. Writing a row twice changes nothing: keys are business
keys. `position` is the offset of the record that a row came from: it orders rows of one day, and shows which rows of a
list still count. A list that comes again replaces the old one without a delete: its rows have the position of the row
that owns them, and the `_now` views show only rows with that position.

Each row is written from one partition, as processes that have other partitions write at the same time: that of the
account for rows with a `debtor`; that of the creditor for `creditor`, payments as they came, statements, and unmatched
money, its suggestions and tasks without a debtor of their own; that of the source for dead letters. `lane_reached`
and `alert` have the partition in their key.
"""

from typing import Final

TABLES: Final[tuple[str, ...]] = (
    # Who bills, and the zone its days are in.
    """CREATE TABLE IF NOT EXISTS creditor (
        creditor TEXT NOT NULL, name TEXT NOT NULL, timezone TEXT NOT NULL,
        PRIMARY KEY (creditor))""",
    # How far time has come in each partition for the creditors of each lane.
    """CREATE TABLE IF NOT EXISTS lane_reached (
        partition INTEGER NOT NULL, lane INTEGER NOT NULL, instant TEXT NOT NULL,
        PRIMARY KEY (partition, lane))""",
    # The account as it now is, and the day of its next check.
    """CREATE TABLE IF NOT EXISTS account (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, number BIGINT, name TEXT, kind TEXT,
        as_of TEXT NOT NULL, next_check TEXT, position BIGINT NOT NULL,
        PRIMARY KEY (creditor, debtor))""",
    # The debtor's e-mail address (kind `email`), and addresses at which letters failed (kind `flagged`).
    """CREATE TABLE IF NOT EXISTS contact_address (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, kind TEXT NOT NULL, address TEXT NOT NULL,
        position BIGINT NOT NULL,
        PRIMARY KEY (creditor, debtor, kind, address))""",
    """CREATE VIEW IF NOT EXISTS contact_address_now AS
        SELECT c.* FROM contact_address c JOIN account a
        ON a.creditor = c.creditor AND a.debtor = c.debtor AND a.position = c.position""",
    # The debtor's money that is on no receivable.
    """CREATE TABLE IF NOT EXISTS account_credit (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, currency TEXT NOT NULL, amount BIGINT NOT NULL,
        position BIGINT NOT NULL,
        PRIMARY KEY (creditor, debtor, currency))""",
    """CREATE VIEW IF NOT EXISTS account_credit_now AS
        SELECT c.* FROM account_credit c JOIN account a
        ON a.creditor = c.creditor AND a.debtor = c.debtor AND a.position = c.position""",
    # One invoice: principal, interest and costs are what is open of it now.
    """CREATE TABLE IF NOT EXISTS receivable (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, invoice TEXT NOT NULL, currency TEXT NOT NULL,
        issued TEXT NOT NULL, due TEXT NOT NULL, effective_due TEXT NOT NULL, original BIGINT NOT NULL,
        principal BIGINT NOT NULL, interest BIGINT NOT NULL, costs BIGINT NOT NULL,
        step TEXT, status TEXT NOT NULL, subject TEXT, reference TEXT, discount_taken BIGINT,
        PRIMARY KEY (creditor, debtor, invoice))""",
    "CREATE INDEX IF NOT EXISTS receivable_by_invoice ON receivable (invoice)",
    # One letter, as planned and then as it was granted; status `planned` until the notifier says more.
    """CREATE TABLE IF NOT EXISTS notice (
        notice TEXT NOT NULL, creditor TEXT NOT NULL, debtor TEXT NOT NULL, date TEXT NOT NULL,
        status TEXT NOT NULL, ended TEXT, trial INTEGER, currency TEXT NOT NULL, kind TEXT NOT NULL,
        policy TEXT NOT NULL, policy_version INTEGER NOT NULL, step TEXT, purpose TEXT NOT NULL,
        tone TEXT NOT NULL, channel TEXT NOT NULL, language TEXT NOT NULL,
        reference TEXT NOT NULL, letter_number INTEGER NOT NULL, response_by TEXT NOT NULL,
        fee BIGINT NOT NULL, interest BIGINT NOT NULL, compensation BIGINT NOT NULL, total BIGINT NOT NULL,
        fee_forgiven INTEGER NOT NULL, fee_barred INTEGER NOT NULL,
        payments_through TEXT, interest_through TEXT,
        next_action TEXT NOT NULL, next_step TEXT, next_not_before TEXT, position BIGINT NOT NULL,
        PRIMARY KEY (notice))""",
    "CREATE INDEX IF NOT EXISTS notice_by_account ON notice (creditor, debtor)",
    # One receivable in a letter: `_new` is what the letter booked on it, the rest is open after it.
    """CREATE TABLE IF NOT EXISTS notice_line (
        notice TEXT NOT NULL, invoice TEXT NOT NULL, step TEXT, due TEXT NOT NULL, effective_due TEXT NOT NULL,
        original BIGINT NOT NULL, received BIGINT NOT NULL, credited BIGINT NOT NULL, disputed BIGINT NOT NULL,
        waived BIGINT NOT NULL, principal BIGINT NOT NULL, interest BIGINT NOT NULL, costs BIGINT NOT NULL,
        balance BIGINT NOT NULL, interest_new BIGINT NOT NULL, fee_new BIGINT NOT NULL,
        compensation_new BIGINT NOT NULL, position BIGINT NOT NULL, discount_taken BIGINT,
        PRIMARY KEY (notice, invoice))""",
    """CREATE VIEW IF NOT EXISTS notice_line_now AS
        SELECT l.* FROM notice_line l JOIN notice n ON n.notice = l.notice AND n.position = l.position""",
    # The days, rate (percent a year) and principal that a letter's new interest was counted from.
    """CREATE TABLE IF NOT EXISTS notice_interest (
        notice TEXT NOT NULL, invoice TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
        days INTEGER NOT NULL, principal BIGINT NOT NULL, rate TEXT NOT NULL, position BIGINT NOT NULL,
        PRIMARY KEY (notice, invoice, first))""",
    """CREATE VIEW IF NOT EXISTS notice_interest_now AS
        SELECT i.* FROM notice_interest i JOIN notice n ON n.notice = i.notice AND n.position = i.position""",
    # A letter that was due and did not go, and its reasons in the order they were given.
    """CREATE TABLE IF NOT EXISTS withheld (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, position BIGINT NOT NULL, date TEXT NOT NULL,
        currency TEXT, step TEXT, next_check TEXT, policy TEXT, policy_version INTEGER,
        PRIMARY KEY (creditor, debtor, position))""",
    """CREATE TABLE IF NOT EXISTS withheld_reason (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, position BIGINT NOT NULL, number INTEGER NOT NULL,
        code TEXT NOT NULL, invoice TEXT, until TEXT,
        PRIMARY KEY (creditor, debtor, position, number))""",
    # What a person was asked to do; invoice is empty where it concerns the whole account, account and payment where it
    # concerns no payment, correction (an invoice) where none corrects it. Without a debtor it is about money of any of
    # `debtors`, a JSON list, and more.
    """CREATE TABLE IF NOT EXISTS task (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, date TEXT NOT NULL, task TEXT NOT NULL,
        invoice TEXT NOT NULL, reason TEXT NOT NULL, account TEXT NOT NULL, payment TEXT NOT NULL, debtors TEXT,
        correction TEXT NOT NULL,
        PRIMARY KEY (creditor, debtor, date, task, invoice, reason, account, payment, correction))""",
    # The tasks of an account that are open: raised, not done, of a matter that still stands; columns as of `task`,
    # `step` is to be approved or called about.
    """CREATE TABLE IF NOT EXISTS open_task (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, task TEXT NOT NULL, reason TEXT NOT NULL, since TEXT NOT NULL,
        invoice TEXT NOT NULL, step TEXT, account TEXT NOT NULL, payment TEXT NOT NULL, correction TEXT NOT NULL,
        position BIGINT NOT NULL,
        PRIMARY KEY (creditor, debtor, task, reason, since, invoice, account, payment, correction))""",
    """CREATE VIEW IF NOT EXISTS open_task_now AS
        SELECT t.* FROM open_task t JOIN account a
        ON a.creditor = t.creditor AND a.debtor = t.debtor AND a.position = t.position""",
    # The steps ahead of a receivable that a person may approve.
    """CREATE TABLE IF NOT EXISTS step_to_approve (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, invoice TEXT NOT NULL, step TEXT NOT NULL,
        position BIGINT NOT NULL,
        PRIMARY KEY (creditor, debtor, invoice, step))""",
    """CREATE VIEW IF NOT EXISTS step_to_approve_now AS
        SELECT s.* FROM step_to_approve s JOIN account a
        ON a.creditor = s.creditor AND a.debtor = s.debtor AND a.position = s.position""",
    # What was handed over to a collector, and what was recalled; `invoices` is a JSON list, which may be longer than a
    # key can be, so that `digest` (SHA-256 of it, hex) stands for it there.
    """CREATE TABLE IF NOT EXISTS handover (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, date TEXT NOT NULL, currency TEXT NOT NULL,
        status TEXT NOT NULL, invoices TEXT NOT NULL, principal BIGINT NOT NULL, interest BIGINT NOT NULL,
        costs BIGINT NOT NULL, digest TEXT NOT NULL,
        PRIMARY KEY (creditor, debtor, date, currency, status, digest))""",
    # What came in, before it was placed anywhere, on the bank's day; `payer` is a digest of the payer's name, `told` a
    # JSON list of the channels and messages that told it.
    """CREATE TABLE IF NOT EXISTS payment (
        creditor TEXT NOT NULL, account TEXT NOT NULL, payment TEXT NOT NULL, amount BIGINT NOT NULL,
        currency TEXT NOT NULL, booked TEXT NOT NULL, reference TEXT, payer TEXT, told TEXT,
        PRIMARY KEY (creditor, account, payment))""",
    "CREATE INDEX IF NOT EXISTS payment_by_day ON payment (creditor, booked)",
    # What went back of a payment, `kind` reversed or refunded; without an amount all that was left.
    """CREATE TABLE IF NOT EXISTS payment_return (
        creditor TEXT NOT NULL, account TEXT NOT NULL, payment TEXT NOT NULL, id TEXT NOT NULL,
        kind TEXT NOT NULL, amount BIGINT, booked TEXT NOT NULL,
        PRIMARY KEY (creditor, account, payment, id))""",
    # Where the money of a payment lies on a debtor's account; account and payment are empty for what refunds took of
    # the credit of credit notes.
    """CREATE TABLE IF NOT EXISTS payment_use (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, account TEXT NOT NULL, payment TEXT NOT NULL,
        currency TEXT NOT NULL, amount BIGINT NOT NULL, reversed BIGINT NOT NULL, refunded BIGINT NOT NULL,
        principal BIGINT NOT NULL, interest BIGINT NOT NULL, costs BIGINT NOT NULL, credit BIGINT NOT NULL,
        given_back BIGINT NOT NULL, refused BIGINT NOT NULL, position BIGINT NOT NULL,
        PRIMARY KEY (creditor, debtor, account, payment, currency))""",
    """CREATE VIEW IF NOT EXISTS payment_use_now AS
        SELECT u.* FROM payment_use u JOIN account a
        ON a.creditor = u.creditor AND a.debtor = u.debtor AND a.position = u.position""",
    # A bank's statement; number is 0 where it has none.
    """CREATE TABLE IF NOT EXISTS bank_statement (
        creditor TEXT NOT NULL, account TEXT NOT NULL, currency TEXT NOT NULL, through TEXT NOT NULL,
        number BIGINT NOT NULL, first_day TEXT, opening BIGINT NOT NULL, received BIGINT NOT NULL,
        returned BIGINT NOT NULL, other BIGINT NOT NULL, closing BIGINT NOT NULL,
        PRIMARY KEY (creditor, account, currency, through, number, opening, closing))""",
    # Money that is not placed and holds the account, until a person decides or until a day; `why` is a JSON list.
    """CREATE TABLE IF NOT EXISTS held_money (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, account TEXT NOT NULL, payment TEXT NOT NULL,
        why TEXT NOT NULL, until TEXT, position BIGINT NOT NULL,
        PRIMARY KEY (creditor, debtor, account, payment))""",
    """CREATE VIEW IF NOT EXISTS held_money_now AS
        SELECT h.* FROM held_money h JOIN account a
        ON a.creditor = h.creditor AND a.debtor = h.debtor AND a.position = h.position""",
    # Money that no account has yet, `since` the day on which it was first found so. With a debtor: the account it was
    # placed on does not take it (a lapsed debt).
    """CREATE TABLE IF NOT EXISTS unmatched_payment (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, account TEXT NOT NULL, payment TEXT NOT NULL,
        date TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL, reason TEXT NOT NULL, since TEXT,
        PRIMARY KEY (creditor, debtor, account, payment))""",
    # Debtors who may have paid such money, the best suggestion first; `invoices` is a JSON list, `confidence` in
    # percent. `placed_on` is the debtor in the key of the unmatched payment, `debtor` whom it may be of.
    """CREATE TABLE IF NOT EXISTS suggested_place (
        creditor TEXT NOT NULL, placed_on TEXT NOT NULL, account TEXT NOT NULL, payment TEXT NOT NULL,
        rank INTEGER NOT NULL, debtor TEXT NOT NULL, invoices TEXT NOT NULL, confidence INTEGER NOT NULL,
        why TEXT NOT NULL,
        PRIMARY KEY (creditor, placed_on, account, payment, rank))""",
    """CREATE INDEX IF NOT EXISTS suggested_place_of_debtor ON suggested_place (creditor, debtor)""",
    # What could not be read or applied; `outcome` once a person has dealt with it.
    """CREATE TABLE IF NOT EXISTS dead_letter (
        key TEXT NOT NULL, source TEXT, id TEXT, event TEXT, creditor TEXT, debtor TEXT,
        reason TEXT NOT NULL, detail TEXT NOT NULL, origin TEXT NOT NULL, position BIGINT NOT NULL,
        file TEXT, line INTEGER,
        PRIMARY KEY (key))""",
    """CREATE TABLE IF NOT EXISTS dead_letter_closed (
        key TEXT NOT NULL, outcome TEXT NOT NULL,
        PRIMARY KEY (key))""",
    # Alerts to the operator.
    """CREATE TABLE IF NOT EXISTS alert (
        partition INTEGER NOT NULL, position BIGINT NOT NULL, code TEXT NOT NULL, creditor TEXT, date TEXT,
        detail TEXT NOT NULL,
        PRIMARY KEY (partition, position))""",
    # What became known of an account, and when; invoice is empty where it concerns the whole account.
    # `day`: the date in the event (due, until, paid); `words`: its reason, ground or outcome.
    """CREATE TABLE IF NOT EXISTS happening (
        creditor TEXT NOT NULL, debtor TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
        invoice TEXT NOT NULL, position BIGINT NOT NULL, time TEXT NOT NULL,
        amount BIGINT, currency TEXT, day TEXT, words TEXT, account TEXT, payment TEXT, booked TEXT,
        letter_number INTEGER, notice TEXT,
        PRIMARY KEY (creditor, debtor, type, id, invoice))""",
    # Unmatched money is so no longer once it is placed, which deletes its row, or has left the account that did not
    # take it.
    """CREATE VIEW IF NOT EXISTS unmatched_payment_now AS
        SELECT u.* FROM unmatched_payment u WHERE u.debtor = '' OR NOT EXISTS (
            SELECT 1 FROM happening h WHERE h.creditor = u.creditor AND h.debtor = u.debtor
            AND h.account = u.account AND h.payment = u.payment AND (h.type = 'money-moved'
            OR h.type IN ('money-reversed', 'money-refunded') AND (h.amount IS NULL OR h.amount >= u.amount)))""",
)
"""The statements that make the tables and their indexes; run when a store is opened."""

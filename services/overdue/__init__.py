"""The overdue worker: the receivables of each account, and the next dunning step that law and policy allow.

Imports go one way. Each line uses only those before it:

* ``known_order``, ``due_dates``, ``entry_terms``, ``letter_record``, ``undone_money``, ``invoice_changes``,
  ``addresses``, ``task_records``, ``account``: the entries of one account, as they are stored;
* ``creditor_context``: the settings and feeds by which they are decided; ``debtor_party``: the debtor's party;
* ``stops``: which receivables get no letter, until when, and the reasons that all rules return;
* ``books``: dated entries, the balances computed from them, and where each payment's money went;
* ``steps``: how far each receivable is in its creditor's process and whether its next step may be taken;
* ``letters``: the guards of an account, and the letters that may go;
* ``acts``, ``collector_tasks``, ``letter_outcomes``, ``tasks``, ``open_tasks``, ``answers``, ``decide``, ``enact``,
  ``account_report``: what is done about an account now, what became of it, and the messages about it;
* ``event_handlers``, ``known``, ``fold``: what a message of the journal adds to an account;
* ``state_rows``, ``stored_accounts``, ``settings_copy``, ``worker``: the rows in the store, and the topics;
* ``canonical``: the accounts in ``erapaiva dump``; ``older_accounts``: those of older stores.

These are more than fifteen on one floor, as each is about the one account that all of them share.
"""

"""The tables of the database file, their version, and the steps that bring an older file up to date."""

from __future__ import annotations

from typing import Final

_PARTITION_TASKS: Final = """
CREATE TABLE partition_tasks (
    worker TEXT NOT NULL, partition INTEGER NOT NULL, epoch INTEGER NOT NULL, transactions INTEGER NOT NULL,
    busy INTEGER NOT NULL, sequences BLOB NOT NULL, PRIMARY KEY (worker, partition)) WITHOUT ROWID;
"""

_PENDING: Final = """
CREATE TABLE pending (
    worker TEXT NOT NULL, partition INTEGER NOT NULL, number INTEGER NOT NULL,
    topic TEXT NOT NULL, to_partition INTEGER NOT NULL, sequence INTEGER NOT NULL,
    key TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (worker, partition, number)) WITHOUT ROWID;
"""

TABLES: Final = f"""
CREATE TABLE bookmarks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE log (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, "offset" INTEGER NOT NULL,
    key TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (topic, partition, "offset")) WITHOUT ROWID;
CREATE TABLE positions (
    consumer TEXT NOT NULL, topic INTEGER NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (consumer, topic, partition)) WITHOUT ROWID;
CREATE TABLE spaces (
    id INTEGER PRIMARY KEY, worker TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (worker, kind));
CREATE TABLE state (
    space INTEGER NOT NULL, partition INTEGER NOT NULL, key TEXT NOT NULL,
    value BLOB NOT NULL, wake INTEGER, waits_for TEXT,
    PRIMARY KEY (space, partition, key)) WITHOUT ROWID;
CREATE INDEX state_by_wake ON state (space, partition, wake, key) WHERE wake IS NOT NULL;
CREATE INDEX state_by_signal ON state (space, partition, waits_for, key) WHERE waits_for IS NOT NULL;
{_PARTITION_TASKS}{_PENDING}"""
"""The tables of a new file."""

# State and read model had no versions of their own: what they were follows from the version of the tables.
_FIRST_VERSIONS: Final = """
INSERT OR IGNORE INTO bookmarks VALUES ('version state', '1'), ('version read-model', '1'),
    ('version messages', '1'), ('version contracts', '1');
"""

_SEATS: Final = f"""
CREATE TABLE seats (
    worker TEXT NOT NULL, partition INTEGER NOT NULL, epoch INTEGER NOT NULL, turn INTEGER NOT NULL,
    busy INTEGER NOT NULL, ledger BLOB NOT NULL, PRIMARY KEY (worker, partition)) WITHOUT ROWID;
{_PENDING}"""

# What was called a seat is a partition task: one worker in one partition.
_RENAMED_SEATS: Final = """
ALTER TABLE seats RENAME TO partition_tasks;
ALTER TABLE partition_tasks RENAME COLUMN turn TO transactions;
ALTER TABLE partition_tasks RENAME COLUMN ledger TO sequences;
"""

_SECOND_VERSIONS: Final = """
INSERT OR IGNORE INTO bookmarks VALUES ('version state', '2'), ('version read-model', '2'),
    ('version messages', '1'), ('version contracts', '1');
"""

STEPS: Final = {1: _FIRST_VERSIONS + _SEATS, 2: _SECOND_VERSIONS + _RENAMED_SEATS}
"""By the version of a file's tables, what brings them to the next one."""

VERSION: Final = max(STEPS) + 1
"""The version of the tables that this program knows."""

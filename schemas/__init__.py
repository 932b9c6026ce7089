"""Contracts: the public events and messages that workers read and write. This package imports nothing from `services`.

It has more than fifteen modules in one folder, because each is one contract or one kind of value that others import by
name; subfolders would only lengthen the names. They are, by what they hold:

Public events, which billing systems, banks and people publish:
    `events` (the data of every type), `envelope` (the CloudEvent around it), `policy` (the data of a policy),
    `statements` (a bank's statement), `parties` (people and companies), `data` (the base classes), `parsing` (from
    bytes to a checked event and back), `binary_mode` (CloudEvents in Kafka headers), `faults` (validation errors as
    sentences for the sender).

Messages between our own workers, one module for each topic:
    `facts`, `journal`, `commands`, `decisions`, `dead_letters`; `letters` (a whole letter inside such messages),
    `ticks` (the clock's records on the public topics), `messages` (how messages become bytes and come back),
    `topics` (which topic holds what, under which key, who writes and reads it).

Values and registries:
    `fields` (types of single fields), `money` (minor units and decimal text), `references` and `reference_schemes`
    (payment references), `channels` (ways to send a letter), `extensions` (entries that other packages register).

Generated documents:
    `generate` writes ``schemas/json/``: JSON Schemas of all of it, and the AsyncAPI document that `asyncapi` makes.

Money is always an `int` of minor units beside a currency; decimal strings exist only in public JSON. Instants are in
UTC, days are calendar days in the creditor's time zone.
"""

"""Contracts: everything that crosses a worker's border, and nothing else.

* public events (what the outside world sends): :mod:`schemas.events`, read with
  :func:`schemas.parsing.parse_event`, written with :func:`schemas.parsing.public_json`; on Kafka
  also in binary mode: :mod:`schemas.binary_mode`;
* messages between our own workers: :mod:`schemas.facts`, :mod:`schemas.journal`,
  :mod:`schemas.commands`, :mod:`schemas.decisions`, :mod:`schemas.dead_letters`;
* a letter whole, as it travels to the notifier: :mod:`schemas.letters`;
* which message travels where, and under which key: :mod:`schemas.topics`; time: :mod:`schemas.ticks`;
* JSON Schemas and the AsyncAPI document of all of it: ``schemas/json/``, written by :mod:`schemas.generate`.

This package imports nothing from ``services``. Money is always an ``int`` of minor units beside a
currency; decimal strings exist only in public JSON.
"""

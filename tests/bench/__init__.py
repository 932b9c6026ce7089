"""Measuring how fast Eräpäivä is on this machine: ``python -m tests.bench``, which ``make bench`` calls.

Aims are printed beside the numbers and not asserted: a number depends on the machine and on what else runs there.
Everything that is measured is invented here, the same in every run.
"""

"""What a mutant is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One rule broken in one place.

    ``old`` stands exactly once in ``file`` and becomes ``new``; ``tests`` is a test file below tests/unit, after ``::``
    the words its tests' names hold (as for ``pytest -k``): at least one of them must fail.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str

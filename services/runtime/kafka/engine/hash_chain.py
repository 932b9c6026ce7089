"""A hash chain over records: equal chains prove equal records in the same order."""

from hashlib import sha256

FIRST = ""
"""The chain of no record."""


def link(chain: str, key: bytes, value: bytes) -> str:
    """The chain with one record more, as hex of 64 characters."""
    return sha256(b"%s\n%d\n%s%s" % (chain.encode(), len(key), key, value)).hexdigest()

"""Prefixes as ranges: where keys are ordered bytewise, those that start with a prefix stand together."""

_LAST_CHARACTER = "\U0010ffff"


def end_of_prefix(prefix: str) -> str | None:
    """What sorts after all keys that start with `prefix`, and before the keys that follow; None: nothing does."""
    kept = prefix.rstrip(_LAST_CHARACTER)
    if not kept:
        return None
    following = ord(kept[-1]) + 1
    if following == 0xD800:  # the surrogates are no characters: UTF-8 goes on after them
        following = 0xE000
    return kept[:-1] + chr(following)

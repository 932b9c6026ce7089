"""What a text that is kept may not hold: PostgreSQL has no NUL in its texts, so no store takes one."""

from collections.abc import Iterable


def refuse_nul(texts: Iterable[object]) -> None:
    """Raise ValueError when one of them is a text with a NUL; what is no text passes."""
    for text in texts:
        if isinstance(text, str) and "\0" in text:
            raise ValueError("a text with a NUL is to be kept: whoever let it in should have refused it")

"""The one kind of error that is written for a person."""


class Refusal(Exception):  # noqa: N818 (an answer to a person, not an error)
    """Something a person can mend. Its text is one line: what is wrong, where, and what to do.

    The text never holds personal data, so a command may print it and a log may not need to hide it. Every other
    exception is a fault of the program and is shown without its text (see `logs`).
    """

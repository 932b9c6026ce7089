"""The CloudEvents 1.0 attributes around the data of every public event."""

from typing import Literal

from schemas.fields import Identifier, Line, Part, PublicInstant


class Envelope(Part):
    """The attributes of a CloudEvent that are used; others are allowed and left out.

    ``time`` is the instant at which the fact became known. It is required here, though CloudEvents leaves it optional.
    ``source`` and ``id`` together identify the event.
    """

    specversion: Literal["1.0"]
    id: Identifier
    source: Identifier
    type: Identifier
    time: PublicInstant
    subject: Line | None = None
    datacontenttype: Line | None = None

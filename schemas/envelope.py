"""CloudEvents 1.0, structured JSON: what is around the data of every public event."""

from typing import Literal

from schemas.fields import Identifier, Line, Part, PublicInstant


class Envelope(Part):
    """The attributes of a CloudEvent that we use; others are allowed and left out.

    ``time`` is required here (CloudEvents leaves it optional): it is when the fact became known.
    """

    specversion: Literal["1.0"]
    id: Identifier
    source: Identifier
    type: Identifier
    time: PublicInstant
    subject: Line | None = None
    datacontenttype: Line | None = None

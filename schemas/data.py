"""The base classes of public data: what every event says about itself."""

from typing import ClassVar

from pydantic import ConfigDict

from schemas.fields import Part


class Data(Part):
    """The ``data`` of a public event. Unknown fields are left out (and counted by the reader)."""

    event_type: ClassVar[str]
    """The CloudEvents ``type``, with its version."""
    topic: ClassVar[str]
    """The public topic it travels on."""

    @property
    def key(self) -> str | None:
        """The record's key on its public topic: the creditor, None where there is none."""
        return creditor_of(self)


class Settings(Data):
    """Data of the topic ``settings``: unknown fields are refused (design.md §4)."""

    model_config = ConfigDict(extra="forbid")
    topic: ClassVar[str] = "settings"


def creditor_of(data: Data) -> str | None:
    """The creditor that public data is about; None for policies and rates, which are everybody's."""
    creditor: str | None = getattr(data, "creditor", None)
    return creditor

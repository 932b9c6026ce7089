"""The base classes of the data of public events: its type, its topic and its record's key."""

from typing import ClassVar

from pydantic import ConfigDict

from schemas.fields import Iban, Identifier, Part


class Data(Part):
    """The ``data`` of a public event. Unknown fields are left out; the reader counts them."""

    event_type: ClassVar[str]
    """The CloudEvents ``type``, with its version."""
    topic: ClassVar[str]
    """The public topic it travels on."""

    @property
    def key(self) -> str | None:
        """The record's key on its public topic: the creditor's id, None for events that concern every creditor."""
        return creditor_of(self)


class AccountData(Data):
    """Data about one account: what one debtor owes one creditor."""

    creditor: Identifier
    debtor: Identifier


class BankData(Data):
    """Data about one bank account of a creditor."""

    topic: ClassVar[str] = "payments"

    creditor: Identifier
    account: Iban

    @property
    def key(self) -> str | None:
        """The bank account's IBAN, so that payments and their completion are in one partition, in order."""
        return self.account


class SettingsData(Data):
    """The data of an event on the topic ``settings``; unknown fields are refused (design.md §4)."""

    model_config = ConfigDict(extra="forbid")
    topic: ClassVar[str] = "settings"


def creditor_of(data: Data) -> str | None:
    """The id of the creditor that public data concerns; None for policies and rates, which concern every creditor."""
    creditor: str | None = getattr(data, "creditor", None)
    return creditor

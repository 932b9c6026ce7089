"""The people and companies inside public events: debtor, payer, the creditor's own details."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.fields import (
    Bic,
    Country,
    Email,
    Flag,
    Iban,
    Identifier,
    Kind,
    Language,
    Line,
    Part,
    PayerIban,
    StrictPart,
    Url,
)


class Address(Part):
    """A debtor's postal address."""

    street: Line
    postcode: Line
    city: Line
    country: Country | None = None


class Party(Part):
    """The debtor of an invoice. Without ``language`` letters use the creditor's; ``trader``: see rules.md F4, I2."""

    kind: Kind
    name: Line
    email: Email | None = None
    language: Language | None = None
    address: Address | None = None
    business_id: Line | None = None
    trader: Flag | None = None


class PartyChange(Part):
    """The fields of a debtor that change; fields that are left out stay as they are."""

    kind: Kind | None = None
    name: Line | None = None
    email: Email | None = None
    language: Language | None = None
    address: Address | None = None
    business_id: Line | None = None
    trader: Flag | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if all(value is None for _, value in self):
            raise ValueError("changes nothing; name at least one of the party's fields")
        return self


class Payer(Part):
    """The payer of a payment, as far as the bank names it; the IBAN is not checked."""

    name: Line | None = None
    iban: PayerIban | None = None


class CreditorAddress(StrictPart):
    """The creditor's postal address, printed on letters."""

    street: Line
    postcode: Line
    city: Line
    country: Country | None = None


class BankAccount(StrictPart):
    """A bank account of the creditor, to which debtors pay."""

    iban: Iban
    bic: Bic


class Contact(StrictPart):
    """The creditor's contact for debtors, as letters print it; ``hours`` is free text."""

    phone: Line
    hours: Line
    email: Email
    url: Url


class Sender(StrictPart):
    """The sender of letters by e-mail: display name and address."""

    name: Line
    email: Email


class PolicyChoice(StrictPart):
    """The policy for each kind of debtor; its latest version in force counts."""

    consumer: Identifier
    business: Identifier


BankAccounts = Annotated[tuple[BankAccount, ...], Field(min_length=1, max_length=50)]

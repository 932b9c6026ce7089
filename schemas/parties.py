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
    """Who owes. Without ``language`` letters use the creditor's; ``trader`` is rules.md F4, I2."""

    kind: Kind
    name: Line
    email: Email | None = None
    language: Language | None = None
    address: Address | None = None
    business_id: Line | None = None
    trader: Flag | None = None


class PartyChange(Part):
    """What changes of a party; what is left out stays."""

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
    """Who paid, as far as the bank told."""

    name: Line | None = None
    iban: PayerIban | None = None


class CreditorAddress(StrictPart):
    """The creditor's postal address, printed on letters."""

    street: Line
    postcode: Line
    city: Line
    country: Country | None = None


class BankAccount(StrictPart):
    """An account of the creditor's, to be paid to."""

    iban: Iban
    bic: Bic


class Contact(StrictPart):
    """Whom a debtor can reach, and when."""

    phone: Line
    hours: Line
    email: Email
    url: Url


class Sender(StrictPart):
    """From whom letters by e-mail come."""

    name: Line
    email: Email


class PolicyChoice(StrictPart):
    """Which policy each kind of debtor goes by; the latest version in force counts."""

    consumer: Identifier
    business: Identifier


BankAccounts = Annotated[tuple[BankAccount, ...], Field(min_length=1, max_length=50)]

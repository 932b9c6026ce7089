"""The addresses at which letters do not reach a debtor (rules.md S6): flagged by failures, cleared by persons.

Of what is known of an address the latest counts, by when it became known, whatever the order of arrival.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from schemas.channels import channel_named
from schemas.parties import Party
from services.overdue.known_order import known_order


@dataclass(slots=True)
class AddressReport:
    """An address is ``wrong``: a letter failed there, or a person says so; or a person says that it is right.

    ``address`` is an e-mail address, or a postal one as `postal_line` writes it.
    """

    known: datetime
    id: str
    address: str
    wrong: bool
    time: datetime | None = None


def flagged(reports: Sequence[AddressReport], before: Iterable[str]) -> frozenset[str]:
    """The addresses that are not tried; ``before`` are those that an older store had flagged."""
    latest = {report.address: report.wrong for report in sorted(reports, key=known_order)}
    return frozenset(address for address, wrong in (dict.fromkeys(before, True) | latest).items() if wrong)


def times_flagged(reports: Sequence[AddressReport], before: Sequence[str]) -> int:
    """How often an address was flagged that was not so already: each time a person may have to find another one."""
    count = len(before)
    for address in {report.address for report in reports}:
        known = [report.wrong for report in sorted(reports, key=known_order) if report.address == address]
        count += sum(wrong and not already for already, wrong in pairwise([address in before, *known]))
    return count


def with_report(reports: Sequence[AddressReport], further: AddressReport) -> list[AddressReport]:
    """The reports with one more, unless its event has made the same one before."""
    same = (further.id, further.address, further.wrong)
    if any((each.id, each.address, each.wrong) == same for each in reports):
        return list(reports)
    return [*reports, further]


def address_used(channel: str, recipient: str, party: Party) -> str:
    """The address to which a letter by the channel goes, as it is flagged."""
    if channel_named(channel).address == "postal":
        return postal_line(party) or recipient
    return recipient


def postal_line(party: Party) -> str | None:
    """A debtor's name and postal address on one line; None without an address."""
    address = party.address
    if address is None:
        return None
    return ", ".join(filter(None, (party.name, address.street, address.postcode, address.city, address.country)))

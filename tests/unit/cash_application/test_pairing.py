"""Payments of one day and sum are paired the likest first, and thousands of them quickly (rules.md B2)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.payment_events import MoneyChannel
from services.cash_application.identity_of_money import pairing
from services.cash_application.identity_of_money.likeness import are_names_alike, are_words_alike, may_be_one
from services.cash_application.state.known_payment import KnownPayment, Telling

DAY = date(2026, 1, 20)
MANY = 2_000


def money(name: str, channel: MoneyChannel, **said: str | None) -> KnownPayment:
    """A payment of 39.90 EUR that a channel told; ``payer`` is who paid."""
    said["name"] = said.pop("payer", None)
    known = KnownPayment("", "acme", datetime(2026, 1, 21, tzinfo=UTC), name, "FI", name, 3990, "EUR", DAY, DAY)
    for field, value in said.items():
        setattr(known, field, value)
    known.tellings.append(Telling(name, DAY, channel))
    return known


def can_be_one(one: KnownPayment, other: KnownPayment) -> bool:
    by_statement = ["statement" in each.channels for each in (one, other)]
    return by_statement.count(True) == 1 and may_be_one(one, other)


def alike(one: KnownPayment, other: KnownPayment) -> tuple[bool, ...]:
    return (
        one.reference is not None and one.reference == other.reference,
        one.iban is not None and one.iban == other.iban,
        are_names_alike(one.name or "", other.name or ""),
        are_words_alike(one.message or "", other.message or ""),
    )


def payments() -> st.SearchStrategy[list[KnownPayment]]:
    channels: st.SearchStrategy[MoneyChannel] = st.sampled_from(["statement", "statement", "notification", "ktl"])
    said = st.fixed_dictionaries(
        {
            "reference": st.sampled_from([None, None, "10016", "10029"]),
            "iban": st.sampled_from([None, None, "FI1", "FI2"]),
            "payer": st.sampled_from([None, "Aino Mallila", "MALLILA AINO", "Aino Mall", "Aino", "Eino Mallila"]),
            "message": st.sampled_from([None, "lasku 1001", "lasku 1001 kiitos", "lasku 1002", "..."]),
            "debtor": st.sampled_from([None, None, None, "D1", "D2"]),
        }
    )
    lines = st.lists(st.tuples(channels, said), max_size=9)
    return lines.map(lambda found: [money(f"P{n}", channel, **said) for n, (channel, said) in enumerate(found)])


@given(payments())
def test_the_likest_are_paired_first_and_nothing_that_fits_is_left(found: list[KnownPayment]) -> None:
    pairs = pairing.one_money(found)
    names = [each.payment for pair in pairs for each in pair]
    assert len(names) == len(set(names))
    assert all(can_be_one(*pair) for pair in pairs)
    best = {name: alike(*pair) for pair in pairs for name in (pair[0].payment, pair[1].payment)}
    for one, other in combinations(found, 2):
        if can_be_one(one, other):
            assert max(best.get(one.payment, ()), best.get(other.payment, ())) >= alike(one, other)


def lines(kind: str, channel: MoneyChannel) -> Iterator[KnownPayment]:
    for number in range(MANY):
        said: dict[str, str | None] = {"message": "jäsenmaksu"}
        if "names" in kind:
            said["payer"] = f"Nimi{number} Suku{number}"[: 11 if channel == "ktl" else 70]
        if "references" in kind and ("sided" not in kind or channel == "statement"):
            said["reference"] = f"{number}"
        yield money(f"{channel}{number}", channel, **said)


@pytest.mark.parametrize("kind", ["nothing", "names", "references and names", "one-sided references"])
def test_two_thousand_equal_sums_are_paired_without_comparing_each_with_each(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0

    def counted(one: KnownPayment, other: KnownPayment) -> bool:
        nonlocal compared
        compared += 1
        return may_be_one(one, other)

    monkeypatch.setattr(pairing, "may_be_one", counted)
    pairs = pairing.one_money([*lines(kind, "statement"), *lines(kind, "ktl")])
    assert len(pairs) == MANY
    assert compared < 20 * MANY

"""The public events of design.md §4: their fields, amounts and topics (schemas/events.py)."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from schemas.data import Data, creditor_of
from schemas.events import EVENT_TYPES, ReferenceRatePublished
from schemas.invoice_events import InvoiceIssued
from schemas.parsing import InvalidEvent, parse_event, public_json
from schemas.payment_events import BankFeedCompleted, PaymentReceived
from tests.unit.schemas.public_samples import ACCOUNT, DATA, cloud_event


def data_of(name: str, /, **changes: Any) -> Data:
    return parse_event(cloud_event(name, **changes)).data


def fault_of(name: str, /, **changes: Any) -> tuple[str, str]:
    with pytest.raises(InvalidEvent) as caught:
        parse_event(cloud_event(name, **changes))
    return caught.value.reason, caught.value.detail


def test_there_is_a_sample_of_every_type() -> None:
    assert DATA.keys() == EVENT_TYPES.keys()


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_an_event_read_and_written_is_what_came_in(name: str) -> None:
    event = parse_event(json.dumps(cloud_event(name)).encode())
    assert event.unknown == ()
    assert public_json(event.data) == DATA[name]


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_every_missing_field_is_named(name: str) -> None:
    required = [field.alias or own for own, field in EVENT_TYPES[name].model_fields.items() if field.is_required()]
    for field in required:
        reason, detail = fault_of(name, **{field: ...})
        assert reason == "missing-field"
        assert detail.startswith(f"data.{field}: is missing; add it")


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_every_optional_field_may_be_left_out_or_null(name: str) -> None:
    for own, field in EVENT_TYPES[name].model_fields.items():
        if field.default is None:
            assert getattr(data_of(name, **{field.alias or own: ...}), own) is None
            assert getattr(data_of(name, **{field.alias or own: None}), own) is None


def test_an_invoice_keeps_minor_units_dates_and_the_canonical_reference() -> None:
    invoice = data_of("invoice.issued.v1", reference="RF74 1009 78", amount="100.5")
    assert isinstance(invoice, InvoiceIssued)
    assert invoice.amount == 10050
    assert invoice.due == date(2026, 1, 23)
    assert invoice.reference == "100978"
    assert invoice.late_interest == Decimal("9.5")
    assert invoice.taken[0].fee == 500


def test_amounts_follow_the_decimals_of_the_currency_beside_them() -> None:
    discounts = [{"through": "2026-01-16", "amount": "100"}]
    invoice = data_of("invoice.issued.v1", amount="5000", currency="JPY", discounts=discounts)
    assert isinstance(invoice, InvoiceIssued)
    assert (invoice.amount, invoice.discounts[0].amount) == (5000, 100)
    assert invoice.taken[0].fee == 500, "a fee is in euros whatever the invoice's currency (rules.md F6)"
    assert public_json(invoice)["amount"] == "5000"
    assert public_json(invoice)["taken"][0]["fee"] == "5.00"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (100, "data.amount: must be a decimal string; put it in quotes"),
        (100.0, "data.amount: must be a decimal string; put it in quotes"),
        ("100.001", "data.amount: has more decimals than EUR has (2)"),
        ("0.00", "data.amount: must be more than 0"),
        ("-1.00", "data.amount: must be more than 0"),
        ("1,00", "data.amount: is not an amount"),
        (None, "data.amount: is null"),
        (["1.00"], "data.amount: must be a decimal string"),
    ],
)
def test_a_wrong_amount_is_explained_without_its_value(amount: object, words: str) -> None:
    reason, detail = fault_of("invoice.issued.v1", amount=amount)
    assert reason == "wrong-field"
    assert detail.startswith(words)


def test_a_wrong_currency_is_one_fault_only() -> None:
    _, detail = fault_of("invoice.issued.v1", currency="euro")
    assert detail == "data.currency: is not an ISO 4217 currency code; write one such as EUR"


@pytest.mark.parametrize(
    ("name", "field", "value", "words"),
    [
        ("invoice.issued.v1", "due", "2026-02-30", "is not a day of the calendar"),
        ("invoice.issued.v1", "due", "20260123", "is not a date; write it as YYYY-MM-DD"),
        ("invoice.issued.v1", "due", "2026-W04-5", "is not a date"),
        ("invoice.issued.v1", "due", 1769126400, "is not a date"),
        ("invoice.issued.v1", "due", "2026-01-23T00:00:00", "is not a date"),
        ("invoice.issued.v1", "due", "9999-12-31", "is not between 1900 and 2199"),
        ("invoice.issued.v1", "due_agreed", "yes", "must be true or false"),
        ("invoice.issued.v1", "due_agreed", 1, "must be true or false"),
        ("invoice.issued.v1", "reference", "11016", "is not a valid reference"),
        ("invoice.issued.v1", "late_interest", "9,5", "is not a percentage"),
        ("invoice.issued.v1", "late_interest", "-1", "must be at least 0"),
        ("invoice.issued.v1", "late_interest", "9.12345", "is not a percentage"),
        ("invoice.issued.v1", "late_interest", True, "is not a percentage"),
        ("invoice.issued.v1", "debtor", " ", "is blank or has control characters"),
        ("invoice.issued.v1", "debtor", "a\x1fb", "is blank or has control characters"),
        ("invoice.issued.v1", "debtor", "", "is empty; fill it in"),
        ("invoice.issued.v1", "debtor", 17, "must be text; put it in quotes"),
        ("invoice.issued.v1", "debtor", "x" * 201, "is longer than 200 characters"),
        ("invoice.issued.v1", "debtor", "\ud800", "not valid Unicode"),
        ("invoice.issued.v1", "subject", "", "is empty; fill it in, or leave the field out"),
        ("invoice.issued.v1", "taken", "none", "must be a list"),
        ("invoice.issued.v1", "discounts", [{"through": "2026-01-16", "amount": "100000.00"}], "takes off the whole"),
        ("invoice.issued.v1", "party", "Asiakas", "must be an object"),
        ("payment.received.v1", "account", "FI2112345600000786", "is not a valid IBAN"),
        ("bank-feed.completed.v1", "count", -1, "must be at least 0"),
        ("bank-feed.completed.v1", "count", "3", "must be a whole number"),
        ("bank-feed.completed.v1", "sum", "1.001", "has more decimals than EUR has"),
        ("dispute.settled.v1", "outcome", "won", "must be one of 'upheld', 'unfounded' or 'withdrawn'"),
        ("plan.agreed.v1", "instalments", [], "needs at least 1 in the list"),
        ("debtor.updated.v1", "party", {}, "changes nothing"),
        ("creditor.registered.v1", "timezone", "Europe/Espoo", "is not a time zone"),
        ("creditor.registered.v1", "timezone", "../etc/passwd", "is not a time zone"),
        ("creditor.registered.v1", "country", "fi", "is not a country code"),
        ("reference-rate.published.v1", "to", "2026-06-30", "ends before it begins"),
    ],
)
def test_a_wrong_field_is_named_with_what_to_do(name: str, field: str, value: object, words: str) -> None:
    reason, detail = fault_of(name, **{field: value})
    assert reason == "wrong-field"
    assert words in detail
    assert ";" in detail or "must" in detail


@pytest.mark.parametrize(
    "email",
    [
        "a",
        "a@b",
        "a b@c.fi",
        "a@b.fi\nBcc: x@y.fi",
        "<a@b.fi>",
        "a@b..fi",
        ".a@b.fi",
        "ä@b.fi",
        "a@-b.fi",
        "a@b.fi,c@d.fi",
    ],
)
def test_what_could_break_a_mail_header_is_no_address(email: str) -> None:
    _, detail = fault_of("debtor.updated.v1", party={"email": email})
    assert detail.startswith("data.party.email: is not an e-mail address")


@pytest.mark.parametrize("email", ["c1@asiakas.example", "perm-fail@simulator.invalid", "o'neil+laskut@a-b.fi"])
def test_addresses_of_test_domains_are_addresses(email: str) -> None:
    assert data_of("debtor.updated.v1", party={"email": email})


def test_faults_inside_lists_are_named_by_their_place() -> None:
    _, detail = fault_of("plan.agreed.v1", instalments=[{"due": "2026-03-01", "amount": "5"}, {"amount": 5}])
    assert "data.instalments[1].due: is missing" in detail
    assert "data.instalments[1].amount: must be a decimal string" in detail


def test_a_missing_field_that_is_there_under_another_name_is_pointed_to() -> None:
    _, detail = fault_of("promise.made.v1", until=..., untill="2026-03-01")
    assert detail == "data.until: is missing; add it (is it what is called untill now?)"


def test_unknown_fields_are_accepted_and_counted() -> None:
    raw = cloud_event("invoice.issued.v1", colour="red")
    raw["data"]["party"]["nickname"] = "x"
    raw["data"]["taken"][0]["by"] = "post"
    event = parse_event(raw)
    assert event.unknown == ("party.nickname", "taken[0].by", "colour")
    assert event.data == data_of("invoice.issued.v1")


@pytest.mark.parametrize(
    "name",
    ["creditor.registered.v1", "policy.published.v1", "reference-rate.published.v1", "account.confirmed.v1"],
)
def test_unknown_fields_in_settings_are_refused(name: str) -> None:
    reason, detail = fault_of(name, colour="red")
    assert (reason, detail) == ("unknown-field", "data.colour: is not a known field; remove it or correct its name")


def test_unknown_fields_deep_in_settings_are_refused() -> None:
    contact = DATA["creditor.registered.v1"]["contact"] | {"fax": "1"}
    reason, detail = fault_of("creditor.registered.v1", contact=contact)
    assert reason == "unknown-field"
    assert detail.startswith("data.contact.fax:")


@pytest.mark.parametrize("reference", ["", "  ", "00000000000000000000", None])
def test_a_payment_without_a_real_reference_has_none(reference: str | None) -> None:
    payment = data_of("payment.received.v1", reference=reference)
    assert isinstance(payment, PaymentReceived)
    assert payment.reference is None


def test_a_payment_with_a_wrong_reference_is_still_a_payment() -> None:
    payment = data_of("payment.received.v1", reference="RF00 lasku 17")
    assert isinstance(payment, PaymentReceived)
    assert payment.reference == "RF00LASKU17"


def test_a_payers_account_is_only_a_hint_and_is_not_tested() -> None:
    payment = data_of("payment.received.v1", payer={"iban": "fi21 0000"})
    assert isinstance(payment, PaymentReceived)
    assert payment.payer is not None
    assert payment.payer.iban == "FI210000"


def test_an_iban_may_be_written_in_groups() -> None:
    feed = data_of("bank-feed.completed.v1", account="fi21 1234 5600 0007 85")
    assert isinstance(feed, BankFeedCompleted)
    assert feed.account == ACCOUNT


@pytest.mark.parametrize("rate", ["2.5", "2.50", Decimal("2.5"), 2.5])
def test_a_rate_is_exact_however_it_is_written(rate: object) -> None:
    published = data_of("reference-rate.published.v1", rate=rate)
    assert isinstance(published, ReferenceRatePublished)
    assert str(published.rate) == "2.5"


def test_the_time_of_an_event_is_kept_in_utc() -> None:
    assert parse_event(cloud_event("promise.made.v1")).envelope.time == datetime(2026, 2, 2, 6, tzinfo=UTC)


def test_payments_travel_by_bank_account_and_the_rest_by_creditor() -> None:
    for name, model in EVENT_TYPES.items():
        data = data_of(name)
        expected = {"payments": ACCOUNT}.get(model.topic, creditor_of(data))
        assert data.key == expected
    assert data_of("policy.published.v1").key is None
    assert {model.topic for model in EVENT_TYPES.values()} == {"invoices", "payments", "instructions", "settings"}


def test_public_data_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        data_of("debt.acknowledged.v1").__setattr__("debtor", "C-2")

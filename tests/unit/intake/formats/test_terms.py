"""Cash discounts, parts and corrections of invoices, as Finvoice and UBL state them."""

from typing import Any

import pytest

from services.intake.formats import finvoice, ubl
from services.intake.formats.format import Fault
from tests.unit.intake.formats import finvoice_messages as in_finvoice
from tests.unit.intake.formats import test_ubl as in_ubl
from tests.unit.intake.formats.file_reading import Registered, data_of, events, pieces

Change = tuple[str, str]


def ubl_says(*changes: Change) -> dict[str, Any]:
    """The data of a UBL invoice of 100 EUR, of 9 January 2026, in which some pieces are others."""
    (said,) = data_of(pieces(ubl.FORMAT, in_ubl.document(*changes), in_ubl.KNOWN))
    return said


def finvoice_says(*changes: Change) -> dict[str, Any]:
    """The data of a Finvoice message of 100 EUR, of 9 January 2026, in which some pieces are others."""
    (said,) = data_of(pieces(finvoice.FORMAT, in_finvoice.message(*changes), in_finvoice.KNOWN))
    return said


def fault_of_ubl(*changes: Change) -> Fault:
    (fault,) = pieces(ubl.FORMAT, in_ubl.document(*changes), in_ubl.KNOWN)
    assert isinstance(fault, Fault)
    return fault


def terms(*each: str) -> Change:
    """Terms of payment, each of these elements."""
    said = "".join(f"<cac:PaymentTerms>{inside}</cac:PaymentTerms>" for inside in each)
    return in_ubl.TOTALS, said + in_ubl.TOTALS


def part(due: str, amount: str = "", more: str = "") -> str:
    money = f'<cbc:Amount currencyID="EUR">{amount}</cbc:Amount>' if amount else ""
    return f"{more}{money}<cbc:PaymentDueDate>{due}</cbc:PaymentDueDate>"


# --- discounts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "discounts"),
    [
        ("<cbc:Note>#SKONTO#TAGE=14#PROZENT=2.00#\n</cbc:Note>", [("2026-01-23", "2.00")]),
        ("<cbc:Note>#SKONTO#TAGE=7#PROZENT=2.50#BASISBETRAG=80.20#</cbc:Note>", [("2026-01-16", "2.01")]),
        (
            "<cbc:Note>#SKONTO#TAGE=5#PROZENT=3#\n#SKONTO#TAGE=10#PROZENT=1.5#\nthank you</cbc:Note>",
            [("2026-01-14", "3.00"), ("2026-01-19", "1.50")],
        ),
        ("<cbc:Note>#VERZUG#TAGE=14#PROZENT=2.00#</cbc:Note>", None),
        ("<cbc:Note>#SKONTO#TAGE=14#PROZENT=0.00#</cbc:Note>", None),
        (
            "<cbc:SettlementDiscountPercent>2</cbc:SettlementDiscountPercent>"
            "<cac:SettlementPeriod><cbc:EndDate>2026-01-19</cbc:EndDate></cac:SettlementPeriod>",
            [("2026-01-19", "2.00")],
        ),
        (
            '<cbc:SettlementDiscountAmount currencyID="EUR">3.50</cbc:SettlementDiscountAmount><cac:SettlementPeriod>'
            '<cbc:DurationMeasure unitCode="DAY">10</cbc:DurationMeasure></cac:SettlementPeriod>',
            [("2026-01-19", "3.50")],
        ),
    ],
)
def test_ubl_says_discounts_in_its_terms_and_in_their_notes(inside: str, discounts: list[Change] | None) -> None:
    found = ubl_says(terms(inside)).get("discounts")

    assert found == (None if discounts is None else [{"through": day, "amount": each} for day, each in discounts])


def test_a_structured_discount_names_no_other_days_than_the_creditors_terms() -> None:
    note = terms("<cbc:Note>#SKONTO#TAGE=5#PROZENT=2.00#</cbc:Note>")

    with_terms = Registered(businesses={"2345678-0": "acme"}, terms_days=14)
    (said,) = data_of(pieces(ubl.FORMAT, in_ubl.document((in_ubl.DUE, ""), note), with_terms))

    assert (said["due"], said["discounts"][0]["through"]) == ("2026-01-23", "2026-01-14")


def cash_discount(*fields: tuple[str, str]) -> Change:
    """Terms with a cash discount of these fields."""
    said = "".join(f"<CashDiscount{name}>{value}</CashDiscount{name}>" for name, value in fields)
    return in_finvoice.TERMS, in_finvoice.TERMS.replace("</PaymentTermsDetails>", f"{said}</PaymentTermsDetails>")


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        ((("Date", "20260119"), ("Percent", "2"), ("Amount", "2,00")), "2.00"),
        ((("Date", "20260119"), ("Percent", "2,5")), "2.50"),
        ((("Date", "20260119"), ("BaseAmount", "80,20"), ("Percent", "2,5")), "2.01"),
        ((("Date", "20260119"), ("Amount", "3,5")), "3.5"),
    ],
)
def test_finvoice_says_a_cash_discount_in_money_or_in_percent(fields: tuple[Change, ...], amount: str) -> None:
    assert finvoice_says(cash_discount(*fields))["discounts"] == [{"through": "2026-01-19", "amount": amount}]


def test_a_cash_discount_of_nothing_is_none() -> None:
    fields = ("Date", "20260119"), ("BaseAmount", "100,00"), ("Percent", "0"), ("Amount", "0,00")

    assert "discounts" not in finvoice_says(cash_discount(*fields))


def test_a_cash_discount_without_its_day_is_a_fault_that_names_it() -> None:
    message = in_finvoice.message(cash_discount(("Percent", "2"), ("Amount", "2,00")))

    (fault,) = pieces(finvoice.FORMAT, message, in_finvoice.KNOWN)

    assert isinstance(fault, Fault)
    assert fault.lines == ("PaymentTermsDetails (cash discount) 1, through: is missing; add it",)
    assert (fault.creditor, fault.debtor, fault.invoice) == ("acme", "C-7", "1001")


# --- parts ---------------------------------------------------------------------------------------


def test_several_terms_of_ubl_with_their_days_are_parts() -> None:
    said = ubl_says((in_ubl.DUE, ""), terms(part("2026-03-23", "60.00"), part("2026-02-23", "40.00")))

    assert said["parts"] == [
        {"due": "2026-03-23", "amount": "60.00"},
        {"due": "2026-02-23", "amount": "40.00"},
    ]
    assert said["due"] == "2026-02-23"


def test_parts_in_percent_come_to_the_whole() -> None:
    thirds = [
        part(f"2026-0{month}-23", more=f"<cbc:PaymentPercent>{percent}</cbc:PaymentPercent>")
        for month, percent in ((2, "33.33"), (3, "33.33"), (4, "33.34"))
    ]

    said = ubl_says(terms(*thirds), in_ubl.payable("100.01"))

    assert [each["amount"] for each in said["parts"]] == ["33.33", "33.33", "33.35"]


def test_a_term_may_name_the_means_of_payment_that_has_its_day_and_reference() -> None:
    def means(name: str, due: str, reference: str) -> str:
        return (
            f"<cac:PaymentMeans><cbc:ID>{name}</cbc:ID><cbc:PaymentDueDate>{due}</cbc:PaymentDueDate>"
            f"<cbc:PaymentID>{reference}</cbc:PaymentID></cac:PaymentMeans>"
        )

    paid_by = in_ubl.MEANS, means("a", "2026-02-23", "10029") + means("b", "2026-03-23", "10032")
    each = terms(
        '<cbc:PaymentMeansID>a</cbc:PaymentMeansID><cbc:Amount currencyID="EUR">40.00</cbc:Amount>',
        '<cbc:PaymentMeansID>b</cbc:PaymentMeansID><cbc:Amount currencyID="EUR">60.00</cbc:Amount>',
    )

    assert ubl_says(paid_by, each)["parts"] == [
        {"due": "2026-02-23", "amount": "40.00", "reference": "10029"},
        {"due": "2026-03-23", "amount": "60.00", "reference": "10032"},
    ]


def test_one_term_over_the_whole_is_no_part() -> None:
    assert "parts" not in ubl_says(terms(part("2026-01-23", "100")))


def test_terms_that_do_not_come_to_the_whole_are_a_fault_that_says_so() -> None:
    fault = fault_of_ubl(terms(part("2026-02-23", "40.00"), part("2026-03-23", "50.00")))

    assert fault.lines == (
        "PaymentTerms: parts do not sum to amount; give every part with its whole amount, or leave parts out",
    )
    assert fault.debtor == "C-7"


def partial_payments(unpaid: str, *each: tuple[str, str, str]) -> Change:
    """Partial payments: amounts, days and references in lists beside each other."""
    lists = "".join(
        f"<PartialPayment{name}>{fields[place]}</PartialPayment{name}>"
        for place, name in enumerate(("VatIncludedAmount", "DueDate", "ReferenceIdentifier"))
        for fields in each
    )
    said = f"<PaidAmount>0,00</PaidAmount><UnPaidAmount AmountCurrencyIdentifier='EUR'>{unpaid}</UnPaidAmount>{lists}"
    return in_finvoice.ROW, f"<PartialPaymentDetails>{said}</PartialPaymentDetails>{in_finvoice.ROW}"


def test_partial_payments_of_finvoice_are_parts_with_their_own_references() -> None:
    first, second = ("40,00", "20260223", "10029"), ("60,00", "20260323", "10032")

    assert finvoice_says(partial_payments("100,00", first, second))["parts"] == [
        {"due": "2026-02-23", "amount": "40.00", "reference": "10029"},
        {"due": "2026-03-23", "amount": "60.00", "reference": "10032"},
    ]


def test_the_order_to_pay_may_be_for_the_first_part_only() -> None:
    first, second = ("40,00", "20260223", "10029"), ("60,00", "20260323", "10032")
    order = in_finvoice.TO_PAY, in_finvoice.TO_PAY.replace("100,00", "40,00")

    assert finvoice_says(partial_payments("100,00", first, second), order)["amount"] == "100.00"


# --- corrections ---------------------------------------------------------------------------------


def corrected(code: str) -> Change:
    return in_ubl.CODE, in_ubl.CODE.replace("380", code)


@pytest.mark.parametrize("code", ["384", "471"])
def test_a_corrected_invoice_names_the_one_that_it_corrects(code: str) -> None:
    said = ubl_says(corrected(code), in_ubl.original("1000"))

    assert (said["invoice"], said["corrects"]) == ("1001", "1000")


def test_a_corrected_invoice_under_the_number_of_the_first_is_another_event() -> None:
    (first,) = events(pieces(ubl.FORMAT, in_ubl.document(), in_ubl.KNOWN))
    changed = in_ubl.document(corrected("384"), in_ubl.original("1001"), in_ubl.payable("90"))
    (second,) = events(pieces(ubl.FORMAT, changed, in_ubl.KNOWN))

    assert first["id"] != second["id"]
    assert "corrects" not in second["data"]


@pytest.mark.parametrize(
    ("originals", "reason"),
    [((), "no-original-invoice"), (("999", "1000"), "several-original-invoices")],
)
def test_a_corrected_invoice_that_does_not_name_one_is_a_fault_and_holds_its_debtor(
    originals: tuple[str, ...], reason: str
) -> None:
    fault = fault_of_ubl(corrected("384"), in_ubl.original(*originals))

    assert (fault.reason, fault.debtor) == (reason, "C-7")


def test_a_corrected_invoice_of_nothing_is_a_fault_that_says_what_to_send() -> None:
    fault = fault_of_ubl(corrected("384"), in_ubl.original("1000"), in_ubl.payable("0"))

    assert "send a credit note" in fault.lines[0]
    assert (fault.debtor, fault.invoice) == ("C-7", "1000")


def test_a_corrected_invoice_below_zero_credits_its_original() -> None:
    said = ubl_says(corrected("384"), in_ubl.original("1000"), in_ubl.payable("-10"))

    assert (said["invoice"], said["amount"]) == ("1000", "10")


def test_an_invoice_of_another_kind_may_name_others_and_corrects_none() -> None:
    assert "corrects" not in ubl_says(in_ubl.original("1000"))


def test_finvoice_says_a_correction_by_its_code_of_the_united_nations() -> None:
    kind = in_finvoice.TYPE, in_finvoice.TYPE.replace("<Origin", "<InvoiceTypeCodeUN>384</InvoiceTypeCodeUN><Origin")

    assert finvoice_says(kind, in_finvoice.original("1000"))["corrects"] == "1000"

"""Mutants of what files of banks and billing say about identity and terms (rules.md B1, M8, M9, M11)."""

from tests.mutants.mutant import Mutant

NUMBERING = "services/intake/formats/numbering.py"
TERMS = "services/intake/formats/billing/terms.py"
CHARGES = "services/intake/formats/camt/charges.py"
IDENTITY = "intake/formats/test_camt_identity.py"

MUTANTS = (
    Mutant(
        "files: one archive id in a message is one payment",
        NUMBERING,
        '    return id_ if number == 1 else f"{id_}/{number}"',
        "    return id_",
        f"{IDENTITY}::one_archive_id_in_several",
    ),
    Mutant(
        "files: the statement is no part of an id that the bank did not give",
        NUMBERING,
        "likeness(message, like, str(place))",
        "likeness(like, str(place))",
        f"{IDENTITY}::equal_payments_without_an_id",
    ),
    Mutant(
        "files: a discount in percent is cut to the cent",
        TERMS,
        "(2 * minor * int(number[1] + fraction) + whole) // (2 * whole)",
        "(2 * minor * int(number[1] + fraction)) // (2 * whole)",
        "intake/formats/test_terms.py::finvoice_says_a_cash_discount",
    ),
    Mutant(
        "files: charges that do not lead to the entry count too",
        CHARGES,
        "if money.minor - booked.minor in charges",
        "if money.minor != booked.minor",
        "intake/formats/test_camt_transactions.py::what_other_banks_took",
    ),
)

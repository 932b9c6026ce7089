"""Rules and guards broken on purpose, one by one: the tests named for each must notice (`make mutants`)."""

from tests.mutants import (
    bank_files,
    bank_identity,
    calendar_and_steps,
    doors,
    fees_and_interest,
    known,
    money_and_law,
    scored_money,
    statements_and_places,
    stops_and_notices,
)

ALL = (
    *calendar_and_steps.MUTANTS,
    *fees_and_interest.MUTANTS,
    *known.MUTANTS,
    *money_and_law.MUTANTS,
    *statements_and_places.MUTANTS,
    *stops_and_notices.MUTANTS,
    *bank_files.MUTANTS,
    *bank_identity.MUTANTS,
    *scored_money.MUTANTS,
    *doors.MUTANTS,
)
"""Every mutant."""

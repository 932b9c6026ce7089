"""The registry of channels: what is shipped, what other packages may register, and what is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.channels import EMAIL, GROUP, PRINT, channel_named, channels
from schemas.extensions import ExtensionError
from schemas.policy import Policy, parse_policy
from tests.strangers.installed import installed
from tests.strangers.pigeon import PIGEON
from tests.unit.schemas.test_policy_form import policy

PIGEON_ENTRY = {GROUP: {"pigeon": "tests.strangers.pigeon:PIGEON"}}


def test_email_and_print_are_shipped_and_s5_says_how_long_they_take() -> None:
    assert dict(channels()) == {"email": EMAIL, "print": PRINT}
    assert (EMAIL.delivery_days, PRINT.delivery_days) == (0, 7)
    assert (EMAIL.address, PRINT.address) == ("email", "postal")


def test_a_channel_of_another_package_comes_after_those_that_are_shipped(tmp_path: Path) -> None:
    with installed(tmp_path, "pigeons", PIGEON_ENTRY):
        assert list(channels().values()) == [EMAIL, PRINT, PIGEON]
        assert channel_named("pigeon") is PIGEON
    assert "pigeon" not in channels()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("email", "schemas.channels:EMAIL", '"email" in erapaiva[.]channels has the name of a channel that is shipped'),
        ("dove", "tests.strangers.pigeon:PIGEON", '"dove" in erapaiva[.]channels is no channel of that name'),
        ("pigeon", "tests.strangers.pigeon:PigeonPost", '"pigeon" in erapaiva[.]channels is no channel of that name'),
    ],
)
def test_what_is_no_channel_of_its_own_name_is_refused(tmp_path: Path, name: str, value: str, why: str) -> None:
    with installed(tmp_path, "pigeons", {GROUP: {name: value}}), pytest.raises(ExtensionError, match=why):
        channels()


def test_a_policy_with_a_channel_that_is_not_registered_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with installed(tmp_path, "pigeons", PIGEON_ENTRY):
        assert parse_policy(policy(channels=["pigeon", "email"])).channels == ("pigeon", "email")
        with pytest.raises(ValidationError, match="must be one of 'email', 'print' or 'pigeon'"):
            parse_policy(policy(channels=["fax"]))
    with pytest.raises(ValidationError, match="must be one of 'email' or 'print'"):
        parse_policy(policy(channels=["pigeon"]))


def test_a_stored_policy_stays_readable_where_its_channel_is_not_installed_and_its_letters_are_refused(
    tmp_path: Path,
) -> None:
    with installed(tmp_path, "pigeons", PIGEON_ENTRY):
        stored = parse_policy(policy(channels=["pigeon"])).model_dump_json()
    assert Policy.model_validate_json(stored).channels == ("pigeon",)
    with pytest.raises(ExtensionError, match='the channel "pigeon" of a policy in force is not installed here'):
        channel_named("pigeon")

"""Entry points of other packages: found in order, and refused in a sentence when they cannot be used."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from schemas.extensions import ExtensionError, extensions
from tests.strangers.installed import installed

GROUP = "erapaiva.channels"


def test_nothing_is_registered_where_no_package_is_installed() -> None:
    assert extensions(GROUP) == {}


def test_what_packages_register_is_found_by_name_in_the_names_order(tmp_path: Path) -> None:
    with ExitStack() as packages:
        packages.enter_context(installed(tmp_path, "second", {GROUP: {"zeppelin": "decimal:Decimal"}}))
        packages.enter_context(installed(tmp_path, "first", {GROUP: {"balloon": "datetime:date"}, "other": {"x": "y"}}))
        found = extensions(GROUP)
    assert list(found) == ["balloon", "zeppelin"]
    assert found["balloon"].__name__ == "date"  # type: ignore[attr-defined]
    assert extensions(GROUP) == {}


def test_two_packages_that_register_one_name_are_refused(tmp_path: Path) -> None:
    with (
        installed(tmp_path, "first", {GROUP: {"balloon": "datetime:date"}}),
        installed(tmp_path, "second", {GROUP: {"balloon": "decimal:Decimal"}}),
        pytest.raises(ExtensionError, match='two installed packages register "balloon"'),
    ):
        extensions(GROUP)


@pytest.mark.parametrize("value", ["no_such_package:FAX", "datetime:FAX"])
def test_what_cannot_be_imported_is_refused_by_name(tmp_path: Path, value: str) -> None:
    with (
        installed(tmp_path, "broken", {GROUP: {"fax": value}}),
        pytest.raises(ExtensionError, match="cannot be imported"),
    ):
        extensions(GROUP)


def test_a_module_that_ends_the_process_is_refused_by_name(tmp_path: Path) -> None:
    with installed(tmp_path, "ending", {GROUP: {"fax": "script_that_ends:FAX"}}):
        (tmp_path / "ending" / "script_that_ends.py").write_text("raise SystemExit(0)\n", encoding="utf-8")

        with pytest.raises(ExtensionError, match=r'"fax" .*cannot be imported \(SystemExit'):
            extensions(GROUP)

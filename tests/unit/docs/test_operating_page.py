"""The page for operators: its table of settings is the settings."""

from pathlib import Path

from services.runtime.settings import Settings, effective

PAGE = Path(__file__).parents[3] / "docs" / "operating.md"


def test_every_setting_stands_in_the_table_with_its_default_and_meaning() -> None:
    table = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `ERAPAIVA_")]

    assert table == [
        f"| `{variable}` | {f'`{default}`' if default else ''} | {meaning} |"
        for variable, default, meaning in effective(Settings())
    ]

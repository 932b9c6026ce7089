"""The pages point at things that are there."""

import re
from pathlib import Path

import pytest

from services.runtime.settings import Settings, effective
from tests.checkout import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_link_of_a_page_leads_to_a_file_or_folder(page: Path) -> None:
    missing = [
        link["target"] for link in LINK.finditer(page.read_text("utf-8")) if not (page.parent / link["target"]).exists()
    ]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_a_page_names_no_setting_that_there_is_not(page: Path) -> None:
    named = re.findall(r"ERAPAIVA_[A-Z]+__[A-Z_]+", page.read_text("utf-8"))

    assert set(named) <= {variable for variable, _, _ in effective(Settings())}

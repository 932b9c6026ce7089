"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of samples and scenarios that lies next to the checkout, or where ERAPAIVA_SHARED says.

    It is no part of the project. On the build machine (CI=true) its absence is a failure; elsewhere the tests that
    need it are skipped, and say so.
    """
    beside_the_checkout = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("ERAPAIVA_SHARED", beside_the_checkout))
    if folder.is_dir():
        return folder
    reason = f"the samples are not at {folder}; set ERAPAIVA_SHARED to their folder"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)

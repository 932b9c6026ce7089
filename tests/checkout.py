"""Where the project's own files lie, for tests that read them."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
"""The root of the checkout that the tests run in."""

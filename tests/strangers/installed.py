"""Installs a made-up package for a test, as a package installer would: with metadata on Python's path."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from schemas.channels import channels
from schemas.reference_schemes import reference_schemes
from services.intake.formats.registry import registry
from services.law.countries import countries
from services.law.figures import versions_of
from services.law.statute_book import book_of

Entries = Mapping[str, Mapping[str, str]]
"""What a package registers: by group, by name, where the object is (``package.module:object``)."""


@contextmanager
def installed(folder: Path, package: str, entries: Entries) -> Iterator[None]:
    """A package of that name that registers the entries, until the block ends; ``folder`` is the test's own."""
    metadata = folder / package / f"{package}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(
        "\n".join(
            f"[{group}]\n" + "\n".join(f"{name} = {value}" for name, value in named.items())
            for group, named in entries.items()
        ),
        encoding="utf-8",
    )
    sys.path.insert(0, str(metadata.parent))
    _read_registries_anew()
    try:
        yield
    finally:
        sys.path.remove(str(metadata.parent))
        _read_registries_anew()


def _read_registries_anew() -> None:
    """Forget what is registered: a process reads it once, a test installs and uninstalls."""
    for read_once in (channels, countries, book_of, versions_of, reference_schemes, registry):
        read_once.cache_clear()

"""Which formats there are: the shipped ones, and those that other installed packages register.

A shipped format is a module of `services.intake.formats` with a ``FORMAT``. Another package registers its `Format` by
an entry point of the group ``erapaiva.formats`` (docs/formats.md, "Adding a format").
"""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Final

from schemas.extensions import ExtensionError, extensions
from services.intake import formats
from services.intake.formats.format import HEAD, Format

GROUP: Final = "erapaiva.formats"


@cache
def registry() -> tuple[Format, ...]:
    """Every format: those of other packages in the order of their names, then the shipped ones by their modules' names.

    Formats of other packages are asked first: they were installed for certain files, while the shipped JSON Lines and
    CSV recognise theirs by few marks.

    Raises:
        ExtensionError: a package registers an object that is no format, or the name of another one.
    """
    found = [*_installed(), *_shipped()]
    names = [known.name for known in found]
    for name in names:
        if names.count(name) > 1:
            raise ExtensionError(f'two formats have the name "{name}"; uninstall the package that brought the second')
    return tuple(found)


def recognise(head: bytes) -> Format | None:
    """The format of a file that begins with ``head``; None when no format knows it."""
    return next((known for known in registry() if known.recognises(head[:HEAD])), None)


def _installed() -> Iterator[Format]:
    for name, found in extensions(GROUP).items():
        if not isinstance(found, Format):
            raise ExtensionError(f'"{name}" in {GROUP} is no Format; let its entry point name one')
        yield found


def _shipped() -> Iterator[Format]:
    modules = pkgutil.walk_packages(formats.__path__, f"{formats.__name__}.")
    for name in sorted(module.name for module in modules if not module.ispkg):
        found = getattr(importlib.import_module(name), "FORMAT", None)
        if isinstance(found, Format):
            yield found

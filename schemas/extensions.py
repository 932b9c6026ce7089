"""What other installed packages add to Eräpäivä, found by their entry points: channels, countries, file formats.

A package registers an object in its metadata, as Python packaging specifies it ("Entry points specification"):

    [project.entry-points."erapaiva.channels"]
    fax = "faxpost.channel:FAX"

The module of each registry asks for its group here, checks the objects' types and refuses the names of shipped ones.
"""

from importlib.metadata import entry_points


class ExtensionError(Exception):
    """An installed package registers something that cannot be used; the message says which, and what to do.

    No ``ValueError``: it is a fault of the installation, never of the event during whose validation it is noticed.
    """


def extensions(group: str) -> dict[str, object]:
    """The objects registered in a group such as ``erapaiva.channels``, by name, in the names' order.

    Raises:
        ExtensionError: two entries have one name, or one cannot be imported.
    """
    found: dict[str, object] = {}
    for entry in sorted(entry_points(group=group)):
        if entry.name in found:
            raise ExtensionError(f'two installed packages register "{entry.name}" in {group}; uninstall one of them')
        try:
            found[entry.name] = entry.load()
        except (Exception, SystemExit) as fault:  # a script that ends itself is no module to import
            why = f"{type(fault).__name__}: {fault}".splitlines()[0]
            raise ExtensionError(
                f'"{entry.name}" in {group}: {entry.value} cannot be imported ({why}); mend or uninstall its package'
            ) from fault
    return found

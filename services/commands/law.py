"""Every figure of the law that counts on a day, with its source and its end; those that end soon are warned of.

A rate that needs confirmation counts only once `reference-rate.published` says it: compare it with its source first.
Rates that were published by events are not listed here: they count beside those that are shipped.
"""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.law.in_force import FigureInForce

EXAMPLES = """examples:
  erapaiva law
  erapaiva law --on 2026-07-01 --json
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("country", nargs="?", metavar="COUNTRY", help="ISO 3166 code; Finland's law unless given")
    parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="the day; today unless given")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """List the figures; 1 where the country's law is not known here."""
    from services.clock.worker import WallClock
    from services.law.countries import DEFAULT_COUNTRY
    from services.law.in_force import figures_in_force
    from services.law.statute_book import UnknownLawError

    day = arguments.on or WallClock().now().date()
    try:
        figures = figures_in_force(arguments.country or DEFAULT_COUNTRY, day)
    except UnknownLawError as unknown:
        print(f"erapaiva law: {unknown}", file=sys.stderr)
        return 1
    for figure in figures:
        print(json.dumps(asdict(figure), ensure_ascii=False, default=str) if arguments.json else _words(figure))
    return 0


def _words(figure: "FigureInForce") -> str:
    until = f" to {figure.last}" if figure.last is not None else ""
    since = f" from {figure.first}" if figure.first != date.min else ""
    lines = [f"{figure.country} {figure.name}: {figure.value}{since}{until}  [{figure.source}]"]
    if figure.needs_confirmation:
        said = f"country={figure.country} from={figure.first} to={figure.last} rate={figure.value.partition(' ')[0]}"
        lines.append("  needs confirmation and does not count yet; when it is right:")
        lines.append(f"  $ erapaiva tell reference-rate.published {said}")
    if figure.ends_soon:
        lines.append(f"  ends on {figure.last}, and nothing follows")
    return "\n".join(lines)

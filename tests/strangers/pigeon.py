"""A made-up channel as another package would bring it: carrier pigeons, which find a debtor by the postal address."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from schemas.channels import Channel, ChannelNames
from services.notifier.letter import render
from services.notifier.posts.post import Attempt, Outcome, OutcomeBox, Status
from services.runtime.settings import MailSettings

PIGEON: Final = Channel(
    name="pigeon",
    delivery_days=3,
    address="postal",
    post="tests.strangers.pigeon:pigeon_post",
    came=ChannelNames(fi="kirjekyyhkyllä", sv="med brevduva", en="by carrier pigeon"),
)


class PigeonPost:
    """Writes each letter into the loft, the folder that pigeons leave from; what has left cannot be asked for again."""

    def __init__(self, loft: Path, *, trial: bool) -> None:
        self._loft = loft
        self._trial = trial
        self._box = OutcomeBox(at_once=1)

    def room(self, channel: str, ended: Sequence[Outcome] = ()) -> int:  # noqa: ARG002  (of all posts)
        """One pigeon at a time."""
        return self._box.room(ended)

    def reserve(self, attempt: Attempt) -> None:
        """Keep the pigeon for the letter."""
        self._box.reserve(attempt)

    def send(self, attempt: Attempt) -> None:
        """Let a pigeon go."""
        self._box.take(attempt)
        self._loft.mkdir(parents=True, exist_ok=True)
        (self._loft / f"{attempt.letter.notice}.pigeon").write_text(render(attempt.letter).text, encoding="utf-8")
        self._end(attempt, "accepted", None)

    def recover(self, attempt: Attempt) -> None:
        """Nobody knows whether it left."""
        if self._box.take(attempt):
            self._end(attempt, "unknown", "no-record")

    def outcomes(self, partition: int) -> Sequence[Outcome]:
        """The partition's outcomes that were not acknowledged yet."""
        return self._box.of(partition)

    def acknowledge(self, outcomes: Iterable[Outcome]) -> None:
        """Forget outcomes."""
        self._box.drop(outcomes)

    def close(self) -> None:
        """There is nothing to end."""

    def _end(self, attempt: Attempt, status: Status, detail: str | None) -> None:
        notice, partition, at = attempt.letter.notice, attempt.partition, attempt.at
        self._box.put(Outcome(notice, partition, at, status, at, detail, self._trial))


def pigeon_post(mail: MailSettings, now: Callable[[], datetime]) -> PigeonPost:  # noqa: ARG001  (of all factories)
    """The post of channel ``pigeon``."""
    return PigeonPost(mail.outbox / "loft", trial=mail.mode == "trial")

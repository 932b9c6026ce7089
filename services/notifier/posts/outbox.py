"""The outbox: letters as files in a folder, e-mails as .eml, all other letters as .txt (design.md §8, trial mode)."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from schemas.channels import channel_named
from schemas.journal import Fault
from schemas.letters import Letter
from services.notifier.letter import render
from services.notifier.letter.sums import SumsDisagreeError
from services.notifier.posts.message import NoAddressError, mail_of
from services.notifier.posts.post import UNLIMITED, Attempt, Outcome, OutcomeBox, Status
from services.notifier.posts.simulated import simulated
from services.runtime.refusal import Refusal
from services.runtime.settings import MailSettings

_LIVE_AT_ONCE: Final = 4
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}", re.ASCII)


class OutboxPost:
    """Writes each letter to its own file, named by day and notice.

    A file is complete or not there. A trial letter may be written again: nobody gets it, and the same letter gives the
    same file. A live one is for the printer, who takes files away, so ``send`` alone writes it. Letters to the
    simulator's addresses fail as those are named and leave no file.
    """

    def __init__(self, folder: Path, *, trial: bool = True) -> None:
        self._folder = folder
        self._trial = trial
        self._box = OutcomeBox(UNLIMITED if trial else _LIVE_AT_ONCE)

    def room(self, channel: str, ended: Sequence[Outcome] = ()) -> int:  # noqa: ARG002  (of all posts)
        """Trial letters are written again where needed; of live ones a few at a time may be left without an outcome."""
        return self._box.room(ended)

    def reserve(self, attempt: Attempt) -> None:
        """Keep room for the letter."""
        self._box.reserve(attempt)

    def send(self, attempt: Attempt) -> None:
        """Write the letter.

        Raises:
            Refusal: the folder cannot be written to. The attempt stays open and is recovered on the next start.
        """
        self._box.take(attempt)
        self._box.put(self._written(attempt))

    def recover(self, attempt: Attempt) -> None:
        """Write a trial letter again. A live one is accepted where its file lies, else unknown.

        The printer may have taken the file away: only a person can find out (design.md §7.4).

        Raises:
            Refusal: the folder cannot be written to or, live, cannot be read.
        """
        if self._box.take(attempt):
            self._box.put(self._written(attempt) if self._trial else self._found(attempt))

    def outcomes(self, partition: int) -> Sequence[Outcome]:
        """The partition's outcomes that were not acknowledged yet."""
        return self._box.of(partition)

    def acknowledge(self, outcomes: Iterable[Outcome]) -> None:
        """Forget outcomes."""
        self._box.drop(outcomes)

    def close(self) -> None:
        """There is nothing to end."""

    def _written(self, attempt: Attempt) -> Outcome:
        outcome = simulated(attempt, trial=self._trial)
        if outcome.status != "accepted":
            return outcome
        try:
            name, content = _file_of(attempt)
        except NoAddressError as fault:
            return self._outcome(attempt, "failed", fault.code, "address")
        except SumsDisagreeError as fault:
            return self._outcome(attempt, "deferred", fault.code, "refused")
        try:
            _write_whole(self._folder, name, content)
        except OSError as fault:
            raise Refusal(
                f"outbox {self._folder}: cannot be written to ({fault.strerror}); make room or give it the right owner"
            ) from fault
        return outcome

    def _found(self, attempt: Attempt) -> Outcome:
        letter = attempt.letter
        if _lies_in(self._folder, file_name(letter.date, letter.notice, _suffix(letter))):
            return self._outcome(attempt, "accepted", None)
        return self._outcome(attempt, "unknown", "no-record")

    def _outcome(self, attempt: Attempt, status: Status, detail: str | None, fault: Fault | None = None) -> Outcome:
        notice, partition, at = attempt.letter.notice, attempt.partition, attempt.at
        return Outcome(notice, partition, at, status, at, detail, self._trial, fault)


def outbox_post(mail: MailSettings, now: Callable[[], datetime]) -> OutboxPost:  # noqa: ARG001  (of all factories)
    """The post of channel ``print``: live, it writes the files that the printer takes away."""
    return OutboxPost(mail.outbox, trial=mail.mode == "trial")


def file_name(day: date, notice: str, suffix: str) -> str:
    """``2026-02-12-<notice>.eml``; ValueError when the notice's id is no plain id and could name another folder."""
    if not _SAFE_NAME.fullmatch(notice):
        raise ValueError("a notice's id is made of letters, digits and hyphens")
    return f"{day}-{notice}{suffix}"


def _file_of(attempt: Attempt) -> tuple[str, bytes]:
    letter = attempt.letter
    rendered = render(letter)
    name = file_name(letter.date, letter.notice, _suffix(letter))
    if _is_mail(letter):
        return name, mail_of(letter, rendered, attempt.at).content
    return name, rendered.text.encode()


def _suffix(letter: Letter) -> str:
    return ".eml" if _is_mail(letter) else ".txt"


def _is_mail(letter: Letter) -> bool:
    return channel_named(letter.channel).address == "email"


def _lies_in(folder: Path, name: str) -> bool:
    """Whether the folder holds the file; a folder that was never made holds none."""
    try:
        (folder / name).stat()
    except FileNotFoundError:
        return False
    except OSError as fault:
        raise Refusal(
            f"outbox {folder}: cannot be read ({fault.strerror}); mount it or give it the right owner"
        ) from fault
    return True


def _write_whole(folder: Path, name: str, content: bytes) -> None:
    """All of the file or nothing; it survives the death of this process, not that of the machine."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{name}.unfinished"
    unfinished.write_bytes(content)
    unfinished.replace(folder / name)

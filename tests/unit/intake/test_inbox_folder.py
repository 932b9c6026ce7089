"""The inbox takes every line of every file once, whatever happens in between."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from schemas.topics import Topic
from services.intake import inbox as inbox_module
from services.intake.creditor_directory import CreditorDirectory
from services.intake.formats.format import Directory
from services.intake.inbox import Inbox, InboxPoll
from services.intake.labels import unlabelled
from services.intake.pieces import Opened, PublishedPiece, pieces_in
from tests.unit.intake.formats.camt_messages import entry, notification, transaction
from tests.unit.intake.public_events import creditor, invoice, payment, raw

LINES = [raw(invoice(number)) for number in range(1, 6)]


class PowerCutError(Exception):
    """The process ends here."""


@dataclass
class Publisher:
    """Keeps what was committed; ``cut_after`` commits the power is cut, before or after the commit is durable."""

    published: list[tuple[str, str, bytes]] = field(default_factory=list)
    bookmarks: dict[str, str] = field(default_factory=dict)
    open_lines: list[tuple[str, str, bytes]] = field(default_factory=list)
    open_bookmarks: dict[str, str] = field(default_factory=dict)

    def publish(self, topic: Topic, key: str, value: bytes, partition: int | None = None) -> None:
        assert partition is None
        self.open_lines.append((topic.name, key, value))

    def bookmark(self, name: str) -> str | None:
        return self.open_bookmarks.get(name) or self.bookmarks.get(name)

    def set_bookmark(self, name: str, value: str) -> None:
        self.open_bookmarks[name] = value

    def commit(self) -> None:
        self.published += self.open_lines
        self.bookmarks |= self.open_bookmarks
        self.forget()

    def forget(self) -> None:
        """What a crash does to what was not committed."""
        self.open_lines, self.open_bookmarks = [], {}

    @property
    def lines(self) -> list[bytes]:
        """The lines that are durable, without their labels."""
        return [unlabelled(value)[1] for _, _, value in self.published]


def drop(folder: Path, name: str, lines: list[bytes]) -> None:
    (folder / name).write_bytes(b"\n".join(lines) + b"\n")


def poll_until_idle(inbox: Inbox) -> list[InboxPoll]:
    """Looks until two in a row find nothing to do."""
    polls: list[InboxPoll] = []
    while len(polls) < 2 or polls[-1] != InboxPoll() or polls[-2] != InboxPoll():
        polls.append(inbox.poll())
    return polls


def test_a_files_lines_are_published_under_their_topics_and_keys_and_the_file_is_moved(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = Inbox(tmp_path, publisher, CreditorDirectory())
    drop(tmp_path, "monday.jsonl", [raw(invoice(1)), b"", raw(payment("P")), b"junk"])
    poll_until_idle(inbox)
    assert [(topic, key) for topic, key, _ in publisher.published] == [
        ("invoices", "acme"),
        ("payments", "FI2112345600000785"),
        ("instructions", ""),
    ]
    labels = [unlabelled(value)[0] for _, _, value in publisher.published]
    assert [(label.file, label.line) for label in labels] == [("monday.jsonl", number) for number in (1, 3, 4)]
    assert [path.name for path in (tmp_path / "done").iterdir()] == ["monday.jsonl"]
    assert not (tmp_path / "monday.jsonl").exists()


def test_files_are_taken_in_the_order_of_their_names(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = Inbox(tmp_path, publisher, CreditorDirectory())
    for name, line in (("c", LINES[2]), ("a", LINES[0]), ("b", LINES[1])):
        drop(tmp_path, name, [line])
    poll_until_idle(inbox)
    assert publisher.lines == LINES[:3]


def test_a_file_that_is_still_growing_is_left_alone(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = Inbox(tmp_path, publisher, CreditorDirectory())
    for end in (1, 2, 3):
        drop(tmp_path, "a", LINES[:end])
        assert inbox.poll() == InboxPoll()
    poll_until_idle(inbox)
    assert publisher.lines == LINES[:3]


def test_hidden_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = Inbox(tmp_path, publisher, CreditorDirectory())
    drop(tmp_path, ".part", LINES)
    (tmp_path / "folder").mkdir()
    poll_until_idle(inbox)
    assert publisher.lines == []
    assert (tmp_path / ".part").exists()


def test_a_name_that_is_done_already_is_kept_beside_it(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, Publisher(), CreditorDirectory())
    for _ in range(3):
        drop(tmp_path, "a", LINES)
        poll_until_idle(inbox)
    assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["a", "a.2", "a.3"]


def test_an_empty_file_is_done(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, Publisher(), CreditorDirectory())
    (tmp_path / "a").write_bytes(b"\n\n")
    assert poll_until_idle(inbox)[1] == InboxPoll(finished=("a",))


def test_a_large_file_is_published_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "PIECES_AT_ONCE", 2)
    publisher = Publisher()
    inbox = Inbox(tmp_path, publisher, CreditorDirectory())
    drop(tmp_path, "a", LINES)
    polls = poll_until_idle(inbox)
    assert [poll.pieces for poll in polls if poll.pieces] == [2, 2, 1]
    assert publisher.lines == LINES


@pytest.mark.parametrize("crash_after", range(1, 5))
def test_a_crash_loses_no_line_and_repeats_none(
    crash_after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "PIECES_AT_ONCE", 2)
    publisher = Publisher()
    drop(tmp_path, "a", LINES)
    first = Inbox(tmp_path, publisher, CreditorDirectory())
    for _ in range(crash_after):
        first.poll()
    publisher.forget()
    poll_until_idle(Inbox(tmp_path, publisher, CreditorDirectory()))
    assert publisher.lines == LINES


def test_a_crash_before_the_move_repeats_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = Publisher()
    drop(tmp_path, "a", LINES)
    inbox = Inbox(tmp_path, publisher, CreditorDirectory())
    inbox.poll()

    def cut(_self: Path, _target: Path) -> None:
        raise PowerCutError

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", cut)
        with pytest.raises(PowerCutError):
            inbox.poll()
    poll_until_idle(Inbox(tmp_path, publisher, CreditorDirectory()))
    assert publisher.lines == LINES
    assert [path.name for path in (tmp_path / "done").iterdir()] == ["a"]


def test_another_file_of_the_same_name_is_read_from_its_beginning(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = Inbox(tmp_path, publisher, CreditorDirectory())
    drop(tmp_path, "a", LINES[:3])
    poll_until_idle(inbox)
    drop(tmp_path, "a", LINES[3:])
    poll_until_idle(inbox)
    assert publisher.lines == LINES


def test_who_was_registered_between_a_crash_and_the_next_poll_loses_no_money(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notification about nobody's account is one piece; once somebody has the account, it is a piece a payment."""
    monkeypatch.setattr(inbox_module, "PIECES_AT_ONCE", 1)
    publisher = Publisher()
    reported = entry("80.00", transaction("50.00", "A1"), transaction("30.00", "A2"))
    (tmp_path / "notification.xml").write_text(notification(reported))
    first = Inbox(tmp_path, publisher, CreditorDirectory())
    first.poll()
    assert first.poll() == InboxPoll(pieces=1)
    publisher.forget()

    directory = CreditorDirectory()
    directory.take(raw(creditor()))
    poll_until_idle(Inbox(tmp_path, publisher, directory))

    assert [json.loads(line)["data"]["payment"] for line in publisher.lines if line] == ["A1", "A2"]


def test_a_file_that_cannot_be_read_is_named_once_and_the_others_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = Publisher()
    inbox = Inbox(tmp_path, publisher, CreditorDirectory())
    drop(tmp_path, "a", LINES[:1])
    drop(tmp_path, "b", LINES[1:])

    def pieces_unless_a(name: str, opened: Opened, directory: Directory) -> Iterator[PublishedPiece]:
        if name == "a":
            raise PermissionError(13, os.strerror(13))
        yield from pieces_in(name, opened, directory)

    monkeypatch.setattr("services.intake.inbox.pieces_in", pieces_unless_a)
    polls = poll_until_idle(inbox)
    assert [poll.unreadable for poll in polls if poll.unreadable] == [(("a", "Permission denied"),)]
    assert publisher.lines == LINES[1:]
    assert (tmp_path / "a").exists()


def test_a_file_of_which_nothing_can_be_read_is_rejected_with_a_report_beside_it(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, Publisher(), CreditorDirectory())
    (tmp_path / "page.xml").write_bytes(b"\x89PNG nothing of ours\n")
    polls = poll_until_idle(inbox)
    assert [poll.rejected for poll in polls if poll.rejected] == [("page.xml",)]
    report = (tmp_path / "rejected" / "page.xml.report.txt").read_text(encoding="utf-8")
    assert "unknown-format" in report
    assert (tmp_path / "rejected" / "page.xml").exists()

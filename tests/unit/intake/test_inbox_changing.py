"""The inbox loses nothing, whatever others do to its files and its folder meanwhile: real files, real processes."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.intake import inbox as inbox_module
from services.intake.creditor_directory import CreditorDirectory
from services.intake.inbox import Inbox, InboxPoll
from tests.unit.intake.formats.camt_messages import entry, notification, transaction
from tests.unit.intake.public_events import invoice, raw
from tests.unit.intake.test_inbox_folder import Publisher, drop, poll_until_idle

LINES = [raw(invoice(number)) for number in range(1, 9)]
PATIENCE = 4


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "PIECES_AT_ONCE", 2)


def inbox_of(folder: Path, publisher: Publisher) -> Inbox:
    return Inbox(folder, publisher, CreditorDirectory(), PATIENCE)


def look(inbox: Inbox, times: int = 4 * PATIENCE) -> list[InboxPoll]:
    return [inbox.poll() for _ in range(times)]


def files(folder: Path) -> dict[str, bytes]:
    """All files of the inbox, at whatever depth."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def text_of(*numbers: int) -> bytes:
    return b"".join(LINES[number - 1] + b"\n" for number in numbers)


def begun(folder: Path, publisher: Publisher, name: str = "a") -> Inbox:
    """An inbox that has published two of the six lines of a file, and holds it open."""
    (folder / name).write_bytes(text_of(1, 2, 3, 4, 5, 6))
    inbox = inbox_of(folder, publisher)
    inbox.poll()
    assert inbox.poll().pieces == 2
    return inbox


# -- while it is read ----------------------------------------------------------------------------------------------


def test_a_file_that_is_replaced_while_it_is_read_is_read_to_its_end_and_so_is_the_new_one(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = begun(tmp_path, publisher)
    (tmp_path / ".new").write_bytes(text_of(7, 8))
    (tmp_path / ".new").rename(tmp_path / "a")
    look(inbox)
    assert publisher.lines == LINES
    assert files(tmp_path) == {"done/a": text_of(7, 8)}


def test_a_file_that_is_removed_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = begun(tmp_path, publisher)
    (tmp_path / "a").unlink()
    look(inbox)
    assert publisher.lines == LINES[:6]
    assert files(tmp_path) == {}


def test_lines_that_are_appended_while_it_is_read_are_read_once_and_moved_with_it(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = begun(tmp_path, publisher)
    with (tmp_path / "a").open("ab") as stream:
        stream.write(LINES[6] + b"\n" + LINES[7][:50])
        stream.flush()
        look(inbox, PATIENCE)
        stream.write(LINES[7][50:] + b"\n")
    look(inbox)
    assert publisher.lines == LINES
    assert files(tmp_path) == {"done/a": text_of(*range(1, 9))}


def test_a_file_that_is_renamed_while_it_is_read_is_read_once_and_moved_under_its_new_name(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = begun(tmp_path, publisher)
    (tmp_path / "a").rename(tmp_path / "b")
    look(inbox)
    assert publisher.lines == LINES[:6]
    assert files(tmp_path) == {"done/b": text_of(*range(1, 7))}


def test_another_file_under_the_old_name_of_a_renamed_one_is_read_too(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = begun(tmp_path, publisher)
    (tmp_path / "a").rename(tmp_path / "b")
    (tmp_path / "a").write_bytes(text_of(7, 8))
    look(inbox)
    assert publisher.lines == LINES
    assert files(tmp_path) == {"done/a": text_of(7, 8), "done/b": text_of(*range(1, 7))}


@pytest.mark.parametrize("rest", [text_of(7, 8), text_of(*range(8, 0, -1)), b""])
def test_a_file_that_is_written_anew_in_place_while_it_is_read_leaves_no_half_line(tmp_path: Path, rest: bytes) -> None:
    publisher = Publisher()
    inbox = begun(tmp_path, publisher)
    (tmp_path / "a").write_bytes(rest)
    look(inbox)
    assert publisher.lines == LINES[:2] + rest.splitlines()
    assert files(tmp_path) == {"done/a": rest}


def test_lines_that_are_appended_after_it_was_moved_bring_it_back_and_are_read_once(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = inbox_of(tmp_path, publisher)
    (tmp_path / "a").write_bytes(text_of(1, 2))
    with (tmp_path / "a").open("ab") as stream:
        while not (tmp_path / "done" / "a").exists():
            inbox.poll()
        stream.write(LINES[2] + b"\n")
    look(inbox)
    assert publisher.lines == LINES[:3]
    assert files(tmp_path) == {"done/a": text_of(1, 2, 3)}


@pytest.mark.parametrize("meanwhile", ["appended", "replaced", "removed"])
def test_what_changed_between_the_last_look_and_the_move_is_never_moved_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """The change comes just as the file is renamed: after everything was checked that can be checked before."""
    publisher = Publisher()
    inbox = begun(tmp_path, publisher)
    rename = Path.rename

    def change_first(path: Path, target: Path) -> Path:
        if path == tmp_path / "a":
            monkeypatch.setattr(Path, "rename", rename)
            if meanwhile == "appended":
                path.write_bytes(text_of(*range(1, 9)))
            else:
                path.unlink()
            if meanwhile == "replaced":
                path.write_bytes(text_of(7, 8))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", change_first)
    look(inbox)
    lines = {"appended": range(1, 9), "replaced": (7, 8), "removed": ()}[meanwhile]
    assert publisher.lines == (LINES[:6] if meanwhile == "removed" else LINES)
    assert files(tmp_path) == ({"done/a": text_of(*lines)} if lines else {})


# -- slow writers --------------------------------------------------------------------------------------------------


def test_a_writer_process_that_pauses_within_a_line_loses_none_and_doubles_none(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = inbox_of(tmp_path, publisher)
    site = (
        "import sys\n"
        "with open(sys.argv[1], 'ab', buffering=0) as out:\n"
        "    for part in sys.stdin.buffer:\n"
        "        out.write(bytes.fromhex(part.decode()))\n"
        "        print('written', flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", site, str(tmp_path / "a")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        whole = text_of(*range(1, 9))
        for at in range(0, len(whole), 500):
            writer.stdin.write(whole[at : at + 500].hex().encode() + b"\n")
            writer.stdin.flush()
            assert writer.stdout.readline() == b"written\n"
            look(inbox, PATIENCE - 1)
    look(inbox)
    assert writer.returncode == 0
    assert publisher.lines == LINES
    assert files(tmp_path) == {"done/a": whole}


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (text_of(1), 2),
        (LINES[0], PATIENCE + 1),
        (b"", PATIENCE + 1),
        ("\ufeffa;b\n".encode("utf-16-le"), 2),
        ("\ufeffa;b".encode("utf-16-le"), PATIENCE + 1),
        (notification(entry("50.00", transaction("50.00", "A1"))).encode(), 2),
        (notification(entry("50.00", transaction("50.00", "A1"))).encode() + b"\r\n\x00\x1a", 2),
        (b"<html>\n<p>502</p>\n", PATIENCE + 1),
        (b"<?xml version='1.0'?>\n<!DOCTYPE html><html>\n<p>502</p>\n</html>", 2),
    ],
)
def test_a_file_is_taken_at_once_when_it_is_complete_at_its_end_and_else_when_it_was_still_for_a_while(
    tmp_path: Path, content: bytes, looks: int
) -> None:
    inbox = inbox_of(tmp_path, Publisher())
    (tmp_path / "a").write_bytes(content)
    taken = [bool(poll.finished or poll.rejected) for poll in look(inbox)]
    assert taken.index(True) == looks - 1


def test_an_unfinished_last_line_that_was_taken_is_read_anew_once_it_grows(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = inbox_of(tmp_path, publisher)
    with (tmp_path / "a").open("ab") as stream:
        stream.write(LINES[0] + b"\n" + LINES[1][:50])
        stream.flush()
        while not (tmp_path / "done" / "a").exists():
            inbox.poll()
        stream.write(LINES[1][50:])
    look(inbox)
    assert publisher.lines == [LINES[0], LINES[1][:50], *LINES[:2]]
    assert files(tmp_path) == {"done/a": LINES[0] + b"\n" + LINES[1]}


# -- what is no file -----------------------------------------------------------------------------------------------


def test_links_loops_pipes_and_folders_are_left_alone_and_links_are_named_once(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(text_of(1))
    folder = tmp_path / "inbox"
    publisher = Publisher()
    inbox = inbox_of(folder, publisher)
    (folder / "link").symlink_to(outside)
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("..")
    (folder / "nowhere").symlink_to("gone")
    os.mkfifo(folder / "pipe")
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "deep" / "a").write_bytes(text_of(2))
    (folder / "deep" / "self").symlink_to(folder)
    polls = look(inbox)
    named = [name for poll in polls for name, _ in poll.unreadable]
    assert named == ["link", "loop", "nowhere", "pipe", "up"]
    assert publisher.lines == []
    assert outside.exists()
    assert (folder / "deep" / "a").exists()


def test_a_file_that_becomes_a_link_after_the_look_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "inbox"
    publisher = Publisher()
    inbox = inbox_of(folder, publisher)
    (tmp_path / "outside").write_bytes(text_of(1))
    drop(folder, "a", LINES[:2])
    inbox.poll()
    opening = os.open

    def swap_first(path: Path, *rest: int) -> int:
        if path == folder / "a" and not path.is_symlink():
            path.unlink()
            path.symlink_to(tmp_path / "outside")
        return opening(path, *rest)

    monkeypatch.setattr(os, "open", swap_first)
    look(inbox)
    assert publisher.lines == []
    assert (tmp_path / "outside").exists()


def test_two_names_of_one_file_are_both_moved(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = inbox_of(tmp_path, publisher)
    drop(tmp_path, "a", LINES[:2])
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    look(inbox)
    assert publisher.lines == LINES[:2] * 2
    assert set(files(tmp_path)) == {"done/a", "done/b"}


# -- the folder ----------------------------------------------------------------------------------------------------


def test_a_folder_that_is_removed_is_named_once_and_read_again_when_it_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    publisher = Publisher()
    inbox = inbox_of(folder, publisher)
    shutil.rmtree(folder)
    assert [poll.unreadable for poll in look(inbox) if poll.unreadable] == [(("inbox", "No such file or directory"),)]
    folder.mkdir()
    drop(folder, "a", LINES[:3])
    look(inbox)
    assert publisher.lines == LINES[:3]
    assert files(folder) == {"done/a": text_of(1, 2, 3)}


def test_a_folder_that_is_removed_and_made_again_while_a_file_of_it_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    publisher = Publisher()
    folder.mkdir()
    inbox = begun(folder, publisher)
    shutil.rmtree(folder)
    look(inbox)
    folder.mkdir()
    drop(folder, "a", LINES[6:])
    look(inbox)
    assert publisher.lines == LINES
    assert files(folder) == {"done/a": text_of(7, 8)}


def test_a_folder_in_whose_place_a_file_lies_is_named_and_ends_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    inbox = inbox_of(folder, Publisher())
    shutil.rmtree(folder)
    folder.write_bytes(text_of(1))
    assert [poll.unreadable for poll in look(inbox) if poll.unreadable] == [(("inbox", "Not a directory"),)]
    assert folder.read_bytes() == text_of(1)


# -- moving --------------------------------------------------------------------------------------------------------


def test_a_file_of_a_name_that_is_done_already_overwrites_none(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = inbox_of(tmp_path, publisher)
    (tmp_path / "done" / "a").write_bytes(text_of(8))
    (tmp_path / "done" / "a.2").symlink_to("nowhere")
    (tmp_path / "done" / "a.3").mkdir()
    drop(tmp_path, "a", LINES[:1])
    look(inbox)
    assert files(tmp_path) == {"done/a": text_of(8), "done/a.4": text_of(1)}


def test_a_report_overwrites_no_rejected_file_of_its_name(tmp_path: Path) -> None:
    inbox = inbox_of(tmp_path, Publisher())
    for name in ("page.report.txt", "page"):
        (tmp_path / name).write_bytes(b"<html>502</html>\n")
        look(inbox)
    found = files(tmp_path)
    assert {name for name, content in found.items() if content == b"<html>502</html>\n"} == {
        "rejected/page.report.txt",
        "rejected/page.2",
    }
    assert set(found) >= {"rejected/page.report.txt.report.txt", "rejected/page.2.report.txt"}


def test_a_file_that_may_not_be_moved_is_named_once_and_moved_when_it_may_be(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = inbox_of(tmp_path, publisher)
    (tmp_path / "done").rmdir()
    (tmp_path / "done").write_bytes(b"in the way\n")
    (tmp_path / "done").rename(tmp_path / "rejected" / "x")
    (tmp_path / "done").symlink_to("rejected/x")
    drop(tmp_path, "a", LINES[:2])
    polls = look(inbox)
    assert [poll.unreadable for poll in polls if poll.unreadable and poll.unreadable[0][0] == "a"] == [
        (("a", "File exists"),)
    ]
    assert (tmp_path / "a").exists()
    drop(tmp_path, "b", LINES[2:3])
    look(inbox)
    (tmp_path / "done").unlink()
    finished = [name for poll in look(inbox) for name in poll.finished]
    assert sorted(finished) == ["a", "b"]
    assert publisher.lines == LINES[:3]


WITHOUT_RIGHTS = """
import os, sys
from pathlib import Path
sys.path.insert(0, os.getcwd())
from services.intake.creditor_directory import CreditorDirectory
from services.intake.formats.registry import registry
from services.intake.inbox import Inbox
from tests.unit.intake.test_inbox_folder import Publisher
folder, publisher = Path(sys.argv[1]), Publisher()
registry()
inbox = Inbox(folder, publisher, CreditorDirectory(), 2)
if os.geteuid() == 0:
    os.seteuid(65534)
for _ in range(20):
    for poll in [inbox.poll()]:
        for name, why in poll.unreadable:
            print(name, why)
print(len(publisher.lines))
"""


def refused(folder: Path) -> list[str]:
    """What an inbox says of a folder in a process that is not root."""
    site = subprocess.run(
        [sys.executable, "-c", WITHOUT_RIGHTS, str(folder)],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert site.returncode == 0, site.stderr
    return site.stdout.splitlines()


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that every user may enter, other than pytest's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def closed(path: Path) -> None:
    path.chmod(0o000)


def read_only(path: Path) -> None:
    path.parent.chmod(0o555)


@pytest.mark.parametrize(("take_away", "published"), [(closed, 0), (read_only, 3)])
def test_without_rights_a_file_is_named_once_and_stays_where_it_is(
    open_to_all: Path, take_away: Callable[[Path], None], published: int
) -> None:
    folder = open_to_all / "inbox"
    for made in (folder, folder / "done", folder / "rejected"):
        made.mkdir()
    (folder / "a").write_bytes(text_of(1, 2, 3))
    take_away(folder / "a")
    said = refused(folder)
    folder.chmod(0o755)
    assert said == ["a Permission denied", str(published)]
    assert (folder / "a").exists()


# -- put back by a person ------------------------------------------------------------------------------------------


def test_a_file_that_a_person_puts_back_is_read_once_more(tmp_path: Path) -> None:
    publisher = Publisher()
    inbox = inbox_of(tmp_path, publisher)
    drop(tmp_path, "a", LINES[:3])
    look(inbox)
    (tmp_path / "done" / "a").rename(tmp_path / "a")
    look(inbox)
    assert publisher.lines == LINES[:3] * 2


def test_what_a_killed_process_had_on_its_way_is_put_back_beside_a_file_of_that_name(tmp_path: Path) -> None:
    (tmp_path / ".moving").mkdir()
    drop(tmp_path / ".moving", "a", LINES[:1])
    drop(tmp_path, "a", LINES[1:2])
    publisher = Publisher()
    poll_until_idle(inbox_of(tmp_path, publisher))
    assert sorted(publisher.lines) == LINES[:2]
    assert files(tmp_path) == {"done/a": text_of(2), "done/a.2": text_of(1)}

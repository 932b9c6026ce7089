"""The outbox: one complete file for each letter, the same file for the same letter."""

import email
import email.policy
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.posts.outbox import OutboxPost, file_name
from services.notifier.posts.simulated import SIMULATOR
from services.runtime.refusal import Refusal
from tests.contract.post.deliveries import AT, an_attempt


def test_an_email_becomes_a_message_that_mail_programs_open(tmp_path: Path) -> None:
    OutboxPost(tmp_path).send(an_attempt("n-1"))

    file = tmp_path / "2026-02-12-n-1.eml"
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)

    assert message["Subject"] == "Esimerkki Oy: lasku 1001"
    assert message["Date"].datetime == AT
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_letter_to_print_becomes_a_text_with_its_postal_address(tmp_path: Path) -> None:
    OutboxPost(tmp_path).send(an_attempt("n-1", channel="print"))

    text = (tmp_path / "2026-02-12-n-1.txt").read_text(encoding="utf-8")

    assert "Matti Meikäläinen\nKotikatu 2 A 3\n33100 Tampere\n" in text
    assert "vastata tähän" not in text


def test_the_same_letter_again_gives_the_same_file(tmp_path: Path) -> None:
    post = OutboxPost(tmp_path)
    post.send(an_attempt("n-1"))
    before = (tmp_path / "2026-02-12-n-1.eml").read_bytes()

    post.recover(an_attempt("n-1"))

    assert [file.name for file in tmp_path.iterdir()] == ["2026-02-12-n-1.eml"]
    assert (tmp_path / "2026-02-12-n-1.eml").read_bytes() == before


def test_a_half_written_file_of_an_earlier_process_is_replaced(tmp_path: Path) -> None:
    (tmp_path / ".2026-02-12-n-1.eml.unfinished").write_bytes(b"half")

    OutboxPost(tmp_path).recover(an_attempt("n-1"))

    assert [file.name for file in tmp_path.iterdir()] == ["2026-02-12-n-1.eml"]


def test_a_letter_to_print_that_lies_in_the_folder_is_accepted_when_its_outcome_was_lost(tmp_path: Path) -> None:
    OutboxPost(tmp_path, trial=False).send(an_attempt("n-1", channel="print"))

    after = OutboxPost(tmp_path, trial=False)
    after.recover(an_attempt("n-1", channel="print"))

    assert [(outcome.status, outcome.trial) for outcome in after.outcomes(0)] == [("accepted", False)]


def test_a_letter_that_the_printer_has_taken_away_is_not_written_again(tmp_path: Path) -> None:
    OutboxPost(tmp_path, trial=False).send(an_attempt("n-1", channel="print"))
    (tmp_path / "2026-02-12-n-1.txt").unlink()

    after = OutboxPost(tmp_path, trial=False)
    after.recover(an_attempt("n-1", channel="print"))

    assert [(outcome.status, outcome.detail) for outcome in after.outcomes(0)] == [("unknown", "no-record")]
    assert list(tmp_path.iterdir()) == []


def test_a_live_letter_that_was_half_written_is_unknown(tmp_path: Path) -> None:
    (tmp_path / ".2026-02-12-n-1.txt.unfinished").write_bytes(b"half")

    post = OutboxPost(tmp_path, trial=False)
    post.recover(an_attempt("n-1", channel="print"))

    assert [outcome.status for outcome in post.outcomes(0)] == ["unknown"]


def test_an_outbox_that_cannot_be_looked_into_stops_with_a_word_to_the_operator(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file, not a folder")

    with pytest.raises(Refusal, match=r"outbox .*: cannot be read \(.+\); mount it or give it the right owner"):
        OutboxPost(tmp_path / "outbox", trial=False).recover(an_attempt("n-1", channel="print"))


@pytest.mark.parametrize("address", SIMULATOR)
def test_a_letter_that_the_simulator_does_not_accept_leaves_no_file(tmp_path: Path, address: str) -> None:
    post = OutboxPost(tmp_path)
    post.send(an_attempt("n-1", to=address))

    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_made_when_it_is_needed(tmp_path: Path) -> None:
    OutboxPost(tmp_path / "var" / "outbox").send(an_attempt("n-1"))

    assert (tmp_path / "var" / "outbox" / "2026-02-12-n-1.eml").is_file()


def test_a_folder_that_cannot_be_written_to_stops_with_a_word_to_the_operator(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file, not a folder")

    with pytest.raises(Refusal, match=r"outbox .*: cannot be written to \(.+\); make room or give it the right owner"):
        OutboxPost(tmp_path / "outbox").send(an_attempt("n-1"))


@pytest.mark.parametrize("notice", ["", "../x", "a/b", "a.b", "a" * 101, "ä", "a\n"])
def test_a_notice_that_could_name_another_file_is_refused(notice: str) -> None:
    with pytest.raises(ValueError, match="letters, digits and hyphens"):
        file_name(AT.date(), notice, ".eml")


def test_a_letter_whose_sums_disagree_is_deferred_and_leaves_no_file(tmp_path: Path) -> None:
    post = OutboxPost(tmp_path, trial=False)
    post.send(an_attempt("n-1", total=1))

    (outcome,) = post.outcomes(0)

    assert (outcome.status, outcome.detail, outcome.trial) == ("deferred", "sums-disagree", False)
    assert list(tmp_path.iterdir()) == []


def test_an_email_without_an_address_fails(tmp_path: Path) -> None:
    attempt = an_attempt("n-1", good_for=timedelta(0))
    nobody = attempt.letter.recipient.model_copy(update={"email": None})
    post = OutboxPost(tmp_path)
    letter = attempt.letter.model_copy(update={"recipient": nobody})
    post.send(type(attempt)(letter, 0, attempt.at, attempt.good_until))

    assert [outcome.detail for outcome in post.outcomes(0)] == ["no-address"]

"""Of what people say about one letter the first word holds, and `explain` says so (rules.md S6)."""

import pytest

from services.reporting.explain.explanation import explain
from tests.unit.notifier.test_rebuild_state import FirstLetters


class OneLetter:
    """The first letters of a morning, one of which has an outcome; people say things about it."""

    def __init__(self, outcome: str) -> None:
        self._morning = FirstLetters()
        for debtor in range(1, 4):
            self._morning.hold(debtor)
        self._morning.minute()
        self._morning.minute()
        (attempt,) = self._morning.post.sent
        self.notice, self._debtor = attempt.letter.notice, attempt.letter.debtor
        self._morning.end(outcome)
        self._morning.minute()

    def is_said(self, kind: str, **data: object) -> None:
        """A person says something about the letter, and a minute passes."""
        self._morning.say(kind, debtor=self._debtor, notice=self.notice, **data)
        self._morning.minute()

    def story(self) -> str:
        """What `explain` says of the letter, on one line."""
        return " ".join(explain(self._morning.flow.engine.store, self.notice).split())

    def is_open(self) -> bool:
        """Whether the notifier still waits for the letter's end."""
        return self.notice in self._morning.notices()


@pytest.mark.parametrize(("first", "second"), [("failed", "accepted"), ("accepted", "failed")])
def test_two_people_settle_one_letter_differently(first: str, second: str) -> None:
    letter = OneLetter("unknown")
    assert letter.is_open()

    letter.is_said("notice.settled", outcome=first)
    letter.is_said("notice.settled", outcome=second)

    assert not letter.is_open()
    story = letter.story()
    assert ("was accepted" in story, "did not reach the debtor" in story) == (first == "accepted", first == "failed")
    assert f"A person settled the outcome of letter {letter.notice}: {first} (S6)" in story
    assert f"letter {letter.notice}: {second}, which changes nothing, as the first word holds: {first} (S6)" in story


def test_of_an_unknown_letter_the_lines_to_type_are_shown_until_it_is_settled() -> None:
    letter = OneLetter("unknown")
    assert f"notice={letter.notice} outcome=accepted It did not: erapaiva tell notice.settled" in letter.story()

    letter.is_said("notice.settled", outcome="accepted")

    assert "erapaiva tell" not in letter.story()


def test_a_letter_settled_as_failed_comes_back() -> None:
    letter = OneLetter("unknown")

    letter.is_said("notice.settled", outcome="failed")
    letter.is_said("notice.came-back", address_is_wrong=True)

    assert "did not reach the debtor" in letter.story()
    assert "which changes nothing, as the first word holds: failed; its address is wrong (S6)" in letter.story()


def test_a_letter_settled_as_accepted_comes_back() -> None:
    letter = OneLetter("unknown")

    letter.is_said("notice.settled", outcome="accepted")
    letter.is_said("notice.came-back")

    assert f"Letter {letter.notice} came back: what it moved and booked is taken back (S6)" in letter.story()


def test_an_unknown_letter_that_came_back_counts_as_never_sent_and_a_later_word_changes_nothing() -> None:
    letter = OneLetter("unknown")

    letter.is_said("notice.came-back")
    letter.is_said("notice.settled", outcome="accepted")

    assert not letter.is_open()
    assert "came back: it counts as never sent (S6)" in letter.story()
    assert "accepted, which changes nothing, as the first word holds: came-back (S6)" in letter.story()
    assert "did not reach the debtor" in letter.story()


def test_a_letter_that_failed_is_said_to_have_been_accepted() -> None:
    letter = OneLetter("failed")

    letter.is_said("notice.settled", outcome="accepted")

    assert "accepted, which changes nothing, as its outcome was known (S6)" in letter.story()
    assert "did not reach the debtor" in letter.story()


def test_an_accepted_letter_comes_back_twice() -> None:
    letter = OneLetter("accepted")

    letter.is_said("notice.came-back")
    letter.is_said("notice.came-back", address_is_wrong=True)

    assert "came back: what it moved and booked is taken back (S6)" in letter.story()
    assert "which changes nothing, as the first word holds: came-back; its address is wrong" in letter.story()

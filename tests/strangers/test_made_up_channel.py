"""A channel that another package registers works from the policy to the letter, and no file of Eräpäivä knows it."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from schemas.channels import GROUP
from schemas.decisions import NoticeEnded
from schemas.topics import DECISIONS
from services.cli import main
from services.notifier.posts.post_routing import post_of
from services.reporting.explain.explanation import explain
from services.runtime.settings import MailSettings
from tests.simulation.flow import Flow
from tests.strangers.installed import installed
from tests.unit.overdue.story import NUDGE, ZONE, Story, consumer_policy

ENTRY = {GROUP: {"pigeon": "tests.strangers.pigeon:PIGEON"}}
HOME = {"street": "Katu 1", "postcode": "00100", "city": "Helsinki", "country": "FI"}
NINE = datetime(2026, 1, 28, 9, 0, tzinfo=ZONE)
"""The opening of the policy's window on the day of the first letter."""


def story() -> Story:
    """An invoice that is not paid, under a policy that sends pigeons first; the debtor has both addresses."""
    return Story(consumer_policy(NUDGE, channels=["pigeon", "email"]), party={"address": HOME}).invoice("2026-01-23")


def played(flow: Flow, history: Story) -> Flow:
    """The flow some minutes after the first letter was due, with everything known that the story says until then."""
    events = [*history.events, *history._mornings(NINE.date())]
    flow.publish(event for event in events if event["time"] < NINE.isoformat())
    for minutes in range(-1, 4):
        flow.tick(NINE + timedelta(minutes=minutes))
    return flow


def test_a_letter_goes_by_the_post_of_its_channel_with_its_delivery_days_and_words(tmp_path: Path) -> None:
    settings = MailSettings(mode="live", host="127.0.0.1", tls="none", outbox=tmp_path / "outbox")
    with installed(tmp_path, "pigeons", ENTRY), post_of(settings, lambda: NINE) as post:
        flow = played(Flow(post=post), story())
        flow.settle()

        (ended,) = [message for message in flow._messages(DECISIONS) if isinstance(message, NoticeEnded)]
        assert (ended.status, ended.letter.channel) == ("accepted", "pigeon")
        assert ended.letter.response_by == date(2026, 2, 10), "ten days to answer and three for the pigeon"
        assert "(by carrier pigeon)" in explain(flow._store, "1001")

    (letter,) = (tmp_path / "outbox" / "loft").iterdir()
    assert letter.name == f"{ended.letter.notice}.pigeon"
    assert "Katu 1" in letter.read_text(encoding="utf-8"), "a letter to a postal address shows it"
    assert "(pigeon)" in explain(flow._store, "1001"), "what was sent stays readable once the package is gone"


def test_in_trial_mode_no_pigeon_leaves(tmp_path: Path) -> None:
    settings = MailSettings(outbox=tmp_path / "outbox")
    with installed(tmp_path, "pigeons", ENTRY), post_of(settings, lambda: NINE) as post:
        assert played(Flow(post=post), story()).ended() == ["accepted"]

    assert [file.suffix for file in (tmp_path / "outbox").iterdir()] == [".txt"]


def test_without_the_package_the_policy_is_refused_when_it_is_published() -> None:
    flow = played(Flow(), story())

    assert flow.ended() == []
    refused = [fault for letter in flow.dead_letters() for fault in letter.detail]
    assert "data.channels[0]: must be one of 'email' or 'print'" in refused


@pytest.mark.parametrize("missing", ["address", "email"])
def test_the_next_channel_of_the_policy_is_tried_where_the_address_is_missing(tmp_path: Path, missing: str) -> None:
    history = story()
    history.events[-1]["data"]["party"].pop(missing)
    with installed(tmp_path, "pigeons", ENTRY):
        sent = played(Flow(), history).post.sent

    assert [letter.channel for letter in sent] == ["email" if missing == "address" else "pigeon"]


def test_a_package_that_cannot_be_imported_is_named_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text("\n".join(json.dumps(event) for event in story().events), encoding="utf-8")
    with installed(tmp_path, "pigeons", {GROUP: {"pigeon": "no_such_package:PIGEON"}}):
        assert main(["validate", str(events)]) == 1

    said = capsys.readouterr().err
    assert said.startswith(
        'erapaiva validate: "pigeon" in erapaiva.channels: no_such_package:PIGEON cannot be imported'
    )

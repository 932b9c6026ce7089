"""Which letters really leave: in trial mode only those to addresses that were named."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.notifier.posts.outbox import OutboxPost
from services.notifier.posts.post import Post
from services.notifier.posts.post_routing import post_of
from services.runtime.settings import MailSettings
from tests.contract.post.deliveries import AT, an_attempt, outcomes_of
from tests.contract.post.mail_server import Behaviour, mail_server


@contextmanager
def a_post(folder: Path, port: int | None = None, **settings: Any) -> Iterator[Post]:
    server: dict[str, Any] = {} if port is None else {"host": "127.0.0.1", "port": port, "tls": "none"}
    with post_of(MailSettings(outbox=folder, **server, **settings), lambda: AT) as post:
        yield post


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("*"))


def test_without_a_server_all_letters_go_to_the_outbox(tmp_path: Path) -> None:
    with a_post(tmp_path) as post:
        assert isinstance(post, OutboxPost)


def test_trial_mode_with_a_server_but_no_allowed_address_sends_nothing(tmp_path: Path) -> None:
    with a_post(tmp_path, port=25) as post:
        assert isinstance(post, OutboxPost)


def test_trial_mode_sends_to_allowed_addresses_only_and_marks_them_trial(tmp_path: Path) -> None:
    behaviour = Behaviour()
    with mail_server(behaviour) as port, a_post(tmp_path, port, allow="Tester@our.example") as post:
        post.send(an_attempt("n-1", to="tester@our.example"))
        post.send(an_attempt("n-2", to="matti@asiakas.example"))
        post.send(an_attempt("n-3", to="tester@our.example", channel="print"))
        outcomes = outcomes_of(post, 0, 3)

    assert [envelope.rcpt_tos for envelope in behaviour.accepted] == [["tester@our.example"]]
    assert files(tmp_path) == ["2026-02-12-n-2.eml", "2026-02-12-n-3.txt"]
    assert all(outcome.trial and outcome.status == "accepted" for outcome in outcomes)


def test_live_mode_sends_e_mails_and_writes_what_is_to_be_printed(tmp_path: Path) -> None:
    behaviour = Behaviour()
    with mail_server(behaviour) as port, a_post(tmp_path, port, mode="live") as post:
        post.send(an_attempt("n-1"))
        post.send(an_attempt("n-2", channel="print"))
        outcomes = outcomes_of(post, 0, 2)

    assert len(behaviour.accepted) == 1
    assert files(tmp_path) == ["2026-02-12-n-2.txt"]
    assert not any(outcome.trial for outcome in outcomes)


@pytest.mark.parametrize(("mode", "printed"), [("trial", "accepted"), ("live", "unknown")])
def test_an_attempt_of_an_earlier_process_is_recovered_by_the_post_that_had_it(
    tmp_path: Path, mode: str, printed: str
) -> None:
    with mail_server(Behaviour()) as port, a_post(tmp_path, port, mode=mode, allow="tester@our.example") as post:
        post.recover(an_attempt("n-1", to="tester@our.example"))
        post.recover(an_attempt("n-2", channel="print"))
        outcomes = outcomes_of(post, 0, 2)

    assert {outcome.notice: outcome.status for outcome in outcomes} == {"n-1": "unknown", "n-2": printed}

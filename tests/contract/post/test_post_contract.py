"""What every post promises, whatever it delivers by."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.notifier.posts.logged import LoggedPost
from services.notifier.posts.outbox import OutboxPost
from services.notifier.posts.post import Post
from services.notifier.posts.post_routing import RoutedPost
from services.notifier.posts.simulated import SIMULATOR, SimulatedPost
from services.notifier.posts.smtp import SmtpPost
from services.notifier.posts.smtp_session import MailServer
from services.runtime.telemetry.logs import LogWriter
from tests.contract.post.deliveries import AT, an_attempt, outcomes_of
from tests.contract.post.mail_server import Behaviour, mail_server
from tests.strangers.pigeon import PigeonPost

Build = Callable[[ExitStack, Path], Post]


def smtp(stack: ExitStack, *, trial: bool) -> Post:
    port = stack.enter_context(mail_server(Behaviour()))
    post = SmtpPost(MailServer("127.0.0.1", port, tls="none", timeout=5, final_timeout=5), lambda: AT, trial=trial)
    stack.callback(post.close)
    return post


def routed_post(stack: ExitStack, folder: Path, *, trial: bool) -> Post:
    outbox = OutboxPost(folder, trial=trial)
    posts = {"smtp": smtp(stack, trial=trial), "outbox": outbox}
    return RoutedPost(posts, lambda letter: "smtp" if letter.notice.endswith("1") else "outbox")


POSTS: dict[str, Build] = {
    "simulated": lambda _stack, _folder: SimulatedPost(),
    "logged": lambda _stack, _folder: LoggedPost(SimulatedPost(), LogWriter(io.StringIO())),
    "outbox": lambda _stack, folder: OutboxPost(folder),
    "smtp": lambda stack, _folder: smtp(stack, trial=True),
    "routed": lambda stack, folder: routed_post(stack, folder, trial=True),
}
LIVE_POSTS: dict[str, Build] = {
    "outbox": lambda _stack, folder: OutboxPost(folder, trial=False),
    "smtp": lambda stack, _folder: smtp(stack, trial=False),
    "routed": lambda stack, folder: routed_post(stack, folder, trial=False),
    "a stranger's": lambda _stack, folder: PigeonPost(folder, trial=False),
}


@pytest.fixture(params=POSTS)
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    with ExitStack() as stack:
        yield POSTS[request.param](stack, tmp_path)


@pytest.fixture(params=LIVE_POSTS)
def live_post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    with ExitStack() as stack:
        yield LIVE_POSTS[request.param](stack, tmp_path)


def test_a_letter_is_accepted_once_and_told_where_it_was_asked(post: Post) -> None:
    post.send(an_attempt("n-1", partition=3))

    (outcome,) = outcomes_of(post, 3, 1)

    assert (outcome.notice, outcome.partition, outcome.status, outcome.detail) == ("n-1", 3, "accepted", None)
    assert outcome.at == AT
    assert outcome.trial
    assert post.outcomes(0) == ()


@pytest.mark.parametrize(("address", "status"), SIMULATOR.items())
def test_a_simulator_address_ends_as_it_is_named(post: Post, address: str, status: str) -> None:
    post.send(an_attempt("n-1", to=address))

    (outcome,) = outcomes_of(post, 0, 1)

    assert outcome.status == status
    assert outcome.detail


def test_an_outcome_is_told_until_it_is_acknowledged(post: Post) -> None:
    post.send(an_attempt("n-1"))
    post.send(an_attempt("n-2"))
    first, second = sorted(outcomes_of(post, 0, 2), key=lambda outcome: outcome.notice)

    post.acknowledge([first])
    assert list(post.outcomes(0)) == [second]
    post.acknowledge([first, second])

    assert post.outcomes(0) == ()


def test_a_hundred_letters_have_a_hundred_outcomes(post: Post) -> None:
    for number in range(100):
        post.send(an_attempt(f"n-{number}", partition=number % 4))

    outcomes = [outcome for partition in range(4) for outcome in outcomes_of(post, partition, 25)]

    assert sorted(outcome.notice for outcome in outcomes) == sorted(f"n-{number}" for number in range(100))
    assert {outcome.status for outcome in outcomes} == {"accepted"}


def test_an_attempt_of_an_earlier_process_has_an_outcome_too(post: Post) -> None:
    post.recover(an_attempt("n-1"))

    (outcome,) = outcomes_of(post, 0, 1)

    assert outcome.status == ("unknown" if isinstance(post, SmtpPost | RoutedPost) else "accepted")


def test_an_attempt_whose_outcome_is_told_already_is_not_recovered(post: Post) -> None:
    for number in (1, 2):
        post.send(an_attempt(f"n-{number}"))
    outcomes_of(post, 0, 2)

    for number in (1, 2):
        post.recover(an_attempt(f"n-{number}"))

    assert sorted((outcome.notice, outcome.status) for outcome in post.outcomes(0)) == [
        ("n-1", "accepted"),
        ("n-2", "accepted"),
    ]


def test_an_attempt_is_recovered_once_until_its_outcome_is_acknowledged(post: Post) -> None:
    attempt = an_attempt("n-1")
    post.recover(attempt)
    post.recover(attempt)

    outcomes = outcomes_of(post, 0, 1)
    assert len(outcomes) == 1
    post.acknowledge(outcomes)
    post.recover(attempt)

    assert len(outcomes_of(post, 0, 1)) == 1


def test_an_outcome_says_which_attempt_it_is_of(post: Post) -> None:
    post.send(an_attempt("n-1"))
    (outcome,) = outcomes_of(post, 0, 1)

    assert outcome.begun == an_attempt("n-1").at


def test_a_live_letter_of_an_earlier_process_that_left_no_trace_is_unknown_and_not_made(
    live_post: Post, tmp_path: Path
) -> None:
    for number in (1, 2):
        live_post.recover(an_attempt(f"n-{number}", channel="print"))

    assert {outcome.status for outcome in outcomes_of(live_post, 0, 2)} == {"unknown"}
    assert list(tmp_path.iterdir()) == []


def test_room_is_kept_from_the_reservation_until_the_outcome_is_acknowledged(live_post: Post) -> None:
    attempt = an_attempt("n-1", channel="print")
    room = live_post.room("print")
    assert room > 0

    live_post.reserve(attempt)
    assert live_post.room("print") == room - 1
    live_post.send(attempt)
    outcomes = outcomes_of(live_post, 0, 1)

    assert live_post.room("print") == room - 1
    assert live_post.room("print", outcomes) == room
    live_post.acknowledge(outcomes)
    assert live_post.room("print") == room


def test_a_post_without_connections_has_room_for_a_thousand_letters(post: Post) -> None:
    assert (post.room("email") >= 1_000) == (not isinstance(post, SmtpPost | RoutedPost))


def test_a_detail_is_a_code_without_addresses_or_amounts(post: Post) -> None:
    for number, address in enumerate(SIMULATOR):
        post.send(an_attempt(f"n-{number}", to=address))

    for outcome in outcomes_of(post, 0, 3):
        assert outcome.detail is not None
        assert outcome.detail.replace("-", "").replace(".", "").isalnum()


def test_a_letter_that_was_not_delivered_is_logged_by_its_code_once_its_outcome_is_recorded() -> None:
    stream = io.StringIO()
    post = LoggedPost(SimulatedPost(), LogWriter(stream))
    post.send(an_attempt("n-1", to="perm-fail@simulator.invalid", partition=2))
    post.send(an_attempt("n-2", partition=2))
    assert stream.getvalue() == ""

    post.acknowledge(post.outcomes(2))

    (line,) = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (line["event"], line["outcome"], line["code"]) == ("letter-not-delivered", "failed", "simulated")
    assert "simulator.invalid" not in stream.getvalue()


def test_outcomes_can_be_read_after_closing_and_closing_twice_does_nothing(post: Post) -> None:
    post.send(an_attempt("n-1"))
    outcomes_of(post, 0, 1)

    post.close()
    post.close()

    assert [outcome.status for outcome in post.outcomes(0)] == ["accepted"]

"""The post that sends, against a real mail server: nothing twice, nothing in clear, nothing to the wrong one."""

import email
import email.policy
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from services.notifier.posts.post import Outcome
from services.notifier.posts.smtp import SmtpPost
from services.notifier.posts.smtp_session import ClearTextError, MailServer
from tests.contract.post.deliveries import AT, an_attempt, await_that, outcomes_of
from tests.contract.post.mail_server import Behaviour, mail_server
from tests.unit.notifier.letters import a_line

AUTHORITY = trustme.CA()


def certificate(name: str) -> ssl.SSLContext:
    """A server's TLS context with a certificate for ``name``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(name).configure_cert(context)
    return context


def trusting() -> ssl.SSLContext:
    """A client's TLS context that trusts the test's own authority."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


@contextmanager
def a_post(
    port: int, now: Callable[[], datetime] = lambda: AT, connections: int = 2, **changes: Any
) -> Iterator[SmtpPost]:
    facts: dict[str, Any] = {"tls": "none", "timeout": 5, "final_timeout": 5} | changes
    post = SmtpPost(MailServer("127.0.0.1", port, **facts), now, connections=connections)
    try:
        yield post
    finally:
        post.close()


def outcome_with(behaviour: Behaviour, server: dict[str, Any] | None = None, **changes: Any) -> Outcome:
    """What becomes of one letter sent to a server of this behaviour."""
    with mail_server(behaviour, **(server or {})) as port, a_post(port, **changes) as post:
        post.send(an_attempt())
        (outcome,) = outcomes_of(post, 0, 1)
    return outcome


# --- what leaves ---------------------------------------------------------------------------------


def test_the_message_arrives_whole_at_exactly_its_recipient() -> None:
    behaviour = Behaviour()

    assert outcome_with(behaviour).status == "accepted"

    (envelope,) = behaviour.accepted
    assert envelope.mail_from == "laskutus@esimerkki.example"
    assert envelope.rcpt_tos == ["matti@asiakas.example"]
    content = envelope.content
    assert isinstance(content, bytes)
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert message["Message-ID"] == "<n-1@esimerkki.example>"
    assert message["To"].addresses[0].addr_spec == "matti@asiakas.example"
    body = message.get_body(("plain",))
    assert body is not None
    assert "105,52" in body.get_content()


def test_lines_that_begin_with_a_dot_arrive_as_they_are() -> None:
    behaviour = Behaviour()
    with mail_server(behaviour) as port, a_post(port) as post:
        post.send(an_attempt(lines=(a_line(subject=".\r\n.\r\nMAIL FROM:<a@b.example>"),)))
        outcomes_of(post, 0, 1)

    (envelope,) = behaviour.accepted
    content = envelope.content
    assert isinstance(content, bytes)
    assert b"\r\n. . MAIL FROM:" in content.replace(b"=2E", b".")


def test_connections_are_kept_for_the_next_letters() -> None:
    behaviour = Behaviour()
    with mail_server(behaviour) as port, a_post(port, connections=3) as post:
        for number in range(60):
            post.send(an_attempt(f"n-{number}"))
        outcomes_of(post, 0, 60)

    assert len(behaviour.accepted) == 60
    assert len(behaviour.sessions) <= 3


def test_a_refused_letter_does_not_cost_the_next_its_connection() -> None:
    behaviour = Behaviour()
    with mail_server(behaviour) as port, a_post(port, connections=1) as post:
        post.send(an_attempt("n-1", to="perm-fail@simulator.invalid"))
        post.send(an_attempt("n-2"))
        outcomes = outcomes_of(post, 0, 2)

    assert [(outcome.notice, outcome.status) for outcome in outcomes] == [("n-1", "failed"), ("n-2", "accepted")]
    assert len(behaviour.sessions) == 1


@pytest.mark.parametrize("goodbye", ["drop", "421 4.4.2 idle for too long"])
def test_a_connection_that_the_server_closed_meanwhile_is_opened_anew(goodbye: str) -> None:
    behaviour = Behaviour(mails=[None, goodbye])
    with mail_server(behaviour) as port, a_post(port, connections=1) as post:
        for number in (1, 2):
            post.send(an_attempt(f"n-{number}"))
            outcomes_of(post, 0, number)

        assert [outcome.status for outcome in post.outcomes(0)] == ["accepted", "accepted"]
    assert len(behaviour.accepted) == 2


def test_a_server_that_refuses_the_new_connection_too_defers_the_letter() -> None:
    behaviour = Behaviour(mails=[None, "421 4.4.2 idle", "421 4.3.2 closing"])
    with mail_server(behaviour) as port, a_post(port, connections=1) as post:
        post.send(an_attempt("n-1"))
        outcomes_of(post, 0, 1)
        post.send(an_attempt("n-2"))
        outcomes = outcomes_of(post, 0, 2)

    assert (outcomes[1].status, outcomes[1].detail) == ("deferred", "mail-421")


# --- before and after the dot --------------------------------------------------------------------

BEHAVIOURS: dict[str, tuple[dict[str, Any], str, str]] = {
    "sender refused for now": ({"mail": "451 4.3.0 later"}, "deferred", "mail-451"),
    "sender refused for good": (
        {"mail": "550 5.7.1 not you"},
        "deferred",
        "mail-550-5.7.1",
    ),
    "recipient refused for now": ({"rcpt": "450 4.2.0 greylisted"}, "deferred", "rcpt-450"),
    "recipient refused for good": ({"rcpt": "550 5.1.1 nobody"}, "failed", "rcpt-550-5.1.1"),
    "content not wanted for now": ({"data": "451 4.3.0 later"}, "deferred", "data-451"),
    "content not wanted": ({"data": "554 5.6.0 no"}, "deferred", "data-554-5.6.0"),
    "refused for now after the dot": ({"dot": "451 4.3.0 disk full"}, "deferred", "dot-451"),
    "refused for good after the dot": ({"dot": "550 5.7.1 spam"}, "deferred", "dot-550-5.7.1"),
    "dropped at the sender": ({"mail": "drop"}, "deferred", "mail-lost"),
    "dropped at the recipient": ({"rcpt": "drop"}, "deferred", "rcpt-lost"),
    "dropped at DATA": ({"data": "drop"}, "deferred", "data-lost"),
    "dropped after the dot": ({"dot": "drop"}, "unknown", "dot-lost"),
    "nonsense at the recipient": ({"rcpt": "hello"}, "deferred", "rcpt--1"),
    "nonsense after the dot": ({"dot": "hello"}, "unknown", "dot-unreadable"),
}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_what_is_certain_before_the_dot_is_uncertain_after_it(name: str) -> None:
    facts, status, detail = BEHAVIOURS[name]

    outcome = outcome_with(Behaviour(**facts))

    assert (outcome.status, outcome.detail) == (status, detail)


@pytest.mark.parametrize(
    ("phase", "status"), [("mail", "deferred"), ("rcpt", "deferred"), ("data", "deferred"), ("dot", "unknown")]
)
def test_an_answer_that_does_not_come_in_time_is_judged_by_its_phase(phase: str, status: str) -> None:
    facts: dict[str, Any] = {phase: "hang"}

    outcome = outcome_with(Behaviour(**facts), timeout=0.3, final_timeout=0.3)

    assert (outcome.status, outcome.detail) == (status, f"{phase}-timeout")


def test_the_answer_after_the_dot_may_take_longer_than_others() -> None:
    behaviour = Behaviour(dot="hang")
    with mail_server(behaviour) as port, a_post(port, timeout=0.2, final_timeout=5) as post:
        post.send(an_attempt())
        await_that(lambda: len(behaviour.accepted) == 1)
        assert post.outcomes(0) == ()
        behaviour.release.set()
        assert outcomes_of(post, 0, 1)[0].status == "accepted"


def test_a_server_that_is_not_there_defers_the_letter() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with a_post(port) as post:
        post.send(an_attempt())

        assert outcomes_of(post, 0, 1)[0].detail == "connect-lost"
        assert outcomes_of(post, 0, 1)[0].status == "deferred"


def test_a_server_that_never_greets_defers_the_letter() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with a_post(silent.getsockname()[1], timeout=0.3) as post:
            post.send(an_attempt())

            assert outcomes_of(post, 0, 1)[0].detail == "connect-timeout"


# --- TLS -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_letter_travels_encrypted_to_a_server_that_proves_its_name(tls: str) -> None:
    behaviour = Behaviour()

    outcome = outcome_with(behaviour, {tls: certificate("127.0.0.1")}, tls=tls, trust=trusting())

    assert outcome.status == "accepted"
    assert behaviour.encrypted == {True}


def test_an_issuer_of_ones_own_is_trusted_where_the_environment_names_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = tmp_path / "mail-issuer.pem"
    AUTHORITY.cert_pem.write_to_path(str(issuer))
    monkeypatch.setenv("SSL_CERT_FILE", str(issuer))

    outcome = outcome_with(Behaviour(), {"starttls": certificate("127.0.0.1")}, tls="starttls")

    assert outcome.status == "accepted"


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_nothing_is_sent_to_a_server_with_another_name(tls: str) -> None:
    behaviour = Behaviour()

    outcome = outcome_with(behaviour, {tls: certificate("mail.other.example")}, tls=tls, trust=trusting())

    assert (outcome.status, outcome.detail) == ("deferred", "connect-tls")
    assert behaviour.sessions == set()


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(tls: str) -> None:
    behaviour = Behaviour()

    outcome = outcome_with(behaviour, {tls: certificate("127.0.0.1")}, tls=tls)

    assert (outcome.status, outcome.detail) == ("deferred", "connect-tls")
    assert behaviour.sessions == set()


def test_nothing_is_sent_in_clear_when_the_server_offers_no_tls() -> None:
    behaviour = Behaviour()

    outcome = outcome_with(behaviour, tls="starttls", trust=trusting())

    assert (outcome.status, outcome.detail) == ("deferred", "connect-unsupported")
    assert behaviour.sessions == set()
    assert behaviour.accepted == []


@pytest.mark.parametrize("host", ["mail.example", "10.0.0.1", "192.168.1.2", "::2", "localhost.evil.example"])
def test_a_server_elsewhere_without_tls_is_refused_at_once(host: str) -> None:
    with pytest.raises(ClearTextError, match=re.escape(host)):
        MailServer(host, 25, tls="none")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_server_on_this_machine_may_be_spoken_to_in_clear(host: str) -> None:
    assert MailServer(host, 25, tls="none").host == host


# --- logging in ----------------------------------------------------------------------------------


def login_server() -> dict[str, Any]:
    return {"starttls": certificate("127.0.0.1"), "auth": True}


def test_a_login_is_made_where_one_is_set() -> None:
    behaviour = Behaviour()

    outcome = outcome_with(
        behaviour, login_server(), tls="starttls", trust=trusting(), username="era", password="right"
    )

    assert outcome.status == "accepted"
    assert set(behaviour.logins) == {"era"}


def test_a_refused_login_defers_the_letter_and_hides_the_password() -> None:
    outcome = outcome_with(
        Behaviour(), login_server(), tls="starttls", trust=trusting(), username="era", password="wrong"
    )

    assert (outcome.status, outcome.detail) == ("deferred", "connect-535-5.7.8")


# --- limits, closing, faults ---------------------------------------------------------------------


def test_a_letter_whose_grant_ran_out_while_it_waited_is_not_sent() -> None:
    behaviour = Behaviour()
    with mail_server(behaviour) as port, a_post(port, now=lambda: AT + timedelta(minutes=11)) as post:
        post.send(an_attempt())
        (outcome,) = outcomes_of(post, 0, 1)

    assert (outcome.status, outcome.detail) == ("deferred", "grant-expired")
    assert behaviour.accepted == []


@pytest.mark.parametrize(
    ("changes", "status", "detail"),
    [({"total": 1}, "deferred", "sums-disagree"), ({"recipient": None}, "failed", "no-address")],
)
def test_a_letter_that_cannot_be_written_is_not_sent(changes: dict[str, Any], status: str, detail: str) -> None:
    attempt = an_attempt(**{name: value for name, value in changes.items() if value is not None})
    if "recipient" in changes:
        nobody = attempt.letter.recipient.model_copy(update={"email": None})
        letter = attempt.letter.model_copy(update={"recipient": nobody})
        attempt = type(attempt)(letter, 0, attempt.at, attempt.good_until)
    behaviour = Behaviour()
    with mail_server(behaviour) as port, a_post(port) as post:
        post.send(attempt)
        (outcome,) = outcomes_of(post, 0, 1)

    assert (outcome.status, outcome.detail) == (status, detail)
    assert behaviour.accepted == []


@pytest.mark.parametrize(("phase", "status"), [("mail", "deferred"), ("dot", "unknown")])
def test_closing_cuts_a_delivery_short_and_defers_what_waits(phase: str, status: str) -> None:
    facts: dict[str, Any] = {phase: "hang"}
    behaviour = Behaviour(**facts)
    with mail_server(behaviour) as port, a_post(port, connections=1) as post:
        for number in range(3):
            post.send(an_attempt(f"n-{number}"))
        await_that(lambda: len(behaviour.sessions) == 1 and (phase == "mail" or len(behaviour.accepted) == 1))

        post.close(grace=0.1)

        outcomes = {outcome.notice: (outcome.status, outcome.detail) for outcome in post.outcomes(0)}
    waiting = ("deferred", "stopped")
    assert outcomes == {"n-0": (status, f"{phase}-stopped"), "n-1": waiting, "n-2": waiting}


def test_a_process_that_gets_a_seat_back_lets_its_own_letters_go_on() -> None:
    behaviour = Behaviour(dot="hang")
    with mail_server(behaviour) as port, a_post(port, connections=1) as post:
        post.send(an_attempt("under-way"))
        post.send(an_attempt("waiting"))
        await_that(lambda: len(behaviour.accepted) == 1)

        for notice in ("under-way", "waiting", "of-another-process"):
            post.recover(an_attempt(notice))
        behaviour.release.set()

        outcomes = {outcome.notice: outcome.status for outcome in outcomes_of(post, 0, 3)}
    assert outcomes == {"of-another-process": "unknown", "under-way": "accepted", "waiting": "accepted"}
    assert len(behaviour.accepted) == 2


def test_closing_waits_for_a_delivery_that_ends_in_time() -> None:
    behaviour = Behaviour(dot="hang")
    with mail_server(behaviour) as port, a_post(port, connections=1) as post:
        post.send(an_attempt())
        await_that(lambda: len(behaviour.accepted) == 1)
        behaviour.release.set()

        post.close(grace=5)

        assert [outcome.status for outcome in post.outcomes(0)] == ["accepted"]


def test_a_fault_of_the_program_is_raised_where_outcomes_are_asked_for() -> None:
    def broken() -> datetime:
        raise ZeroDivisionError("the clock is broken")

    behaviour = Behaviour()
    with mail_server(behaviour) as port:
        post = SmtpPost(MailServer("127.0.0.1", port, tls="none"), broken)
        post.send(an_attempt())

        with pytest.raises(BaseExceptionGroup):
            await_that(lambda: len(post.outcomes(0)) > 0)
        with pytest.raises(BaseExceptionGroup):
            post.close()

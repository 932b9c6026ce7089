"""Every phase of a delivery with every fault: no letter twice, none lost in silence, no address blamed wrongly.

Rules.md S6. One server for all cases; what it does is changed between them.
"""

from collections.abc import Iterator
from itertools import product

import pytest

from services.notifier.posts.post import Outcome
from services.notifier.posts.smtp import SmtpPost
from services.notifier.posts.smtp_session import MailServer
from tests.contract.post.deliveries import AT, an_attempt, outcomes_of
from tests.contract.post.faulty_server import CLOSE, PHASES, SILENCE, FaultyServer, serving
from tests.contract.post.test_smtp_post import certificate, trusting

FOR_NOW = "451 4.3.0 later"
BARE = "550 no"
UNKNOWN_USER = "550 5.1.1 nobody here"
POLICY = "550 5.7.1 not from you"
FAULTS = (FOR_NOW, BARE, UNKNOWN_USER, POLICY, CLOSE, SILENCE)
DURING = tuple(phase for phase in PHASES if phase not in ("RSET", "QUIT"))

SERVER = FaultyServer()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    SERVER.certificate = certificate("127.0.0.1")
    with serving(SERVER) as port:
        yield port


@pytest.fixture(autouse=True)
def calm() -> None:
    SERVER.faults, SERVER.keeps = {}, False
    SERVER.kept.clear()


def deliver(port: int, phase: str, letters: int = 1, to: str = "matti@asiakas.example") -> list[Outcome]:
    """What becomes of some letters over one connection that uses the phase."""
    server = MailServer(
        "127.0.0.1",
        port,
        tls="starttls" if phase == "STARTTLS" else "none",
        username="era" if phase == "AUTH" else None,
        password="right" if phase == "AUTH" else None,
        timeout=0.25,
        final_timeout=0.25,
        trust=trusting(),
    )
    post = SmtpPost(server, lambda: AT, connections=1)
    try:
        for number in range(letters):
            post.send(an_attempt(f"n-{number}", to=to))
            outcomes_of(post, 0, number + 1)
        return list(post.outcomes(0))
    finally:
        post.close()


def expected(phase: str, fault: str) -> tuple[str, str | None]:
    """Status and fault, from the words of S6: what the server says of the address, of us, or does not say."""
    if fault in (CLOSE, SILENCE):
        return ("unknown" if phase == "dot" else "deferred"), None
    if fault == FOR_NOW:
        return "deferred", None
    if fault == UNKNOWN_USER and phase in ("RCPT", "DATA", "dot"):
        return "failed", "address"
    if fault == BARE and phase == "RCPT":
        return "failed", "address"
    return "deferred", "refused"


@pytest.mark.parametrize(("phase", "fault"), list(product(DURING, FAULTS)))
def test_each_fault_in_each_phase_has_its_outcome_and_the_next_try_delivers_once(
    port: int, phase: str, fault: str
) -> None:
    SERVER.faults = {phase: fault}

    (outcome,) = deliver(port, phase)

    assert (outcome.status, outcome.fault) == expected(phase, fault)
    assert SERVER.kept == []
    if outcome.status == "deferred":
        SERVER.faults = {}
        assert [each.status for each in deliver(port, phase)] == ["accepted"]
        assert len(SERVER.kept) == 1


@pytest.mark.parametrize("fault", [CLOSE, SILENCE])
def test_a_letter_that_the_server_took_over_without_saying_so_is_unknown_and_there_once(port: int, fault: str) -> None:
    SERVER.faults, SERVER.keeps = {"dot": fault}, True

    (outcome,) = deliver(port, "dot")

    assert (outcome.status, len(SERVER.kept)) == ("unknown", 1)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_follows_an_accepted_letter_changes_nothing_of_it(port: int, fault: str) -> None:
    SERVER.faults = {"QUIT": fault}

    (outcome,) = deliver(port, "QUIT")

    assert (outcome.status, len(SERVER.kept)) == ("accepted", 1)


@pytest.mark.parametrize(
    ("refusal", "fault"), list(product((FOR_NOW, UNKNOWN_USER, POLICY), (FOR_NOW, CLOSE, SILENCE)))
)
def test_a_connection_that_fails_after_a_refusal_costs_neither_letter_its_outcome(
    port: int, refusal: str, fault: str
) -> None:
    SERVER.faults = {"RCPT": refusal, "RSET": fault}

    outcomes = deliver(port, "RSET", letters=2)

    assert [(it.status, it.fault) for it in outcomes] == [expected("RCPT", refusal)] * 2


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("550 5.1.2 no such domain", "failed"),
        ("553 5.1.3 bad syntax", "failed"),
        ("551 5.1.6 has moved", "failed"),
        ("556 5.1.10 takes no mail", "failed"),
        ("551 gone", "failed"),
        ("553 wrong", "failed"),
        ("550-5.1.1 nobody\r\n550 5.1.1 here", "failed"),
        ("550 5.7.1 relaying denied", "deferred"),
        ("550 5.7.606 your address is on a list", "deferred"),
        ("554 5.7.1 relay access denied", "deferred"),
        ("550 5.4.1 access denied", "deferred"),
        ("552 5.2.2 full", "deferred"),
        ("550 5.1.11 no such code", "deferred"),
        ("552 full", "deferred"),
        ("554 no", "deferred"),
        ("530 log in first", "deferred"),
    ],
)
def test_the_servers_words_about_a_recipient_decide_whether_the_address_is_wrong(
    port: int, reply: str, status: str
) -> None:
    SERVER.faults = {"RCPT": reply}

    (outcome,) = deliver(port, "RCPT")

    assert (outcome.status, outcome.fault) == (status, "address" if status == "failed" else "refused")


@pytest.mark.parametrize("reply", ["554 no mail from you", "554 5.7.1 blocked", "521 takes no mail"])
def test_a_server_that_refuses_us_at_its_greeting_defers_the_letter(port: int, reply: str) -> None:
    SERVER.faults = {"greeting": reply}

    (outcome,) = deliver(port, "greeting")

    assert (outcome.status, outcome.fault) == ("deferred", "refused")

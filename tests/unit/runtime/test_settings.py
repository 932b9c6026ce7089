"""Settings: what is in force, and one line for each wrong one, naming it."""

import os
from pathlib import Path

import pytest

from services.runtime.settings import Settings, WrongSettings, effective, is_loopback, load


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("ERAPAIVA_"):
            monkeypatch.delenv(name)


def given(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"ERAPAIVA_{name}", value)


def lines() -> list[str]:
    with pytest.raises(WrongSettings) as caught:
        load()
    assert str(caught.value) == "\n".join(caught.value.lines)
    return caught.value.lines


def test_without_any_variable_letters_are_on_trial_and_four_partitions_are_kept() -> None:
    settings = load()

    assert (settings.mail.mode, settings.mail.outbox) == ("trial", Path("var/outbox"))
    assert settings.store.partitions == 4


def test_a_variable_sets_its_setting_and_the_command_line_wins_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, STORE__PARTITIONS="3", STORE__PATH="from/environment.db", MAIL__ALLOW="a@b.example, c@d.example")

    settings = load(store={"path": "from/command-line.db"})

    assert settings.store.partitions == 3
    assert settings.store.path == Path("from/command-line.db")
    assert settings.mail.allow == ("a@b.example", "c@d.example")


def test_an_empty_variable_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, STORE__PARTITIONS="", MAIL__HOST="")

    assert load() == Settings()


WRONG = {
    "STORE__PARTITIONS": ["0", "257", "four", "1.5"],
    "POSTGRES__DSN": ["host=db password=x", "postgresql://db/erapaiva"],
    "KAFKA__PRIVATE_NETWORK": ["perhaps"],
    "KAFKA__SECURITY": ["none", "sasl_plaintext"],
    "KAFKA__MECHANISM": ["GSSAPI"],
    "KAFKA__INSTANCE": ["a b", "a/b"],
    "KAFKA__PREFIX": ["a b", "live/", "ä-", "a" * 101],
    "KAFKA__SESSION_S": ["5", "301"],
    "KAFKA__REPLICATION": ["0", "10"],
    "INBOX__POLL_MS": ["-1", "49", "x"],
    "DOORS__INBOX": ["invoice", "payment.recieved"],
    "DOORS__INBOX_SETTINGS": ["creditor"],
    "DOORS__PUBLISH": ["invoices;payments"],
    "DOORS__TELL": ["everything"],
    "DOORS__TOPIC": ["facts"],
    "NOTICES__CLOCK_SKEW_S": ["-1", "301"],
    "NOTICES__GOOD_FOR_S": ["59", "one hour"],
    "MAIL__MODE": ["on", "LIVE", "live"],
    "MAIL__PORT": ["0", "65536", "smtp"],
    "MAIL__TLS": ["ssl", "yes"],
    "MAIL__ALLOW": ["somebody", "a@b,c"],
    "MAIL__CONNECTIONS": ["0", "65"],
    "MAIL__PER_MINUTE": ["0"],
    "MAIL__TIMEOUT_S": ["4"],
    "MAIL__FINAL_TIMEOUT_S": ["59"],
    "METRICS__ENABLED": ["perhaps"],
    "METRICS__BIND": ["9464", "localhost:", ":1", "localhost:65536", "localhost:http"],
    "LOGS__LEVEL": ["loud"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_makes_one_line_with_its_name_and_what_was_given(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    given(monkeypatch, **{name: value})

    (line,) = lines()

    assert line.startswith(f"ERAPAIVA_{name}: ")
    shown = "********" if "password" in value or "://" in value else f"'{value}'"
    assert f"(given: {shown}; meaning: " in line
    assert "\n" not in line


def test_every_setting_that_can_be_wrong_is_in_the_table_above() -> None:
    free_text = {
        "STORE__PATH", "INBOX__PATH", "MAIL__OUTBOX", "MAIL__HOST", "MAIL__USERNAME", "MAIL__PASSWORD_FILE",
        "POSTGRES__PASSWORD_FILE", "KAFKA__BOOTSTRAP", "KAFKA__USERNAME", "KAFKA__PASSWORD_FILE",
        "KAFKA__CA", "KAFKA__CERTIFICATE", "KAFKA__KEY",
    }  # fmt: skip

    assert {f"ERAPAIVA_{name}" for name in WRONG.keys() | free_text} == {name for name, _, _ in effective(load())}


@pytest.mark.parametrize("brokers", ["kafka:9092", "127.0.0.1:9092,10.0.0.7:9092"])
def test_plaintext_to_brokers_elsewhere_is_refused_unless_the_network_is_said_to_be_private(
    monkeypatch: pytest.MonkeyPatch, brokers: str
) -> None:
    given(monkeypatch, KAFKA__BOOTSTRAP=brokers, KAFKA__SECURITY="plaintext")
    (line,) = lines()
    assert line.startswith("ERAPAIVA_KAFKA__SECURITY: events would cross the network in clear")

    given(monkeypatch, KAFKA__PRIVATE_NETWORK="true")

    assert load().kafka.security == "plaintext"


@pytest.mark.parametrize("brokers", ["127.0.0.1:9092", "localhost:9092,[::1]:9093"])
def test_plaintext_to_brokers_on_this_machine_may_do(monkeypatch: pytest.MonkeyPatch, brokers: str) -> None:
    given(monkeypatch, KAFKA__BOOTSTRAP=brokers, KAFKA__SECURITY="plaintext")

    assert load().kafka.bootstrap == brokers


def test_several_wrong_values_make_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, STORE__PARTITIONS="x", MAIL__PORT="y", MAIL__HOTS="mail.example")

    assert [line.split(":")[0] for line in lines()] == [
        "ERAPAIVA_MAIL__HOTS", "ERAPAIVA_STORE__PARTITIONS", "ERAPAIVA_MAIL__PORT",
    ]  # fmt: skip


def test_a_name_that_is_no_setting_is_told_which_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, MAIL__HOTS="mail.example")

    assert lines() == [
        "ERAPAIVA_MAIL__HOTS: there is no such setting; is it ERAPAIVA_MAIL__HOST or ERAPAIVA_MAIL__TLS?"
    ]


def test_a_section_given_as_a_whole_is_told_to_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, MAIL="{not even json")

    (line,) = lines()

    assert line.startswith("ERAPAIVA_MAIL: a section is given by its parts, such as ERAPAIVA_MAIL__")


def test_a_variable_without_a_section_is_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, SHARED="/somewhere")

    assert load() == Settings()


def test_a_secret_comes_from_the_file_and_is_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("correct horse\n")
    given(monkeypatch, MAIL__USERNAME="mailer", MAIL__PASSWORD_FILE=str(tmp_path / "password"))

    settings = load()

    assert settings.mail.password is not None
    assert settings.mail.password.get_secret_value() == "correct horse"
    assert "horse" not in repr(settings) + str(effective(settings))
    assert ("ERAPAIVA_MAIL__PASSWORD_FILE", "********") in [row[:2] for row in effective(settings)]


def test_a_secret_in_the_environment_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, MAIL__USERNAME="mailer", MAIL__PASSWORD="correct horse")

    (line,) = lines()

    assert line == (
        "ERAPAIVA_MAIL__PASSWORD: a secret is not given here; "
        "write it to a file and name that in ERAPAIVA_MAIL__PASSWORD_FILE"
    )


def test_a_secret_whose_file_cannot_be_read_makes_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given(monkeypatch, MAIL__USERNAME="mailer", MAIL__PASSWORD_FILE=str(tmp_path / "missing"))

    (line,) = lines()

    assert "missing cannot be read (No such file or directory)" in line


def test_a_password_without_a_user_is_refused_and_masked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("correct horse")
    given(monkeypatch, MAIL__PASSWORD_FILE=str(tmp_path / "password"))

    (line,) = lines()

    assert line.startswith("ERAPAIVA_MAIL__PASSWORD_FILE: there is a password but no user")
    assert "horse" not in line


@pytest.mark.parametrize("host", ["mail.example", "192.0.2.1", "localhost.example", "127.example"])
def test_letters_never_cross_the_network_in_clear(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    given(monkeypatch, MAIL__HOST=host, MAIL__TLS="none")

    (line,) = lines()

    assert line.startswith("ERAPAIVA_MAIL__TLS: letters would cross the network in clear")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_a_server_on_this_machine_may_do_without_tls(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    given(monkeypatch, MAIL__HOST=host, MAIL__TLS="none", MAIL__MODE="live")

    assert load().mail.mode == "live"
    assert is_loopback(host)


def test_the_effective_settings_name_each_variable_with_its_value_and_meaning() -> None:
    rows = effective(load())

    assert ("ERAPAIVA_STORE__PARTITIONS", "4", "partitions of each topic, fixed when the store is made") in rows
    assert all(meaning for _, _, meaning in rows)


@pytest.mark.parametrize(
    ("variable", "given"),
    [
        ("ERAPAIVA_POSTGRES__DSN", "host=db password=hunter2"),
        ("ERAPAIVA_POSTGRES__DSN", "postgresql://erapaiva:hunter2@db/erapaiva"),
        ("ERAPAIVA_MAIL__PASSWORD", "hunter2"),
        ("ERAPAIVA_MAIL__PASSWORD_FILE", "hunter2"),
        ("ERAPAIVA_MAIL__HOST", "laskut:hunter2@mail.example"),
        ("ERAPAIVA_KAFKA__BOOTSTRAP", "laskut:hunter2@kafka.example:9093"),
    ],
)
def test_a_secret_in_the_wrong_place_is_never_shown(variable: str, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, given)
    try:
        shown = " ".join(value for _, value, _ in effective(load()))
    except WrongSettings as wrong:
        shown = str(wrong)
    assert shown
    assert "hunter2" not in shown

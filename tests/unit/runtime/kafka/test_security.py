"""How a broker is reached: what cannot work is refused by name, and nobody prints a password."""

import ssl
from pathlib import Path

import pytest
import trustme

from services.runtime.kafka.broker.security import aiokafka_options, kafka_python_options
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings

PASSWORD = "correct horse battery"


def settings(**given: object) -> KafkaSettings:
    return KafkaSettings.model_validate(
        {"bootstrap": "kafka-1.example:9093, kafka-2.example:9093", "username": "kuura", "password": PASSWORD, **given}
    )


def test_both_clients_log_in_over_tls_and_verify_the_broker_unless_told_otherwise() -> None:
    for options in (aiokafka_options(settings()), kafka_python_options(settings())):
        assert options["bootstrap_servers"] == ["kafka-1.example:9093", "kafka-2.example:9093"]
        assert (options["security_protocol"], options["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
        assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("kuura", PASSWORD)
        assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
        assert options["ssl_context"].check_hostname


def test_the_password_is_not_in_what_the_options_print() -> None:
    for options in (aiokafka_options(settings()), kafka_python_options(settings())):
        assert PASSWORD not in f"{options}"
        assert PASSWORD not in repr(list(options.values()))


def test_a_certificate_alone_needs_no_user(tmp_path: Path) -> None:
    # given
    authority = trustme.CA()
    ours, ca = tmp_path / "ours.pem", tmp_path / "ca.pem"
    authority.issue_cert("erapaiva@kuura.example").private_key_and_cert_chain_pem.write_to_path(ours)
    authority.cert_pem.write_to_path(ca)
    # when
    options = aiokafka_options(settings(security="ssl", username=None, password=None, certificate=ours, ca=ca))
    # then
    assert options["security_protocol"] == "SSL"
    assert not [name for name in options if name.startswith("sasl")]
    assert len(options["ssl_context"].get_ca_certs()) == 1


def test_plaintext_on_this_machine_has_neither_tls_nor_login() -> None:
    options = aiokafka_options(settings(bootstrap="localhost:9092", security="plaintext"))
    assert options == {"bootstrap_servers": ["localhost:9092"], "security_protocol": "PLAINTEXT"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"bootstrap": None}, "ERAPAIVA_KAFKA__BOOTSTRAP: no broker is named"),
        ({"username": None}, "ERAPAIVA_KAFKA__USERNAME: sasl_ssl needs a user"),
        ({"password": None}, "ERAPAIVA_KAFKA__PASSWORD_FILE"),
        ({"ca": "nowhere.pem"}, r"ERAPAIVA_KAFKA__CA: nowhere.pem cannot be used \(No such file"),
        ({"ca": __file__}, r"ERAPAIVA_KAFKA__CA: .* cannot be used \(it does not hold what it should\)"),
        ({"certificate": __file__}, r"ERAPAIVA_KAFKA__CERTIFICATE: .* cannot be used \(it does not hold"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(given: dict[str, object], named: str) -> None:
    with pytest.raises(Refusal, match=named):
        aiokafka_options(settings(**given))

"""The settings of the connection to a broker as keyword arguments of both Kafka clients.

Certificates and the broker's host name are verified. Both clients log the arguments that they were called with, so a
password is a text that prints as stars.
"""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from typing import Any, Final

from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings

_PREFIX: Final = "ERAPAIVA_KAFKA__"
_BOOTSTRAP_WITHIN_MS: Final = 10_000
"""How long a command waits for the first answer of a broker, in milliseconds."""

for _logger in ("aiokafka.conn", "kafka.net", "kafka.protocol"):  # on debug they log the bytes of a login
    logging.getLogger(_logger).setLevel(logging.INFO)


class Secret(str):
    """A text whose `repr`, also inside a printed dict, is stars."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'********'"


def kafka_python_options(kafka: KafkaSettings) -> dict[str, Any]:
    """The arguments of every client of kafka-python. Raises Refusal for settings that cannot be used together."""
    return {**aiokafka_options(kafka), "bootstrap_timeout_ms": _BOOTSTRAP_WITHIN_MS}


def aiokafka_options(kafka: KafkaSettings) -> dict[str, Any]:
    """The arguments of every client of aiokafka. Raises Refusal for settings that cannot be used together."""
    if kafka.bootstrap is None:
        raise Refusal(f"{_PREFIX}BOOTSTRAP: no broker is named; give host:port")
    options: dict[str, Any] = {
        "bootstrap_servers": [broker.strip() for broker in kafka.bootstrap.split(",")],
        "security_protocol": kafka.security.upper(),
    }
    if kafka.security != "plaintext":
        options["ssl_context"] = _verifying(kafka)
    if kafka.security == "sasl_ssl":
        options |= _login(kafka)
    return options


def _verifying(kafka: KafkaSettings) -> ssl.SSLContext:
    """A TLS context that trusts the named certificates, or the system's, and presents our own where one is set."""
    try:
        context = ssl.create_default_context(cafile=kafka.ca)
    except OSError as fault:
        raise _unusable("CA", kafka.ca, fault, "a PEM file of the certificates that are trusted") from None
    if kafka.certificate is not None:
        try:
            context.load_cert_chain(kafka.certificate, kafka.key, password="")
        except OSError as fault:
            what = f"a PEM file, and in {_PREFIX}KEY that of its key, without a passphrase"
            raise _unusable("CERTIFICATE", kafka.certificate, fault, what) from None
    return context


def _unusable(name: str, path: Path | None, fault: OSError, give: str) -> Refusal:
    reason = "it does not hold what it should" if isinstance(fault, ssl.SSLError) else fault.strerror
    return Refusal(f"{_PREFIX}{name}: {path} cannot be used ({reason}); name {give}")


def _login(kafka: KafkaSettings) -> dict[str, Any]:
    if kafka.username is None or kafka.password is None:
        raise Refusal(
            f"{_PREFIX}USERNAME: sasl_ssl needs a user, and a password in the file that {_PREFIX}PASSWORD_FILE names; "
            f"without users use {_PREFIX}SECURITY=ssl"
        )
    return {
        "sasl_mechanism": kafka.mechanism,
        "sasl_plain_username": kafka.username,
        "sasl_plain_password": Secret(kafka.password.get_secret_value()),
    }

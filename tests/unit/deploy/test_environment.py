"""What compose and Kubernetes tell the workers are real settings, and good ones."""

import os
from pathlib import Path

import pytest

from services.runtime.settings import PREFIX, effective, load
from tests.unit.deploy.paths import of_kind, own_services, settings_of_all


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A file that holds a password."""
    path = tmp_path / "password"
    path.write_text("so much for secrets\n")
    return path


def set_environment(environment: dict[str, str], secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a process its environment, its passwords in a file that is here."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, str(secret) if name.endswith("_FILE") else value)


@pytest.mark.parametrize("service", sorted(own_services()))
def test_a_service_of_compose_starts_with_what_it_is_told(
    service: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = own_services()[service]["environment"]
    set_environment(environment, secrets, monkeypatch)

    settings = load()

    assert set(environment) <= {name for name, _, _ in effective(settings)}
    assert settings.kafka.bootstrap == "kafka:9092"
    assert settings.postgres.password is not None
    assert settings.mail.mode == "trial"


@pytest.mark.parametrize("worker", sorted(of_kind("StatefulSet")))
def test_a_pod_starts_with_what_it_is_told(worker: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (container,) = of_kind("StatefulSet")[worker]["spec"]["template"]["spec"]["containers"]
    (instance,) = container["env"]
    assert instance["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
    environment = {**settings_of_all(), instance["name"]: f"{worker}-0"}
    set_environment(environment, secrets, monkeypatch)

    settings = load()

    assert set(environment) <= {name for name, _, _ in effective(settings)}
    assert settings.kafka.security == "sasl_ssl"
    assert settings.kafka.instance == f"{worker}-0"
    assert settings.mail.mode == "trial"
    assert "sslmode=verify-full" in str(settings.postgres.dsn)

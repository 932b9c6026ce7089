"""The compose file, as far as it can be judged without an engine: its shape, its workers, and what nobody may do."""

import json
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.clock.worker import ClockWorker
from services.pipeline import PROCESSES
from tests.checkout import ROOT
from tests.unit.deploy.paths import (
    DELIVERING,
    compose,
    documents,
    own_services,
    services,
    worker_services,
)

SCHEMA = Path(__file__).parent / "schemas" / "compose-spec.json"
EVERY_SERVICE = pytest.mark.parametrize("name", sorted(services()))
ONE_SHOT = {"topics", "erapaiva"}


def test_the_file_is_what_the_compose_specification_allows() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))

    faults = [f"{fault.json_path}: {fault.message}" for fault in Draft202012Validator(schema).iter_errors(compose())]

    assert faults == []


def test_every_worker_of_the_registry_has_a_service_and_the_clock_only_one() -> None:
    run = list(worker_services().values())

    assert set(run) == set(PROCESSES), "docker-compose.yml: give each worker of services/pipeline.py a service"
    assert run.count(ClockWorker.name) == 1


def test_exactly_the_workers_that_deliver_letters_have_the_outbox() -> None:
    writing = {worker for name, worker in worker_services().items() if "outbox:/data/var/outbox" in volumes_of(name)}

    assert writing == DELIVERING, "docker-compose.yml: mount the volume outbox where delivers_letters is set"


def volumes_of(name: str) -> list[str]:
    """What is mounted into a service."""
    found: list[str] = services()[name].get("volumes", [])
    return found


def test_each_process_keeps_a_name_of_its_own_when_its_container_is_made_anew() -> None:
    names = {name: services()[name]["environment"]["ERAPAIVA_KAFKA__INSTANCE"] for name in worker_services()}

    assert names == {name: name for name in worker_services()}
    assert not any("replicas" in services()[name]["deploy"] for name in worker_services())


def test_no_worker_has_more_processes_than_there_are_partitions() -> None:
    for name, worker in worker_services().items():
        partitions = int(services()[name]["environment"]["ERAPAIVA_STORE__PARTITIONS"])
        assert list(worker_services().values()).count(worker) <= partitions


def test_our_image_carries_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

    assert {service["image"] for service in own_services().values()} == {f"erapaiva:{version}"}


@EVERY_SERVICE
def test_an_image_is_of_an_exact_version(name: str) -> None:
    _, _, tag = services()[name]["image"].partition(":")

    assert tag.lstrip("v").split("-")[0].count(".") >= 1
    assert all(part.isdecimal() for part in tag.lstrip("v").split("-")[0].split("."))


@EVERY_SERVICE
def test_nobody_is_root_writes_outside_volumes_or_can_gain_rights(name: str) -> None:
    service = services()[name]

    assert int(service["user"].split(":")[0]) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc"} & set(service)


@EVERY_SERVICE
def test_every_service_has_limits_and_its_log_an_end(name: str) -> None:
    service = services()[name]

    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}


@EVERY_SERVICE
def test_what_runs_on_is_watched_and_started_again(name: str) -> None:
    service = services()[name]

    if name in ONE_SHOT:
        assert service["restart"] == "no"
        assert service["healthcheck"] == {"disable": True}
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@EVERY_SERVICE
def test_a_secret_is_a_file_and_never_a_value(name: str) -> None:
    service = services()[name]
    kept_in_files = {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}
    spoken = {key: value for key, value in service.get("environment", {}).items() if "PASSWORD" in key}

    assert all(key.endswith("_FILE") for key in spoken)
    assert set(spoken.values()) == kept_in_files


def test_the_secret_files_are_in_no_commit_and_in_no_image() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()

    assert all(secret["file"].startswith("./deploy/secrets/") for secret in compose()["secrets"].values())
    assert "/deploy/secrets/" in ignored


def test_what_is_published_is_published_on_loopback_only() -> None:
    ports = [port for service in services().values() for port in service.get("ports", [])]

    assert ports
    assert all(ip_address(port.split(":")[0]).is_loopback for port in ports)


def test_workers_brokers_and_database_are_on_a_network_without_a_way_out() -> None:
    assert compose()["networks"]["inside"] == {"internal": True}
    for name in [*own_services(), "kafka", "postgres"]:
        assert services()[name]["networks"] == ["inside"]
        assert "ports" not in services()[name]


def waits_for(service: dict[str, Any]) -> dict[str, str]:
    return {name: needed["condition"] for name, needed in service.get("depends_on", {}).items()}


def test_workers_start_when_the_topics_are_made_and_topics_when_the_servers_are_well() -> None:
    assert waits_for(services()["topics"]) == {"kafka": "service_healthy", "postgres": "service_healthy"}
    for name in worker_services():
        assert waits_for(services()[name]) == {
            "topics": "service_completed_successfully",
            "postgres": "service_healthy",
        }


def test_every_volume_network_secret_and_mounted_file_that_is_named_is_there() -> None:
    for service in services().values():
        assert set(service["networks"]) <= set(compose()["networks"])
        assert set(service.get("secrets", [])) <= set(compose()["secrets"])
        for source in (volume.split(":")[0] for volume in service.get("volumes", [])):
            assert source in {*compose()["volumes"], "./inbox"} or (ROOT / source).is_dir()


def test_a_worker_is_given_the_time_to_finish_its_batch() -> None:
    assert {services()[name]["stop_grace_period"] for name in worker_services()} == {"60s"}


def test_prometheus_scrapes_every_worker_process_and_nothing_else() -> None:
    (config,) = documents(ROOT / "deploy" / "prometheus" / "prometheus.yml")
    (job,) = config["scrape_configs"]

    assert job["job_name"] == "erapaiva"
    (scraped,) = job["static_configs"]
    expected = {f"{name}:9464" for name in worker_services()}
    assert set(scraped["targets"]) == expected, "deploy/prometheus/prometheus.yml: name each worker's services"

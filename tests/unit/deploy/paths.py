"""The files that say how Eräpäivä is deployed, as Python values."""

from pathlib import Path
from typing import Any, Final

import yaml

from services.pipeline import WORKERS
from tests.checkout import ROOT

DEPLOY: Final = ROOT / "deploy"
KUBERNETES: Final = DEPLOY / "kubernetes"
DASHBOARDS: Final = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))

DELIVERING: Final = {name for name, entry in WORKERS.items() if entry.delivers_letters}
"""The workers whose processes write letters into the outbox."""

_OWN_SERVICES: Final = "erapaiva"


def documents(path: Path) -> list[Any]:
    """All YAML documents of a file."""
    return list(yaml.safe_load_all(path.read_text("utf-8")))


def compose() -> Any:
    """The compose file."""
    (whole,) = documents(ROOT / "docker-compose.yml")
    return whole


def services() -> dict[str, Any]:
    """The compose file's services by name."""
    found: dict[str, Any] = compose()["services"]
    return found


def own_services() -> dict[str, Any]:
    """Those that run our image."""
    return {name: service for name, service in services().items() if service["image"].startswith(f"{_OWN_SERVICES}:")}


def worker_services() -> dict[str, str]:
    """The worker that each of the compose file's worker services runs."""
    return {
        name: service["command"][1]
        for name, service in own_services().items()
        if service.get("command", ["?"])[0] == "worker"
    }


def manifests() -> list[Any]:
    """Every Kubernetes object that is applied with the workers."""
    (listed,) = documents(KUBERNETES / "kustomization.yaml")
    return [thing for name in listed["resources"] for thing in documents(KUBERNETES / name)]


def of_kind(kind: str) -> dict[str, Any]:
    """The Kubernetes objects of one kind by name."""
    return {thing["metadata"]["name"]: thing for thing in manifests() if thing["kind"] == kind}


def settings_of_all() -> dict[str, str]:
    """The variables that the ConfigMap gives to every worker."""
    given: dict[str, str] = of_kind("ConfigMap")["erapaiva-settings"]["data"]
    return given

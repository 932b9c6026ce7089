"""Where the files are that say how Eräpäivä is deployed, and which workers they must know."""

from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[3]
DEPLOY: Final = ROOT / "deploy"
KUBERNETES: Final = DEPLOY / "kubernetes"
DASHBOARDS: Final = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))

WORKERS: Final = sorted(
    face.parent.name
    for face in (ROOT / "services").glob("*/worker.py")
    if face.parent.name not in ("runtime", "commands")
)
"""Every folder that shows a worker's face; the runtime's says what a worker is, the commands' starts one."""

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
    """What the ConfigMap tells every worker."""
    told: dict[str, str] = of_kind("ConfigMap")["erapaiva-settings"]["data"]
    return told

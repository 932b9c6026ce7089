"""The Kubernetes manifests: valid by Kubernetes' own schemas, and as locked down, watched and named as they must be."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from services.clock.worker import ClockWorker
from services.pipeline import PROCESSES, WORKERS
from tests.unit.deploy.paths import DELIVERING, DEPLOY, KUBERNETES, documents, manifests, of_kind, settings_of_all

OLDEST, NEWEST = "1.30", "1.37"
BEYOND_KUBERNETES = {"Kustomization", "ScaledObject"}
FILES = sorted(KUBERNETES.glob("*.yaml"))
OBJECTS = [(f"{path.name} {thing['kind']}", thing) for path in FILES for thing in documents(path)]
STATEFUL_SETS = of_kind("StatefulSet")
SCALED = {thing["metadata"]["name"]: thing for thing in documents(KUBERNETES / "scaling.yaml")}
EVERY_WORKER = pytest.mark.parametrize("name", sorted(STATEFUL_SETS))


def pod_of(thing: Any) -> Any:
    """The pod that a workload makes."""
    return thing["spec"]["template"]["spec"]


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize(
    "thing", [thing for _, thing in OBJECTS if thing["kind"] not in BEYOND_KUBERNETES], ids=lambda thing: thing["kind"]
)
def test_an_object_is_what_kubernetes_accepts(thing: Any, version: str) -> None:
    kubernetes_validate.validate(thing, version, strict=True)


def test_every_file_is_applied_but_for_the_secrets_example_and_what_needs_keda() -> None:
    (listed,) = documents(KUBERNETES / "kustomization.yaml")

    left_out = {path.name for path in FILES} - set(listed["resources"])
    assert left_out == {"kustomization.yaml", "secret.example.yaml", "scaling.yaml"}
    assert not of_kind("Secret")


def test_every_object_is_in_our_namespace() -> None:
    assert {
        thing["metadata"]["namespace"] for thing in [*manifests(), *SCALED.values()] if thing["kind"] != "Namespace"
    } == {"erapaiva"}


def pods_named(workers: Iterable[str]) -> set[str]:
    """The names of the workers' pods: Kubernetes' names have hyphens."""
    return {worker.replace("_", "-") for worker in workers}


def test_every_worker_of_the_registry_has_its_pods_and_the_clock_only_one() -> None:
    run = {name: pod_of(thing)["containers"][0]["args"] for name, thing in STATEFUL_SETS.items()}
    expected = {worker.replace("_", "-"): ["worker", worker] for worker in PROCESSES}

    assert run == expected, "deploy/kubernetes: give each worker of services/pipeline.py a file, named in kustomization"
    assert STATEFUL_SETS[ClockWorker.name]["spec"]["replicas"] == 1


def test_exactly_the_workers_that_deliver_letters_have_the_outbox() -> None:
    writing = {
        name
        for name, thing in STATEFUL_SETS.items()
        if any(volume["name"] == "outbox" for volume in pod_of(thing)["volumes"])
    }

    assert writing == pods_named(DELIVERING), "deploy/kubernetes: mount the claim outbox where delivers_letters is set"


@EVERY_WORKER
def test_the_pods_of_a_worker_ask_prometheus_to_be_scraped(name: str) -> None:
    (job,) = documents(DEPLOY / "prometheus" / "kubernetes.yml")[0]["scrape_configs"]
    (wanted,) = [rule for rule in job["relabel_configs"] if rule.get("action") == "keep" and "annotation" in str(rule)]
    annotations = STATEFUL_SETS[name]["spec"]["template"]["metadata"]["annotations"]

    assert wanted["source_labels"] == ["__meta_kubernetes_pod_annotation_prometheus_io_scrape"]
    assert annotations["prometheus.io/scrape"] == wanted["regex"]


@EVERY_WORKER
def test_a_worker_has_a_service_and_a_disruption_budget_that_find_its_pods(name: str) -> None:
    labels = STATEFUL_SETS[name]["spec"]["template"]["metadata"]["labels"]

    for selector in (
        of_kind("Service")[name]["spec"]["selector"],
        of_kind("PodDisruptionBudget")[name]["spec"]["selector"]["matchLabels"],
        STATEFUL_SETS[name]["spec"]["selector"]["matchLabels"],
    ):
        assert selector.items() <= labels.items()
    assert STATEFUL_SETS[name]["spec"]["serviceName"] == name


@EVERY_WORKER
def test_a_worker_differs_from_the_clock_only_in_its_name_its_numbers_and_the_outbox(name: str) -> None:
    def likened(thing: Any) -> str:
        text = json.dumps(pod_of(thing), sort_keys=True)
        args = pod_of(thing)["containers"][0]["args"][1]
        mount = ', {"mountPath": "/data/var/outbox", "name": "outbox"}'
        volume = ', {"name": "outbox", "persistentVolumeClaim": {"claimName": "outbox"}}'
        return (
            text.replace(f'"{args}"', '"clock"')
            .replace(f'"{thing["metadata"]["name"]}"', '"clock"')
            .replace(mount, "")
            .replace(volume, "")
        )

    assert likened(STATEFUL_SETS[name]) == likened(STATEFUL_SETS["clock"])


def test_all_notifiers_write_into_one_outbox_so_that_whoever_takes_over_sees_what_was_written() -> None:
    volumes = {volume["name"]: volume for volume in pod_of(STATEFUL_SETS["notifier"])["volumes"]}
    claim = of_kind("PersistentVolumeClaim")[volumes["outbox"]["persistentVolumeClaim"]["claimName"]]

    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert "volumeClaimTemplates" not in STATEFUL_SETS["notifier"]["spec"]


@pytest.mark.parametrize("name", [*sorted(STATEFUL_SETS), "topics"])
def test_no_pod_is_root_writes_its_image_or_talks_to_the_cluster(name: str) -> None:
    pod = pod_of({**STATEFUL_SETS, **of_kind("Job")}[name])
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"].keys() == {"requests", "limits"}


@EVERY_WORKER
def test_a_worker_is_probed_at_the_pages_it_serves(name: str) -> None:
    (container,) = pod_of(STATEFUL_SETS[name])["containers"]
    port = settings_of_all()["ERAPAIVA_METRICS__BIND"].rpartition(":")[2]

    assert container["ports"] == [{"name": "metrics", "containerPort": int(port)}]
    probed = {probe: container[probe]["httpGet"] for probe in container if probe.endswith("Probe")}
    assert probed == {
        "startupProbe": {"path": "/livez", "port": "metrics"},
        "livenessProbe": {"path": "/livez", "port": "metrics"},
        "readinessProbe": {"path": "/readyz", "port": "metrics"},
    }


def test_every_file_that_the_settings_name_is_mounted() -> None:
    mounts = {mount["mountPath"] for mount in pod_of(STATEFUL_SETS["clock"])["containers"][0]["volumeMounts"]}
    given = {key for thing in documents(KUBERNETES / "secret.example.yaml") for key in thing.get("stringData", {})}
    trusted = {key for thing in documents(KUBERNETES / "secret.example.yaml") for key in thing.get("data", {})}
    files = [Path(value) for name, value in settings_of_all().items() if name.endswith(("_FILE", "__CA"))]

    assert {str(path.parent) for path in files} <= mounts
    assert {path.name for path in files} <= given | trusted
    assert "sslrootcert=/run/trust/postgres-ca.pem" in settings_of_all()["ERAPAIVA_POSTGRES__DSN"]


def test_workers_scale_on_their_own_lag_up_to_the_partitions_and_the_clock_never() -> None:
    partitions = int(settings_of_all()["ERAPAIVA_STORE__PARTITIONS"])

    assert set(SCALED) == pods_named(WORKERS), "deploy/kubernetes/scaling.yaml: one ScaledObject a worker"
    for name, scaled in SCALED.items():
        assert scaled["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": name}
        assert scaled["spec"]["minReplicaCount"] == STATEFUL_SETS[name]["spec"]["replicas"]
        assert scaled["spec"]["maxReplicaCount"] == partitions
        (trigger,) = scaled["spec"]["triggers"]
        assert f'{{worker="{name.replace("-", "_")}"}}' in trigger["metadata"]["query"]


def test_nothing_is_reachable_but_what_a_policy_names() -> None:
    policies = of_kind("NetworkPolicy")
    ports = {
        name: [port["port"] for way in policy["spec"].get("egress", []) for port in way["ports"]]
        for name, policy in policies.items()
    }

    assert policies["nothing-unless-named"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert ports["letters-to-the-mail-server"] == [587]
    assert policies["letters-to-the-mail-server"]["spec"]["podSelector"]["matchLabels"] == {
        "app.kubernetes.io/name": "notifier"
    }

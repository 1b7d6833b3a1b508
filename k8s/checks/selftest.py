"""Tests the checks: breaks a copy of the manifests in one place, and sees that the check meant for it says so."""

import re
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from . import suite
from .project import Project


@dataclass(frozen=True)
class Fault:
    """One text put in another's place, and the checks that must complain: these and no others."""

    what: str
    file: str
    old: str
    new: str
    caught_by: frozenset[str]

    @property
    def needs_definitions(self) -> bool:
        """Whether it is one that only a custom resource's schema shows."""
        return "schema" in self.caught_by and self.file in (SCALER, RULES, MONITOR, TOPICS)


def fault(what: str, file: str, old: str, new: str, *caught_by: str) -> Fault:
    return Fault(what, file, old, new, frozenset(caught_by))


POD = "k8s/base/statefulset.yaml"
CONFIGURATION = "k8s/base/weir.yaml"
SCALER = "k8s/components/keda/scaledobject.yaml"
RULES = "k8s/components/monitoring/prometheusrule.yaml"
TOPICS = "k8s/topics/topics.yaml"
MONITOR = "k8s/components/monitoring/podmonitor.yaml"

FAULTS = (
    # Schemas.
    fault("a misspelt key in a StatefulSet", POD, "podManagementPolicy:", "podManagmentPolicy:", "schema"),
    fault("a misspelt key in a ScaledObject", SCALER, "pollingInterval:", "poolingInterval:", "schema"),
    fault("a misspelt key in a PodMonitor", MONITOR, "scrapeTimeout:", "scrapeTimeOut:", "schema"),
    fault("a misspelt key in a PrometheusRule", RULES, "rules:", "rule:", "schema", "shape"),
    fault("a wrong type in a NetworkPolicy", "k8s/base/networkpolicy.yaml", "port: 9093", "port: [9093]", "schema"),
    fault(
        "a misspelt key in a KafkaTopic",
        TOPICS,
        "partitions: 12",
        "partition: 12",
        "schema",
        "topics",
    ),
    # The pod.
    fault("a grace period that is too short", POD, "GracePeriodSeconds: 60", "GracePeriodSeconds: 30", "grace"),
    fault("a drain that takes longer than the grace period", CONFIGURATION, "shutdown: 25s", "shutdown: 50s", "grace"),
    fault(
        "a liveness probe that comes before the watchdog", POD, "failureThreshold: 8", "failureThreshold: 3", "probes"
    ),
    fault("a liveness probe that depends on the brokers", POD, "--live, --config", "--ready, --config", "probes"),
    fault("a probe that gives up before weir probe does", POD, "timeoutSeconds: 10", "timeoutSeconds: 1", "probes"),
    fault("a start that may not take long", POD, "failureThreshold: 24", "failureThreshold: 3", "probes"),
    fault(
        "a budget that lets all pods go",
        "k8s/base/poddisruptionbudget.yaml",
        "maxUnavailable: 1",
        "maxUnavailable: 3",
        "disruption",
    ),
    fault(
        "a service that selects nothing",
        "k8s/base/service.yaml",
        "name: weir\n    app",
        "name: wier\n    app",
        "selectors",
    ),
    fault(
        "a budget for other pods",
        "k8s/base/poddisruptionbudget.yaml",
        "component: moderation",
        "component: other",
        "selectors",
    ),
    fault(
        "a root file system that can be written",
        POD,
        "readOnlyRootFilesystem: true",
        "readOnlyRootFilesystem: false",
        "hardening",
    ),
    fault("a limit on the processor", POD, "limits:\n", 'limits:\n              cpu: "2"\n', "hardening"),
    fault("too little memory", POD, "memory: 1536Mi", "memory: 512Mi", "memory"),
    fault(
        "an image by tag in production",
        "k8s/overlays/prod/kustomization.yaml",
        "digest: sha256:" + "0" * 64,
        "newTag: latest",
        "image",
    ),
    fault(
        "a password in a ConfigMap",
        CONFIGURATION,
        "sasl.passwordFile: ${KAFKA_SASL_PASSWORD_FILE:-}",
        "sasl.password: turnip",
        "secrets",
        "transport",
        "variables",
    ),
    # Kafka.
    fault("a session shorter than a restart", CONFIGURATION, "TIMEOUT_MS:-30000", "TIMEOUT_MS:-10000", "membership"),
    fault(
        "a dynamic member that is missed late",
        "k8s/components/dynamic-membership/kustomization.yaml",
        "MS=10000",
        "MS=45000",
        "membership",
    ),
    fault(
        "tls after sasl, which undoes it",
        "k8s/overlays/prod/kustomization.yaml",
        "  - ../../components/tls\n  - ../../components/sasl\n",
        "  - ../../components/sasl\n  - ../../components/tls\n",
        "transport",
        "scaling",
    ),
    fault("more pods than partitions", SCALER, "maxReplicaCount: 12", "maxReplicaCount: 24", "scaling"),
    fault("scaling to zero", SCALER, "minReplicaCount: 3", "minReplicaCount: 0", "scaling", "disruption"),
    fault("an autoscaler on another group", SCALER, "consumerGroup: weir-live", "consumerGroup: weir-life", "scaling"),
    fault(
        "an autoscaler that looks at the end of new topics",
        SCALER,
        "offsetResetPolicy: earliest",
        "offsetResetPolicy: latest",
        "scaling",
    ),
    fault("an autoscaler on a Deployment", SCALER, "    kind: StatefulSet\n", "", "scaling"),
    fault(
        "scaling in faster than sessions end",
        SCALER,
        "value: 1, periodSeconds: 120",
        "value: 1, periodSeconds: 15",
        "scaling",
    ),
    fault(
        "partitions changed in the topology alone",
        "topology/topics.yaml",
        "partitions: 12",
        "partitions: 24",
        "topics",
        "alerts",
    ),
    # Settings.
    fault(
        "an unknown setting",
        CONFIGURATION,
        "  revocation: 20s",
        "  revocation: 20s\n  revocatoin: 20s",
        "configuration",
    ),
    fault(
        "an unknown property of Kafka",
        CONFIGURATION,
        "heartbeat.interval.ms: 500",
        "heartbeat.interval.ms: 500\n    heart.beat: 1",
        "configuration",
    ),
    fault(
        "a variable that is set nowhere",
        CONFIGURATION,
        "${WEIR_LOG_LEVEL:-info}",
        "${WEIR_LEVEL}",
        "variables",
        "configuration",
    ),
    fault(
        "a variable that nobody uses",
        "k8s/components/sasl/kustomization.yaml",
        "MECHANISM=PLAIN",
        "MECHANISM=PLAIN\n      - KAFKA_SASL_USER=weir",
        "variables",
    ),
    fault(
        "a file that is not mounted",
        CONFIGURATION,
        "/etc/weir/secrets/account-key",
        "/etc/keys/account-key",
        "mounts",
        "secrets",
        "configuration",
    ),
    fault(
        "signals that an apply would put back",
        "k8s/overlays/prod/kustomization.yaml",
        "configMapGenerator:\n",
        "configMapGenerator:\n  - name: weir-signals\n    literals: [signals.jsonl=old]\n    options: {disableNameSuffixHash: true}\n",
        "signals",
    ),
    # Monitoring.
    fault("an alert on an unknown metric", RULES, "absent(weir_build_info)", "absent(weir_built_info)", "alerts"),
    fault(
        "an alert on an unknown label",
        RULES,
        'weir_lag_seconds{topic="uploads"}',
        'weir_lag_seconds{tpoic="uploads"}',
        "alerts",
    ),
    fault(
        "an alert that does not parse",
        RULES,
        "sum(weir_assigned_partitions) < 36",
        "sum(weir_assigned_partitions < 24",
        "alerts",
    ),
    fault("an alert for another number of partitions", RULES, "partitions) < 36", "partitions) < 12", "alerts"),
    fault(
        "an alert whose runbook is nowhere", RULES, "operations.md#falling-behind", "operations.md#falling", "runbooks"
    ),
    fault(
        "an alert without a runbook", RULES, "runbook: docs/operations.md#weir-is-not-there", "note: none", "runbooks"
    ),
    fault(
        "a dashboard on an unknown metric",
        "k8s/components/monitoring/dashboard.json",
        "weir_inflight_events",
        "weir_in_flight_events",
        "dashboards",
    ),
    fault(
        "metrics without a token",
        "k8s/components/monitoring/kustomization.yaml",
        "      - WEIR_ADMIN_TOKEN_FILE=/etc/weir/secrets/admin-token\n",
        "",
        "scraping",
    ),
    fault(
        "metrics that the network keeps in",
        "k8s/components/monitoring/kustomization.yaml",
        "  - networkpolicy.yaml\n",
        "",
        "scraping",
    ),
    # Files.
    fault(
        "a patch of what is not there",
        "k8s/overlays/prod/statefulset.yaml",
        "  name: weir\nspec",
        "  name: wier\nspec",
        "render",
    ),
    fault(
        "a key that stands twice",
        POD,
        "  minReadySeconds: 10",
        "  minReadySeconds: 10\n  minReadySeconds: 10",
        "yaml",
        "render",
    ),
    fault("a copy of what is not there", "Containerfile", "COPY topology ", "COPY topologies ", "containerfile"),
    fault(
        "an entry point through a shell",
        "Containerfile",
        'ENTRYPOINT ["/usr/local/bin/weir"]',
        "ENTRYPOINT /usr/local/bin/weir",
        "containerfile",
    ),
    fault(
        "a second list of packages",
        "Containerfile",
        "apt-get install --yes",
        "apt-get install libyaml-0-2 --yes",
        "containerfile",
    ),
)


def run(project: Project) -> int:
    """Exit code 0 if the untouched copy passes, and each fault is caught by the checks meant for it and no others."""
    faults = FAULTS if project.schemas else [item for item in FAULTS if not item.needs_definitions]
    with ProcessPoolExecutor() as pool:
        outcomes = pool.map(partial(attempt, project), (None, *faults))
        wrong = [message for message in outcomes if message]
    for message in wrong:
        print(f"FAIL {message}")
    print(
        f"k8s self-test: {len(faults) + 1 - len(wrong)} passed, {len(wrong)} failed, {len(FAULTS) - len(faults)} skipped"
    )
    return 1 if wrong else 0


def attempt(project: Project, item: Fault | None) -> str | None:
    """What went wrong with one fault, or with the untouched copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = replace(project, root=Path(folder))
        lay_out(project.root, copy.root)
        if item is not None:
            path = copy.root / item.file
            text = path.read_text(encoding="utf-8")
            if item.old not in text:
                return f'{item.what}: {item.file} does not hold "{item.old}"'
            path.write_text(text.replace(item.old, item.new), encoding="utf-8")
        problems = suite.check(copy).problems
    found = {problem.check for problem in problems}
    wanted = item.caught_by if item else frozenset()
    if found == wanted:
        return None
    said = "; ".join(str(problem) for problem in sorted(set(problems))) or "nothing"
    return f"{item.what if item else 'the untouched copy'}: expected {sorted(wanted)}, found {sorted(found)}: {said}"


def lay_out(source: Path, target: Path) -> None:
    """A copy of what checks look at; the sources, which no fault touches, by link."""
    for name in ("k8s", "topology"):
        shutil.copytree(source / name, target / name)
    for name in ("Sources", "Tests"):
        (target / name).symlink_to(source / name)
    for name in ("Containerfile", ".dockerignore", "Dependencies.apt", "Package.swift"):
        shutil.copy(source / name, target / name)
    # Runbooks with just the sections that alerts name, so that this tests the check and not the documentation.
    anchors = re.findall(r"operations\.md#(\S+)", (source / RULES).read_text(encoding="utf-8"))
    (target / "docs").mkdir()
    (target / "docs" / "operations.md").write_text("".join(f"## {anchor}\n" for anchor in anchors), encoding="utf-8")

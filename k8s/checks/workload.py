"""Whether the pods are guarded, probed and ended as they should be."""

import re
from collections.abc import Iterator

from .overlay import Overlay, seconds, size
from .project import Document
from .report import Problem

# What follows the drain: the last commit, giving the transaction up (3 s), leaving the group. Then time to spare.
COMMIT_SECONDS = 10
MARGIN_SECONDS = 10

# Names whose values are secrets, or files that hold them.
SECRET = re.compile(r"(?i)password|secret|token|account_?key|\.pem|ssl\.key")

# `weir probe` gives the admin server this long.
PROBE_CLIENT_SECONDS = 2

# Reading a large set of signals and building the indexes.
START_SECONDS = 120

# The process without media, prefetch and what is in flight: 300 MB at full load.
PROCESS_BYTES = 300 << 20
# queued.max.messages.kbytes, for each partition of an input that one member may come to own.
PREFETCH_BYTES = {"uploads": 16384 << 10, "live": 16384 << 10, "outcomes": 1024 << 10}
# LaneOptions.inFlightBytes, in each of two lanes.
IN_FLIGHT_BYTES = 2 * (64 << 20) + (8 << 20)


def grace(overlay: Overlay) -> Iterator[Problem]:
    """The kubelet must not kill a pod that is still draining."""
    needed = seconds(overlay.setting("drain.shutdown")) + COMMIT_SECONDS + MARGIN_SECONDS
    given = overlay.pod.get("terminationGracePeriodSeconds", 30)
    if given < needed:
        yield Problem(
            "grace",
            f"{overlay.name}/StatefulSet",
            f"terminationGracePeriodSeconds is {given}; drain, commit and margin need {needed:.0f}",
        )
    for container in overlay.pod["containers"]:
        if container.get("lifecycle"):
            yield Problem(
                "grace", f"{overlay.name}/StatefulSet", "lifecycle hooks take from the grace period: none is needed"
            )


def probes(overlay: Overlay) -> Iterator[Problem]:
    """Probes ask in time, leave the watchdog its turn, and never kill for what brokers do."""
    subject = f"{overlay.name}/StatefulSet"
    for name, option in (("startupProbe", "--live"), ("readinessProbe", "--ready"), ("livenessProbe", "--live")):
        probe = overlay.container.get(name)
        command = (probe or {}).get("exec", {}).get("command", [])
        if probe is None or command[:2] != ["weir", "probe"] or option not in command:
            yield Problem("probes", subject, f"{name} must run weir probe {option}")
            continue
        period, timeout = probe.get("periodSeconds", 10), probe.get("timeoutSeconds", 1)
        if not PROBE_CLIENT_SECONDS < timeout <= period:
            yield Problem(
                "probes",
                subject,
                f"{name}: {PROBE_CLIENT_SECONDS} s < timeoutSeconds {timeout} <= periodSeconds {period} must hold",
            )
        if name == "livenessProbe":
            yield from liveness(overlay, subject, window(probe))
        if name == "startupProbe" and window(probe) < START_SECONDS:
            yield Problem(
                "probes", subject, f"startupProbe gives up after {window(probe)} s; a start may take {START_SECONDS}"
            )


def liveness(overlay: Overlay, subject: str, patience: int) -> Iterator[Problem]:
    for limit in (
        seconds(overlay.setting("watchdog.limit")),
        int(overlay.client_property("transaction.timeout.ms")) / 1000,
    ):
        if patience <= limit:
            yield Problem(
                "probes", subject, f"livenessProbe kills after {patience} s; it must wait longer than {limit:.0f}"
            )


def window(probe: Document) -> int:
    return int(probe.get("periodSeconds", 10)) * int(probe.get("failureThreshold", 3))


def disruption(overlay: Overlay) -> Iterator[Problem]:
    """A budget must leave at least one pod at work, and let a node be drained."""
    for budget in overlay.all("PodDisruptionBudget"):
        allowed = budget["spec"].get("maxUnavailable")
        if not isinstance(allowed, int) or not 0 < allowed < overlay.least_replicas:
            yield Problem(
                "disruption",
                f"{overlay.name}/PodDisruptionBudget",
                f"maxUnavailable must be between 1 and {overlay.least_replicas - 1}, not {allowed}",
            )


def selectors(overlay: Overlay) -> Iterator[Problem]:
    """Whatever selects pods selects Weir's."""
    pods = overlay.labels
    for document in overlay.documents:
        for path, selector in pod_selectors(document):
            if not selector or not selector.items() <= pods.items():
                name = f"{overlay.name}/{document['kind']}/{document['metadata']['name']}"
                yield Problem("selectors", name, f"{path} {selector} does not match the pods' labels {pods}")
    service = overlay.workload["spec"].get("serviceName")
    if service not in [document["metadata"]["name"] for document in overlay.all("Service")]:
        yield Problem("selectors", f"{overlay.name}/StatefulSet", f"serviceName {service} names no Service")


def pod_selectors(document: Document) -> Iterator[tuple[str, dict[str, str]]]:
    spec = document.get("spec", {})
    match document["kind"]:
        case "Service":
            yield "selector", spec.get("selector", {})
        case "StatefulSet":
            yield "selector", spec["selector"].get("matchLabels", {})
            for spread in spec["template"]["spec"].get("topologySpreadConstraints", []):
                yield "topologySpreadConstraints", spread.get("labelSelector", {}).get("matchLabels", {})
        case "PodDisruptionBudget" | "PodMonitor":
            yield "selector", spec["selector"].get("matchLabels", {})
        case "NetworkPolicy":
            yield "podSelector", spec["podSelector"].get("matchLabels", {})


def hardening(overlay: Overlay) -> Iterator[Problem]:
    """What the restricted pod security standard wants, and a little more."""
    pod, container = overlay.pod, overlay.container
    security, own = pod.get("securityContext", {}), container.get("securityContext", {})
    resources = container.get("resources", {})
    wanted = {
        "automountServiceAccountToken must be false": pod.get("automountServiceAccountToken") is False,
        "runAsNonRoot must be true": security.get("runAsNonRoot") is True,
        "seccompProfile must be RuntimeDefault": security.get("seccompProfile", {}).get("type") == "RuntimeDefault",
        "allowPrivilegeEscalation must be false": own.get("allowPrivilegeEscalation") is False,
        "readOnlyRootFilesystem must be true": own.get("readOnlyRootFilesystem") is True,
        "all capabilities must be dropped": own.get("capabilities", {}).get("drop") == ["ALL"],
        "memory must be requested as it is limited": "memory" in resources.get("limits", {})
        and resources["limits"]["memory"] == resources.get("requests", {}).get("memory"),
        "the processor must be requested, and not limited": "cpu" in resources.get("requests", {})
        and "cpu" not in resources.get("limits", {}),
    }
    for message, holds in wanted.items():
        if not holds:
            yield Problem("hardening", f"{overlay.name}/StatefulSet", message)


def memory(overlay: Overlay) -> Iterator[Problem]:
    """The limit holds even where one member owns all partitions."""
    prefetch = sum(topic["partitions"] * PREFETCH_BYTES.get(topic["role"], 0) for topic in overlay.project.topics())
    needed = PROCESS_BYTES + size(overlay.setting("media.budget")) + IN_FLIGHT_BYTES + prefetch
    given = size(overlay.container["resources"]["limits"]["memory"])
    if given < needed:
        yield Problem(
            "memory",
            f"{overlay.name}/StatefulSet",
            f"the limit is {given >> 20} MiB; the worst case is {needed >> 20} MiB",
        )


def image(overlay: Overlay) -> Iterator[Problem]:
    """In production, what was tested is what runs: tags move."""
    reference = overlay.container["image"]
    if overlay.is_production and re.search(r"@sha256:[0-9a-f]{64}$", reference) is None:
        yield Problem("image", f"{overlay.name}/StatefulSet", f"{reference} must be named by its digest")


def secrets(overlay: Overlay) -> Iterator[Problem]:
    """Secrets are files of Secrets: never in a ConfigMap, an argument or a variable."""
    for key, value in (*overlay.environment.items(), *settings(overlay.configuration)):
        if SECRET.search(key) and value and not value.startswith("/etc/weir/"):
            yield Problem("secrets", f"{overlay.name}/weir.yaml", f"{key} must be a file of a Secret, below /etc/weir")
    for entry in overlay.container.get("env", []):
        if "secretKeyRef" in entry.get("valueFrom", {}):
            yield Problem(
                "secrets",
                f"{overlay.name}/StatefulSet",
                f"{entry['name']}: mount the Secret, don't put it into a variable",
            )
    if overlay.is_production and overlay.all("Secret"):
        yield Problem("secrets", f"{overlay.name}/Secret", "secrets of production don't belong into a repository")


def settings(values: Document, path: str = "") -> Iterator[tuple[str, str]]:
    """Every scalar setting with its dotted key."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from settings(value, f"{path}{key}.")
        elif value is not None:
            yield f"{path}{key}", str(value)


CHECKS = (grace, probes, disruption, selectors, hardening, memory, image, secrets)

"""Whether the group, the topics and the autoscaler go together."""

from collections.abc import Iterator

from .overlay import Overlay, seconds
from .project import Document
from .report import Problem

# A pod's end, its successor's scheduling and start, with the image on the node.
RESTART_SECONDS = 20


def membership(overlay: Overlay) -> Iterator[Problem]:
    """A static member must be back before its session ends; a dynamic one must be missed soon."""
    subject = f"{overlay.name}/weir.yaml"
    session = int(overlay.client_property("session.timeout.ms"))
    heartbeat = int(overlay.client_property("heartbeat.interval.ms"))
    if session < 3 * heartbeat:
        yield Problem(
            "membership", subject, f"session.timeout.ms {session} must span three heartbeats of {heartbeat} ms"
        )
    static = overlay.configuration["kafka"].get("instanceId")
    if static and session <= RESTART_SECONDS * 1000:
        yield Problem("membership", subject, f"session.timeout.ms {session}: a restart takes up to {RESTART_SECONDS} s")
    if static and static != overlay.environment["POD_NAME"]:
        yield Problem("membership", subject, f"kafka.instanceId must be the pod's name, not {static}")
    if not static and session > 10_000:
        yield Problem(
            "membership", subject, f"session.timeout.ms {session}: a dynamic member that crashed is missed too late"
        )
    poll = int(overlay.client_property("max.poll.interval.ms"))
    if seconds(overlay.setting("drain.revocation")) * 1000 > poll / 2:
        yield Problem("membership", subject, "drain.revocation must be well below max.poll.interval.ms")


def transport(overlay: Overlay) -> Iterator[Problem]:
    """Passwords only over TLS, and TLS wherever it is real."""
    subject = f"{overlay.name}/weir.yaml"
    protocol = overlay.client_property("security.protocol").lower()
    port = "9093" if protocol.endswith("ssl") else "9092"
    for broker in overlay.environment["KAFKA_BOOTSTRAP"].split(","):
        if not broker.endswith(f":{port}"):
            yield Problem(
                "transport",
                subject,
                f"{broker}: with security.protocol {protocol} the port is {port} (networkpolicy.yaml)",
            )
    if bool(overlay.client_property("sasl.passwordFile")) != protocol.startswith("sasl"):
        yield Problem(
            "transport",
            subject,
            f"security.protocol {protocol} and sasl.passwordFile don't go together: list tls, then sasl",
        )
    if overlay.is_production and protocol != "sasl_ssl":
        yield Problem("transport", subject, f"security.protocol must be sasl_ssl in production, not {protocol}")


def scaling(overlay: Overlay) -> Iterator[Problem]:
    """The autoscaler asks for as many pods as can work, and looks at the groups that Weir is in."""
    for scaler in overlay.all("ScaledObject"):
        subject = f"{overlay.name}/ScaledObject"
        spec = scaler["spec"]
        yield from bounds(overlay, subject, spec)
        watched = {
            (t["metadata"]["consumerGroup"], t["metadata"]["topic"]) for t in spec["triggers"] if t["type"] == "kafka"
        }
        group, topics = overlay.configuration["kafka"]["group"], overlay.configuration["topics"]
        wanted = {(group, topics["uploads"]), (f"{group}-live", topics["live"])}
        if watched != wanted:
            yield Problem("scaling", subject, f"watches {sorted(watched)}; Weir reads {sorted(wanted)}")
        for trigger in spec["triggers"]:
            yield from trigger_problems(overlay, subject, trigger["metadata"])


def bounds(overlay: Overlay, subject: str, spec: Document) -> Iterator[Problem]:
    if "replicas" in overlay.workload["spec"]:
        yield Problem("scaling", f"{overlay.name}/StatefulSet", "replicas must be left to the autoscaler")
    if (
        spec["scaleTargetRef"].get("kind") != "StatefulSet"
        or spec["scaleTargetRef"]["name"] != overlay.workload["metadata"]["name"]
    ):
        yield Problem("scaling", subject, "scaleTargetRef must name the StatefulSet; the default kind is Deployment")
    least = spec.get("minReplicaCount", 0)
    if least < 1:
        yield Problem("scaling", subject, "minReplicaCount must be above 0")
    partitions = min(topic["partitions"] for topic in overlay.project.topics() if topic["role"] in ("uploads", "live"))
    most = spec.get("maxReplicaCount", 100)
    if not least <= most <= partitions:
        yield Problem("scaling", subject, f"maxReplicaCount {most}: the inputs have {partitions} partitions")
    if spec.get("fallback", {}).get("replicas", 0) < least:
        yield Problem("scaling", subject, "fallback.replicas must not be below minReplicaCount")
    behavior = spec.get("advanced", {}).get("horizontalPodAutoscalerConfig", {}).get("behavior", {})
    session = int(overlay.client_property("session.timeout.ms")) / 1000
    for policy in behavior.get("scaleDown", {}).get("policies", [{"periodSeconds": 0}]):
        if policy["periodSeconds"] <= session:
            yield Problem("scaling", subject, f"scaleDown must be slower than session.timeout.ms ({session:.0f} s)")


def trigger_problems(overlay: Overlay, subject: str, metadata: dict[str, str]) -> Iterator[Problem]:
    protocol = overlay.client_property("security.protocol").lower()
    wanted = {
        "offsetResetPolicy": overlay.client_property("auto.offset.reset"),
        "excludePersistentLag": "true",
        "allowIdleConsumers": "false",
        "scaleToZeroOnInvalidOffset": "false",
        "tls": "enable" if protocol.endswith("ssl") else "disable",
        "sasl": "plaintext" if protocol.startswith("sasl") else "none",
    }
    for key, value in wanted.items():
        if metadata.get(key) != value:
            yield Problem("scaling", subject, f"{metadata['topic']}: {key} must be {value}, not {metadata.get(key)}")
    for key in ("lagThreshold", "version"):
        if key not in metadata:
            yield Problem("scaling", subject, f"{metadata['topic']}: {key} must be set; KEDA's default does not fit")
    if "KAFKA_BOOTSTRAP" != metadata.get("bootstrapServersFromEnv"):
        yield Problem("scaling", subject, f"{metadata['topic']}: bootstrapServersFromEnv must be KAFKA_BOOTSTRAP")


CHECKS = (membership, transport, scaling)

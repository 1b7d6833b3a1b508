"""A rendered overlay, with short ways to what checks look at."""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .project import Document, Project, parse_yaml, render

# What the kubelet fills in, as a stand-in.
POD_NAME = "weir-0"

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZES = {"": 1, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def seconds(text: str) -> float:
    """A duration of the configuration: `25s`, `100ms`."""
    match = re.fullmatch(r"(\d+)(ms|s|m|h|d)", text)
    if match is None:
        raise ValueError(f"no duration: {text}")
    return int(match[1]) * _UNITS[match[2]]


def size(text: str) -> int:
    """Bytes of a Kubernetes quantity or of a size in the configuration."""
    match = re.fullmatch(r"(\d+)([KMG]iB?)?", text)
    if match is None:
        raise ValueError(f"no size: {text}")
    return int(match[1]) * _SIZES[match[2] or ""]


def expand(text: str, environment: dict[str, str]) -> str:
    """`${NAME}` and `${NAME:-default}` as Weir's configuration has them; what is unset becomes empty."""

    def value(match: re.Match[str]) -> str:
        name, _, fallback = match[1].partition(":-")
        return environment.get(name) or fallback

    return re.sub(r"\$\{([^}]*)\}", value, text)


@dataclass(frozen=True)
class Overlay:
    """All documents of one overlay."""

    name: str
    project: Project
    documents: list[Document]

    @staticmethod
    def load(name: str, project: Project) -> "Overlay":
        return Overlay(name, project, render(project.k8s / name))

    def all(self, kind: str) -> list[Document]:
        return [document for document in self.documents if document.get("kind") == kind]

    def named(self, kind: str, prefix: str) -> Document:
        """The only document of a kind whose name is `prefix`, or `prefix` and a hash."""
        pattern = re.compile(rf"{re.escape(prefix)}(-[a-z0-9]{{10}})?")
        found = [document for document in self.all(kind) if pattern.fullmatch(document["metadata"]["name"])]
        if len(found) != 1:
            raise LookupError(f"expected one {kind} {prefix}, found {len(found)}")
        return found[0]

    @cached_property
    def workload(self) -> Document:
        return self.named("StatefulSet", "weir")

    @property
    def pod(self) -> Document:
        spec: Document = self.workload["spec"]["template"]["spec"]
        return spec

    @property
    def container(self) -> Document:
        container: Document = self.pod["containers"][0]
        return container

    @property
    def labels(self) -> dict[str, str]:
        labels: dict[str, str] = self.workload["spec"]["template"]["metadata"]["labels"]
        return labels

    @cached_property
    def environment(self) -> dict[str, str]:
        """The container's variables; those that the kubelet fills in have stand-ins."""
        variables: dict[str, str] = dict(self.named("ConfigMap", "weir-env")["data"])
        for entry in self.container.get("env", []):
            path = entry.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath")
            variables[entry["name"]] = POD_NAME if path == "metadata.name" else entry.get("value", "")
        return variables

    @cached_property
    def configuration_text(self) -> str:
        text: str = self.named("ConfigMap", "weir-config")["data"]["weir.yaml"]
        return text

    @cached_property
    def configuration(self) -> Document:
        """The settings as Weir will see them."""
        settings: Document = parse_yaml(expand(self.configuration_text, self.environment))[0]
        return settings

    def setting(self, key: str) -> str:
        """A setting that checks reckon with: it must stand in the file. Raises LookupError if it does not."""
        value: Any = self.configuration
        for part in key.split(".", 1):
            value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            raise LookupError(f"weir.yaml must set {key}: the manifests are worked out from it")
        return str(value)

    def client_property(self, name: str) -> str:
        """A librdkafka property, empty if it is left out."""
        return str(self.configuration["kafka"]["properties"].get(name) or "")

    @property
    def least_replicas(self) -> int:
        """What the autoscaler never goes below, or the fixed number."""
        for scaler in self.all("ScaledObject"):
            return int(scaler["spec"].get("minReplicaCount", 0))
        return int(self.workload["spec"].get("replicas", 1))

    @property
    def is_production(self) -> bool:
        return os.path.basename(self.name) == "prod"

"""KafkaTopic resources from topology/topics.yaml, which stays the only place where topics are described."""

from collections.abc import Iterator

import yaml

from .project import Document, Project, parse_yaml
from .report import Problem

HEADER = """\
# Written by `python k8s/check.py --write-topics` from topology/topics.yaml, and checked against it: change it there.
# For the Strimzi topic operator; without it, `weir topology apply` makes the same topics.
"""


def expected(project: Project) -> list[Document]:
    """One KafkaTopic for each topic, named as weir.yaml names it."""
    configuration = project.base_configuration()
    names: dict[str, str] = {**configuration["topics"], "signals": configuration["signals"]["topic"]}
    return [resource(names[topic["role"]], topic) for topic in project.topics()]


def resource(name: str, topic: Document) -> Document:
    spec: Document = {"partitions": topic["partitions"]}
    if topic.get("replicationFactor", -1) > 0:
        spec["replicas"] = topic["replicationFactor"]
    spec["config"] = topic.get("config", {})
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaTopic",
        "metadata": {
            "name": name,
            "labels": {"app.kubernetes.io/name": "weir", "strimzi.io/cluster": "kafka"},
            "annotations": {"weir.example.org/holds": topic["holds"]},
        },
        "spec": spec,
    }


def written(project: Project) -> list[Document]:
    return parse_yaml((project.k8s / "topics" / "topics.yaml").read_text(encoding="utf-8"))


def write(project: Project) -> None:
    text = HEADER + yaml.safe_dump_all(expected(project), sort_keys=False, width=120, explicit_start=True)
    (project.k8s / "topics" / "topics.yaml").write_text(text, encoding="utf-8")


def topics(project: Project) -> Iterator[Problem]:
    """Partitions and all else are the same in both."""
    wanted = {document["metadata"]["name"]: document for document in expected(project)}
    found = {document["metadata"]["name"]: document for document in written(project)}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            yield Problem(
                "topics", f"topics/{name}", "differs from topology/topics.yaml: python k8s/check.py --write-topics"
            )

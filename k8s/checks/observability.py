"""Whether alerts and dashboards ask for metrics that exist, and alerts say what to do."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser

from .overlay import Overlay
from .project import Document
from .report import Problem, Report


def alerts(overlay: Overlay) -> Iterator[Problem]:
    """Expressions parse, name metrics and labels of Weir, and fit the topics."""
    for rule in rules(overlay):
        yield from expression(overlay, f"{overlay.name}/PrometheusRule/{rule['alert']}", rule["expr"])
    inputs = ("uploads", "live", "outcomes")
    partitions = sum(topic["partitions"] for topic in overlay.project.topics() if topic["role"] in inputs)
    for rule in rules(overlay):
        owned = re.search(r"weir_assigned_partitions\) < (\d+)", rule["expr"])
        if owned and int(owned[1]) != partitions:
            yield Problem(
                "alerts", f"{overlay.name}/PrometheusRule/{rule['alert']}", f"the inputs have {partitions} partitions"
            )


def rules(overlay: Overlay) -> Iterator[Document]:
    for document in overlay.all("PrometheusRule"):
        for group in document["spec"]["groups"]:
            yield from group["rules"]


def runbooks(overlay: Overlay, report: Report) -> Iterator[Problem]:
    """Each alert names a heading of docs/operations.md."""
    path = overlay.project.root / "docs" / "operations.md"
    found = anchors(path) if path.exists() else None
    for rule in rules(overlay):
        subject = f"{overlay.name}/PrometheusRule/{rule['alert']}"
        file, _, anchor = rule.get("annotations", {}).get("runbook", "").partition("#")
        if file != "docs/operations.md" or not anchor:
            yield Problem("runbooks", subject, "annotations.runbook must be docs/operations.md#section")
        elif found is None:
            report.skip("runbooks: there is no docs/operations.md")
        elif anchor not in found:
            yield Problem("runbooks", subject, f"docs/operations.md has no section {anchor}")


def anchors(path: Path) -> set[str]:
    """Headings as links name them: lower case, words joined by hyphens."""
    headings = re.findall(r"(?m)^#+ +(.+?) *$", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dashboards(overlay: Overlay) -> Iterator[Problem]:
    """Every panel asks for what exists."""
    for document in overlay.all("ConfigMap"):
        if "grafana_dashboard" not in document["metadata"].get("labels", {}):
            continue
        for name, text in document["data"].items():
            for panel in json.loads(text)["panels"]:
                for target in panel["targets"]:
                    query = target["expr"].replace("$__rate_interval", "5m")
                    yield from expression(overlay, f"{overlay.name}/{name}/{panel['title']}", query, "dashboards")


def expression(overlay: Overlay, subject: str, query: str, check: str = "alerts") -> Iterator[Problem]:
    """Parses PromQL; each selector must name a metric of the sources, and only labels that it has."""
    try:
        selectors = list(vectors(promql_parser.parse(query)))
    except ValueError as error:
        yield Problem(check, subject, f"no PromQL: {error}")
        return
    known = metrics(overlay.project.root / "Sources")
    for selector in selectors:
        name = str(selector.name)
        labels = known.get(re.sub(r"_(bucket|sum|count)$", "", name) if name not in known else name)
        if labels is None:
            yield Problem(check, subject, f"no metric is called {name}")
            continue
        for matcher in selector.matchers.matchers:
            if matcher.name not in labels | {"namespace", "pod"}:
                yield Problem(check, subject, f"{name} has no label {matcher.name}")


def vectors(node: Any) -> Iterator[Any]:
    """All vector selectors below a node of the syntax tree."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node
    elif isinstance(node, promql_parser.MatrixSelector):
        yield node.vector_selector
    elif isinstance(node, promql_parser.BinaryExpr):
        yield from vectors(node.lhs)
        yield from vectors(node.rhs)
    elif isinstance(node, promql_parser.Call):
        for argument in node.args:
            yield from vectors(argument)
    elif hasattr(node, "expr"):
        yield from vectors(node.expr)


@cache
def metrics(sources: Path) -> dict[str, frozenset[str]]:
    """Every metric that the sources register, with its labels."""
    pattern = re.compile(r'\.(?:counter|gauge|histogram)\(\s*"(weir_\w+)",\s*"[^"]*"(?:,\s*labels:\s*\[([^\]]*)\])?')
    found: dict[str, frozenset[str]] = {}
    for path in sources.rglob("*.swift"):
        for name, labels in pattern.findall(path.read_text(encoding="utf-8")):
            found[name] = frozenset(re.findall(r'"(\w+)"', labels))
    return found


def scraping(overlay: Overlay) -> Iterator[Problem]:
    """Prometheus reaches the metrics, and only with the token."""
    listen = overlay.setting("admin.listen")
    open_to_others = not listen.startswith(("127.", "[::1]", "localhost"))
    token = overlay.configuration["admin"].get("tokenFile") or ""
    if open_to_others != bool(token):
        yield Problem(
            "scraping", f"{overlay.name}/weir.yaml", f"admin.listen {listen} and admin.tokenFile don't go together"
        )
    ports = {port["name"]: port["containerPort"] for port in overlay.container["ports"]}
    for document in overlay.all("PodMonitor"):
        subject = f"{overlay.name}/PodMonitor"
        if not open_to_others:
            yield Problem("scraping", subject, f"nobody outside the pod reaches {listen}")
        for endpoint in document["spec"]["podMetricsEndpoints"]:
            credentials = endpoint.get("authorization", {}).get("credentials", {})
            if token != f"/etc/weir/secrets/{credentials.get('key')}":
                yield Problem("scraping", subject, f"authorization must show the token of {token}")
            if ports.get(endpoint["port"]) != int(listen.rpartition(":")[2]):
                yield Problem("scraping", subject, f"port {endpoint['port']} is not where {listen} is")
            if not any(lets_in(policy, endpoint["port"]) for policy in overlay.all("NetworkPolicy")):
                yield Problem("scraping", subject, f"no NetworkPolicy lets anyone in on port {endpoint['port']}")


def lets_in(policy: Document, port: str) -> bool:
    rules = policy["spec"].get("ingress", [])
    return any(entry.get("port") == port for rule in rules for entry in rule.get("ports", []))


CHECKS = (alerts, dashboards, scraping)

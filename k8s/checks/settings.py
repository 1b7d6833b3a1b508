"""Whether Weir itself takes the configuration that an overlay renders to."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .overlay import Overlay
from .project import Document, run
from .report import Problem

SIGNALS = "weir-signals"


def variables(overlay: Overlay) -> Iterator[Problem]:
    """Each variable that weir.yaml needs is set, and each that is set is used."""
    text = re.sub(r"(?m)^\s*#.*$", "", overlay.configuration_text)
    named = dict(re.findall(r"\$\{(\w+)(:-[^}]*)?\}", text))
    for name, fallback in named.items():
        if not fallback and name not in overlay.environment:
            yield Problem("variables", f"{overlay.name}/weir.yaml", f"{name} is not set and has no default")
    for name in overlay.environment.keys() - named.keys():
        yield Problem("variables", f"{overlay.name}/weir-env", f"weir.yaml does not use {name}")


def mounts(overlay: Overlay) -> Iterator[Problem]:
    """Every file that weir.yaml names is under a mount, and every mount has its volume."""
    volumes = {volume["name"] for volume in overlay.pod.get("volumes", [])}
    volumes |= {claim["metadata"]["name"] for claim in overlay.workload["spec"].get("volumeClaimTemplates", [])}
    paths = [mount["mountPath"] for mount in overlay.container.get("volumeMounts", [])]
    for mount in overlay.container.get("volumeMounts", []):
        if mount["name"] not in volumes:
            yield Problem("mounts", f"{overlay.name}/StatefulSet", f"no volume is called {mount['name']}")
    for path in files(overlay):
        if not any(path == mount or path.startswith(f"{mount}/") for mount in paths):
            yield Problem("mounts", f"{overlay.name}/weir.yaml", f"{path} is under no mount")


def files(overlay: Overlay) -> set[str]:
    """The absolute paths in the configuration."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for part in value.values():
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)
        elif isinstance(value, str) and value.startswith("/"):
            found.add(value)

    walk(overlay.configuration)
    return found


def configuration(overlay: Overlay) -> Iterator[Problem]:
    """`weir config check` on the rendered file, in a folder laid out as the pod's /etc/weir."""
    weir = overlay.project.weir
    if weir is None:
        yield from known_keys(overlay)
        return
    with tempfile.TemporaryDirectory() as folder:
        lay_out(overlay, Path(folder))
        environment = {name: moved(value, folder) for name, value in overlay.environment.items()}
        status, output = run(
            [str(weir), "config", "check", f"{folder}/weir.yaml"],
            cwd=overlay.project.root,
            env={"PATH": os.environ.get("PATH", ""), **environment},
        )
        if status != 0:
            for line in output.strip().splitlines()[:-1]:
                yield Problem("configuration", f"{overlay.name}/weir.yaml", line.replace(folder, "/etc/weir"))


def moved(text: str, folder: str) -> str:
    return text.replace("/etc/weir", folder)


def lay_out(overlay: Overlay, folder: Path) -> None:
    """The mounted files; secrets have stand-ins."""
    (folder / "weir.yaml").write_text(moved(overlay.configuration_text, str(folder)), encoding="utf-8")
    for name in files(overlay):
        path = Path(moved(name, str(folder)))
        if path.is_relative_to(folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("stand-in", encoding="utf-8")
    for document in overlay.all("ConfigMap"):
        if document["metadata"]["name"] == SIGNALS:
            for name, text in document["data"].items():
                (folder / "signals" / name).write_text(text, encoding="utf-8")


def known_keys(overlay: Overlay) -> Iterator[Problem]:
    """Without a weir to ask: each key is declared in the source."""
    source = overlay.project.root / "Sources" / "weir" / "Application" / "WeirSettings.swift"
    known = set(re.findall(r'"([a-z]\w*(?:\.[a-z]\w*)?)", \.', source.read_text(encoding="utf-8")))
    for key in keys(overlay.configuration):
        if key not in known:
            yield Problem("configuration", f"{overlay.name}/weir.yaml", f"{key}: no such setting")


def keys(configuration: Document) -> Iterator[str]:
    for section, value in configuration.items():
        if isinstance(value, dict):
            yield from (f"{section}.{key}" for key in value)
        else:
            yield section


def signals(overlay: Overlay) -> Iterator[Problem]:
    """In production they have a life of their own: an apply would put an old set back, and let known content pass."""
    if overlay.is_production and any(document["metadata"]["name"] == SIGNALS for document in overlay.all("ConfigMap")):
        yield Problem("signals", f"{overlay.name}/ConfigMap/{SIGNALS}", "signals must not be part of the manifests")


CHECKS = (variables, mounts, configuration, signals)

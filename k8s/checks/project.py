"""Where things are, and the outside programs that checks need."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Document = dict[str, Any]


@dataclass(frozen=True)
class Project:
    """A tree to check: the repository's, or a broken copy of it."""

    root: Path
    schemas: Path | None
    weir: Path | None

    @property
    def k8s(self) -> Path:
        return self.root / "k8s"

    @property
    def overlays(self) -> list[str]:
        """Folders below k8s: the overlays, and what is put together for the checks alone."""
        folders = [*self.k8s.glob("overlays/*"), *self.k8s.glob("checks/variants/*")]
        return sorted(str(folder.relative_to(self.k8s)) for folder in folders if folder.is_dir())

    def topics(self) -> list[Document]:
        """The topics of topology/topics.yaml."""
        text = (self.root / "topology" / "topics.yaml").read_text(encoding="utf-8")
        topics: list[Document] = parse_yaml(text)[0]["topics"]
        return topics

    def base_configuration(self) -> Document:
        """The base's weir.yaml, its variables as they stand."""
        document: Document = parse_yaml((self.k8s / "base" / "weir.yaml").read_text(encoding="utf-8"))[0]
        return document


def parse_yaml(text: str) -> list[Any]:
    """All documents that are not empty; by libyaml, which is ten times faster than PyYAML's own reader."""
    return [document for document in yaml.load_all(text, yaml.CSafeLoader) if document]


def find_schemas(root: Path) -> Path | None:
    """The folder of custom resource definitions: $WEIR_K8S_SCHEMAS, or shared/k8s-schemas beside the repository."""
    named = os.environ.get("WEIR_K8S_SCHEMAS")
    path = Path(named) if named else root.parent / "shared" / "k8s-schemas"
    return path if path.is_dir() else None


def tool(name: str) -> str:
    """A program that requirements.txt brings, or one on PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        sys.exit(f"{name} is missing: pip install -r k8s/requirements.txt")
    return found


def run(command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Exit code and what was printed, errors included."""
    done = subprocess.run(
        command, cwd=cwd, env=env, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout


def render(folder: Path) -> list[Document]:
    """A kustomization as kubectl would apply it. Raises RuntimeError with what kubectl says."""
    status, output = run([tool("kubectl"), "kustomize", str(folder)])
    if status != 0:
        raise RuntimeError(output.strip())
    return parse_yaml(output)

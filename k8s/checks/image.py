"""Whether the container file is sound, as far as that can be seen without building it."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from .project import Project, run, tool
from .report import Problem


def containerfile(project: Project) -> Iterator[Problem]:
    """Lints it; what it copies exists and is sent to the builder; packages come from Dependencies.apt alone."""
    path = project.root / "Containerfile"
    status, output = run([tool("hadolint"), "--no-color", str(path)])
    if status != 0:
        for line in output.strip().splitlines():
            yield Problem("containerfile", "Containerfile", line.removeprefix(str(path)))
    lines = instructions(path)
    stages = {stage for line in lines for stage in re.findall(r"^FROM \S+ AS (\S+)", line)}
    for line in lines:
        yield from copy_problems(project, line, stages)
        if re.search(r"apt-get install(?: --[\w-]+)* +[^\s&|;-]", line):
            yield Problem("containerfile", "Containerfile", "packages are named in Dependencies.apt, nowhere else")
    entry = [line for line in lines if line.startswith("ENTRYPOINT")]
    if len(entry) != 1 or not entry[0].startswith('ENTRYPOINT ["'):
        yield Problem(
            "containerfile", "Containerfile", "ENTRYPOINT must be in exec form: a shell would keep SIGTERM to itself"
        )
    users = [line for line in lines if line.startswith("USER")]
    if not users or re.fullmatch(r"USER [1-9]\d*:[1-9]\d*", users[-1]) is None:
        yield Problem("containerfile", "Containerfile", "USER must be a number that is not root's")


def instructions(path: Path) -> list[str]:
    text = re.sub(r"(?m)^\s*#.*\n", "", path.read_text(encoding="utf-8"))
    return [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def copy_problems(project: Project, line: str, stages: set[str]) -> Iterator[Problem]:
    for stage in re.findall(r"--(?:from=|mount=\S*from=)([\w-]+)", line):
        if stage not in stages:
            yield Problem("containerfile", "Containerfile", f"no stage is called {stage}")
    if not line.startswith("COPY") or "--from" in line:
        return
    ignore = (project.root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = [entry[1:] for entry in ignore if entry.startswith("!")]
    for source in shlex.split(line)[1:-1]:
        if not (project.root / source).exists():
            yield Problem("containerfile", "Containerfile", f"{source} does not exist")
        if not any(source == entry or source.startswith(f"{entry}/") for entry in sent):
            yield Problem("containerfile", "Containerfile", f".dockerignore keeps {source} back")

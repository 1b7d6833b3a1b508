"""Whether the YAML is well written."""

from collections.abc import Iterator

from .project import Project, run, tool
from .report import Problem


def yaml_files(project: Project) -> Iterator[Problem]:
    status, output = run(
        [tool("yamllint"), "--strict", "-f", "parsable", "-c", str(project.k8s / ".yamllint.yaml"), str(project.k8s)]
    )
    if status != 0:
        for line in output.strip().splitlines():
            yield Problem("yaml", "yamllint", line.replace(f"{project.root}/", ""))

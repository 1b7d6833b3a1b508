"""All checks of a project."""

from . import observability, settings, streaming, workload
from .image import containerfile
from .overlay import Overlay
from .project import Project, render
from .report import Problem, Report
from .schemas import validate
from .topics import topics, written
from .yamlfiles import yaml_files

OVERLAY_CHECKS = (*workload.CHECKS, *streaming.CHECKS, *settings.CHECKS, *observability.CHECKS)


def check(project: Project) -> Report:
    """Everything; the report says what was wrong and what could not be looked at."""
    report = Report()
    report.add(yaml_files(project))
    report.add(containerfile(project))
    report.add(topics(project))
    validate("topics", written(project), project.schemas, report)
    if project.weir is None:
        report.skip("weir config check: no --weir given; only the names of settings were looked at")
    for name in project.overlays:
        check_overlay(name, project, report)
    check_topics(project, report)
    return report


def check_overlay(name: str, project: Project, report: Report) -> None:
    try:
        overlay = Overlay.load(name, project)
    except RuntimeError as error:
        report.add([Problem("render", name, str(error))])
        return
    validate(name, overlay.documents, project.schemas, report)
    try:
        for overlay_check in OVERLAY_CHECKS:
            report.add(overlay_check(overlay))
        report.add(observability.runbooks(overlay, report))
    except (LookupError, ValueError) as error:
        report.add([Problem("shape", name, str(error))])


def check_topics(project: Project, report: Report) -> None:
    """Topics render as a kustomization of their own."""
    try:
        render(project.k8s / "topics")
    except RuntimeError as error:
        report.add([Problem("render", "topics", str(error))])

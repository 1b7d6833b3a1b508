"""Strict validation against the schemas of Kubernetes and of the custom resources."""

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate  # type: ignore[import-untyped]  # it brings no types

from .project import Document, parse_yaml
from .report import Problem, Report

# The oldest release that the manifests are for, and the newest that the validator knows.
RELEASES = ("1.32", "1.37")


def validate(subject: str, documents: list[Document], definitions: Path | None, report: Report) -> None:
    """Each document against its kind's schema, where a field that is not in it is an error."""
    for document in documents:
        name = f"{subject}/{document['kind']}/{document['metadata']['name']}"
        if is_builtin(document):
            report.add(builtin_problems(name, document))
        elif definitions is None:
            report.skip("custom resources: no schemas; set WEIR_K8S_SCHEMAS to a folder of CustomResourceDefinitions")
        else:
            report.add(custom_problems(name, document, definitions))


def is_builtin(document: Document) -> bool:
    """Custom groups are under a domain of their own."""
    group = document["apiVersion"].rpartition("/")[0]
    return "." not in group or group.endswith(".k8s.io")


def builtin_problems(name: str, document: Document) -> Iterator[Problem]:
    for release in RELEASES:
        try:
            kubernetes_validate.validate(document, release, strict=True)
        except kubernetes_validate.ValidationError as error:
            yield Problem("schema", name, f"Kubernetes {release}: {dotted(error.path)}: {error.message}")
        except kubernetes_validate.SchemaNotFoundError as error:
            yield Problem("schema", name, f"Kubernetes {release}: {error}")


def custom_problems(name: str, document: Document, definitions: Path) -> Iterator[Problem]:
    schema = custom_schemas(definitions).get((document["apiVersion"], document["kind"]))
    if schema is None:
        yield Problem("schema", name, f"no definition of {document['apiVersion']} {document['kind']} in {definitions}")
        return
    for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
        yield Problem("schema", name, f"{dotted(error.absolute_path)}: {error.message}")


@cache
def custom_schemas(definitions: Path) -> dict[tuple[str, str], Document]:
    """The schema of each served version, made strict."""
    schemas: dict[tuple[str, str], Document] = {}
    for path in sorted(definitions.glob("*.yaml")):
        for definition in parse_yaml(path.read_text(encoding="utf-8")):
            spec = definition["spec"]
            for version in spec["versions"]:
                key = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
                schemas[key] = strict(version["schema"]["openAPIV3Schema"], top=True)
    return schemas


def strict(schema: Document, top: bool = False) -> Document:
    """Forbids fields that the schema does not name, unless it keeps unknown ones on purpose."""
    schema = copy.copy(schema)
    properties: dict[str, Any] = dict(schema.get("properties", {}))
    if top:
        for name in ("apiVersion", "kind", "metadata"):
            properties.setdefault(name, {})
    if properties:
        schema["properties"] = {name: strict(part) for name, part in properties.items()}
        if "additionalProperties" not in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            schema["additionalProperties"] = False
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            schema[name] = strict(schema[name])
    return schema


def dotted(path: Any) -> str:
    return ".".join(str(part) for part in path) or "document"

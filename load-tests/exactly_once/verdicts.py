"""What output records say, taken from their bytes by the public interface alone."""

import json
from typing import Any, NamedTuple

from harness.topics import Headers, Record

Source = tuple[int, int]
"""Partition and offset of an input record."""


class Malformed(Exception):
    """A record that the interface does not allow."""


class Outcome(NamedTuple):
    """A verdict, as one copy of it says."""

    record: Record
    source: Source
    id: str
    event: str
    account: str
    content: str
    action: str
    labels: tuple[str, ...]
    rule: str | None

    def said(self) -> tuple[object, ...]:
        """What all copies of a verdict must agree on."""
        return (self.id, self.event, self.content, self.action, self.labels, self.rule)


class Letter(NamedTuple):
    """A dead letter's own headers."""

    record: Record
    source: Source
    code: str


def outcome(record: Record, input_topic: str) -> Outcome:
    try:
        verdict: dict[str, Any] = json.loads(record.value or b"")
        data = verdict["data"]
        place = data["input"]
        found = Outcome(
            # The bytes have said all that is needed; keeping them would cost memory.
            record._replace(value=None, headers=[]),
            (place["partition"], place["offset"]),
            verdict["id"],
            data["event"],
            data["account"],
            verdict["subject"],
            data["action"],
            tuple(data["labels"]),
            data["rule"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed(f"{type(error).__name__}: {error}") from error
    if verdict.get("type") != "weir.verdict.v1" or place.get("topic") != input_topic:
        raise Malformed("is no verdict on the input")
    if record.key != found.content.encode():
        raise Malformed("the key is not the content id")
    return found


def letter(record: Record, input_topic: str) -> Letter:
    own = {
        name: value.decode() for name, value in record.headers if name.startswith("weir.") and isinstance(value, bytes)
    }
    try:
        source = (int(own["weir.source.partition"]), int(own["weir.source.offset"]))
        found = Letter(record, source, own["weir.error.code"])
        missing = {f"weir.error.{name}" for name in ("message", "stage", "version", "attempt")} - own.keys()
    except (ValueError, KeyError) as error:
        raise Malformed(f"{type(error).__name__}: {error}") from error
    if missing or own.get("weir.source.topic") != input_topic:
        raise Malformed(f"lacks {sorted(missing)}" if missing else "is no dead letter of the input")
    return found


def original_headers(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if not name.startswith(("weir.error.", "weir.source."))]

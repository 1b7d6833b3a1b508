"""What output records say, taken from their bytes by the public interface alone."""

import json
from hashlib import sha256
from sys import intern
from typing import Any, NamedTuple

from harness.topics import Headers, Record

NEEDS_PERSON = {"review", "hold", "escalate"}


class Source(NamedTuple):
    """Where an input record stands."""

    topic: str
    partition: int
    offset: int


class Malformed(Exception):
    """A record that the interface does not allow."""


class Said(NamedTuple):
    """What all copies of a verdict must agree on, but for its id."""

    event: str
    content: str
    action: str
    preserve: bool
    labels: tuple[str, ...]
    rule: str | None
    uploaded: str
    received: str
    supersedes: str | None = None
    outcome: dict[str, str] | None = None
    """Where a person decided: whose decision it is."""
    decided: str | None = None
    """Where a person decided: when. Otherwise only Weir can know."""

    def differences(self, right: "Said") -> dict[str, str]:
        """By field."""
        pairs = zip(self._fields, self, right, strict=True)
        return {name: f"{name} is {said!r}, should be {wanted!r}" for name, said, wanted in pairs if said != wanted}


class Copy(NamedTuple):
    """A verdict, as it stands on one topic."""

    record: Record
    source: Source
    id: str
    account: str
    said: Said


class Letter(NamedTuple):
    """A dead letter's own headers."""

    record: Record
    source: Source
    code: str


def verdict_id(source: Source, event: str) -> str:
    """The id that the verdict on an input record must have; `event` is the upload's, whatever the record."""
    place = source.partition.to_bytes(4, "little") + source.offset.to_bytes(8, "little")
    return sha256(source.topic.encode() + b"\0" + place + event.encode()).hexdigest()[:32]


def read_copy(record: Record, inputs: list[str]) -> Copy:
    try:
        verdict: dict[str, Any] = json.loads(record.value or b"")
        data = verdict["data"]
        place, times, outcome = data["input"], data["times"], data.get("outcome")
        said = Said(
            data["event"],
            verdict["subject"],
            intern(data["action"]),
            data.get("preserve", False),
            tuple(data["labels"]),
            data["rule"],
            intern(times["uploaded"]),
            times["received"],
            data["supersedes"],
            outcome,
            times["decided"] if outcome else None,
        )
        source = Source(intern(place["topic"]), place["partition"], place["offset"])
        # The bytes have said all that is needed; keeping them, or the same text many times, would cost memory.
        copy = Copy(record._replace(value=None, headers=[]), source, verdict["id"], intern(data["account"]), said)
        is_timed = verdict["time"] == times["decided"]
        has_policy = data["policy"] is not None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"{type(error).__name__}: {error}") from error
    if verdict.get("type") != "weir.verdict.v1" or source.topic not in inputs:
        raise Malformed("is no verdict on an input")
    if record.key != said.content.encode():
        raise Malformed("the key is not the content id")
    if not is_timed:
        raise Malformed("its time is not when it was decided")
    if has_policy == (outcome is not None):
        raise Malformed("must name either a policy or a person's decision")
    return copy


def read_letter(record: Record, inputs: list[str]) -> Letter:
    own = {
        name: value.decode() for name, value in record.headers if name.startswith("weir.") and isinstance(value, bytes)
    }
    try:
        source = Source(own["weir.source.topic"], int(own["weir.source.partition"]), int(own["weir.source.offset"]))
        found = Letter(record, source, own["weir.error.code"])
        missing = {f"weir.error.{name}" for name in ("message", "stage", "version", "attempt")} - own.keys()
    except (ValueError, KeyError) as error:
        raise Malformed(f"{type(error).__name__}: {error}") from error
    if missing or source.topic not in inputs:
        raise Malformed(f"lacks {sorted(missing)}" if missing else "is no dead letter of an input")
    return found


def original_headers(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if not name.startswith(("weir.error.", "weir.source."))]

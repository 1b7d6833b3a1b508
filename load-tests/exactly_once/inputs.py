"""What stands on the input topics, and how each record of it must end.

Uploads are known from the seed. Decisions are known from their topic alone: what they say, and how they must end.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from decisions import JUDGED
from report import Report
from uploads import TIME, DeadLetter, Headers, Upload
from verdicts import Said, Source

from harness.topics import Record

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Topics:
    uploads: str = "uploads"
    outcomes: str = "outcomes"
    audit: str = "audit"
    enforcement: str = "enforcement"
    review: str = "review"
    dead_letters: str = "uploads.dlq"

    @property
    def inputs(self) -> list[str]:
        return [self.uploads, self.outcomes]

    @property
    def outputs(self) -> list[str]:
        return [self.audit, self.enforcement, self.review, self.dead_letters]


class Input(NamedTuple):
    """A record that Weir was given."""

    id: str
    event: str | None
    """The upload's; None for a decision that is none, which may not name it."""
    account: str | None
    key: bytes
    value: bytes | None
    headers: Headers
    end: Said | DeadLetter
    """The right one."""


class Inputs:
    """What is wrong with them is the test's own fault."""

    def __init__(self, report: Report, topics: Topics, expected: list[Upload]) -> None:
        self.records: dict[Source, Input] = {}
        self._report = report
        self._topics = topics
        self._expected = {upload.id: upload for upload in expected}

    def take(self, record: Record) -> None:
        """Learns what stands where."""
        names = {name: value.decode() for name, value in record.headers if isinstance(value, bytes)}
        try:
            given = (self._upload if record.topic == self._topics.uploads else self._decision)(record, names)
        except (ValueError, KeyError, TypeError) as error:
            detail = f"was not sent: {type(error).__name__} {error}"
            self._report.violate_at("input", record, names.get("test-id", ""), detail)
        else:
            self.records[Source(record.topic, record.partition, record.offset)] = given

    def find_lost(self) -> None:
        """Once all is read. How many decisions there must be, only the desk could say."""
        times = Counter((source.topic, given.id) for source, given in self.records.items())
        wanted = {(self._topics.uploads, id) for id in self._expected}
        for topic, id in wanted | times.keys():
            if times[(topic, id)] != 1:
                self._report.violate("input", topic, -1, -1, id, f"is there {times[(topic, id)]} times")
        decisions = [given for source, given in self.records.items() if source.topic == self._topics.outcomes]
        self._report.counts["input"] = len(self.records) - len(decisions)
        self._report.counts["decisions"] = len(decisions)
        self._report.counts["spoilt"] = sum(isinstance(given.end, DeadLetter) for given in decisions)

    def _upload(self, record: Record, names: dict[str, str]) -> Input:
        upload = self._expected[names["test-id"]]
        key, content = upload.account.encode(), upload.content or upload.id
        if (record.key, record.value) != (key, upload.value):
            self._report.violate_at("input", record, upload.id, "is not what was sent")
        end: Said | DeadLetter
        if isinstance(upload.answer, DeadLetter):
            end = upload.answer
        else:
            action, labels, rule, preserve = upload.answer
            end = Said(upload.id, content, action, preserve, labels, rule, TIME, rfc3339(record.timestamp))
        return Input(upload.id, upload.id, upload.account, key, upload.value, upload.headers, end)

    def _decision(self, record: Record, names: dict[str, str]) -> Input:
        """The upload that it is about is known from the seed: what the decision repeats of it proves nothing."""
        id, end, key = names["test-id"], names["test-end"], record.key or b""
        if end != JUDGED:
            return Input(id, None, None, key, record.value, record.headers, DeadLetter(end))
        outcome: dict[str, Any] = json.loads(record.value or b"")
        data = outcome["data"]
        upload = self._expected[data["event"]]
        said = Said(
            upload.id,
            upload.content or upload.id,
            data.get("action") or "allow",
            data.get("preserve") or False,
            tuple(data.get("labels") or ()),
            None,
            TIME,
            rfc3339(record.timestamp),
            data["verdict"],
            {"id": outcome["id"], **{name: data[name] for name in ("ruling", "reviewer", "reason") if name in data}},
            outcome["time"],
        )
        return Input(id, upload.id, upload.account, key, record.value, record.headers, said)


def rfc3339(milliseconds: int) -> str:
    """As verdicts have it."""
    time = EPOCH + timedelta(milliseconds=milliseconds)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")

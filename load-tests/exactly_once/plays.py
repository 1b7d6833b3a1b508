"""What a faithful Weir would write, for the self-test: uploads, decisions and all that comes of them."""

import json
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from decisions import JUDGED, Decision, Shares, decide
from inputs import Topics, rfc3339
from uploads import TIME, DeadLetter, Headers, Upload, Verdict, uploads
from verdicts import NEEDS_PERSON, Source, verdict_id

PARTITIONS = 2
SEED = 5
UPLOADS = list(uploads(SEED, count=80, accounts=6, poison=0.1))
SHARES = Shares(first=1, again=0.6, spoilt=0.2)
BEGAN = time.time_ns() // 1_000_000


class Given(NamedTuple):
    """One record of an input topic."""

    id: str
    source: Source
    key: str
    value: bytes | None
    headers: Headers

    @property
    def timestamp(self) -> int:
        """In milliseconds; no two of a topic are alike."""
        return BEGAN + PARTITIONS * self.source.offset + self.source.partition


@dataclass
class Output:
    """One record that the player writes."""

    topic: str
    partition: int
    key: str
    value: dict[str, Any] | bytes | None
    source: Source
    headers: Headers = field(default_factory=list)


@dataclass
class Play:
    """What the player does; a fault is a change to it."""

    topics: Topics
    given: dict[Source, Given] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    aborted: list[Output] = field(default_factory=list)
    unfinished: list[Output] = field(default_factory=list)
    behind: str = ""
    """The input topic of whose partition 0 the last record is not committed."""

    def give(self, topic: str, partition: int, id: str, key: str, value: bytes | None, headers: Headers) -> Given:
        offset = sum((source.topic, source.partition) == (topic, partition) for source in self.given)
        given = Given(id, Source(topic, partition, offset), key, value, headers)
        self.given[given.source] = given
        return given

    def of(self, topic: str, id: str) -> Output:
        """What became of an input record."""
        return next(output for output in self.all_of(id) if output.topic == topic)

    def all_of(self, id: str) -> list[Output]:
        return [output for output in self.outputs if self.given[output.source].id == id]

    def judge_upload(self, upload: Upload) -> None:
        topic, key = self.topics.uploads, upload.account
        given = self.give(topic, partition_of(key), upload.id, key, upload.value, upload.headers)
        if isinstance(upload.answer, DeadLetter):
            self.outputs.append(self.dead(given, f"{upload.answer.code}code"))
        else:
            self.outputs += self.judged(given, upload, upload.answer)

    def judge_decision(self, decision: Decision) -> None:
        topic, key = self.topics.outcomes, decision.content
        given = self.give(topic, partition_of(key), decision.id, key, decision.value, decision.headers)
        if decision.end == JUDGED:
            self.outputs += self.superseding(given)
        else:
            self.outputs.append(self.dead(given, f"{decision.end}code"))

    def judged(self, given: Given, upload: Upload, answer: Verdict) -> list[Output]:
        """A verdict and its copies."""
        data: dict[str, Any] = {
            "event": upload.id,
            "account": upload.account,
            "action": answer.action,
            **({"preserve": True} if answer.preserve else {}),
            "labels": list(answer.labels),
            "rule": answer.rule,
            "policy": "exactly-once 1",
            "supersedes": None,
        }
        times = {"uploaded": TIME, "decided": rfc3339(given.timestamp + 1)}
        return self._copies(given, upload.content or upload.id, data, times, answer.action != "allow")

    def superseding(self, given: Given) -> list[Output]:
        outcome: dict[str, Any] = json.loads(given.value or b"")
        said = outcome["data"]
        person = {name: said[name] for name in ("reviewer", "reason") if name in said}
        data: dict[str, Any] = {
            "event": said["event"],
            "account": said["account"],
            "action": said.get("action") or "allow",
            **({"preserve": True} if said.get("preserve") else {}),
            "labels": said.get("labels") or [],
            "rule": None,
            "policy": None,
            "supersedes": said["verdict"],
            "outcome": {"id": outcome["id"], "ruling": said["ruling"], **person},
        }
        times = {"uploaded": said["times"]["uploaded"], "decided": outcome["time"]}
        return self._copies(given, outcome["subject"], data, times, True)

    def dead(self, given: Given, code: str) -> Output:
        own = {
            "weir.error.code": code,
            "weir.error.message": "made up",
            "weir.error.stage": "decode",
            "weir.error.version": "0",
            "weir.error.attempt": "1",
            "weir.source.topic": given.source.topic,
            "weir.source.partition": str(given.source.partition),
            "weir.source.offset": str(given.source.offset),
        }
        headers = given.headers + [(name, value.encode()) for name, value in own.items()]
        return Output(self.topics.dead_letters, given.source.partition, given.key, given.value, given.source, headers)

    def _copies(
        self, given: Given, content: str, data: dict[str, Any], times: dict[str, str], is_enforced: bool
    ) -> list[Output]:
        verdict: dict[str, Any] = {
            "specversion": "1.0",
            "type": "weir.verdict.v1",
            "source": "weir/test",
            "id": verdict_id(given.source, data["event"]),
            "time": times["decided"],
            "subject": content,
            "data": {**data, "input": given.source._asdict(), "times": {**times, "received": rfc3339(given.timestamp)}},
        }
        hashed = sha256(data["account"].encode()).hexdigest()[:32]
        copies: dict[str, dict[str, Any]] = {
            self.topics.audit: {**verdict, "data": {**verdict["data"], "account": hashed}}
        }
        if is_enforced:
            copies[self.topics.enforcement] = verdict
        if data["action"] in NEEDS_PERSON:
            copies[self.topics.review] = verdict
        return [Output(topic, partition_of(content), content, value, given.source) for topic, value in copies.items()]


def partition_of(key: str) -> int:
    return int(key[-1]) % PARTITIONS


def faithful(topics: Topics) -> Play:
    """All uploads, then decisions on what is on enforcement, for as long as there are any."""
    play = Play(topics)
    for upload in UPLOADS:
        play.judge_upload(upload)
    # The list grows while it is gone through.
    for output in play.outputs:
        if output.topic != topics.enforcement or not isinstance(output.value, dict):
            continue
        if decision := decide(SEED, output.value, SHARES):
            play.judge_decision(decision)
    return play

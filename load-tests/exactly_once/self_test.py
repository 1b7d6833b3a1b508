"""Shows that check.py catches what it is for.

Plays a faithful Weir on a real broker, then one that breaks a single promise at a time, and compares the invariants
that the check finds violated with those that were. Exit code 0 if they are the same in every case.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from check import NEEDS_PERSON, Topics, check
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import NewTopic  # type: ignore[attr-defined]
from report import INVARIANTS
from uploads import DeadLetter, Headers, Upload, Verdict, uploads

from harness.broker import Broker
from harness.topics import QUIET, Cluster

PARTITIONS = 2
UPLOADS = list(uploads(seed=5, count=80, accounts=6, poison=0.1))


@dataclass
class Output:
    """One record that the player writes."""

    topic: str
    partition: int
    key: str
    value: dict[str, Any] | bytes | None
    headers: Headers = field(default_factory=list)


@dataclass
class Play:
    """What the player does; a fault is a change to it."""

    topics: Topics
    places: dict[str, tuple[int, int]]
    outputs: list[Output] = field(default_factory=list)
    aborted: list[Output] = field(default_factory=list)
    unfinished: list[Output] = field(default_factory=list)
    behind: int = 0
    """How far from the end the committed offset of partition 0 is."""

    def of(self, topic: str, upload: Upload) -> Output:
        return next(output for output in self.outputs if output.topic == topic and is_about(output, upload))


def is_about(output: Output, upload: Upload) -> bool:
    if isinstance(output.value, dict):
        return bool(output.value["data"]["event"] == upload.id)
    return ("test-id", upload.id.encode()) in output.headers


def partition(upload: Upload) -> int:
    return int(upload.account.removeprefix("a-")) % PARTITIONS


def verdict(topics: Topics, upload: Upload, answer: Verdict, place: tuple[int, int]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "type": "weir.verdict.v1",
        "source": "weir/test",
        "id": f"id-{upload.id}",
        "subject": upload.content or upload.id,
        "data": {
            "event": upload.id,
            "account": upload.account,
            "action": answer.action,
            "labels": list(answer.labels),
            "rule": answer.rule,
            "input": {"topic": topics.uploads, "partition": place[0], "offset": place[1]},
        },
    }


def judged(topics: Topics, upload: Upload, answer: Verdict, place: tuple[int, int]) -> list[Output]:
    """A verdict and its copies."""
    wanted = [topics.audit]
    if answer.action != "allow":
        wanted.append(topics.enforcement)
    if answer.action in NEEDS_PERSON:
        wanted.append(topics.review)
    content = upload.content or upload.id
    return [
        Output(topic, len(content) % PARTITIONS, content, verdict(topics, upload, answer, place)) for topic in wanted
    ]


def dead(topics: Topics, upload: Upload, code: str, place: tuple[int, int]) -> Output:
    own = {
        "weir.error.code": code,
        "weir.error.message": "made up",
        "weir.error.stage": "decode",
        "weir.error.version": "0",
        "weir.error.attempt": "1",
        "weir.source.topic": topics.uploads,
        "weir.source.partition": str(place[0]),
        "weir.source.offset": str(place[1]),
    }
    headers = upload.headers + [(name, value.encode()) for name, value in own.items()]
    return Output(topics.dead_letters, place[0], upload.account, upload.value, headers)


def faithful(topics: Topics) -> Play:
    places: dict[str, tuple[int, int]] = {}
    counts = [0] * PARTITIONS
    for upload in UPLOADS:
        places[upload.id] = (partition(upload), counts[partition(upload)])
        counts[partition(upload)] += 1
    play = Play(topics, places)
    for upload in UPLOADS:
        if isinstance(upload.answer, DeadLetter):
            play.outputs.append(dead(topics, upload, f"{upload.answer.code}code", places[upload.id]))
        else:
            play.outputs += judged(topics, upload, upload.answer, places[upload.id])
    return play


def first(action: str) -> Upload:
    return next(upload for upload in UPLOADS if isinstance(upload.answer, Verdict) and upload.answer.action == action)


def first_poison() -> Upload:
    return next(upload for upload in UPLOADS if isinstance(upload.answer, DeadLetter))


ALLOWED, REMOVED, REVIEWED, POISON = first("allow"), first("remove"), first("review"), first_poison()


def changed(output: Output, **data: Any) -> Output:
    """A verdict with other fields in `data`."""
    assert isinstance(output.value, dict)
    return replace(output, value={**output.value, "data": {**output.value["data"], **data}})


def put(play: Play, old: Output, *new: Output) -> None:
    place = play.outputs.index(old)
    play.outputs[place : place + 1] = new


def drop(topic: Callable[[Topics], str], upload: Upload) -> Callable[[Play], None]:
    return lambda play: put(play, play.of(topic(play.topics), upload))


def alter(topic: Callable[[Topics], str], upload: Upload, **data: Any) -> Callable[[Play], None]:
    def fault(play: Play) -> None:
        old = play.of(topic(play.topics), upload)
        put(play, old, changed(old, **data))

    return fault


def audit(topics: Topics) -> str:
    return topics.audit


def enforcement(topics: Topics) -> str:
    return topics.enforcement


def review(topics: Topics) -> str:
    return topics.review


def doubled(play: Play) -> None:
    old = play.of(play.topics.audit, ALLOWED)
    put(play, old, old, old)


def doubled_under_another_id(play: Play) -> None:
    old = play.of(play.topics.audit, ALLOWED)
    assert isinstance(old.value, dict)
    put(play, old, old, replace(old, value={**old.value, "id": "another"}))


def doubled_letter(play: Play) -> None:
    old = play.of(play.topics.dead_letters, POISON)
    put(play, old, old, old)


def swapped(play: Play) -> None:
    """Two verdicts of one account in one output partition change places."""
    outputs = [output for output in play.outputs if output.topic == play.topics.audit]
    for index, one in enumerate(outputs):
        for other in outputs[index + 1 :]:
            assert isinstance(one.value, dict) and isinstance(other.value, dict)
            same_account = one.value["data"]["account"] == other.value["data"]["account"]
            if same_account and one.partition == other.partition:
                a, b = play.outputs.index(one), play.outputs.index(other)
                play.outputs[a], play.outputs[b] = other, one
                return
    raise AssertionError("no account has two verdicts")


def one_id_for_two(play: Play) -> None:
    old = play.of(play.topics.audit, ALLOWED)
    assert isinstance(old.value, dict)
    put(play, old, replace(old, value={**old.value, "id": f"id-{REMOVED.id}"}))


def both(play: Play) -> None:
    old = play.of(play.topics.audit, ALLOWED)
    put(play, old, old, dead(play.topics, ALLOWED, "json-code", play.places[ALLOWED.id]))


def dead_instead(play: Play) -> None:
    put(play, play.of(play.topics.audit, ALLOWED), dead(play.topics, ALLOWED, "json-code", play.places[ALLOWED.id]))


def judged_poison(play: Play) -> None:
    answer = Verdict("allow", (), None)
    old = play.of(play.topics.dead_letters, POISON)
    put(play, old, *judged(play.topics, POISON, answer, play.places[POISON.id]))


def letter_of_another_code(play: Play) -> None:
    put(play, play.of(play.topics.dead_letters, POISON), dead(play.topics, POISON, "x", play.places[POISON.id]))


def letter_with_another_value(play: Play) -> None:
    old = play.of(play.topics.dead_letters, POISON)
    put(play, old, replace(old, value=b"other"))


def letter_without_its_headers(play: Play) -> None:
    old = play.of(play.topics.dead_letters, POISON)
    put(play, old, replace(old, headers=old.headers[1:]))


def of_no_input(play: Play) -> None:
    play.outputs += judged(play.topics, ALLOWED, Verdict("allow", (), None), (0, 100_000))


def not_json(play: Play) -> None:
    play.outputs.append(Output(play.topics.audit, 0, "x", b'{"type":'))


def under_another_key(play: Play) -> None:
    old = play.of(play.topics.enforcement, REMOVED)
    put(play, old, replace(old, key="another"))


def enforced_for_nothing(play: Play) -> None:
    old = play.of(play.topics.audit, ALLOWED)
    put(play, old, old, replace(old, topic=play.topics.enforcement))


def reviewed_twice(play: Play) -> None:
    old = play.of(play.topics.review, REVIEWED)
    put(play, old, old, old)


def behind_the_end(play: Play) -> None:
    play.behind = 1


def aborted_copies(play: Play) -> None:
    play.aborted = list(play.outputs)


def aborted_verdict(play: Play) -> None:
    """The one and only verdict is in a transaction that was aborted: a reader must not count it."""
    verdict = play.of(play.topics.audit, ALLOWED)
    put(play, verdict)
    play.aborted = [verdict]


def left_open(play: Play) -> None:
    play.unfinished = [play.of(play.topics.audit, ALLOWED)]


def never_sent(play: Play) -> None:
    """Plays with an upload more than the check is told of."""


CASES: list[tuple[str, Callable[[Play], None], set[str]]] = [
    ("faithful", lambda play: None, set()),
    ("aborted-copies", aborted_copies, set()),
    ("missing", drop(audit, ALLOWED), {"missing"}),
    ("missing-letter", drop(lambda topics: topics.dead_letters, POISON), {"missing"}),
    ("aborted-verdict", aborted_verdict, {"missing"}),
    ("doubled", doubled, {"doubled", "verdict-id"}),
    ("doubled-other-id", doubled_under_another_id, {"doubled"}),
    ("doubled-letter", doubled_letter, {"doubled"}),
    ("swapped", swapped, {"order"}),
    ("one-id-for-two", one_id_for_two, {"verdict-id"}),
    ("wrong-action", alter(audit, ALLOWED, action="remove"), {"wrong-verdict"}),
    ("wrong-labels", alter(audit, ALLOWED, labels=["TVEC1"]), {"wrong-verdict"}),
    ("wrong-rule", alter(audit, ALLOWED, rule="known-file"), {"wrong-verdict"}),
    ("both", both, {"both", "wrong-dead-letter"}),
    ("dead-instead", dead_instead, {"wrong-dead-letter"}),
    ("judged-poison", judged_poison, {"wrong-verdict"}),
    ("letter-code", letter_of_another_code, {"wrong-dead-letter"}),
    ("letter-value", letter_with_another_value, {"wrong-dead-letter"}),
    ("letter-headers", letter_without_its_headers, {"wrong-dead-letter"}),
    ("no-input", of_no_input, {"unknown"}),
    ("other-event", alter(audit, ALLOWED, event="another"), {"unknown", "missing"}),
    ("not-json", not_json, {"malformed"}),
    ("other-key", under_another_key, {"malformed", "enforcement-missing"}),
    ("enforcement-missing", drop(enforcement, REMOVED), {"enforcement-missing"}),
    ("enforcement-extra", enforced_for_nothing, {"enforcement-extra"}),
    ("enforcement-differs", alter(enforcement, REMOVED, action="hold"), {"enforcement-differs"}),
    ("enforcement-account", alter(enforcement, REMOVED, account="another"), {"enforcement-differs"}),
    ("review-missing", drop(review, REVIEWED), {"review-missing"}),
    ("review-twice", reviewed_twice, {"review-extra"}),
    ("review-differs", alter(review, REVIEWED, labels=[]), {"review-differs"}),
    ("offsets", behind_the_end, {"offsets"}),
    ("left-open", left_open, {"open-transaction"}),
    ("input-lost", never_sent, {"input"}),
]


class Player:
    """Writes plays to a broker."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._cluster = Cluster(bootstrap)
        self._producer = self._transactional("player")

    def _transactional(self, id: str) -> Producer:
        producer = Producer(
            {"bootstrap.servers": self._bootstrap, "transactional.id": id, "linger.ms": 0, "log_level": QUIET}
        )
        producer.init_transactions(30)
        return producer

    def violated(self, name: str, fault: Callable[[Play], None]) -> tuple[set[str], int]:
        """What the check finds in a play with a fault, and how many records it was right not to count."""
        topics = Topics(*(f"{name}.{topic}" for topic in ("uploads", "audit", "enforcement", "review", "dlq")))
        new = [NewTopic(topic, PARTITIONS, 1) for topic in [topics.uploads, *topics.outputs]]
        for future in self._cluster.admin.create_topics(new).values():
            future.result()
        play = faithful(topics)
        fault(play)
        self._send_uploads(topics)
        if play.aborted:
            self._begin(play.aborted)
            self._producer.abort_transaction(30)
        self._begin(play.outputs)
        self._producer.commit_transaction(30)
        self._commit_offsets(name, play)
        other = None
        if play.unfinished:
            other = self._transactional(f"other-{name}")
            self._begin(play.unfinished, other)
        expected = UPLOADS if fault is not never_sent else [*UPLOADS, UPLOADS[0]._replace(id="never-sent")]
        report = check(self._cluster, name, expected, topics)
        if other:
            other.abort_transaction(30)
        return set(report.violations), report.counts["aborted"]

    def _send_uploads(self, topics: Topics) -> None:
        """In a transaction, so that there is a marker behind the last of them."""
        self._producer.begin_transaction()
        for upload in UPLOADS:
            self._producer.produce(
                topics.uploads, upload.value, upload.account, partition(upload), headers=upload.headers
            )
        self._producer.commit_transaction(30)

    def _begin(self, outputs: list[Output], producer: Producer | None = None) -> None:
        producer = producer or self._producer
        producer.begin_transaction()
        for output in outputs:
            value = json.dumps(output.value).encode() if isinstance(output.value, dict) else output.value
            producer.produce(output.topic, value, output.key, output.partition, headers=output.headers)
        producer.flush(30)

    def _commit_offsets(self, group: str, play: Play) -> None:
        counts = [0] * PARTITIONS
        for number, _ in play.places.values():
            counts[number] += 1
        counts[0] -= play.behind
        consumer = Consumer({"bootstrap.servers": self._bootstrap, "group.id": group, "log_level": QUIET})
        offsets = [TopicPartition(play.topics.uploads, number, count) for number, count in enumerate(counts)]
        consumer.commit(offsets=offsets, asynchronous=False)
        consumer.close()


def main() -> int:
    failures = 0
    with tempfile.TemporaryDirectory() as folder, Broker(Path(folder) / "kafka") as broker:
        player = Player(broker.bootstrap)
        for name, fault, expected in CASES:
            violated, aborted = player.violated(name, fault)
            is_right = violated == expected and (aborted > 0) == (fault in (aborted_copies, aborted_verdict, left_open))
            failures += not is_right
            found = ", ".join(sorted(violated)) or "nothing"
            print(f"{'ok' if is_right else 'NOT OK'}: {name}: found {found}, should be {sorted(expected)}")
    untried = INVARIANTS.keys() - set().union(*(expected for _, _, expected in CASES))
    if untried:
        print(f"NOT OK: no case breaks {', '.join(sorted(untried))}")
    print(f"self-test of the check: {len(CASES) - failures} of {len(CASES)} cases as they should be")
    return 1 if failures or untried else 0


if __name__ == "__main__":
    sys.exit(main())

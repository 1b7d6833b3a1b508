"""Shows that each invariant of a fault run is caught by what is meant to catch it.

Plays pipelines on a real broker, in steps, while the reader of the fault runs follows them: once a faithful one, then
one that breaks a single promise at a time, as broken stream processors do. Exit code 0 if in every case exactly the
expected invariants are violated, the one that is meant among them.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

HERE = Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent), str(HERE.parent / "exactly_once")]

import breaks
import invariants
import reader as reading
from breaks import ALLOWED, POISON, REMOVED, alter, audit, double, drop, enforcement, uploads
from check import check
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import NewTopic  # type: ignore[attr-defined]
from inputs import Topics
from patience import until
from plays import PARTITIONS, UPLOADS, Output, Play, faithful
from reader import Reader
from resources import LONG, MOST_MEMORY, Life, Resources
from self_test import Player

from harness.broker import Broker
from harness.topics import QUIET, commit
from harness.weir import Weir

reading.SAMPLE_EVERY = 0.05
reading.APART = 0.5
reading.CATCH_UP = 3.0


class Steps(Player):
    """Writes a play's outputs in parts, and commits offsets when it is told to."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(bootstrap)
        self.other = self._transactional("zombie")

    def begin(self, name: str, play: Play) -> None:
        self.play, self.group = play, name
        self._consumers: dict[str, Consumer] = {}
        topics = play.topics
        new = [NewTopic(topic, PARTITIONS, 1) for topic in [*topics.inputs, *topics.outputs]]
        for future in self._cluster.admin.create_topics(new).values():
            future.result()
        self._send_inputs(play)
        self.reader = Reader(self._bootstrap, name, topics)
        self.reader.start()

    def write(self, outputs: list[Output]) -> None:
        self._begin(outputs)
        self._producer.commit_transaction(30)

    def commit(self, upto: dict[tuple[str, int], int]) -> None:
        """Offsets by input partition; the topic says which group."""
        for topic in self.play.topics.inputs:
            group = self.group if topic == self.play.topics.uploads else f"{self.group}-outcomes"
            consumer = self._consumers.get(topic) or Consumer(
                {"bootstrap.servers": self._bootstrap, "group.id": group, "log_level": QUIET}
            )
            self._consumers[topic] = consumer
            offsets = [TopicPartition(topic, number, end) for (name, number), end in upto.items() if name == topic]
            if offsets:
                commit(consumer, offsets)

    def settle(self) -> None:
        """Until the reader has taken samples of this state and compared them."""
        wanted = self.reader.taken + 2
        until("samples", lambda: self.reader.taken >= wanted and self.reader.samples >= wanted, 10)

    def found(self, name: str) -> set[str]:
        for consumer in self._consumers.values():
            consumer.close()
        self.reader.close()
        report = check(self._cluster, name, UPLOADS, self.play.topics).as_json()
        return set(invariants.broken(invariants.counted(report, self.reader.violations, [], [])))


def parts(play: Play) -> tuple[list[Output], list[Output]]:
    """The outputs in two halves, with all of an input record in the same."""
    sources = list(dict.fromkeys(output.source for output in play.outputs))
    early = set(sources[: len(sources) // 2])
    return [o for o in play.outputs if o.source in early], [o for o in play.outputs if o.source not in early]


def ends(outputs: list[Output]) -> dict[tuple[str, int], int]:
    """What may be committed once these are written."""
    found: dict[tuple[str, int], int] = {}
    for output in outputs:
        place = (output.source.topic, output.source.partition)
        found[place] = max(found.get(place, 0), output.source.offset + 1)
    return found


def faithfully(steps: Steps) -> None:
    for part in parts(steps.play):
        steps.write(part)
        steps.commit(ends(part))
        steps.settle()


def doubling_on_restart(steps: Steps) -> None:
    """It dies between its outputs and its offsets, which are no transaction."""
    early, late = parts(steps.play)
    steps.write(early)
    steps.settle()
    for part in (early, late):
        steps.write(part)
        steps.commit(ends(part))
    steps.settle()


def committing_first(steps: Steps) -> None:
    """Its offsets are there before its outputs are."""
    early, late = parts(steps.play)
    for part in (early, late):
        steps.commit(ends(part))
        steps.settle()
        steps.write(part)
    steps.settle()


def writing_after_revocation(steps: Steps) -> None:
    """A process that stood still writes what it held, after another has taken its partition over and has gone on."""
    early, late = parts(steps.play)
    steps.write(early)
    steps.commit(ends(early))
    steps.settle()
    old = next(output for output in early if output.topic == steps.play.topics.audit)
    steps._begin([old], steps.other)
    steps.other.commit_transaction(30)
    steps.settle()
    steps.write(late)
    steps.commit(ends(late))
    steps.settle()


def copying_apart(steps: Steps) -> None:
    """Enforcement is told in a transaction of its own, long before audit is."""
    early, late = parts(steps.play)
    copies = [output for output in early if output.topic == steps.play.topics.enforcement]
    steps.write(copies)
    until("what is apart", lambda: "apart" in steps.reader.violations, 10)
    steps.write([output for output in early if output not in copies])
    steps.write(late)
    steps.commit(ends(steps.play.outputs))
    steps.settle()


def going_back(steps: Steps) -> None:
    """Offsets of an older member overwrite those of a younger."""
    early, late = parts(steps.play)
    steps.write(early)
    steps.commit(ends(early))
    steps.settle()
    steps.commit({place: end - 1 for place, end in ends(early).items()})
    steps.settle()
    steps.write(late)
    steps.commit(ends(late))
    steps.settle()


def leaving_open(steps: Steps) -> None:
    faithfully(steps)
    steps._begin([steps.play.outputs[-1]], steps.other)


@dataclass(frozen=True)
class Case:
    name: str
    meant: str
    """The invariant that must catch it; empty for none."""
    others: frozenset[str] = frozenset()
    change: breaks.Break = lambda play: None
    pipeline: Callable[[Steps], None] = faithfully


CASES = [
    Case("faithful", ""),
    # One of many, as a pipeline does that loses one in ten thousand; what was committed has no verdict then.
    Case("drops-one", "I1", frozenset({"I5"}), drop(audit, ALLOWED)),
    Case("doubles-on-restart", "I1", frozenset({"I2", "I3", "I6"}), pipeline=doubling_on_restart),
    # What comes behind what was committed looks like that of a process which has lost the partition.
    Case("commits-before-output", "I5", frozenset({"I11"}), pipeline=committing_first),
    Case("doubles-one", "I6", frozenset({"I1", "I2"}), double(audit, ALLOWED)),
    Case("swaps-two", "I3", change=breaks.swap(uploads)),
    Case("loses-enforcement", "I2", change=drop(enforcement, REMOVED)),
    Case("wrong-verdict", "I2", change=alter(audit, ALLOWED, action="remove")),
    Case(
        "writes-after-revocation",
        "I11",
        frozenset({"I1", "I2", "I3", "I6"}),
        pipeline=writing_after_revocation,
    ),
    Case("copies-apart", "I4", pipeline=copying_apart),
    Case("goes-back", "I5", pipeline=going_back),
    Case("changes-a-dead-letter", "I7", change=breaks.letter_with(POISON, value=b"other")),
    Case("leaves-a-transaction-open", "I10", frozenset({"I6"}), pipeline=leaving_open),
]


def of_processes() -> list[str]:
    """What processes did and held needs no broker; what is wrong with how that is told."""
    wrong = []
    for trouble, meant in [
        ("SIGTERM of member-0: exit code 1", "I10"),
        ("member-0 did not end within 25 s after term", "I10"),
        ("uploads: nothing was committed for 90 s; committed {}", "I9"),
        ("member-0 ended by itself with 1", "I9"),
        ("member-0: the first of two processes did not give up (exit code None)", "I11"),
    ]:
        if (found := set(invariants.broken(invariants.counted({}, {}, [trouble], [])))) != {meant}:
            wrong.append(f"{trouble!r}: found {found}, should be {meant}")
    if (found := set(invariants.broken(invariants.counted({}, {}, [], [], ["partition 0"])))) != {"I12"}:
        wrong.append(f"a wrong state: found {found}, should be I12")
    steady = [(float(second), 100.0, 40, 20) for second in range(int(LONG) + 100)]
    for name, samples, count in [
        ("steady", steady, 0),
        ("large", [*steady, (LONG + 100, MOST_MEMORY + 1, 40, 20)], 1),
        ("growing", [(s, m + s / 10, f, t) for s, m, f, t in steady], 1),
        ("leaking files", [(s, m, f + int(s) // 10, t) for s, m, f, t in steady], 1),
        ("leaking threads", [(s, m, f, t + int(s) // 20) for s, m, f, t in steady], 1),
        ("young", [(s, m + s, f, t) for s, m, f, t in steady[:100]], 0),
    ]:
        resources = Resources(most_in_flight=1)
        resources.lives[1] = Life("member-0", 0, samples)
        if len(excesses := resources.excesses()) != count:
            wrong.append(f"{name}: found {excesses}, should be {count}")
    for most, count in [(6_000, 0), (5_999, 1)]:
        resources = Resources(most_in_flight=most)
        resources.look([cast(Weir, Crowded())])
        if len(excesses := resources.excesses()) != count:
            wrong.append(f"6,000 of {most} in flight: found {excesses}, should be {count}")
    return wrong


class Crowded:
    """Stands in for a process: this one, with many records in hand."""

    pid = os.getpid()
    member = "member-0"

    def exit_code(self) -> None:
        return None

    def metrics(self) -> dict[str, float]:
        return {"weir_inflight_events": 6_000}


def main() -> int:
    failures = of_processes()
    with tempfile.TemporaryDirectory() as folder, Broker(Path(folder) / "kafka") as broker:
        steps = Steps(broker.bootstrap)
        for case in CASES:
            suffixes = ("uploads", "outcomes", "audit", "enforcement", "review", "dlq")
            play = faithful(Topics(*(f"{case.name}.{topic}" for topic in suffixes)))
            case.change(play)
            steps.begin(case.name, play)
            case.pipeline(steps)
            found, expected = steps.found(case.name), {case.meant, *case.others} - {""}
            if case.pipeline is leaving_open:
                steps.other.abort_transaction(30)
            is_right = found == expected
            if not is_right:
                failures.append(case.name)
            print(f"{'ok' if is_right else 'NOT OK'}: {case.name}: found {sorted(found)}, should be {sorted(expected)}")
            if not is_right:
                print(f"  {steps.reader.violations}")
    # I8, I9 and I12 are of processes, above.
    untried = invariants.INVARIANTS.keys() - {case.meant for case in CASES} - {"I8", "I9", "I12"}
    failures += [f"no case breaks {name}" for name in sorted(untried)]
    for failure in failures:
        print(f"NOT OK: {failure}")
    print(f"self-test of the invariants: {'as it should be' if not failures else f'{len(failures)} wrong'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""Weir's fold over accounts beside the same job in Kafka Streams with RocksDB stores: events a second, exactly once.

The job: JSON uploads of several hundred bytes over 4 partitions are parsed, what each account did in the hour, the day
and the week before is counted, and what stands out is said in a verdict of each event on audit; offsets, verdicts and
changes of state are one transaction, every 100 ms; the broker runs beside it. Rounds alternate between the contenders,
so that whatever else the machine does meets them all. Both must say the same facts. Beside them Weir without and with
the fold in a pipeline that has other detectors too, and the shipped pipeline without and with everything that is
counted of accounts and across them. docs/metadata.md says what each does more and less.
"""

import argparse
import re
import shutil
import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from confluent_kafka import Producer
from contenders import ALL, SAME_BYTES, SIGHTING_ROLES, SIGHTINGS, STATE, STREAMS, Course, built, java_version
from uploads import Uploads

from harness import results, weir
from harness.broker import PACKAGE, Broker
from harness.progress import Failed, settled, timed
from harness.topics import ONCE, QUIET, Cluster, Group, alter
from harness.usage import cpu_seconds, peak_memory

INPUT = "uploads"
ROLES = ("audit", "enforcement", "review", "deadLetters", STATE, *SIGHTING_ROLES)
FACT = re.compile(rb'"fact":"([a-z-]+)"')
TARGETS = [
    ("weir", STREAMS, 2.0),
    ("weir-stateful", "weir-stateless", 0.7),
    ("weir-sightings", "weir-stateless", 0.7),
    ("weir-everything", "weir-shipped", 0.7),
]
ESTIMATED = "many-hosts"
"""Hosts above 64 are estimated from hashes, which are not the same; so may be what is said at the bound."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--commit-milliseconds", type=int, default=100)
    parser.add_argument(
        "--threads",
        type=int,
        default=4,
        help="of Kafka Streams; one a partition by default: while one waits for its commit, others have the processor",
    )
    parser.add_argument("--only", action="append", choices=ALL, help="leave the others out; may be repeated")
    parser.add_argument("--keep", action="store_true", help="keep logs and the broker's data")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/streams.jsonl")
    chosen = parser.parse_args()
    signal(SIGTERM, default_int_handler)
    built()
    folder = Path(tempfile.mkdtemp(prefix="weir-streams-"))
    with Broker(folder / "kafka", keep=chosen.keep) as broker:
        compare = Compare(chosen, folder, broker)
        compare.fill()
        for number in range(chosen.rounds):
            for contender in ALL:
                if not chosen.only or contender in chosen.only:
                    compare.turn(contender, number + 1)
        versions = {"weir": weir.version(), "kafka": broker.version(), "java": java_version()}
    if not chosen.keep:
        shutil.rmtree(folder)
    wrong = differing(compare.turns)
    if chosen.record and not wrong:
        head: dict[str, Any] = {"test": "streams", "time": results.stamp(), "command": results.command()}
        head |= {"machine": results.machine(), "versions": versions, "eventBytes": compare.event_bytes}
        path = results.record("streams", [{**head, **turn} for turn in compare.turns])
        print(f"appended to {path.relative_to(PACKAGE)}")
    print_table(compare.turns)
    for one in wrong:
        print(f"BROKEN: {one}")
    return 1 if wrong else 0


class Compare:
    def __init__(self, chosen: argparse.Namespace, folder: Path, broker: Broker) -> None:
        self.turns: list[dict[str, Any]] = []
        self.event_bytes = 0
        self._chosen = chosen
        self._folder = folder
        self._broker = broker
        self._cluster = Cluster(broker.bootstrap)
        self._signals = folder / "signals.jsonl"
        self._verdict_bytes = 0

    def fill(self) -> None:
        """Writes the input, once for all."""
        self._signals.write_text(weir.tool("load", "generate", "--signals"))
        weir.make_topics(self._course("weir", "fill").config, self._chosen.partitions)
        # Times are made up, and retention goes by them.
        alter(self._cluster.admin, {INPUT: {"message.timestamp.type": "CreateTime", "retention.ms": "-1"}})
        producer = Producer(
            {
                "bootstrap.servers": self._broker.bootstrap, **ONCE, "linger.ms": 20, "compression.type": "lz4",
                "partitioner": "murmur2_random", "log_level": QUIET,
            }
        )  # fmt: skip
        for given in Uploads(self._chosen.events, self._chosen.accounts, self._chosen.seed).all():
            value = given.value.encode()
            self.event_bytes += len(value)
            while True:
                try:
                    producer.produce(INPUT, value, given.account, timestamp=given.recorded)
                    break
                except BufferError:
                    producer.poll(0.05)
        producer.flush()
        self.event_bytes = round(self.event_bytes / self._chosen.events)

    def _course(self, contender: str, name: str) -> Course:
        """Fresh topics, state among them, and a fresh group."""
        folder = self._folder / name
        folder.mkdir()
        course = Course(
            contender=contender,
            bootstrap=self._broker.bootstrap,
            group=f"streams.{name}",
            topics={"uploads": INPUT} | {role: f"{role}.{name}" for role in ROLES},
            folder=folder,
            signals=self._signals,
            commit_milliseconds=self._chosen.commit_milliseconds,
            verdict_bytes=self._verdict_bytes,
            threads=self._chosen.threads,
        )
        course.write_configuration()
        return course

    def turn(self, contender: str, number: int) -> None:
        name = f"{contender}.{number}"
        course = self._course(contender, name)
        weir.make_topics(course.config, self._chosen.partitions)
        group = Group(self._cluster, course.group, INPUT)
        broker_before = cpu_seconds(self._broker.pid)
        log = course.folder / "log"
        process = course.start(log)
        try:
            figures = timed(process, group, self._chosen.events)
            if course.has(SIGHTINGS):
                # It counts once what was seen is counted across accounts as well.
                second = Group(self._cluster, f"{course.group}-sightings", course.topics["sightings"])
                figures |= settled(process, second, figures, self._chosen.events)
        except Failed as failed:
            raise SystemExit(f"{name}: {failed}; {log}: {log.read_text()[-2000:]}") from failed
        figures["cpuSeconds"] = round(cpu_seconds(process.pid), 2)
        figures["brokerCpuSeconds"] = round(cpu_seconds(self._broker.pid) - broker_before, 2)
        figures["peakMiB"] = round(peak_memory(process.pid), 1)
        process.send_signal(SIGTERM)
        process.wait(60)
        figures |= self._verify(course)
        if contender == "weir":
            self._verdict_bytes = round(figures["verdictBytes"])
        turn = {"contender": contender, "round": number, "events": self._chosen.events, **figures}
        self.turns.append(turn)
        told = f"{turn['eventsPerSecond']:,} events/s, {turn['cpuSeconds']} s CPU, {turn['verdictBytes']} B a verdict"
        print(f"round {number}: {contender}: {told}", flush=True)
        topics = [topic for topic in course.topics.values() if topic != INPUT] + course.changelogs
        self._cluster.admin.delete_topics(list(dict.fromkeys(topics)))
        if not self._chosen.keep:
            shutil.rmtree(course.folder)

    def _verify(self, course: Course) -> dict[str, Any]:
        """That the job was done: a verdict of each event, and which facts in all; and what was written of state."""
        audit = size = 0
        facts: Counter[str] = Counter()
        for record in self._cluster.read([course.topics["audit"]]):
            audit += 1
            value = record.value or b""
            size += len(value)
            facts.update(fact.decode() for fact in FACT.findall(value))
        if audit != self._chosen.events:
            raise SystemExit(f"{course.group}: {audit} verdicts, should be {self._chosen.events}")
        changes = [
            len(record.key or b"") + len(record.value or b"")
            for record in (self._cluster.read(course.changelogs) if course.changelogs else ())
        ]
        return {
            "verdictBytes": round(size / audit, 1),
            "changelogRecords": len(changes),
            "changelogBytes": sum(changes),
            "facts": dict(sorted(facts.items())),
        }


def differing(turns: list[dict[str, Any]]) -> list[str]:
    """Where contenders that fold do not say the same."""
    wrong = []
    folds = [turn for turn in turns if turn["contender"] in ("weir", STREAMS, SAME_BYTES)]
    for turn in folds:
        for fact in turn["facts"].keys() | folds[0]["facts"].keys():
            is_, should = turn["facts"].get(fact, 0), folds[0]["facts"].get(fact, 0)
            if abs(is_ - should) > (should * 0.02 if fact == ESTIMATED else 0):
                wrong.append(f"{turn['contender']}, round {turn['round']}: {is_} times {fact}, the first {should}")
    return wrong


def ratio(turns: list[dict[str, Any]], one: str, other: str, what: str = "eventsPerSecond") -> float:
    """The median over rounds of the ratio within a round."""
    rounds: dict[int, dict[str, float]] = {}
    for turn in turns:
        rounds.setdefault(turn["round"], {})[turn["contender"]] = turn[what]
    return statistics.median(found[one] / found[other] for found in rounds.values())


def print_table(turns: list[dict[str, Any]]) -> None:
    """Medians over the rounds."""
    columns = {
        "events/s": "eventsPerSecond", "second half": "secondHalfPerSecond", "CPU s": "cpuSeconds",
        "broker CPU s": "brokerCpuSeconds", "peak MiB": "peakMiB", "B a verdict": "verdictBytes",
        "changelog records": "changelogRecords", "changelog bytes": "changelogBytes",
    }  # fmt: skip
    print(f"| contender | {' | '.join(columns)} |\n| --- |{' --- |' * len(columns)}")
    labels = list(dict.fromkeys(turn["contender"] for turn in turns))
    for label in labels:
        mine = [turn for turn in turns if turn["contender"] == label]
        cells = [f"{statistics.median(turn[what] for turn in mine):,.10g}" for what in columns.values()]
        print(f"| {label} | {' | '.join(cells)} |")
    for one, other, asked in TARGETS:
        if one in labels and other in labels:
            halves = ratio(turns, one, other, "secondHalfPerSecond")
            cpu = ratio(turns, other, one, "cpuSeconds")
            found = ratio(turns, one, other)
            print(
                f"{one} has {found:.2f} times the events/s of {other} ({asked} asked);"
                f" {halves:.2f} over the second half, {cpu:.2f} by processor time"
            )


if __name__ == "__main__":
    sys.exit(main())

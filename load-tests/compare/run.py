"""Weir beside two loops of the same job, in C and in Python: events a second, exactly once, on one machine.

The job: JSON uploads of about 240 bytes over 4 partitions are parsed and judged by known hashes; every verdict goes to
audit, those of known uploads (5 %) to enforcement too; offsets and verdicts are one transaction, every 100 ms; the
broker runs beside it. Rounds alternate between the contenders, so that whatever else the machine does meets them all.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from confluent_kafka import Producer
from contenders import ALL, Contender, Course, built_loop, start

from harness import results, weir
from harness.broker import PACKAGE, Broker
from harness.progress import Failed, timed
from harness.topics import ONCE, QUIET, Cluster, Group
from harness.usage import cpu_seconds, peak_memory

INPUT = "uploads"


def options() -> argparse.Namespace:
    names = [contender.label for contender in ALL]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--bytes", type=int, default=240, help="of an event, about")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--commit-milliseconds", type=int, default=100)
    parser.add_argument(
        "--commit-records",
        type=int,
        default=100_000,
        help="Weir's commit.maxRecords; the peers end transactions by time alone, and by default so does Weir here",
    )
    parser.add_argument("--only", action="append", choices=names, help="leave the others out; may be repeated")
    parser.add_argument("--preload", metavar="LIBRARY", help="another librdkafka for Weir and the C loop")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/compare.jsonl")
    parser.add_argument(
        "--figures", action="store_true", help="print medians and ratios as weir bench does, and the rest on stderr"
    )
    return parser.parse_args()


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    contenders = [contender for contender in ALL if not chosen.only or contender.label in chosen.only]
    built_loop()
    folder = Path(tempfile.mkdtemp(prefix="weir-compare-"))
    with Broker(folder / "kafka") as broker:
        compare = Compare(chosen, folder, broker)
        compare.fill()
        for number in range(chosen.rounds):
            for contender in contenders:
                compare.turn(contender, number + 1)
        versions = {"weir": weir.version(), "kafka": broker.version(), **results.client_versions()}
    shutil.rmtree(folder)
    if chosen.record:
        head: dict[str, Any] = {"test": "compare", "time": results.stamp(), "command": results.command()}
        head |= {"machine": results.machine(), "versions": versions}
        path = results.record("compare", [{**head, **turn} for turn in compare.turns])
        print(f"appended to {path.relative_to(PACKAGE)}; draw it with: python3 load-tests/compare/plot.py")
    if chosen.figures:
        for figure in figures(compare.turns):
            print(json.dumps(figure), flush=True)
    else:
        print_table(compare.turns)
    return 0


class Compare:
    def __init__(self, chosen: argparse.Namespace, folder: Path, broker: Broker) -> None:
        self.turns: list[dict[str, Any]] = []
        self._chosen = chosen
        self._folder = folder
        self._broker = broker
        self._cluster = Cluster(broker.bootstrap)
        self._signals = folder / "signals.jsonl"
        self._verdict_bytes = 0
        self._known = 0

    def fill(self) -> None:
        """Writes the input, once for all."""
        self._signals.write_text(weir.tool("load", "generate", "--signals"))
        course = self._course("fill")
        weir.make_topics(course.config, self._chosen.partitions)
        producer = Producer(
            {
                "bootstrap.servers": self._broker.bootstrap,
                **ONCE,
                "linger.ms": 20,
                "compression.type": "lz4",
                "partitioner": "murmur2_random",
                "log_level": QUIET,
            }
        )
        count = str(self._chosen.events)
        generate = [str(weir.binary()), "load", "generate", "--count", count, "--bytes", str(self._chosen.bytes)]
        with subprocess.Popen(generate, stdout=subprocess.PIPE) as source:
            assert source.stdout
            for line in source.stdout:
                self._known += b'"sha256"' in line
                self._produce(producer, line.rstrip())
        producer.flush()

    def _produce(self, producer: Producer, event: bytes) -> None:
        marker = b'"account":{"id":"'
        start = event.index(marker) + len(marker)
        account = event[start : event.index(b'"', start)]
        while True:
            try:
                producer.produce(INPUT, event, account)
                return
            except BufferError:
                producer.poll(0.05)

    def _course(self, name: str) -> Course:
        """Fresh topics and a fresh group."""
        topics = {"uploads": INPUT}
        topics |= {role: f"{role}.{name}" for role in ("audit", "enforcement", "review", "deadLetters")}
        course = Course(
            bootstrap=self._broker.bootstrap,
            group=f"compare.{name}",
            topics=topics,
            signals=self._signals,
            config=self._folder / f"{name}.yaml",
            commit_milliseconds=self._chosen.commit_milliseconds,
            commit_records=self._chosen.commit_records,
            preload=self._chosen.preload,
        )
        course.write_configuration()
        return course

    def turn(self, contender: Contender, number: int) -> None:
        name = f"{contender.label}.{number}"
        course = self._course(name)
        weir.make_topics(course.config, self._chosen.partitions)
        group = Group(self._cluster, course.group, INPUT)
        broker_before = cpu_seconds(self._broker.pid)
        log = self._folder / f"{name}.log"
        process = start(contender, course, self._verdict_bytes, log)
        try:
            figures = timed(process, group, self._chosen.events)
        except Failed as failed:
            raise SystemExit(f"{name}: {failed}; {log}: {log.read_text()[-2000:]}") from failed
        figures["cpuSeconds"] = round(cpu_seconds(process.pid), 2)
        figures["brokerCpuSeconds"] = round(cpu_seconds(self._broker.pid) - broker_before, 2)
        figures["peakMiB"] = round(peak_memory(process.pid), 1)
        process.send_signal(SIGTERM)
        process.wait(30)
        figures |= self._verify(course)
        if contender.name == "weir":
            self._verdict_bytes = round(figures["verdictBytes"])
        turn = {"contender": contender.label, "round": number, "events": self._chosen.events, **figures}
        self.turns.append(turn)
        told = f"{turn['eventsPerSecond']:,} events/s, {turn['verdictBytes']} B a verdict, {turn['cpuSeconds']} s CPU"
        print(
            f"round {number}: {contender.label}: {told}",
            file=sys.stderr if self._chosen.figures else sys.stdout,
            flush=True,
        )
        self._cluster.admin.delete_topics([topic for topic in course.topics.values() if topic != INPUT])

    def _verify(self, course: Course) -> dict[str, Any]:
        """That the job was done: every event on audit, the known ones on enforcement."""
        audit = enforcement = size = 0
        for record in self._cluster.read([course.topics["audit"], course.topics["enforcement"]]):
            if record.topic == course.topics["audit"]:
                audit += 1
                size += len(record.value or b"")
            else:
                enforcement += 1
        if (audit, enforcement) != (self._chosen.events, self._known):
            raise SystemExit(
                f"{course.group}: {audit} verdicts and {enforcement} on enforcement,"
                f" should be {self._chosen.events} and {self._known}"
            )
        return {"verdictBytes": round(size / audit, 1), "enforcement": enforcement}


def medians_of(turns: list[dict[str, Any]], what: str = "eventsPerSecond") -> dict[str, float]:
    """Over the rounds, by contender."""
    return {
        label: statistics.median(turn[what] for turn in turns if turn["contender"] == label)
        for label in dict.fromkeys(turn["contender"] for turn in turns)
    }


def ratio_to(label: str, turns: list[dict[str, Any]]) -> float:
    """Weir's throughput as a multiple of another's: the median over rounds of the ratio within a round."""
    rounds: dict[int, dict[str, float]] = {}
    for turn in turns:
        rounds.setdefault(turn["round"], {})[turn["contender"]] = turn["eventsPerSecond"]
    return statistics.median(found["weir"] / found[label] for found in rounds.values())


def figures(turns: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each contender's median, and how Weir stands to it; beside each what it wrote and what processor time it took."""
    medians, seconds = medians_of(turns), medians_of(turns, "seconds")
    written, cpu = medians_of(turns, "verdictBytes"), medians_of(turns, "cpuSeconds")
    for label, median in medians.items():
        common = {"n": turns[0]["events"], "seconds": seconds[label]}
        profile = {"cpuSeconds": cpu[label], "verdictBytes": written[label]}
        yield {"name": f"peers-{label}", "value": median, "unit": "events/s", **common, "profile": profile}
        if label != "weir" and "weir" in medians:
            ratio = round(ratio_to(label, turns), 3)
            profile = {"cpuSeconds": round(cpu[label] / cpu["weir"], 3)}
            profile["verdictBytes"] = round(written[label] / written["weir"], 3)
            yield {"name": f"peers-weir-to-{label}", "value": ratio, "unit": "ratio", **common, "profile": profile}


def print_table(turns: list[dict[str, Any]]) -> None:
    """Medians over the rounds, and how Weir stands to each."""
    medians = medians_of(turns)
    for label, median in medians.items():
        ratio = f"; weir has {ratio_to(label, turns):.2f} of it" if label != "weir" and "weir" in medians else ""
        print(f"{label}: median {median:,.0f} events/s{ratio}")


if __name__ == "__main__":
    sys.exit(main())

"""Whether `weir dlq replay`, killed again and again, puts every dead letter back exactly once.

Makes dead letters with a `weir run`, kills the replay at each step of a transaction and at random moments, lets the
last one end, and reads what is committed: each letter once in its input, as it was, with the attempt that it counts on
from, and one mark beside it. Then lets them fail until the replay must leave them where they are.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGALRM, SIGKILL, SIGTERM, default_int_handler, signal

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "exactly_once")]

from confluent_kafka import Producer
from patience import until
from uploads import signals_file

from harness import weir
from harness.broker import Broker
from harness.topics import ONCE, QUIET, Cluster, Record

PARTITIONS = 4
MOST_ATTEMPTS = 3
PLACES = [
    "before-produce=exit@2",
    "after-produce=exit@2",
    "during-commit=exit@1",
    "during-commit=exit(1ms)@2",
    "during-commit=exit(5ms)@1",
    "after-commit=exit@1",
]
Ids = Counter[str]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=6_000)
    parser.add_argument("--kills", type=int, default=4, help="at random moments, beside one at each place")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


@dataclass
class Report:
    problems: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.problems.append(what)


class Scene:
    def __init__(self, folder: Path, bootstrap: str, letters: int) -> None:
        self.sent = {f"r-{number}": f'{{"broken":"r-{number}'.encode() for number in range(letters)}
        self.cluster = Cluster(bootstrap)
        signals = folder / "signals.jsonl"
        signals.write_text(signals_file())
        self.config = folder / "weir.yaml"
        weir.Settings(
            bootstrap=bootstrap,
            group="replay",
            pipeline=HERE.parent / "exactly_once" / "pipeline.yaml",
            policy=HERE.parent / "exactly_once" / "policy.yaml",
            signals=signals,
            properties={"transaction.timeout.ms": 10000},
            topics={"outcomes": None},
            commit={"interval": "50ms"},
        ).write(self.config)
        settings = json.loads(self.config.read_text())
        settings["limits"] = {"deadLetterShare": 1}
        self.config.write_text(json.dumps(settings))
        weir.make_topics(self.config, PARTITIONS)
        self._log = folder / "weir.log"

    def send(self) -> None:
        producer = Producer({"bootstrap.servers": self.cluster.bootstrap, **ONCE, "linger.ms": 5, "log_level": QUIET})
        for identifier, value in self.sent.items():
            producer.produce("uploads", value, key=identifier, headers=[("test-id", identifier.encode())])
            producer.poll(0)
        producer.flush(30)

    def fail_until(self, letters: int) -> None:
        """Runs Weir until so many dead letters are committed."""
        process = weir.Weir(self.config, "member-0", self._log)
        process.start()
        try:
            until(f"{letters} dead letters", lambda: len(list(self.letters())) >= letters, 120)
        finally:
            process.send(SIGTERM)
            process.wait(25)

    def letters(self) -> list[Record]:
        return [record for record in self.cluster.read(["uploads.dlq"]) if header(record, "weir.error.code")]

    def marks(self) -> list[Record]:
        return [record for record in self.cluster.read(["uploads.dlq"]) if header(record, "weir.replayed.offset")]

    def replayed(self, attempt: int) -> list[Record]:
        found = self.cluster.read(["uploads"])
        return [record for record in found if header(record, "weir.error.attempt") == str(attempt)]

    def replay(self, failpoints: str = "") -> "subprocess.Popen[str]":
        environment = {**os.environ, "WEIR_MEMBER": "none", "WEIR_FAILPOINTS": failpoints}
        command = [str(weir.binary()), "dlq", "replay", "--config", str(self.config)]
        command += ["--max-attempts", str(MOST_ATTEMPTS)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def header(record: Record, name: str) -> str | None:
    for key, value in record.headers:
        if key == name and value is not None:
            return value.decode() if isinstance(value, bytes) else value
    return None


def kill(scene: Scene, report: Report, kills: int, seed: int) -> None:
    for place in PLACES:
        code = scene.replay(place).wait(120)
        # A death after a while is by the kernel's timer.
        expected = -SIGALRM if "(" in place else -SIGKILL
        report.expect(code == expected, f"{place}: the replay ended with {code}")
        report.killed.append(f"{place}: {len(scene.replayed(1))} are back")
    draw = random.Random(seed)
    for _ in range(kills):
        process = scene.replay()
        moment = draw.uniform(0.05, 1.5)
        time.sleep(moment)
        process.kill()
        report.killed.append(f"{moment:.2f} s: {process.wait(30)}, {len(scene.replayed(1))} are back")


def check(report: Report, sent: dict[str, bytes], replayed: list[Record], attempt: int) -> None:
    """Each once, as it was; `replayed` are those that state this attempt."""
    times: Ids = Counter(header(record, "test-id") or "" for record in replayed)
    missing = [identifier for identifier in sent if times[identifier] == 0]
    doubled = [identifier for identifier, count in times.items() if count > 1]
    report.expect(not missing, f"attempt {attempt}: {len(missing)} are missing: {missing[:3]}")
    report.expect(not doubled, f"attempt {attempt}: {len(doubled)} came more than once: {doubled[:3]}")
    for record in replayed:
        identifier = header(record, "test-id") or ""
        same = record.value == sent.get(identifier) and record.key == identifier.encode()
        names = Counter(name for name, _ in record.headers)
        report.expect(same, f"{identifier} is not what it was")
        report.expect(names == Counter(["test-id", "weir.error.attempt"]), f"{identifier} has headers {dict(names)}")


def check_marks(report: Report, letters: list[Record], marks: list[Record]) -> None:
    """One for each letter, on its partition."""
    marked = Counter((mark.partition, int(header(mark, "weir.replayed.offset") or -1)) for mark in marks)
    report.expect(
        marked == Counter((letter.partition, letter.offset) for letter in letters),
        f"{len(marks)} marks of {len(letters)} letters do not fit",
    )


def finish(scene: Scene, report: Report) -> None:
    """The replays that nobody kills, until no more may go back."""
    total = len(scene.sent)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        before = len(scene.marks())
        process = scene.replay()
        counts = json.loads(process.communicate(timeout=180)[0])
        last = attempt == MOST_ATTEMPTS
        report.expect(process.returncode == (1 if last else 0), f"attempt {attempt} ended with {process.returncode}")
        if last:
            report.expect(counts["replayed"] == 0 and counts["exhausted"] == total, f"at the last: {counts}")
            report.expect(len(scene.marks()) == before, "the last replay put letters back")
            report.expect(not scene.replayed(attempt), f"attempt {attempt} was put back")
            return
        check(report, scene.sent, scene.replayed(attempt), attempt)
        check_marks(report, scene.letters(), scene.marks())
        scene.fail_until((attempt + 1) * total)


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-replay-"))
    report = Report()
    with Broker(folder / "kafka") as broker:
        scene = Scene(folder, broker.bootstrap, chosen.letters)
        scene.send()
        scene.fail_until(chosen.letters)
        kill(scene, report, chosen.kills, chosen.seed)
        finish(scene, report)
    shutil.rmtree(folder)
    print(json.dumps({"letters": chosen.letters, "killed": report.killed, "problems": report.problems[:20]}))
    print("HELD" if not report.problems else "BROKEN")
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())

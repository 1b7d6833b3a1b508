"""Whether a process that hangs notices it: each place that can hang is made to, and the watchdog must end the process.

One process a place, each with its own group and topics, all at once. A failpoint makes the calling thread stand still
for ever at the third time; other partitions and lanes go on, which is what makes such a process look healthy. It must
end with exit code 70 and a line of its log that says where it stood, and what it had not done must be done by
its successor.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "exactly_once")]

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from uploads import signals_file, uploads

from harness import weir
from harness.broker import Broker
from harness.topics import ONCE, QUIET, Cluster, Group

LIMIT = 5
"""Seconds of watchdog.limit, the least there is."""
COUNT = 4_000


@dataclass(frozen=True)
class Wedge:
    place: str
    says: str
    """What the log must say of where it stood."""
    within: float = 40
    """Seconds from the start until the process must have ended."""
    needs: str = ""
    """What else must happen for the place to be reached."""
    time: int = 3
    message: str = "no progress: giving up"
    """Of the line that must say it."""

    @property
    def failpoints(self) -> str:
        return f"{self.place}=pause@{self.time}"


FAILS = "after-produce=error@5"
RETURN = "librdkafka has not returned from "
WEDGES = [
    Wedge("after-poll", "has been working on the same records"),
    Wedge("mid-detector", "has been working on the same records"),
    Wedge("before-produce", "sending verdicts"),
    Wedge("dead-letter", "sending verdicts"),
    Wedge("after-produce", "sending verdicts"),
    Wedge("after-send-offsets", "committing a transaction"),
    Wedge("during-commit", "committing a transaction"),
    Wedge("after-commit", "committing a transaction"),
    Wedge("recovery", "recovering from a failed transaction", needs=FAILS, time=1),
    Wedge("revocation-drain", "its loop has not come round", needs="a second member", time=1),
    Wedge("restore", "its loop has not come round", time=1),
    Wedge("signal-reload", "reading signals", needs="other signals", within=60, time=1),
    # Calls that have hung in some version of the client (librdkafka #4420, #4970, #4187, #4486, #5089). Where the lane
    # is at something that must move it says so after LIMIT seconds; elsewhere the call must be over that long after
    # its time-out.
    Wedge("call-init", f'{RETURN}\\"init transactions', within=60, time=1),
    Wedge("call-metadata", f'{RETURN}\\"query metadata', within=60, time=1),
    Wedge("call-begin", "sending verdicts", within=60),
    Wedge("call-abort", "recovering from a failed transaction", within=60, needs=FAILS, time=1),
    Wedge("call-seek", "recovering from a failed transaction", within=60, needs=FAILS, time=1),
    # The time for a stop is over at about the time when the call is overdue: one of the two says so.
    Wedge(
        "call-close-consumer",
        f'{RETURN}\\"close consumer',
        within=90,
        needs="SIGTERM",
        time=1,
        message="giving up",
    ),
    Wedge("call-close-producer", "closing", within=90, needs="SIGTERM", time=1),
]


class Case:
    """One place, its topics and its process."""

    def __init__(self, wedge: Wedge, folder: Path, bootstrap: str) -> None:
        self.wedge = wedge
        self.group = f"wedge-{wedge.place}"
        self._bootstrap = bootstrap
        self._signals = folder / f"{wedge.place}.jsonl"
        self._signals.write_text(signals_file())
        config = folder / f"{wedge.place}.yaml"
        roles = ("uploads", "audit", "enforcement", "review", "deadLetters", "state")
        self.topics = {role: f"{wedge.place}.{role}" for role in roles}
        weir.Settings(
            bootstrap=bootstrap,
            group=self.group,
            pipeline=HERE.parent / "exactly_once" / "pipeline.yaml",
            policy=HERE.parent / "exactly_once" / "policy.yaml",
            signals=self._signals,
            properties={"session.timeout.ms": 6000, "heartbeat.interval.ms": 500, "transaction.timeout.ms": 10000},
            topics=self.topics | {"outcomes": None},
            commit={"interval": "50ms"},
        ).write(config)
        settings = json.loads(config.read_text())
        settings["watchdog"] = {"limit": f"{LIMIT}s"}
        config.write_text(json.dumps(settings))
        weir.make_topics(config, 4)
        self._log = folder / f"{wedge.place}.log"
        self._process = weir.Weir(config, "member-0", self._log)
        self._other = weir.Weir(config, "member-1", folder / f"{wedge.place}.other.log")

    def start(self) -> None:
        extra = f";{self.wedge.needs}" if "=" in self.wedge.needs else ""
        self._process.start({"WEIR_FAILPOINTS": self.wedge.failpoints + extra})

    def provoke(self) -> None:
        """Whatever is needed beside uploads for the place to be reached."""
        if self.wedge.needs == "a second member":
            self._other.start()
        if self.wedge.needs == "SIGTERM" and self.code() is None:
            self._process.send(SIGTERM)
        if self.wedge.needs == "other signals":
            with self._signals.open("a") as signals:
                signals.write('{"type":"term","value":"turnip"}\n')

    def code(self) -> int | None:
        return self._process.exit_code()

    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def finish(self, count: int) -> str:
        """Starts it again and waits until all is committed; what is wrong, or nothing."""
        self._process.start({})
        group = Group(Cluster(self._bootstrap), self.group, self.topics["uploads"])
        deadline = time.monotonic() + 60
        while (done := sum(group.committed().values())) < count and time.monotonic() < deadline:
            time.sleep(0.1)
        self.stop()
        return "" if done >= count else f"its successor committed {done} of {count}"

    def stop(self) -> None:
        for process in (self._process, self._other):
            if process.has_started() and process.exit_code() is None:
                process.send(SIGTERM)
                process.wait(30)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=[wedge.place for wedge in WEDGES], help="may be repeated")
    chosen = parser.parse_args()
    signal(SIGTERM, default_int_handler)
    wedges = [wedge for wedge in WEDGES if not chosen.only or wedge.place in chosen.only]
    folder = Path(tempfile.mkdtemp(prefix="weir-wedges-"))
    with Broker(folder / "kafka") as broker:
        failed = play([Case(wedge, folder, broker.bootstrap) for wedge in wedges], broker.bootstrap)
    if failed:
        print(f"logs: {folder}")
    else:
        shutil.rmtree(folder)
    print(f"wedges: {len(wedges) - failed} noticed, {failed} not")
    return 1 if failed else 0


def play(cases: list[Case], bootstrap: str) -> int:
    began = time.monotonic()
    for case in cases:
        case.start()
    feed(bootstrap, cases)
    for case in cases:
        case.provoke()
    failed = 0
    waiting = list(cases)
    while waiting:
        for case in list(waiting):
            code, age = case.code(), time.monotonic() - began
            if code is None and age < case.wedge.within:
                continue
            waiting.remove(case)
            problem = judge(case, code) or case.finish(COUNT)
            case.stop()
            failed += bool(problem)
            print(f"{case.wedge.place}: {problem or f'noticed after {age:.0f} s'}", flush=True)
        time.sleep(0.2)
    return failed


def judge(case: Case, code: int | None) -> str:
    if '"failpoint"' not in case.log():
        return "the place was never reached"
    if code is None:
        return "hangs, and nobody notices"
    if code != 70:
        return f"ended with {code}, not 70"
    lines = [line for line in case.log().splitlines() if case.wedge.message in line]
    if not lines or case.wedge.says not in lines[-1]:
        return f'does not say "{case.wedge.says}": {lines[-1:] or case.log()[-500:]}'
    return ""


def feed(bootstrap: str, cases: list[Case]) -> None:
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            **ONCE,
            "linger.ms": 5,
            "partitioner": "murmur2_random",
            "log_level": QUIET,
        }
    )
    for case in cases:
        wait_for_topic(bootstrap, case.topics["uploads"])
    records = list(uploads(1, COUNT))
    # Slowly enough that there are many transactions, and that every place is passed more than once.
    for start in range(0, COUNT, 200):
        for case in cases:
            for upload in records[start : start + 200]:
                producer.produce(case.topics["uploads"], upload.value, upload.account, headers=upload.headers)
        producer.flush()
        time.sleep(0.1)


def wait_for_topic(bootstrap: str, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": QUIET})
    deadline = time.monotonic() + 30
    while topic not in admin.list_topics(timeout=10).topics:
        if time.monotonic() > deadline:
            raise SystemExit(f"{topic} does not come")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())

"""Who takes part in the comparison, and how each is started."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness import weir
from harness.broker import PACKAGE

HERE = Path(__file__).resolve().parent

# What weir run gives its clients (see weir config reference); the peers get the same but for the prefetch. Their one
# queue for all partitions would meet Weir's bounds, which are per partition, and librdkafka then pauses for a second.
CONSUMER = {
    "isolation.level": "read_committed",
    "enable.auto.commit": "false",
    "auto.offset.reset": "earliest",
    "partition.assignment.strategy": "cooperative-sticky",
    "queued.min.messages": "1000000",
    "queued.max.messages.kbytes": "1048576",
    "fetch.wait.max.ms": "100",
    "check.crcs": "true",
    "socket.nagle.disable": "true",
}
PRODUCER = {
    "transaction.timeout.ms": "15000",
    "linger.ms": "5",
    "compression.type": "lz4",
    "retry.backoff.ms": "5",
    "queue.buffering.max.messages": "1000000",
    "queue.buffering.max.kbytes": "65536",
    "batch.size": "1000000",
    "partitioner": "murmur2_random",
    "sticky.partitioning.linger.ms": "0",
    "socket.nagle.disable": "true",
}


@dataclass(frozen=True)
class Contender:
    name: str
    pads: bool = False
    """Whether its verdicts are made as long as Weir's."""

    @property
    def label(self) -> str:
        return f"{self.name}-same-bytes" if self.pads else self.name


ALL = [Contender("weir"), Contender("c"), Contender("c", True), Contender("python"), Contender("python", True)]


@dataclass
class Course:
    """One contender's turn: its topics, its group and what it runs with."""

    bootstrap: str
    group: str
    topics: dict[str, str]
    signals: Path
    config: Path
    commit_milliseconds: int
    commit_records: int
    preload: str | None

    def write_configuration(self) -> None:
        weir.Settings(
            bootstrap=self.bootstrap,
            group=self.group,
            pipeline=HERE / "pipeline.yaml",
            policy=HERE / "policy.yaml",
            signals=self.signals,
            properties={},
            topics=self.topics,
            commit={"interval": f"{self.commit_milliseconds}ms", "maxRecords": self.commit_records},
        ).write(self.config)


def start(contender: Contender, course: Course, verdict_bytes: int, log: Path) -> "subprocess.Popen[bytes]":
    command = command_line(contender, course, verdict_bytes)
    environment = {**os.environ, "WEIR_MEMBER": "member-0"}
    if course.preload and contender.name != "python":
        environment["LD_PRELOAD"] = course.preload
    with log.open("ab") as file:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            cwd=PACKAGE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )


def command_line(contender: Contender, course: Course, verdict_bytes: int) -> list[str]:
    if contender.name == "weir":
        return [str(weir.binary()), "run", "--config", str(course.config)]
    program = [str(built_loop())] if contender.name == "c" else [sys.executable, str(HERE / "loop.py")]
    client = {"bootstrap.servers": course.bootstrap}
    consumer = {**client, **CONSUMER, "group.id": course.group, "group.instance.id": "member-0"}
    producer = {**client, **PRODUCER, "transactional.id": f"{course.group}-member-0"}
    options = {
        "--input": course.topics["uploads"],
        "--audit": course.topics["audit"],
        "--enforcement": course.topics["enforcement"],
        "--signals": str(course.signals),
        "--commit-milliseconds": str(course.commit_milliseconds),
        "--verdict-bytes": str(verdict_bytes if contender.pads else 0),
    }
    words = [word for option in options.items() for word in option]
    return [*program, *words, *properties("--consumer", consumer), *properties("--producer", producer)]


def properties(option: str, values: Mapping[str, str]) -> list[str]:
    return [word for name, value in values.items() for word in (option, f"{name}={value}")]


def built_loop() -> Path:
    """Built anew whenever its source is younger."""
    source = HERE / "loop.c"
    binary = Path(tempfile.gettempdir()) / f"weir-compare-loop-{os.getuid()}"
    if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
        compiler = shutil.which("cc") or shutil.which("gcc") or "clang"
        flags = ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O2", "-Wall", "-Wextra", "-Werror"]
        subprocess.run([compiler, *flags, "-o", binary, source, "-lrdkafka"], check=True)
    return binary

"""The events of the broker's test: made once, put into files by partition, and sent at a pace."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

from confluent_kafka import Message, Producer
from generate import Generator
from model import UNIX, microseconds

from harness.topics import ONCE, QUIET

RECORDED = ', "recordedtime": "'
"""What stands before the time of the record, which is the last that an event says."""


@dataclass(frozen=True)
class Input:
    """`files` has the events of each partition, a line each; `order` which partition the next one goes to."""

    files: list[Path]
    order: bytes


def write_input(folder: Path, generator: Generator, partitions: int) -> Input:
    """An account's events all go to one partition. Topics know milliseconds, so `recordedtime` says no more."""
    files = [folder / f"events-{partition}.jsonl" for partition in range(partitions)]
    order = bytearray()
    with ExitStack() as stack:
        outs = [stack.enter_context(path.open("w")) for path in files]
        for line in generator.lines():
            head, _, tail = line.rpartition(RECORDED)
            account: str = json.loads(line)["data"]["account"]["id"]
            partition = crc32(account.encode()) % partitions
            order.append(partition)
            outs[partition].write(f'{head}{RECORDED}{stamp(microseconds(tail[:-2]) // 1_000)}"}}\n')
    return Input(files, bytes(order))


def stamp(milliseconds: int) -> str:
    time = datetime.fromtimestamp(milliseconds // 1_000, UTC) + timedelta(milliseconds=milliseconds % 1_000)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def millisecond(text: str) -> int:
    return (datetime.fromisoformat(text) - UNIX) // timedelta(milliseconds=1)


def account_of(line: str) -> str:
    """Without reading the rest."""
    _, _, tail = line.partition('"account": {"id": "')
    return tail[: tail.index('"')]


class Feeder(threading.Thread):
    """Sends each partition's events in their order, each with its own time, spread over so many seconds."""

    def __init__(self, bootstrap: str, topic: str, given: Input, seconds: float) -> None:
        super().__init__(daemon=True)
        self._topic, self._given, self._seconds = topic, given, seconds
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap, **ONCE, "linger.ms": 5, "compression.type": "lz4",
                "message.timeout.ms": 0, "log_level": QUIET,
            }
        )  # fmt: skip
        self.refused: str | None = None
        self.sent = 0
        """So many are on their way, or there."""

    def run(self) -> None:
        began = time.monotonic()
        count = len(self._given.order)
        for number, (partition, line) in enumerate(self._lines()):
            while number > (time.monotonic() - began) / self._seconds * count:
                self._producer.poll(0.005)
            self._send(partition, line)
            self.sent = number + 1
        self._producer.flush()

    def _lines(self) -> Iterator[tuple[int, str]]:
        with ExitStack() as stack:
            files = [stack.enter_context(path.open()) for path in self._given.files]
            for partition in self._given.order:
                yield partition, next(files[partition]).rstrip("\n")

    def _send(self, partition: int, line: str) -> None:
        when = millisecond(line.rpartition(RECORDED)[2][:-2])
        while True:
            try:
                self._producer.produce(
                    self._topic,
                    line.encode(),
                    account_of(line).encode(),
                    partition,
                    on_delivery=self._arrived,
                    timestamp=when,
                )
                return
            except BufferError:
                self._producer.poll(0.1)

    def _arrived(self, error: object, message: Message) -> None:
        if error is not None:
            self.refused = f"{message.topic()}[{message.partition()}]: {error}"

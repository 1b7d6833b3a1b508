"""Small uploads with the time that each verdict took, and what is sent beside them to the last partition."""

import base64
import itertools
import json
import multiprocessing
import threading
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from harness.topics import FOLLOWS, ONCE, QUIET
from hostile import events

PARTITIONS = 4
HOSTILE = PARTITIONS - 1
"""The partition of the uploads that is the hostile one's."""
NEIGHBOURS = range(HOSTILE)
LANES = ["uploads", "uploads.live"]
"""Where the neighbours are, in their partitions."""


def small(identifier: str, account: str, number: int) -> bytes:
    data = {"account": {"id": account}, "text": {"body": f"A small upload about turnips, number {number}."}}
    return event(identifier, data)


def event(identifier: str, data: dict[str, Any]) -> bytes:
    head = {"specversion": "1.0", "type": "weir.upload.created.v1", "source": "/neighbours", "id": identifier}
    return json.dumps({**head, "data": data}).encode()


class Ledger:
    """When each small upload was sent, and how long its verdict took."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.taken: dict[str, float] = {}
        self.is_over = threading.Event()

    def p(self, share: float, lane: str) -> float:
        """In milliseconds."""
        taken = sorted(seconds for identifier, seconds in self.taken.items() if identifier.startswith(f"{lane}:"))
        return round(taken[min(len(taken) - 1, int(share * len(taken)))] * 1_000, 1)


class Watch:
    """Reads verdicts as they are committed, from a thread of its own."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = Consumer({"bootstrap.servers": bootstrap, **FOLLOWS, "fetch.wait.max.ms": 5})
        self._consumer.assign([TopicPartition("audit", partition, 0) for partition in range(PARTITIONS)])
        self.ledger = Ledger()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            messages = self._consumer.consume(500, timeout=0.005)
            now = time.monotonic()
            ledger = self.ledger
            for message in messages:
                value = message.value()
                # Those of the flood are so many that taking each of them apart would be what is measured.
                if message.error() is not None or value is None or b'"flood:' in value:
                    continue
                identifier = str(json.loads(value)["data"]["event"])
                if identifier in ledger.sent:
                    ledger.taken.setdefault(identifier, now - ledger.sent[identifier])


def producer(bootstrap: str) -> Producer:
    return Producer({"bootstrap.servers": bootstrap, **ONCE, "linger.ms": 1, "log_level": QUIET})


def send_small(bootstrap: str, ledger: Ledger, rate: int, seconds: int) -> None:
    """In steps of a few milliseconds, each with what is due by then; every fifth goes to the live lane."""
    client, start = producer(bootstrap), time.monotonic()
    places = {lane: itertools.cycle(NEIGHBOURS) for lane in LANES}
    for number in range(rate * seconds):
        wait = start + number / rate - time.monotonic()
        if wait > 0.002:
            client.poll(wait)
        lane = "uploads.live" if number % 5 == 0 else "uploads"
        identifier, account = f"{lane}:{id(ledger)}-{number}", f"a-{number % 997}"
        ledger.sent[identifier] = time.monotonic()
        client.produce(lane, small(identifier, account, number), account, partition=next(places[lane]))
    client.flush(30)
    ledger.is_over.set()


class Hostile:
    """What costs most, one kind after the other, all from one account, until the ledger is over."""

    def __init__(self, bootstrap: str, rate: float, kinds: list[str], media: dict[str, str]) -> None:
        """`media`: addresses, by kind. `kinds`: only these, if there are any."""
        self._bootstrap, self._rate, self._kinds, self._media = bootstrap, rate, kinds, media
        self.sent = 0

    def send(self, ledger: Ledger) -> None:
        client, start = producer(self._bootstrap), time.monotonic()
        for number, (kind, data) in enumerate(self._uploads()):
            while not ledger.is_over.is_set() and start + number / self._rate > time.monotonic():
                client.poll(0.01)
            if ledger.is_over.is_set():
                break
            value = event(f"hostile:{id(ledger)}-{number}-{kind}", {"account": {"id": "one-account"}, **data})
            client.produce("uploads", value, "one-account", partition=HOSTILE)
            self.sent += 1
        client.flush(30)

    def _uploads(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """For ever."""
        made: list[tuple[str, dict[str, Any]]] = []
        for kind, make in events().items():
            if self._kinds and kind not in self._kinds:
                continue
            content = make()
            if isinstance(content, bytes):
                made.append((kind, {"media": [{"id": "m", "inline": base64.b64encode(content).decode()}]}))
            else:
                made.append((kind, {"text": {"body": content}}))
        for kind, url in self._media.items():
            if not self._kinds or kind in self._kinds:
                made.append((kind, {"media": [{"id": "m", "url": url}]}))
        return itertools.cycle(made)


class Flood:
    """Small uploads as all others, but so many, of one account."""

    def __init__(self, bootstrap: str, rate: int) -> None:
        self._bootstrap, self._rate = bootstrap, rate
        self.sent = 0

    def send(self, ledger: Ledger) -> None:
        """From a process of its own, or it would share this one's interpreter with those that measure."""
        context = multiprocessing.get_context("spawn")
        is_over, sent = context.Event(), context.Value("q", 0)
        process = context.Process(target=flood, args=(self._bootstrap, self._rate, is_over, sent), daemon=True)
        process.start()
        ledger.is_over.wait()
        is_over.set()
        process.join()
        self.sent = sent.value


def flood(bootstrap: str, rate: int, is_over: Event, sent: Any) -> None:
    client, start = producer(bootstrap), time.monotonic()
    number = 0
    while not is_over.is_set():
        due = int((time.monotonic() - start) * rate)
        if number >= due:
            client.poll(0.002)
        while number < due:
            value = small(f"flood:{number}", "one-account", number)
            try:
                client.produce("uploads", value, "one-account", partition=HOSTILE)
                number += 1
            except BufferError:  # it takes no more until the broker has taken some
                client.poll(0.1)
        client.poll(0)
    client.flush(30)
    sent.value = number

"""Whether a hostile stream on one partition delays its neighbours: other partitions, and the live lane.

Starts a broker and one `weir run` with the shipped pipeline. Small uploads go steadily to three of four partitions and
to the live lane, first alone, then while the fourth partition gets what costs most, all from one account. The added
latency of the small ones, from sending to reading the committed verdict, may at most double (p99).
"""

import argparse
import base64
import itertools
import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from confluent_kafka import Consumer, Producer, TopicPartition

from harness import results, weir
from harness.broker import PACKAGE, Broker
from harness.topics import ONCE, QUIET
from harness.usage import cpu_seconds, peak_memory
from hostile import events

PARTITIONS = 4
AT_MOST = 2.0
WARM_UP = 20
"""Seconds: a broker that was started just now is slow for longer than Weir is."""
PATIENCE = 60.0
"""Seconds to wait for the last verdicts."""
LANES = {"uploads": range(PARTITIONS - 1), "uploads.live": range(PARTITIONS)}
"""Where the neighbours are; the last partition of the uploads is the hostile one's."""


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=500, help="small uploads a second, a fifth of them live")
    parser.add_argument("--seconds", type=int, default=20, help="of each measurement")
    parser.add_argument("--hostile", type=float, default=5, help="hostile uploads a second")
    parser.add_argument("--kinds", default="", help="only these hostile kinds, comma-separated")
    parser.add_argument("--workers", type=int, default=2, help="media.workers")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/neighbours.jsonl")
    return parser.parse_args()


def small(identifier: str, number: int) -> bytes:
    data = {"account": {"id": f"a-{number % 997}"}, "text": {"body": f"A small upload about turnips, number {number}."}}
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
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "no-group",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 5,
                "log_level": QUIET,
            }
        )
        self._consumer.assign([TopicPartition("audit", partition, 0) for partition in range(PARTITIONS)])
        self.ledger = Ledger()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            messages = self._consumer.consume(500, timeout=0.005)
            now = time.monotonic()
            ledger = self.ledger
            for message in messages:
                if message.error() is None:
                    identifier = str(json.loads(message.value() or b"{}")["data"]["event"])
                    if identifier in ledger.sent:
                        ledger.taken.setdefault(identifier, now - ledger.sent[identifier])


def producer(bootstrap: str) -> Producer:
    return Producer({"bootstrap.servers": bootstrap, **ONCE, "linger.ms": 1, "log_level": QUIET})


def send_small(bootstrap: str, ledger: Ledger, rate: int, seconds: int) -> None:
    """In steps of a few milliseconds, each with what is due by then; every fifth goes to the live lane."""
    client, start = producer(bootstrap), time.monotonic()
    places = {lane: itertools.cycle(partitions) for lane, partitions in LANES.items()}
    for number in range(rate * seconds):
        wait = start + number / rate - time.monotonic()
        if wait > 0.002:
            client.poll(wait)
        lane = "uploads.live" if number % 5 == 0 else "uploads"
        identifier = f"{lane}:{id(ledger)}-{number}"
        ledger.sent[identifier] = time.monotonic()
        client.produce(lane, small(identifier, number), f"a-{number % 997}", partition=next(places[lane]))
    client.flush(30)
    ledger.is_over.set()


def send_hostile(bootstrap: str, ledger: Ledger, rate: float, kinds: list[str], sent: list[int]) -> None:
    client, start = producer(bootstrap), time.monotonic()
    for number, (kind, data) in enumerate(hostile(kinds)):
        while not ledger.is_over.is_set() and start + number / rate > time.monotonic():
            client.poll(0.01)
        if ledger.is_over.is_set():
            break
        value = event(f"hostile:{id(ledger)}-{number}-{kind}", {"account": {"id": "one-account"}, **data})
        client.produce("uploads", value, "one-account", partition=PARTITIONS - 1)
        sent[0] += 1
    client.flush(30)


def hostile(kinds: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """For ever, one kind after the other."""
    made: list[tuple[str, dict[str, Any]]] = []
    for kind, make in events().items():
        if not kinds or kind in kinds:
            content = make()
            if isinstance(content, bytes):
                data: dict[str, Any] = {"media": [{"id": "m", "inline": base64.b64encode(content).decode()}]}
            else:
                data = {"text": {"body": content}}
            made.append((kind, data))
    return itertools.cycle(made)


def measure(chosen: argparse.Namespace, bootstrap: str, watch: Watch, rate: float, seconds: int) -> dict[str, Any]:
    ledger = watch.ledger = Ledger()
    sent = [0]
    threads = [threading.Thread(target=send_small, args=(bootstrap, ledger, chosen.rate, seconds))]
    if rate > 0:
        kinds = [kind for kind in chosen.kinds.split(",") if kind]
        threads.append(threading.Thread(target=send_hostile, args=(bootstrap, ledger, rate, kinds, sent)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deadline = time.monotonic() + PATIENCE
    while len(ledger.taken) < len(ledger.sent) and time.monotonic() < deadline:
        time.sleep(0.05)
    missing = len(ledger.sent) - len(ledger.taken)
    if missing:
        raise SystemExit(f"{missing} of {len(ledger.sent)} verdicts did not come within {PATIENCE:.0f} s")
    figures = {lane: {"p50": ledger.p(0.5, lane), "p99": ledger.p(0.99, lane)} for lane in LANES}
    return {"hostile": sent[0], "lanes": figures}


def configure(folder: Path, broker: Broker, workers: int) -> Path:
    signals = folder / "signals.jsonl"
    terms = [{"type": "term", "value": "a" * length, "match": "substring"} for length in range(1, 65)]
    lines = [json.dumps({**term, "opinion": "seed", "labels": ["x"], "source": "local"}) for term in terms]
    signals.write_text("\n".join([*lines, weir.tool("load", "generate", "--signals")]))
    config = folder / "weir.yaml"
    weir.Settings(
        bootstrap=broker.bootstrap,
        group="neighbours",
        pipeline=PACKAGE / "topology" / "pipeline.yaml",
        policy=PACKAGE / "topology" / "policies" / "tvec-default.yaml",
        signals=signals,
        properties={"linger.ms": 1, "fetch.wait.max.ms": 20},
        topics={"live": "uploads.live", "outcomes": None},
        commit={"interval": "20ms", "liveInterval": "20ms"},
        log_level="warning",
    ).write(config)
    settings = json.loads(config.read_text())
    settings["media"] = {"workers": workers}
    config.write_text(json.dumps(settings))
    return config


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-neighbours-"))
    with Broker(folder / "kafka") as broker:
        config = configure(folder, broker, chosen.workers)
        weir.make_topics(config, PARTITIONS)
        process = weir.Weir(config, "member-0", folder / "weir.log")
        process.start()
        watch = Watch(broker.bootstrap)
        measure(chosen, broker.bootstrap, watch, 0, WARM_UP)
        alone = measure(chosen, broker.bootstrap, watch, 0, chosen.seconds)
        before = cpu_seconds(process.pid)
        beside = measure(chosen, broker.bootstrap, watch, chosen.hostile, chosen.seconds)
        cost = {
            "cpuSeconds": round(cpu_seconds(process.pid) - before, 2),
            "peakMiB": round(peak_memory(process.pid), 1),
        }
        process.send(SIGTERM)
        process.wait(25)
        versions = {"weir": weir.version(), "kafka": broker.version()}
    shutil.rmtree(folder)
    head: dict[str, Any] = {"test": "neighbours", "time": results.stamp(), "command": results.command()}
    head |= {"machine": results.machine(), "versions": versions}
    lines: list[dict[str, Any]] = []
    for lane in LANES:
        without, with_hostile = alone["lanes"][lane], beside["lanes"][lane]
        ratio = round(with_hostile["p99"] / without["p99"], 2)
        figures = {"lane": lane, "rate": chosen.rate, "without": without, "with": with_hostile, "unit": "ms"}
        figures |= {"hostile": beside["hostile"], "ratio": ratio, "atMost": AT_MOST, "met": ratio <= AT_MOST, **cost}
        print(json.dumps(figures))
        lines.append(head | figures)
    if chosen.record:
        results.record("neighbours", lines)
    return 0 if all(line["met"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())

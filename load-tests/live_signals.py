"""Signals from the topic, live: how soon a change is in force, and what verdicts pay for it.

Starts a broker, puts many signals onto the topic, starts one `weir run` that reads them, and changes signals without
any uploads; then has `weir load run` measure the latency of verdicts: in quiet, while signals change, and in quiet
again. Changes are by turns a new signal, another opinion, and a signal taken back. How soon they are in force the
process says itself (of the records that it reads at once the oldest: `weir_signal_delay_seconds`).
"""

import argparse
import itertools
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import Any
from urllib.request import urlopen

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from confluent_kafka import Producer

import latency
from harness import results, weir
from harness.broker import Broker
from harness.usage import peak_memory

DIGITS = {"pdq": 64, "sha256": 64, "md5": 32}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signals", type=int, default=1_000_000)
    parser.add_argument("--changes", type=int, default=10_000, help="a second")
    parser.add_argument("--rate", type=int, default=500, help="uploads a second")
    parser.add_argument("--count", type=int, default=15_000, help="uploads of each measurement")
    parser.add_argument("--bytes", type=int, default=1_000, help="of an upload, about")
    parser.add_argument("--garbage", type=float, default=0.05, help="share of records on the topic that are no signals")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/live-signals.jsonl")
    return parser.parse_args()


def signal_of(number: int) -> dict[str, Any]:
    """Half of them PDQ hashes, with random bits: those cost the most."""
    kind = ("pdq", "sha256", "pdq", "md5")[number % 4]
    digits = DIGITS[kind]
    value = f"{random.Random(number).getrandbits(4 * digits):0{digits}x}"
    return {"type": kind, "value": value, "opinion": "positive", "labels": ["drill"], "source": f"s-{number % 3}"}


def key(of: dict[str, Any]) -> str:
    return f"{of['type']}:{of['value']}\x1f{of['source']}"


def changes(known: int) -> Iterator[tuple[str, str | None]]:
    """Keys and values without end."""
    draw = random.Random(1)
    for number in itertools.count(known):
        match number % 3:
            case 0:
                new = signal_of(number)
                yield key(new), json.dumps(new)
            case 1:
                other = signal_of(draw.randrange(known)) | {"opinion": draw.choice(["seed", "negative", "positive"])}
                yield key(other), json.dumps(other)
            case _:
                yield key(signal_of(draw.randrange(known))), None


def change(bootstrap: str, known: int, rate: int, end: Event, sent: Any) -> None:
    """At a steady rate, in steps of a hundredth of a second."""
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, "partitioner": "murmur2_random"})
    step = 0
    start = time.monotonic()
    stream = changes(known)
    while not end.is_set():
        step += 1
        for name, value in itertools.islice(stream, rate // 100):
            producer.produce("signals", key=name, value=value)
            sent.value += 1
        producer.poll(0)
        time.sleep(max(0.0, start + step / 100 - time.monotonic()))
    producer.flush(30)


def delays(process: weir.Weir) -> dict[float, float]:
    """How many readings of changes were in force within so many seconds."""
    found = {}
    with urlopen(f"http://{process.address()}/metrics", timeout=5) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("weir_signal_delay_seconds_bucket"):
                found[float(line.split('le="')[1].split('"')[0])] = float(line.rpartition(" ")[2])
    return found


def quantile(before: dict[float, float], after: dict[float, float], share: float) -> float:
    """The upper bound of the range in which it lies."""
    counts = {bound: after[bound] - before.get(bound, 0) for bound in after}
    total = max(counts.values())
    return min((bound for bound, count in counts.items() if count >= share * total), default=float("inf"))


def put(chosen: argparse.Namespace, folder: Path, config: Path) -> float:
    path = folder / "known.jsonl"
    with path.open("w") as file:
        file.writelines(json.dumps(signal_of(number)) + "\n" for number in range(chosen.signals))
    began = time.monotonic()
    os.environ["WEIR_MEMBER"] = "tool"
    weir.tool("signals", "put", "--config", config, path)
    took = time.monotonic() - began
    path.unlink()
    return took


GARBAGE = [
    ("pdq:\n\x1fs-0", '{"type":"pdq","value":"\\n","opinion":"positive","labels":["drill"],"source":"s-0"}'),
    ("pdq:00\x1fs-0", '{"type":"pdq","value":"00","opinion":"positive","labels":["drill"],"source":"s-0"}'),
    ("md5:x\x1fs-0", "{"),
    ("other", '{"type":"md5","value":"d41d8cd98f00b204e9800998ecf8427e","opinion":"positive","source":"s-0"}'),
    ("sha256:1\x1fs-0", '{"type":"sha256"}'),
    ("colour:red\x1fs-0", '{"type":"colour","value":"red","opinion":"positive","source":"s-0"}'),
]
"""Keys and values that are no signals; the first is the one that stops a matcher of today for ever."""


def put_garbage(bootstrap: str, count: int) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, "partitioner": "murmur2_random"})
    lost = []
    for number in range(count):
        key, value = GARBAGE[number % len(GARBAGE)]
        # A key each: records of one are one, once the topic is compacted.
        producer.produce(
            "signals", key=f"{key}{number}", value=value, on_delivery=lambda error, _: error and lost.append(error)
        )
        if number % 1_000 == 0:
            producer.poll(0)
    if producer.flush(60) or lost:
        raise SystemExit(f"the broker did not take what is no signal: {lost[:1]}")


def in_use(process: weir.Weir) -> dict[str, int]:
    """Signals that are known, and records that were refused."""
    known = rejected = 0.0
    with urlopen(f"http://{process.address()}/metrics", timeout=5) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("weir_signals{"):
                known += float(line.rpartition(" ")[2])
            elif line.startswith('weir_signal_changes_total{result="rejected"}'):
                rejected = float(line.rpartition(" ")[2])
    return {"known": int(known), "rejected": int(rejected)}


def configure(folder: Path, broker: Broker) -> Path:
    config = latency.configure(folder, broker, 20, listens=True)
    settings = json.loads(config.read_text())
    settings["signals"]["topic"] = "signals"
    config.write_text(json.dumps(settings, indent=1))
    return config


def wait_for(process: weir.Weir, words: str, patience: float = 300) -> None:
    deadline = time.monotonic() + patience
    while not process.has_said(words):
        if process.exit_code() is not None or time.monotonic() > deadline:
            raise SystemExit(f"it did not say {words!r} within {patience} s: {process.last_words()}")
        time.sleep(0.05)


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-signals-"))
    with Broker(folder / "kafka") as broker:
        config = configure(folder, broker)
        weir.make_topics(config, 4)
        figures: dict[str, Any] = {"signals": chosen.signals, "putSeconds": round(put(chosen, folder, config), 1)}
        garbage = int(chosen.signals * chosen.garbage)
        from_files = len((folder / "signals.jsonl").read_text().splitlines())
        put_garbage(broker.bootstrap, garbage)
        process = weir.Weir(config, "member-0", folder / "weir.log")
        began = time.monotonic()
        process.start()
        wait_for(process, '"message":"signals read"')
        figures["restoreSeconds"] = round(time.monotonic() - began, 1)
        wait_for(process, '"message":"joined the group"')
        figures |= in_use(process)
        if (figures["known"] - from_files, figures["rejected"]) != (chosen.signals, garbage):
            raise SystemExit(f"of {chosen.signals} signals and {garbage} others: {figures}")
        figures["restoredMiB"] = round(peak_memory(process.pid), 1)
        latency.measure(chosen, config, count=chosen.rate * 3)
        figures["alone"] = busy(chosen, broker, process, lambda: time.sleep(10))
        figures["before"] = latency.measure(chosen, config, chosen.count)
        figures["during"] = busy(chosen, broker, process, lambda: latency.measure(chosen, config, chosen.count))
        figures["after"] = latency.measure(chosen, config, chosen.count)
        figures["peakMiB"] = round(peak_memory(process.pid), 1)
        process.send(SIGTERM)
        process.wait(25)
        versions = {"weir": weir.version(), "kafka": broker.version()}
    shutil.rmtree(folder)
    results.report("live-signals", versions, figures, is_kept=chosen.record)
    return 0


def busy(
    chosen: argparse.Namespace, broker: Broker, process: weir.Weir, work: Callable[[], dict[str, Any] | None]
) -> dict[str, Any]:
    """What the work gives, and how soon changes were in force meanwhile."""
    end = multiprocessing.Event()
    sent = multiprocessing.Value("q", 0)
    sender = multiprocessing.Process(target=change, args=(broker.bootstrap, chosen.signals, chosen.changes, end, sent))
    sender.start()
    time.sleep(3)
    before, begun, sent_before = delays(process), time.monotonic(), sent.value
    figures = work() or {}
    after, took = delays(process), time.monotonic() - begun
    figures["changesPerSecond"] = round((sent.value - sent_before) / took)
    figures["inForceWithinSeconds"] = {
        name: quantile(before, after, share) for name, share in (("median", 0.5), ("p99", 0.99), ("most", 1.0))
    }
    end.set()
    sender.join()
    return figures


if __name__ == "__main__":
    sys.exit(main())

"""Pictures by reference, through a broker: fetched, decoded behind walls, hashed, looked up among a million signals.

Starts a broker, a host of JPEG files and one `weir run` that knows many PDQ hashes. Then sends uploads as fast as they
are judged, at 70 % of what that came to, and at 70 % of 150 a second for each processor, and reads the verdicts as a
subscriber would. One in ten uploads has the same picture, at another address each time. Each upload must come out once,
and the known picture be removed.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import Any
from urllib.request import urlopen

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from confluent_kafka import Consumer, Producer

from harness import results, weir
from harness.broker import PACKAGE, Broker
from harness.topics import QUIET
from harness.usage import peak_memory, tree_seconds
from media_host import MediaHost

PARTITIONS = 4
ASKED = 150
"""Uploads a second for each processor."""
SHARE = 0.7


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signals", type=int, default=1_000_000, help="PDQ hashes that are known")
    parser.add_argument("--side", type=int, default=512, help="of a picture, in pixels")
    parser.add_argument("--count", type=int, default=10_000, help="uploads of each measurement")
    parser.add_argument("--workers", type=int, default=2, help="media.workers")
    parser.add_argument("--no-sandbox", action="store_true", help="decode in the process itself")
    parser.add_argument("--no-cache", action="store_true", help="hash each picture, known or not")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/media-stage.jsonl")
    return parser.parse_args()


def known(folder: Path, count: int, hot: bytes) -> Path:
    """Random hashes, and that of the hot picture."""
    picture = folder / "hot.jpg"
    picture.write_bytes(hot)
    hashes = [json.loads(weir.tool("hash", "pdq", picture))["pdq"]]
    draw = random.Random(1)
    hashes += (f"{draw.getrandbits(256):064x}" for _ in range(count))
    path = folder / "signals.jsonl"
    with path.open("w") as file:
        for value in hashes:
            signal = {"type": "pdq", "value": value, "opinion": "positive", "labels": ["drill"], "source": "drill"}
            file.write(json.dumps(signal) + "\n")
    return path


def configure(folder: Path, broker: Broker, host: MediaHost, chosen: argparse.Namespace) -> Path:
    config = folder / "weir.yaml"
    weir.Settings(
        bootstrap=broker.bootstrap,
        group="weir",
        pipeline=PACKAGE / "topology" / "pipeline.yaml",
        policy=PACKAGE / "topology" / "policies" / "tvec-default.yaml",
        signals=known(folder, chosen.signals, host.files[0]),
        properties={"linger.ms": 1, "fetch.wait.max.ms": 20},
        topics={},
        commit={"interval": "20ms"},
        listens=True,
    ).write(config)
    settings = json.loads(config.read_text())
    settings["signals"]["topic"] = None
    settings["media"] = {
        "allowHosts": [host.authority],
        "workers": chosen.workers,
        "sandbox": not chosen.no_sandbox,
        "cache": 0 if chosen.no_cache else 50_000,
    }
    config.write_text(json.dumps(settings, indent=1))
    return config


class Stream:
    """Sends uploads and reads their verdicts."""

    def __init__(self, broker: Broker, host: MediaHost) -> None:
        self._host = host
        self._producer = Producer(
            {
                "bootstrap.servers": broker.bootstrap,
                "linger.ms": 1,
                "partitioner": "murmur2_random",
                "log_level": QUIET,
            }
        )
        self._consumer = Consumer(
            {
                "bootstrap.servers": broker.bootstrap,
                "group.id": "subscriber",
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 5,
                "log_level": QUIET,
            }
        )
        self._consumer.subscribe(["audit"])
        self._next = 0

    def measure(self, count: int, rate: float | None) -> dict[str, Any]:
        """Without a rate, as fast as they are judged: so many are under way that none has to be waited for."""
        first = self._next
        self._next += count
        sent: list[float] = []
        came: dict[int, float] = {}
        repeated = wrong = degraded = 0
        began = time.monotonic()
        deadline = began + 600
        while len(came) < count and time.monotonic() < deadline:
            while len(sent) < count and (
                len(sent) < len(came) + 2_000 if rate is None else time.monotonic() >= began + len(sent) / rate
            ):
                self._send(first + len(sent))
                sent.append(time.monotonic())
            self._producer.poll(0)
            for message in self._consumer.consume(1_000, 0.002):
                verdict = json.loads(message.value())["data"]
                number = int(verdict["event"])
                if number < first:
                    continue
                repeated += number in came
                came[number] = time.monotonic()
                wrong += (verdict["action"] == "remove") != (number % 10 == 0)
                degraded += bool(verdict["degraded"])
        delays = sorted(came[number] - sent[number - first] for number in came)
        seconds = max(came.values()) - began
        return {
            "count": count,
            "missing": count - len(came),
            "repeated": repeated,
            "wrong": wrong,
            "degraded": degraded,
            "seconds": round(seconds, 2),
            "uploadsPerSecond": round(len(came) / seconds, 1),
            "latencyMilliseconds": {
                name: round(delays[min(len(delays) - 1, int(len(delays) * share))] * 1e3, 1)
                for name, share in (("p50", 0.5), ("p99", 0.99), ("most", 1.0))
            },
        }

    def _send(self, number: int) -> None:
        picture = {"id": "m", "contentType": "image/jpeg", "url": self._host.address(number, is_hot=number % 10 == 0)}
        upload = {
            "specversion": "1.0",
            "type": "weir.upload.created.v1",
            "source": "/drill",
            "id": str(number),
            "data": {"account": {"id": f"a-{number % 997}"}, "media": [picture]},
        }
        self._producer.produce("uploads", key=f"a-{number % 997}", value=json.dumps(upload))


def lookups(process: weir.Weir) -> dict[str, float]:
    """Of the cache, by what they came to."""
    with urlopen(f"http://{process.address()}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    found = [line for line in lines if line.startswith("weir_media_cache_total{")]
    return {line.split('result="')[1].split('"')[0]: float(line.rpartition(" ")[2]) for line in found}


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-media-"))
    host = MediaHost(chosen.side, pictures=200)
    with Broker(folder / "kafka") as broker:
        config = configure(folder, broker, host, chosen)
        weir.make_topics(config, PARTITIONS)
        process = weir.Weir(config, "member-0", folder / "weir.log")
        process.start()
        stream = Stream(broker, host)
        stream.measure(1_000, None)  # joins, connections and code are warm after this
        figures: dict[str, Any] = {"signals": chosen.signals, "side": chosen.side, "workers": chosen.workers}
        before, looked = tree_seconds(process.pid), lookups(process)
        full = stream.measure(chosen.count, None)
        used = tree_seconds(process.pid) - before
        full["cpuSeconds"] = round(used, 2)
        full["uploadsPerCoreSecond"] = round(chosen.count / used, 1)
        full["lookups"] = {name: value - looked.get(name, 0) for name, value in lookups(process).items()}
        figures["full"] = full
        figures["steady"] = stream.measure(chosen.count, full["uploadsPerSecond"] * SHARE)
        figures["asked"] = stream.measure(chosen.count, ASKED * SHARE * len(os.sched_getaffinity(0)))
        figures["peakMiB"] = round(peak_memory(process.pid), 1)
        process.send(SIGTERM)
        process.wait(25)
        versions = {"weir": weir.version(), "kafka": broker.version()}
    shutil.rmtree(folder)
    results.report("media-stage", versions, figures, is_kept=chosen.record)
    parts = [figures[name] for name in ("full", "steady", "asked")]
    broken = sum(part[kind] for part in parts for kind in ("missing", "repeated", "wrong"))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

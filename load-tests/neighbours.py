"""Whether a hostile stream on one partition delays its neighbours: other partitions, and the live lane.

Starts a broker and one `weir run` with the shipped pipeline. Small uploads go steadily to three of four partitions and
to the live lane: first alone; then while one account sends what costs most to the fourth partition (pictures, texts,
files of a host that trickles or redirects for ever); then while one account floods it with small uploads. The added
latency of the neighbours, from sending to reading the committed verdict, may at most double (p99).
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import results, weir
from harness.broker import PACKAGE, Broker
from harness.usage import cpu_seconds, peak_memory
from hostile_host import HostileHost
from neighbours_flow import LANES, PARTITIONS, Flood, Hostile, Ledger, Watch, send_small

AT_MOST = 2.0
WARM_UP = 20
"""Seconds: a broker that was started just now is slow for longer than Weir is."""
PATIENCE = 60.0
"""Seconds to wait for the last verdicts."""


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=500, help="small uploads a second, a fifth of them live")
    parser.add_argument("--seconds", type=int, default=20, help="of each measurement")
    parser.add_argument("--hostile", type=float, default=5, help="hostile uploads a second")
    parser.add_argument("--kinds", default="", help="only these hostile kinds, comma-separated")
    parser.add_argument("--flood", type=int, default=2_000, help="small uploads a second of the one account")
    workers = max(1, (os.cpu_count() or 2) - 1)  # operations.md: fewer than there are processors
    parser.add_argument("--workers", type=int, default=workers, help="media.workers")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/neighbours.jsonl")
    return parser.parse_args()


def measure(
    chosen: argparse.Namespace, watch: Watch, bootstrap: str, seconds: int, beside: Hostile | Flood | None
) -> dict[str, Any]:
    """p50 and p99 of each lane."""
    ledger = watch.ledger = Ledger()
    threads = [threading.Thread(target=send_small, args=(bootstrap, ledger, chosen.rate, seconds))]
    if beside is not None:
        threads.append(threading.Thread(target=beside.send, args=(ledger,)))
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
    return {lane: {"p50": ledger.p(0.5, lane), "p99": ledger.p(0.99, lane)} for lane in LANES}


def configure(folder: Path, broker: Broker, workers: int, host: HostileHost) -> Path:
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
        properties={},
        topics={"live": "uploads.live", "outcomes": None},
        commit={},
        log_level="warning",
    ).write(config)
    settings = json.loads(config.read_text())
    settings["media"] = {"workers": workers, "allowHosts": [host.authority]}
    config.write_text(json.dumps(settings))
    return config


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-neighbours-"))
    host = HostileHost()
    lines: list[dict[str, Any]] = []
    with Broker(folder / "kafka") as broker:
        config = configure(folder, broker, chosen.workers, host)
        weir.make_topics(config, PARTITIONS)
        process = weir.Weir(config, "member-0", folder / "weir.log")
        process.start()
        watch = Watch(broker.bootstrap)
        head: dict[str, Any] = {"test": "neighbours", "time": results.stamp(), "command": results.command()}
        head |= {"machine": results.machine(), "versions": {"weir": weir.version(), "kafka": broker.version()}}
        measure(chosen, watch, broker.bootstrap, WARM_UP, None)
        alone = measure(chosen, watch, broker.bootstrap, chosen.seconds, None)
        kinds = [kind for kind in chosen.kinds.split(",") if kind]
        besides: dict[str, Hostile | Flood] = {
            "hostile": Hostile(broker.bootstrap, chosen.hostile, kinds, host.media()),
            "flood": Flood(broker.bootstrap, chosen.flood),
        }
        for name, beside in besides.items():
            before = cpu_seconds(process.pid)
            figures = measure(chosen, watch, broker.bootstrap, chosen.seconds, beside)
            cost = {
                "cpuSeconds": round(cpu_seconds(process.pid) - before, 2),
                "peakMiB": round(peak_memory(process.pid), 1),
            }
            for lane in LANES:
                without, beside_it = alone[lane], figures[lane]
                ratio = round(beside_it["p99"] / without["p99"], 2)
                line = {"lane": lane, "rate": chosen.rate, "beside": name, "sent": beside.sent, "without": without}
                line |= {"with": beside_it, "unit": "ms", "ratio": ratio, "atMost": AT_MOST, "met": ratio <= AT_MOST}
                lines.append(head | line | cost)
                print(json.dumps(line | cost), flush=True)
        process.send(SIGTERM)
        process.wait(25)
    shutil.rmtree(folder)
    if chosen.record:
        results.record("neighbours", lines)
    return 0 if all(line["met"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())

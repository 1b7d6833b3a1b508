"""Added latency: from sending an upload to reading its committed verdict, at a steady rate and with 20 ms transactions.

Starts a broker and one `weir run`, and has `weir load run` measure as a subscriber would.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import results, weir
from harness.broker import PACKAGE, Broker
from harness.usage import cpu_seconds, peak_memory


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=1_000, help="uploads a second")
    parser.add_argument("--count", type=int, default=30_000)
    parser.add_argument("--bytes", type=int, default=1_000, help="of an upload, about")
    parser.add_argument("--commit-milliseconds", type=int, default=20)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/latency.jsonl")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-latency-"))
    with Broker(folder / "kafka") as broker:
        config = configure(folder, broker, chosen.commit_milliseconds)
        weir.make_topics(config, chosen.partitions)
        process = weir.Weir(config, "member-0", folder / "weir.log")
        process.start()
        measure(chosen, config, count=chosen.rate * 3)  # joins, caches and code are warm after this
        before = cpu_seconds(process.pid)
        figures = measure(chosen, config, chosen.count)
        figures["cpuSeconds"] = round(cpu_seconds(process.pid) - before, 2)
        figures["peakMiB"] = round(peak_memory(process.pid), 1)
        process.send(SIGTERM)
        process.wait(25)
        versions = {"weir": weir.version(), "kafka": broker.version()}
    shutil.rmtree(folder)
    results.report("latency", versions, figures, is_kept=chosen.record)
    return 0


def configure(folder: Path, broker: Broker, commit_milliseconds: int, *, listens: bool = False) -> Path:
    signals = folder / "signals.jsonl"
    signals.write_text(weir.tool("load", "generate", "--signals"))
    config = folder / "weir.yaml"
    weir.Settings(
        bootstrap=broker.bootstrap,
        group="weir",
        pipeline=HERE / "compare" / "pipeline.yaml",
        policy=HERE / "compare" / "policy.yaml",
        signals=signals,
        properties={"linger.ms": 1, "fetch.wait.max.ms": 20},
        topics={},
        commit={"interval": f"{commit_milliseconds}ms"},
        listens=listens,
    ).write(config)
    return config


def measure(chosen: argparse.Namespace, config: Path, count: int) -> dict[str, Any]:
    """The figures of `weir load run` by name."""
    command = [str(weir.binary()), "load", "run", "--config", str(config), "--rate", str(chosen.rate)]
    command += ["--count", str(count), "--bytes", str(chosen.bytes)]
    environment = {**os.environ, "WEIR_MEMBER": "load"}
    done = subprocess.run(command, cwd=PACKAGE, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"weir load run ended with {done.returncode}")
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    return {figure["name"]: round(figure["value"], 2) for figure in figures} | {"rate": chosen.rate, "count": count}


if __name__ == "__main__":
    sys.exit(main())

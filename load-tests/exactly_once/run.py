"""Exactly once under fire: uploads with known answers, several weir processes on a real broker, and faults.

Starts a broker of its own, produces uploads at a steady pace, decides on some of the verdicts as people would, kills
and pauses processes and the broker at moments drawn from the seed, waits until every upload and every decision is
committed, ends the processes by SIGTERM, and has check.py look at what came out. Exit code 0 if every invariant holds.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from signal import SIGINT, SIGTERM, default_int_handler, signal
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent))

from scene import Scene, Stuck
from schedule import BROKER, KILL, PAUSE, TERM, TWIN, schedule
from uploads import signals_file

from harness import results, weir
from harness.broker import Broker

GROUP = "weir"
PROPERTIES: dict[str, str | int] = {
    "session.timeout.ms": 6000,
    "heartbeat.interval.ms": 1500,
    "transaction.timeout.ms": 10000,
}
# Longer than the session, and than a transaction and the broker's pause between looking for old ones (10 s).
PAUSE_SECONDS = 25.0


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uploads", type=int, default=200_000)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1, help="of uploads, decisions and faults")
    parser.add_argument("--kills", type=int, default=6, help="kill -9 of a process, which is then started again")
    parser.add_argument(
        "--terms", type=int, default=0, help="the same by SIGTERM: it must leave within 25 s, exit code 0"
    )
    parser.add_argument(
        "--twins", type=int, default=0, help="a second process of one member id: the first must end by itself"
    )
    parser.add_argument("--broker-restarts", type=int, default=1, help="by SIGTERM or kill -9")
    parser.add_argument(
        "--pause", action="store_true", help=f"stop a process for {PAUSE_SECONDS:.0f} s, then let it go on"
    )
    parser.add_argument(
        "--seconds", type=float, help="over which uploads and faults are spread; default by their number"
    )
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "notice", "warning"])
    parser.add_argument("--keep", action="store_true", help="keep logs and the broker's data even if all is well")
    parser.add_argument(
        "--record", action="store_true", help="append the result to load-tests/results/exactly-once.jsonl"
    )
    return parser.parse_args()


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    signal(SIGINT, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-exactly-once-"))
    began = time.monotonic()
    with Broker(folder / "kafka", keep=True) as broker:
        result = run(chosen, folder, broker)
        versions = {"weir": weir.version(), "kafka": broker.version(), **results.client_versions()}
    result["total"] = round(time.monotonic() - began, 1)
    holds = result["holds"]
    result.pop("samples", None)
    if chosen.record:
        head = {"test": "exactly-once", "time": results.stamp(), "command": results.command()}
        results.record("exactly-once", [{**head, "machine": results.machine(), "versions": versions, **result}])
    if holds and not chosen.keep:
        shutil.rmtree(folder)
    else:
        print(f"logs and data: {folder}; repeat with: {results.command()}")
    print(verdict(result))
    return 0 if holds else 1


def run(chosen: argparse.Namespace, folder: Path, broker: Broker) -> dict[str, Any]:
    scene = Scene(broker, configure(chosen, folder, broker), folder, GROUP, chosen.processes)
    weir.make_topics(scene.config, chosen.partitions)
    kinds = [KILL] * chosen.kills + [TERM] * chosen.terms + [BROKER] * chosen.broker_restarts
    kinds += [TWIN] * chosen.twins + [PAUSE] * chosen.pause
    seconds = chosen.seconds or max(8.0, 6.0 * len(kinds) + (PAUSE_SECONDS + 10 if chosen.pause else 0))
    faults = schedule(chosen.seed, kinds, chosen.processes, seconds, PAUSE_SECONDS)
    result: dict[str, Any] = {"holds": False, "seed": chosen.seed, "uploads": chosen.uploads}
    try:
        result |= scene.play(chosen.seed, chosen.uploads, seconds, faults)
    except Stuck as stuck:
        return {**result, "trouble": str(stuck)}
    report = check(broker, chosen)
    return {**result, "holds": report["holds"] and not result.get("trouble"), **{"check": report}}


def configure(
    chosen: argparse.Namespace,
    folder: Path,
    broker: Broker,
    commit: dict[str, str | int] | None = None,
    listens: bool = False,
    properties: dict[str, str | int] | None = None,
) -> Path:
    (folder / "signals.jsonl").write_text(signals_file())
    config = folder / "weir.yaml"
    weir.Settings(
        bootstrap=broker.bootstrap,
        group=GROUP,
        pipeline=HERE / "pipeline.yaml",
        policy=HERE / "policy.yaml",
        signals=folder / "signals.jsonl",
        properties=PROPERTIES | (properties or {}),
        topics={},
        commit={"interval": "100ms", **(commit or {})},
        log_level=chosen.log_level,
        listens=listens,
    ).write(config)
    return config


def check(broker: Broker, chosen: argparse.Namespace) -> dict[str, Any]:
    """In a process of its own, which gets to know no more than a subscriber does."""
    command = [sys.executable, str(HERE / "check.py"), "--bootstrap", broker.bootstrap, "--group", GROUP]
    arguments = ["--seed", str(chosen.seed), "--uploads", str(chosen.uploads)]
    done = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"check.py ended with {done.returncode}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def verdict(result: dict[str, Any]) -> str:
    parts = [f"{result['uploads']} uploads"]
    if "decisions" in result:
        parts += [f"{result['decisions']} decisions", f"{len(result['faults'])} faults"]
    done = ", ".join([*parts, f"seed {result['seed']}", f"{result['total']} s"])
    if result["holds"]:
        counts = result["check"]["counts"]
        return (
            f"exactly once: HELD ({done}; {counts['audit']} verdicts, {counts['superseding']} of them superseding,"
            f" {counts['uploads.dlq']} dead letters, {counts['spoilt']} of them decisions,"
            f" {counts['aborted']} aborted and unseen)"
        )
    return f"exactly once: BROKEN ({done}): {result.get('trouble') or json.dumps(result['check']['first'])}"


if __name__ == "__main__":
    sys.exit(main())

"""Exactly once under every fault: plays suites of faults on brokers of its own, and has the outcome checked.

Each suite runs several weir processes on uploads and decisions with known answers, with one broker or three, perhaps
behind a proxy, while a subscriber reads what is committed. The same seed makes the same faults. Appends to a report, in
JSON Lines and as a page with a timeline; prints one line a suite. Exit code 0 if everything held.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from signal import SIGINT, SIGTERM, default_int_handler, signal
from types import SimpleNamespace
from typing import Any, cast

HERE = Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent), str(HERE.parent / "exactly_once")]

import confluent_kafka
import invariants
import run as once
from cluster import ProxiedCluster
from clusters import Clusters, Kind
from fault_scene import COMMIT_RECORDS, FaultScene
from page import page
from reader import Reader
from rolling import make_dynamic
from scene import Stuck
from secured import SecuredBroker
from suites import SHORT, SUITES, Suite, names, schedule, soak

from harness import results, weir
from harness.broker import PACKAGE, Broker

LONG = ("samples", "transactions")
"""What belongs into a report and not into the results that are kept."""


def options() -> argparse.Namespace:
    meanings = "".join(f"\n  {name}: {suite.meaning}" for name, suite in SUITES.items())
    parser = argparse.ArgumentParser(
        description=f"{__doc__}\nsuites:{meanings}\n  short: {', '.join(SHORT)}\n  all: each of them",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    known = [*SUITES, "short", "all", "soak"]
    parser.add_argument(
        "suites", nargs="*", default=["short"], metavar="SUITE", help="default short; soak: everything, mixed"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="so many seeds from --seed on")
    parser.add_argument("--brokers", type=int, default=1, choices=[1, 3])
    parser.add_argument(
        "--secure", action="store_true", help="Weir comes in by TLS, with a password and the documented rights alone"
    )
    parser.add_argument("--librdkafka", metavar="LIBRARY", help="another one for Weir; wheel: that of confluent-kafka")
    parser.add_argument("--minutes", type=float, default=30, help="of soak")
    parser.add_argument("--report", type=Path, help="folder for report.jsonl and report.html")
    parser.add_argument("--keep", action="store_true", help="keep logs and the brokers' data even if all is well")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/faults.jsonl")
    chosen = parser.parse_args()
    for name in chosen.suites:
        if name not in known:
            parser.error(f"no suite {name!r}; known: {', '.join(known)}")
        if chosen.secure and (chosen.brokers > 1 or name == "soak" or any(SUITES[n].is_proxied for n in names([name]))):
            parser.error(f"{name}: with --secure only suites of one broker and without the proxy, which reads frames")
    if chosen.librdkafka:
        os.environ["WEIR_PRELOAD"] = wheel() if chosen.librdkafka == "wheel" else chosen.librdkafka
    return chosen


def wheel() -> str:
    """The librdkafka that the Python client brings along."""
    folder = Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs"
    libraries = [str(path) for path in folder.glob("librdkafka*")]
    if len(libraries) != 1:
        raise SystemExit(f"{folder} has {len(libraries)} libraries of that name, not one")
    return libraries[0]


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    signal(SIGINT, default_int_handler)
    report = chosen.report or Path(tempfile.mkdtemp(prefix="weir-faults-"))
    report.mkdir(parents=True, exist_ok=True)
    played: list[dict[str, Any]] = []
    with Clusters() as clusters:
        for seed in range(chosen.seed, chosen.seed + chosen.seeds):
            for name in names(chosen.suites):
                suite = soak(seed, chosen.minutes * 60) if name == "soak" else SUITES[name]
                played.append(play(name, suite, seed, chosen, clusters))
                with (report / "report.jsonl").open("a") as file:
                    file.write(json.dumps(played[-1]) + "\n")
                (report / "report.html").write_text(page(played))
                if chosen.record:
                    kept = {name: value for name, value in played[-1].items() if name not in LONG}
                    results.record("faults", [kept])
    broken = sum(not one["holds"] for one in played)
    print(f"faults: {len(played) - broken} suites held, {broken} broken; {report / 'report.html'}")
    return 1 if broken else 0


def play(name: str, suite: Suite, seed: int, chosen: argparse.Namespace, clusters: Clusters) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix=f"weir-fault-{name}-"))
    began = time.monotonic()
    brokers = max(chosen.brokers, suite.brokers)
    result: dict[str, Any] = {"test": "faults", "suite": name, "seed": seed, "brokers": brokers, "holds": False}
    result |= {"time": results.stamp(), "machine": results.machine(), "uploads": suite.uploads}
    command = f"python3 load-tests/faults/play.py {name} --seed {seed} --brokers {brokers}"
    command += f" --minutes {chosen.minutes}" if name == "soak" else ""
    command += " --secure" if chosen.secure else ""
    result["command"] = command + (f" --librdkafka {chosen.librdkafka}" if chosen.librdkafka else "")
    result["weir"] = weir.version()
    kept: list[Path] = []
    if chosen.secure:
        # Rights stay with the brokers.
        with SecuredBroker(folder / "kafka", keep=True) as secured:
            result |= run(suite, seed, folder, secured, brokers)
    else:
        kind = Kind(brokers, is_proxied=suite.is_proxied or brokers > 1)
        result |= run(suite, seed, folder, clusters.take(kind), brokers)
        if chosen.keep or not result["holds"]:
            kept = [path for path in [clusters.end(kind, keep=True)] if path]
    result["total"] = round(time.monotonic() - began, 1)
    if result["holds"] and not chosen.keep:
        shutil.rmtree(folder)
    else:
        folders = ", ".join(str(path) for path in [folder, *kept])
        print(f"logs and data: {folders}; repeat with: {result['command']}")
    print(line(result), flush=True)
    return result


def run(suite: Suite, seed: int, folder: Path, cluster: Broker | ProxiedCluster, brokers: int) -> dict[str, Any]:
    asked = cast(argparse.Namespace, SimpleNamespace(seed=seed, uploads=suite.uploads, log_level="info"))
    direct = cast(Broker, SimpleNamespace(bootstrap=cluster.bootstrap))
    config = configure(cluster, folder, asked, suite)
    if suite.is_dynamic:
        make_dynamic(config)
    if isinstance(cluster, SecuredBroker):
        (folder / "open").mkdir()
        weir.make_topics(once.configure(asked, folder / "open", direct), 4)
        cluster.give_rights(folder)
    else:
        weir.make_topics(config, 4, replicas=brokers)
    reader = Reader(cluster.bootstrap, once.GROUP)
    reader.start()
    scene = FaultScene(cluster, config, folder, once.GROUP, suite, reader)
    faults = schedule(suite, seed)
    result: dict[str, Any] = {}
    check: dict[str, Any] = {}
    troubles = scene.troubles
    try:
        result |= scene.play(seed, suite.uploads, max(8.0, len(faults) * suite.pace), faults)
    except Stuck as stuck:
        troubles = [*troubles, str(stuck)]
    reader.close()
    if "seconds" in result:
        check = once.check(direct, asked)
    states = wrong_states(folder, direct, asked) if check else []
    found = invariants.counted(check, reader.violations, troubles, scene.resources.excesses(), states)
    return {
        **result,
        "holds": not invariants.broken(found),
        "invariants": found,
        "counts": check.get("counts", {}),
        "resources": scene.resources.as_json(),
        "transactions": scene.resources.transactions,
        "read": reader.seen,
        "samplesCompared": reader.samples,
    }


def wrong_states(folder: Path, direct: Broker, asked: argparse.Namespace) -> list[str]:
    """What is known of accounts is what the input makes of them, by `weir state verify`."""
    (folder / "verify").mkdir()
    config = once.configure(asked, folder / "verify", direct)
    command = [str(weir.binary()), "state", "verify", "--config", str(config)]
    environment = {**os.environ, "WEIR_MEMBER": "none"}
    done = subprocess.run(command, cwd=PACKAGE, env=environment, capture_output=True, text=True)
    states = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [json.dumps(state) for state in states if not state["equal"]]
    if not states or (done.returncode != 0 and not wrong):
        wrong.append(f"weir state verify ended with {done.returncode}: {done.stderr.strip()}")
    return wrong


def configure(cluster: Broker | ProxiedCluster, folder: Path, asked: argparse.Namespace, suite: Suite) -> Path:
    """How Weir comes in."""
    properties = dict(suite.properties)
    through = cluster.bootstrap
    if isinstance(cluster, ProxiedCluster):
        through = cluster.proxied_bootstrap
    elif isinstance(cluster, SecuredBroker):
        through = cluster.secured_bootstrap
        properties |= cluster.properties(folder)
    broker = cast(Broker, SimpleNamespace(bootstrap=through))
    commit: dict[str, str | int] = {"maxRecords": COMMIT_RECORDS}
    return once.configure(asked, folder, broker, commit, listens=True, properties=properties)


def line(result: dict[str, Any]) -> str:
    recovered = sorted(note["recoveredAfter"] for note in result.get("faults", []) if "recoveredAfter" in note)
    done = f"{result['suite']}, seed {result['seed']}, {result['brokers']} broker(s), {result['total']} s"
    if result["holds"]:
        counts = result["counts"]
        middle, most = (recovered[len(recovered) // 2], recovered[-1]) if recovered else (0, 0)
        return (
            f"faults: HELD ({done}; {len(result['faults'])} faults, {result['uploads']} uploads,"
            f" {counts['aborted']} aborted and unseen;"
            f" recovered after {middle} s in the middle, {most} s at most)"
        )
    why = {name: one["first"] for name, one in invariants.broken(result["invariants"]).items()}
    return f"faults: BROKEN ({done}): {json.dumps(why)}"


if __name__ == "__main__":
    sys.exit(main())

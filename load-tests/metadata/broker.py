"""What is known of accounts through a real broker, while members are killed, come and go, and transactions fail.

Makes events from a seed (generate.py), each account's in one partition, and sends them to a broker of its own, each
with the time at which its record was written. `weir run` folds them with nothing but `metadata.behaviour`; members are
killed with SIGKILL, at any moment and at named places, go from one to three and back, and each step of a transaction
fails now and then. Then, of each event:

* there is exactly one verdict, as `read_committed` shows them, and no dead letter;
* its facts and their values are those of the plain model (model.py) over its partition;
* a duplicate's verdict refers to that of the record which it repeats.

And `weir state verify` must say of each partition that its state is what the input makes it. Compaction of the state
topic runs all the while.

    python3 load-tests/metadata/broker.py --events 20000 --seconds 30
    python3 load-tests/metadata/broker.py --record
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / name) for name in ("exactly_once", "faults")), str(HERE.parent)]

from broker_events import Feeder, Input, write_input
from broker_play import Play, Stuck
from model import Facts, Model, Settings, fold
from verdicts import Source, verdict_id
from watch import Lane

from compare import FACTS, LEAST, SCHEMES, write_configuration
from harness import results, weir
from harness.broker import PACKAGE, Broker
from harness.topics import Cluster, alter

GROUP = "metadata-broker"
UPLOADS, AUDIT, DEAD_LETTERS, STATE = "uploads", "audit", "uploads.dlq", "weir.state.accounts"
PARTITIONS = 4
PROPERTIES: dict[str, str | int] = {
    "session.timeout.ms": 6_000, "heartbeat.interval.ms": 1_500, "transaction.timeout.ms": 10_000,
}  # fmt: skip
FOREVER = str((1 << 63) - 1)
INPUT_CONFIG = {
    # The events' years are made up, and so are their records'.
    "message.timestamp.type": "CreateTime", "message.timestamp.after.max.ms": FOREVER, "retention.ms": "-1",
    "segment.ms": FOREVER,
}  # fmt: skip
STATE_CONFIG = {"segment.ms": "5000", "segment.bytes": str(1 << 20), "min.cleanable.dirty.ratio": "0.01"}
"""So that a restore reads what was compacted meanwhile."""
SHOWN = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=180, help="over which they are sent")
    parser.add_argument("--seed", type=int, default=1, help="of events and members")
    parser.add_argument("--settings", choices=SCHEMES, default="standard", help="of metadata.behaviour; see compare.py")
    parser.add_argument("--keep", action="store_true", help="keep logs and the broker's data even if all is well")
    parser.add_argument("--record", action="store_true", help="append the result to load-tests/results")
    chosen = parser.parse_args()
    signal(SIGTERM, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-metadata-"))
    given = write_input(folder, chosen.events, chosen.seed, PARTITIONS)
    with Broker(folder / "kafka", keep=True) as broker:
        figures, wrong = run(chosen, folder, given, broker)
        versions = {"weir": weir.version(), "kafka": broker.version(), **results.client_versions()}
    figures = {"events": chosen.events, "seed": chosen.seed, "settings": chosen.settings, **figures}
    results.report("metadata-broker", versions, figures | {"holds": not wrong}, is_kept=chosen.record and not wrong)
    if wrong or chosen.keep:
        print(f"logs, events and data: {folder}")
    else:
        shutil.rmtree(folder)
    for one in wrong:
        print(f"BROKEN: {one}")
    return 1 if wrong else 0


def run(chosen: argparse.Namespace, folder: Path, given: Input, broker: Broker) -> tuple[dict[str, Any], list[str]]:
    """Figures, and what is wrong."""
    settings = SCHEMES[chosen.settings]
    config = configure(folder, settings, broker)
    cluster = Cluster(broker.bootstrap)
    weir.make_topics(config, PARTITIONS)
    alter(cluster.admin, {UPLOADS: INPUT_CONFIG, STATE: STATE_CONFIG})
    feeder = Feeder(broker.bootstrap, UPLOADS, given, chosen.seconds)
    lane = Lane(cluster, GROUP, UPLOADS)
    play = Play(broker.bootstrap, GROUP, config, folder, lane, feeder)
    began = time.monotonic()
    try:
        play.run(chosen.seed, chosen.events)
    except Stuck as stuck:
        return dict(play.counts), [str(stuck)]
    figures: dict[str, Any] = {"seconds": round(time.monotonic() - began, 1), "done": dict(play.counts)}
    figures |= faults_seen(folder)
    wrong, counts = wrong_verdicts(cluster, given, settings)
    figures |= counts
    states = verified(config)
    figures["statesEqual"] = sum(state["equal"] for state in states)
    wrong += [f"state: {json.dumps(state)}" for state in states if not state["equal"]]
    if len(states) != PARTITIONS:
        wrong.append(f"weir state verify spoke of {len(states)} partitions, not of {PARTITIONS}")
    wrong += says_too_little(figures)
    return figures, wrong


def configure(folder: Path, settings: Settings, broker: Broker) -> Path:
    """Pipeline and policy as the comparison without a broker has them."""
    write_configuration(folder, settings, 256)
    (folder / "signals.jsonl").touch()
    config = folder / "weir.yaml"
    weir.Settings(
        bootstrap=broker.bootstrap,
        group=GROUP,
        pipeline=folder / "pipeline.yaml",
        policy=folder / "policy.yaml",
        signals=folder / "signals.jsonl",
        properties=PROPERTIES,
        topics={"state": STATE},
        commit={"interval": "100ms", "maxRecords": 2_000},
    ).write(config)
    return config


def faults_seen(folder: Path) -> dict[str, Any]:
    """By the members' logs."""
    points: Counter[str] = Counter()
    restored = 0
    for log in folder.glob("weir-*.log"):
        for line in log.read_text(errors="replace").splitlines():
            if '"message":"failpoint"' in line:
                points[json.loads(line)["point"]] += 1
            restored += "what is known of accounts is restored" in line
    return {"failpoints": dict(sorted(points.items())), "restores": restored}


def wrong_verdicts(cluster: Cluster, given: Input, settings: Settings) -> tuple[list[str], dict[str, Any]]:
    with ProcessPoolExecutor(2) as pool:
        models = list(pool.map(partial(modelled, settings=settings), given.files))
    expected = [facts for facts, _ in models]
    ids: dict[tuple[int, int], str] = {}
    repeats: list[tuple[int, int, str]] = []
    wrong: list[str] = []
    seen = 0
    for record in cluster.read([AUDIT]):
        seen += 1
        verdict = json.loads(record.value or b"")
        data = verdict["data"]
        place = (data["input"]["partition"], data["input"]["offset"])
        if place in ids:
            wrong.append(f"{place} has two verdicts")
        ids[place] = verdict["id"]
        partition, offset = place
        facts = {one["fact"]: one["value"] for one in data["findings"]}
        wanted = expected[partition][offset] if offset < len(expected[partition]) else None
        if facts != (wanted or {}) or data["degraded"] or wanted is None:
            wrong.append(f"{place}: weir {json.dumps(facts)}, model {json.dumps(wanted)}, {data['degraded']}")
        if verdict["id"] != verdict_id(Source(UPLOADS, *place), data["event"]):
            wrong.append(f"{place}: its verdict's id is {verdict['id']}")
        if "duplicate" in facts or "duplicateOf" in data:
            repeats.append((partition, facts.get("duplicate", -1), data.get("duplicateOf", "")))
    wrong += [
        f"{(partition, offset)}: no verdict"
        for partition, facts in enumerate(expected)
        for offset in range(len(facts))
        if (partition, offset) not in ids
    ]
    wrong += [f"a duplicate of {one[:2]} refers to {one[2]}" for one in repeats if ids.get(one[:2]) != one[2]]
    wrong += [f"a dead letter: {record.headers}" for record in cluster.read([DEAD_LETTERS])]
    unseen = sum(1 for _ in cluster.read([AUDIT], "read_uncommitted")) - seen
    counts = Counter(fact for partition in expected for facts in partition for fact in facts)
    figures: dict[str, Any] = {"verdicts": seen, "aborted": unseen, "differences": len(wrong)}
    figures |= {"duplicatesThatRefer": len(repeats), "facts": {fact: counts[fact] for fact in FACTS}}
    figures["accountsForgotten"] = sum(evicted for _, evicted in models)
    return wrong[:SHOWN] + ([f"{len(wrong)} in all"] if len(wrong) > SHOWN else []), figures


def modelled(path: Path, settings: Settings) -> tuple[list[Facts], int]:
    """Of each event of a partition, and how many accounts were forgotten."""
    model = Model(settings, GROUP.encode())
    with path.open() as lines:
        return list(fold(lines, model)), model.evicted


def verified(config: Path) -> list[dict[str, Any]]:
    command = [str(weir.binary()), "state", "verify", "--config", str(config)]
    done = subprocess.run(
        command, cwd=PACKAGE, env={**os.environ, "WEIR_MEMBER": "none"}, stdout=subprocess.PIPE, text=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def says_too_little(figures: dict[str, Any]) -> list[str]:
    rare = [fact for fact, count in figures["facts"].items() if count < LEAST]
    done = figures["done"]
    rare += [what for what in ("kill -9", "1 to 3", "3 to 1", "taken over") if not done.get(what)]
    rare += [what for what in ("aborted", "restores", "failpoints") if not figures[what]]
    return [f"too rare to say anything: {', '.join(rare)}"] if rare else []


if __name__ == "__main__":
    sys.exit(main())

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

With `--campaigns` there are things among the events that many accounts post at once (campaign_events.py), and
`metadata.sightings` is on. Then also, as `read_committed` shows them:

* of each thing that an upload shows there is exactly one sighting;
* signals, proposals of incidents and superseding verdicts are those of the plain model (campaign_model.py) over the
  sightings as they stand, each exactly once, with its numbers, and nothing else;
* `weir state verify` says the same of what is known of things, and of how much they come to.

    python3 load-tests/metadata/broker.py --events 20000 --seconds 30
    python3 load-tests/metadata/broker.py --record
    python3 load-tests/metadata/broker.py --campaigns --record
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

import campaign_check
from broker_events import Feeder, Input, write_input
from broker_play import Play, Stuck
from campaign_check import SETTINGS, Stage
from campaign_events import CampaignGenerator
from generate import Generator
from model import Facts, Model, Settings, fold
from verdicts import Source, verdict_id
from watch import Lane

from compare import FACTS, LEAST, SCHEMES, write_configuration
from harness import results, weir
from harness.broker import PACKAGE, Broker
from harness.topics import Cluster, Group, alter

GROUP = "metadata-broker"
UPLOADS, AUDIT, DEAD_LETTERS, STATE = "uploads", "audit", "uploads.dlq", "weir.state.accounts"
SECOND = Stage("uploads", "audit", "sightings", "signals", "incidents", "enforcement", "review")
THINGS = "weir.state.sightings"
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
KEPT_CONFIG = {"cleanup.policy": "delete", "retention.ms": "-1"}
"""Of topics that are compacted otherwise, so that each record can be counted."""
SHOWN = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=180, help="over which they are sent")
    parser.add_argument("--seed", type=int, default=1, help="of events and members")
    parser.add_argument("--settings", choices=SCHEMES, default="standard", help="of metadata.behaviour; see compare.py")
    parser.add_argument("--campaigns", action="store_true", help="with what is counted across accounts")
    parser.add_argument("--keep", action="store_true", help="keep logs and the broker's data even if all is well")
    parser.add_argument("--record", action="store_true", help="append the result to load-tests/results")
    chosen = parser.parse_args()
    signal(SIGTERM, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-metadata-"))
    generator = (CampaignGenerator if chosen.campaigns else Generator)(chosen.events, chosen.seed)
    given = write_input(folder, generator, PARTITIONS)
    with Broker(folder / "kafka", keep=True) as broker:
        figures, wrong = run(chosen, folder, given, broker)
        versions = {"weir": weir.version(), "kafka": broker.version(), **results.client_versions()}
    figures = {"events": chosen.events, "seed": chosen.seed, "settings": chosen.settings, **figures}
    name = "metadata-campaigns" if chosen.campaigns else "metadata-broker"
    results.report(name, versions, figures | {"holds": not wrong}, is_kept=chosen.record and not wrong)
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
    config = configure(folder, settings, broker, with_campaigns=chosen.campaigns)
    cluster = Cluster(broker.bootstrap)
    weir.make_topics(config, PARTITIONS)
    alter(cluster.admin, {UPLOADS: INPUT_CONFIG, STATE: STATE_CONFIG})
    if chosen.campaigns:
        alter(cluster.admin, {THINGS: STATE_CONFIG, SECOND.signals: KEPT_CONFIG, SECOND.incidents: KEPT_CONFIG})
    feeder = Feeder(broker.bootstrap, UPLOADS, given, chosen.seconds)
    lane = Lane(cluster, GROUP, UPLOADS)
    second = f"{GROUP}-sightings" if chosen.campaigns else None
    play = Play(broker.bootstrap, GROUP, config, folder, lane, feeder)
    began = time.monotonic()
    try:
        play.run(chosen.seed, chosen.events, lambda: second is None or has_passed(cluster, second, SECOND.sightings))
    except Stuck as stuck:
        return dict(play.counts), [str(stuck)]
    figures: dict[str, Any] = {"seconds": round(time.monotonic() - began, 1), "done": dict(play.counts)}
    figures |= faults_seen(folder)
    with ProcessPoolExecutor(2) as pool:
        models = list(pool.map(partial(modelled, settings=settings), given.files))
    wrong, counts = wrong_verdicts(cluster, models)
    figures |= counts
    states = verified(config)
    figures["statesEqual"] = sum(state["equal"] for state in states)
    wrong += wrong_states(states, ["accounts", "things"] if chosen.campaigns else ["accounts"])
    wrong += says_too_little(figures)
    if chosen.campaigns:
        more, campaigns = campaign_check.wrong_campaigns(
            cluster, SECOND, given.files, [facts for facts, _ in models], GROUP.encode(), folder
        )
        wrong += more[:SHOWN] + ([f"{len(more)} in all"] if len(more) > SHOWN else [])
        wrong += unlike(states, campaigns)
        wrong += [f"too rare to say anything: {one}" for one in campaign_check.says_too_little(campaigns)]
        figures["campaigns"] = campaigns | {"differences": len(more)}
    return figures, wrong


def configure(folder: Path, settings: Settings, broker: Broker, with_campaigns: bool) -> Path:
    """Pipeline and policy as the comparison without a broker has them."""
    write_configuration(folder, settings, 256)
    if with_campaigns:
        add_campaigns(folder)
    (folder / "signals.jsonl").touch()
    config = folder / "weir.yaml"
    weir.Settings(
        bootstrap=broker.bootstrap,
        group=GROUP,
        pipeline=folder / "pipeline.yaml",
        policy=folder / "policy.yaml",
        signals=folder / "signals.jsonl",
        properties=PROPERTIES,
        topics={
            "state": STATE,
            "sightings": SECOND.sightings,
            "sightingState": THINGS,
            "incidents": SECOND.incidents,
        },
        commit={"interval": "100ms", "maxRecords": 2_000},
    ).write(config)
    return config


def add_campaigns(folder: Path) -> None:
    """To the files of pipeline and policy."""
    pipeline, policy = (json.loads((folder / f"{name}.yaml").read_text()) for name in ("pipeline", "policy"))
    given: dict[str, Any] = {
        # Documents are not modelled.
        "things": list(SETTINGS.things),
        "lateness": f"{SETTINGS.lateness}s",
        "togetherAccounts": SETTINGS.togetherAccounts,
    }
    pipeline["stages"][0]["detectors"].append({"detector": "metadata.sightings", "with": given})
    when = {"finding": {"detector": "metadata.behaviour", "fact": "many-hashtags"}}
    policy["rules"].append({"name": "flood", "when": when, "action": "label", "labels": ["flood"]})
    (folder / "pipeline.yaml").write_text(json.dumps(pipeline))
    (folder / "policy.yaml").write_text(json.dumps(policy | campaign_check.POLICY))


def has_passed(cluster: Cluster, group: str, topic: str) -> bool:
    """Whether a group has committed all that can be read of a topic. Markers of transactions are no records."""
    last: dict[int, int] = {}
    for record in cluster.read([topic]):
        last[record.partition] = record.offset
    committed = Group(cluster, group, topic).committed()
    return all(committed[partition] > offset for partition, offset in last.items())


def faults_seen(folder: Path) -> dict[str, Any]:
    """By the members' logs."""
    points: Counter[str] = Counter()
    restored: Counter[str] = Counter()
    for log in folder.glob("weir-*.log"):
        for line in log.read_text(errors="replace").splitlines():
            if '"message":"failpoint"' in line:
                points[json.loads(line)["point"]] += 1
            for what in ("accounts", "things"):
                restored[what] += f"what is known of {what} is restored" in line
    return {
        "failpoints": dict(sorted(points.items())),
        "restores": restored["accounts"],
        **({"restoresOfThings": restored["things"]} if restored["things"] else {}),
    }


def wrong_verdicts(cluster: Cluster, models: list[tuple[list[Facts], int]]) -> tuple[list[str], dict[str, Any]]:
    """Of those on uploads."""
    expected = [facts for facts, _ in models]
    ids: dict[tuple[int, int], str] = {}
    repeats: list[tuple[int, int, str]] = []
    wrong: list[str] = []
    seen = 0
    for record in cluster.read([AUDIT]):
        seen += 1
        verdict = json.loads(record.value or b"")
        data = verdict["data"]
        if data["input"]["topic"] != UPLOADS:
            continue
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


def wrong_states(states: list[dict[str, Any]], kinds: list[str]) -> list[str]:
    wrong = [f"state: {json.dumps(state)}" for state in states if not state["equal"]]
    for kind in kinds:
        count = sum(state["of"] == kind for state in states)
        if count != PARTITIONS:
            wrong.append(f"weir state verify spoke of {count} partitions of {kind}, not of {PARTITIONS}")
    return wrong


def unlike(states: list[dict[str, Any]], campaigns: dict[str, Any]) -> list[str]:
    """Where `weir state verify` has other sums than the model."""
    found: Counter[str] = Counter()
    for state in states:
        if state["of"] == "things":
            found.update(state["told"] | {name: state[name] for name in ("superseded", "late", "repeated")})
    sums = {f"{phase}s": count for phase, count in campaigns["told"].items()}
    sums |= {"superseded": sum(campaigns["superseded"].values())}
    sums |= {name: campaigns[name] for name in ("late", "repeated")}
    return [f"weir state verify has {dict(found)}, the model {sums}"] if found != sums else []


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

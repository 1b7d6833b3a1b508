"""The facts of `metadata.behaviour`, event by event, as `weir scan` gives them and as the plain model has them.

Generates events of one partition, folds them in the model (model.py), and judges them with `weir scan` in batches of 1,
7 and 256, with the settings that Weir comes with and with tight ones, under which accounts and events are forgotten.
Every fact must be the same with the same value, and every one of them must have occurred. Ends with 1 if not, and shows
the first differences with what led to them.

    python3 load-tests/metadata/compare.py --events 20000
    python3 load-tests/metadata/compare.py --events 1000000 --record
    python3 load-tests/metadata/compare.py --self-test        # that each setting matters to the comparison
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from generate import Generator
from model import DAY, Facts, Model, Settings, fold

from harness import results, weir

GROUP = "metadata-model"
"""Without a key file, accounts are hashed by the name of the group."""
BATCHES = (1, 7, 256)
FACTS = (
    "duplicate", "late-event", "future-clock", "dormant-account-active", "text-burst", "media-burst", "link-burst",
    "live-burst", "many-hosts", "repeated-text", "repeated-media", "first-stream", "many-hashtags",
    "hashtag-flood", "account-action", "strikes", "struck-account-live", "removed-account-active",
)  # fmt: skip
TIMES = {"lateness", "latenessBySource", "ahead", "dormantFor", "strikeHalfLife", "oneStrikeFor"}
SCHEMES = {
    "standard": Settings(),
    "tight": Settings(
        lateness=300, latenessBySource={"/ingest/1": 86_400, "/ingest/1*": 10, "/ingest/2*": 599}, ahead=5,
        mostAccounts=1_000, mostEvents=1_000, dormantFor=DAY, dormantUploads=2, burstWithin="5m", burstAtLeast=4,
        burstTimes=2, hostsAtLeast=65, repeatsAtLeast=2, hashtagsAtLeast=3, hashtagFloodAtLeast=10,
        strikeHalfLife=5 * 3_600, strikesAtLeast=0.25, oneStrikeFor=7_200,
    ),
}  # fmt: skip
LEAST = 20
"""Of each fact, or a comparison says too little."""
SHOWN = 3
STEPS = {
    "burstTimes": 3, "dormantFor": 200 * DAY, "mostEvents": 500, "oneStrikeFor": 20 * 3_600, "strikesAtLeast": 0.2,
}  # fmt: skip
"""By how much the self-test changes a setting, where a fiftieth is not enough to matter."""


def written(time: int | dict[str, int]) -> str | dict[str, str]:
    return {name: f"{value}s" for name, value in time.items()} if isinstance(time, dict) else f"{time}s"


def write_configuration(folder: Path, settings: Settings, batch: int) -> Path:
    """As JSON, which is YAML too."""
    given = {name: written(value) if name in TIMES else value for name, value in asdict(settings).items()}
    stage = {
        "name": "triage", "media": "none", "deadline": "60s",
        "detectors": [{"detector": "metadata.behaviour", "with": given}],
    }  # fmt: skip
    when = {"finding": {"detector": "metadata.behaviour", "fact": "late-event"}}
    rules = [{"name": "late", "when": when, "action": "label", "labels": ["late"]}]
    policy = {"version": 1, "name": GROUP, "revision": "1", "default": "allow", "rules": rules}
    files = {
        "pipeline": {"version": 1, "batchSize": batch, "window": 8, "stages": [stage]},
        "policy": policy,
        "config": {"kafka": {"group": GROUP}, "pipeline": "pipeline.yaml", "policy": "policy.yaml"},
    }
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(json.dumps(content))
    return folder / "config.yaml"


def scanned(events: Path, settings: Settings, batch: int) -> Iterator[Facts]:
    """The facts of each event in turn; ends the harness if an event has no verdict at its place."""
    with tempfile.TemporaryDirectory(prefix="weir-fold-") as folder:
        config = write_configuration(Path(folder), settings, batch)
        command = [str(weir.binary()), "scan", "--config", str(config), str(events)]
        with Popen(command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL) as process:
            assert process.stdout is not None
            for number, line in enumerate(process.stdout):
                verdict = None if b'"findings":[],"degraded":[]' in line else json.loads(line)["data"]
                if f'"offset":{number}}}'.encode() not in line:
                    raise SystemExit(f"the verdict on event {number} is not where it should be: {line[:400]!r}")
                if verdict and verdict["degraded"]:
                    raise SystemExit(f"event {number} was not looked at: {verdict['degraded']}")
                yield {one["fact"]: one["value"] for one in verdict["findings"]} if verdict else {}
        if process.returncode != 0:
            raise SystemExit(f"weir scan ended with {process.returncode}")


def differences(found: Iterator[Facts], expected: list[Facts]) -> list[tuple[int, Facts | None, Facts | None]]:
    """Event, what Weir has, what the model has; nothing where one has fewer events."""
    differ: list[tuple[int, Facts | None, Facts | None]] = []
    number = -1
    for number, facts in enumerate(found):
        wanted = expected[number] if number < len(expected) else None
        if facts != wanted:
            differ.append((number, facts, wanted))
    differ += ((missing, None, expected[missing]) for missing in range(number + 1, len(expected)))
    return differ


def show(differ: list[tuple[int, Facts | None, Facts | None]], lines: list[str]) -> None:
    for number, facts, wanted in differ[:SHOWN]:
        account = json.loads(lines[number])["data"]["account"]["id"]
        mark = f'"account": {{"id": "{account}"}}'
        before = [place for place in range(number) if mark in lines[place]]
        print(f"event {number}: weir {json.dumps(facts)}\n  model {json.dumps(wanted)}\n  {lines[number]}")
        print(f"  {len(before)} earlier events of {account}, the last of them:")
        for place in before[-5:]:
            print(f"    {place}: {lines[place]}")


def compare(events: Path, lines: list[str], scheme: str, batches: tuple[int, ...]) -> dict[str, Any]:
    settings = SCHEMES[scheme]
    start = time.process_time()
    model = Model(settings, GROUP.encode())
    expected = list(fold(lines, model))
    took = time.process_time() - start
    counts = Counter(fact for facts in expected for fact in facts)
    differ = 0
    for batch in batches:
        found = differences(scanned(events, settings, batch), expected)
        if found:
            print(f"{scheme}, batches of {batch}: {len(found)} events differ")
            show(found, lines)
        differ += len(found)
    errors = [estimate / real - 1 for estimate, real in model.estimates if real]
    return {
        "settings": scheme,
        "differences": differ,
        "facts": {fact: counts[fact] for fact in FACTS},
        "accountsForgotten": model.evicted,
        "eventsForgotten": model.forgotten,
        "estimates": len(errors),
        "estimateError": round((sum(error * error for error in errors) / max(1, len(errors))) ** 0.5, 3),
        "modelSeconds": round(took, 1),
    }


def says_too_little(figures: dict[str, Any]) -> list[str]:
    """What occurred so rarely that its comparison proves nothing."""
    rare = [fact for fact, count in figures["facts"].items() if count < LEAST]
    wanted = ["estimates"] + (["accountsForgotten", "eventsForgotten"] if figures["settings"] == "tight" else [])
    return rare + [name for name in wanted if figures[name] < LEAST]


def another(name: str, value: Any) -> Any:
    """What a setting is changed to."""
    if name == "burstWithin":
        return "1m"
    if isinstance(value, dict):
        return {key: another(name, one) for key, one in value.items()}
    return value + STEPS.get(name, max(1, value // 50))


def self_test(events: Path, lines: list[str]) -> None:
    """The comparison holds, and doesn't with any setting of the model another, or anything else of the verdicts."""
    settings = SCHEMES["tight"]
    found = list(scanned(events, settings, 256))
    expected = list(fold(lines, Model(settings, GROUP.encode())))

    def differs(settings: Settings, key: str) -> bool:
        return any(one != other for one, other in zip(found, fold(lines, Model(settings, key.encode())), strict=True))

    assert not differences(iter(found), expected) and not differs(settings, GROUP)
    last = max(number for number, facts in enumerate(found) if facts)
    assert differences(iter(found[:-1]), expected) and differences(iter([*found, {}]), expected)
    assert differences(iter([*found[:last], {}, *found[last + 1 :]]), expected)
    assert differences(iter([{}, *found[:-1]]), expected)
    for one in fields(Settings):
        if not differs(replace(settings, **{one.name: another(one.name, getattr(settings, one.name))}), GROUP):
            raise SystemExit(f"nothing differs where {one.name} does: the events test it too little")
    if not differs(settings, "another key"):
        raise SystemExit("nothing differs with another key: the events test too little what is forgotten")
    print(f"metadata: each of {len(fields(Settings))} settings matters to {len(lines)} events")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batches", type=int, nargs="+", default=BATCHES)
    parser.add_argument("--record", action="store_true", help="append the result to load-tests/results")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="weir-fold-") as folder:
        events = Path(folder, "events.jsonl")
        lines = list(Generator(options.events, options.seed).lines())
        events.write_text("".join(line + "\n" for line in lines))
        if options.self_test:
            self_test(events, lines)
            return
        found = [compare(events, lines, scheme, tuple(options.batches)) for scheme in SCHEMES]
    rare = {figures["settings"]: says_too_little(figures) for figures in found}
    differ = sum(figures["differences"] for figures in found)
    figures = {"events": options.events, "seed": options.seed, "batches": list(options.batches), "schemes": found}
    results.report("metadata-model", {"weir": weir.version()}, figures, is_kept=options.record and not differ)
    if any(rare.values()):
        raise SystemExit(f"too rare to say anything: {rare}")
    if differ:
        raise SystemExit(f"{differ} differences; the events: generate.py --events {len(lines)} --seed {options.seed}")


if __name__ == "__main__":
    main()

"""What stands on the topics of the second stage against what should: sightings against the uploads, and campaigns and
superseded verdicts against the plain model over the sightings as they stand.

Nothing of Weir is asked, and nothing of its transactions is known here: topics are read as any subscriber reads them.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, NamedTuple

from campaign_events import SIGNS
from campaign_model import CampaignModel, SightingSettings, Superseding, Told, decoded
from model import STATE, Facts, SipHash, microseconds, skeleton
from verdicts import NEEDS_PERSON, Source, verdict_id

from harness.topics import Cluster

SETTINGS = SightingSettings(lateness=24 * 3_600, togetherAccounts=12)
POLICY = {
    "campaigns": {"earlier": "review", "labels": ["campaign"], "preserve": True},
    "accounts": {"returning": "review", "firstStream": "label", "struckLive": "escalate"},
}
ACTIONS = {
    "campaign": "review", "returning-account": "review", "returning-avatar": "review", "returning-profile": "review",
    "first-stream": "label", "struck-account-live": "escalate",
}  # fmt: skip
LEAST = 10

Seen = Counter[tuple[str, str, str]]
"""Verdict, kind and fingerprint."""


class Stage(NamedTuple):
    """Topics of the second stage."""

    uploads: str
    audit: str
    sightings: str
    signals: str
    incidents: str
    enforcement: str
    review: str


class Uploaded(NamedTuple):
    """What a superseding verdict must say of an upload."""

    subject: str
    event: str
    account: str


def wrong_campaigns(
    cluster: Cluster, stage: Stage, files: list[Path], facts: list[list[Facts]], key: bytes, folder: Path
) -> tuple[list[str], dict[str, Any]]:
    """What is wrong, and figures.

    `facts` has what the model of accounts says of each event, by partition.
    """
    partitions = keep(cluster, stage.sightings, folder)
    with ProcessPoolExecutor(2) as pool:
        wanted = pool.map(partial(expected_sightings, key=key, topic=stage.uploads), files, range(len(files)), facts)
        models = list(pool.map(partial(modelled, key=key), partitions))
        seen: Seen = Counter()
        uploads: dict[str, Uploaded] = {}
        named = {one.verdict for model in models for one in model.superseded}
        expected: Seen = Counter()
        for sightings, names in wanted:
            expected += sightings
            uploads |= {verdict: name for verdict, name in names.items() if verdict in named}
        for model in models:
            seen += model.seen
    wrong = [f"a sighting too {what}: {one}" for what, one in differing(seen, expected)]
    told = [one for model in models for one in model.told]
    wrong += wrong_incidents(cluster, stage, told)
    wrong += wrong_signals(cluster, stage, told)
    superseded = [(number, one) for number, model in enumerate(models) for one in model.superseded]
    wrong += wrong_verdicts(cluster, stage, superseded, uploads)
    figures = {
        "sightings": sum(seen.values()),
        "late": sum(model.late for model in models),
        "repeated": sum(model.repeated for model in models),
        "told": dict(Counter(one.id.split("-")[1] for one in told)),
        "reasons": dict(Counter(one.reason for one in told if "-onset-" in one.id)),
        "things": dict(Counter(one.thing for one in told if "-onset-" in one.id)),
        "superseded": dict(Counter(one.fact for _, one in superseded)),
        "uploadsSuperseded": len(named),
        "estimated": sum(one.accounts > 64 for one in told),
    }
    return wrong, figures


def says_too_little(figures: dict[str, Any]) -> list[str]:
    wanted = {
        "told": ["onset", "update", "end"], "reasons": ["young-accounts", "together", "stream"],
        "things": ["file", "picture", "link"], "superseded": list(ACTIONS),
    }  # fmt: skip
    rare = [name for part, names in wanted.items() for name in names if figures[part].get(name, 0) < LEAST]
    return rare + [name for name in ("late", "repeated", "estimated") if figures[name] < LEAST]


# The sightings topic


def keep(cluster: Cluster, topic: str, folder: Path) -> list[Path]:
    """Each partition's records in a file: offset, time of writing, length, and the bytes."""
    paths = [folder / f"sightings-{partition}" for partition in cluster.partitions(topic)]
    files = [path.open("wb") for path in paths]
    for record in cluster.read([topic]):
        value = record.value or b""
        head = (record.offset, record.timestamp, len(value))
        files[record.partition].write(b"".join(number.to_bytes(8, "little") for number in head) + value)
    for file in files:
        file.close()
    return paths


def kept(path: Path) -> Iterator[tuple[int, int, bytes]]:
    with path.open("rb") as file:
        while head := file.read(24):
            offset, written, length = (int.from_bytes(head[at : at + 8], "little") for at in (0, 8, 16))
            yield offset, written, file.read(length)


class Modelled(NamedTuple):
    told: list[Told]
    superseded: list[Superseding]
    seen: Seen
    late: int
    repeated: int


def modelled(path: Path, key: bytes) -> Modelled:
    model = CampaignModel(SETTINGS, key)
    seen: Seen = Counter()
    for offset, written, value in kept(path):
        sightings = list(decoded(value))
        model.take(offset, written, sightings)
        seen.update((one.verdict.hex(), one.kind, one.fingerprint.hex()) for one in sightings)
    return Modelled(model.told, model.superseded, seen, model.late, model.repeated)


# What uploads show


def expected_sightings(
    path: Path, partition: int, facts: list[Facts], key: bytes, topic: str
) -> tuple[Seen, dict[str, Uploaded]]:
    """Of a partition of uploads: their sightings, and their names by verdict."""
    hashed = Hashed(key)
    seen: Seen = Counter()
    names: dict[str, Uploaded] = {}
    with path.open() as lines:
        for offset, (line, of_event) in enumerate(zip(lines, facts, strict=True)):
            if "duplicate" in of_event:
                continue
            event = json.loads(line)
            things = list(shown(event, hashed))
            if things:
                verdict = verdict_id(Source(topic, partition, offset), event["id"])
                seen.update((verdict, *thing) for thing in things)
                name = event.get("subject") or event["id"]
                names[verdict] = Uploaded(name, event["id"], event["data"]["account"]["id"])
    return seen, names


class Hashed:
    """Hashes under the deployment's key, each worked out once."""

    def __init__(self, key: bytes) -> None:
        self.ciphers = {use: SipHash(key, f"weir sighting {use}", (2, 4)) for use in ("account", *SIGNS)}
        self.found: dict[tuple[str, str], str] = {}

    def __call__(self, use: str, name: str) -> str:
        if (use, name) not in self.found:
            self.found[use, name] = self.ciphers[use](name.encode()).to_bytes(8, "little").hex()
        return self.found[use, name]


def shown(event: dict[str, Any], hashed: Hashed) -> Iterator[tuple[str, str]]:
    """Kind and fingerprint of each thing that an upload shows."""
    data = event["data"]
    account = data["account"]
    if event["type"] == "weir.account.action.v1":
        action = data["action"]
        if action in ("removed", "restored"):
            yield from signs(data, hashed)
        if action in ("terrorism-strike", "restored"):
            yield "streamer", hashed("account", account["id"])
        return
    for item in data.get("media") or []:
        if item.get("sha256"):
            yield "file", item["sha256"].lower()
        if item.get("pdq") and 96 <= int(item["pdq"], 16).bit_count() <= 160:
            yield "picture", item["pdq"].lower()
    for link in (data.get("links") or [])[:8]:
        yield "link", hashlib.md5(one_form(link).encode()).hexdigest()
    if created := account.get("createdAt"):
        time = event.get("time") or event["recordedtime"]
        # A clock that is ahead counts as it is for the account's age, as everywhere.
        if (microseconds(time) - microseconds(created)) // 1_000_000 < SETTINGS.youngerThan:
            yield from signs(data, hashed)
    if (data.get("stream") or {}).get("id") is not None:
        yield "streamer", hashed("account", account["id"])


def signs(data: dict[str, Any], hashed: Hashed) -> Iterator[tuple[str, str]]:
    """What the account is known by."""
    account = data["account"]
    profile = skeleton(account.get("profile") or "")
    found = {
        "device": (data.get("client") or {}).get("device"), "avatar": account.get("avatar"),
        "profile": profile.decode() if profile and len(profile) >= 20 else None,
    }  # fmt: skip
    for kind in SIGNS:
        if sign := found[kind]:
            yield kind, hashed(kind, sign)


def one_form(link: str) -> str:
    """Of the links that generate.py makes: host, port and path without scheme, user and fragment, in small letters."""
    rest = link.partition("#")[0].replace("\\", "/")
    scheme, colon, behind = rest.partition(":")
    if colon and scheme.lower() in ("http", "https"):
        rest = behind.lstrip("/")
    elif rest.startswith("//"):
        rest = rest.lstrip("/")
    end = min((place for place in map(rest.find, "/?") if place >= 0), default=len(rest))
    authority, path = rest[:end].rpartition("@")[2], rest[end:]
    for port in (":80", ":443"):
        authority = authority.removesuffix(port)
    if path.startswith("?"):
        path = f"/{path}"
    host = authority.lower()
    if not host.isascii():
        host = host.encode("idna").decode()
    elif host.startswith("["):
        host = f"[{IPv6Address(host[1:-1])}]"
    return f"{host}{'' if path == '/' else path}".lower()


# What came of them


def wrong_incidents(cluster: Cluster, stage: Stage, told: list[Told]) -> list[str]:
    expected = Counter(
        (one.id, one.campaign, stamp(one.time), one.state, one.reason, one.thing, one.signal, one.accounts, one.young,
         one.networks, one.last_hour, stamp(one.first), stamp(one.onset))
        for one in told
    )  # fmt: skip
    found: Counter[tuple[Any, ...]] = Counter()
    for record in cluster.read([stage.incidents]):
        event = json.loads(record.value or b"")
        data, times = event["data"], event["data"]["times"]
        assert record.key == event["subject"].encode()
        found[
            event["id"], event["subject"], event["time"], data["state"], data["reason"], data["thing"], data["signal"],
            data["accounts"], data["youngAccounts"], data["networks"], data["uploadsLastHour"], times["firstSeen"],
            times["onset"],
        ] += 1  # fmt: skip
    return [f"an incident too {what}: {one}" for what, one in differing(found, expected)]


def wrong_signals(cluster: Cluster, stage: Stage, told: list[Told]) -> list[str]:
    expected = Counter(
        (one.signal, one.campaign, stamp(one.time), stamp(one.time + SETTINGS.signalFor))
        for one in told
        if one.signal and one.state == "proposed"
    )
    found: Counter[tuple[Any, ...]] = Counter()
    for record in cluster.read([stage.signals]):
        signal = json.loads(record.value or b"")
        name = f"{signal['type']}:{signal['value']}"
        found[name, signal["id"], signal["updatedAt"], signal["expiresAt"]] += 1
    return [f"a signal too {what}: {one}" for what, one in differing(found, expected)]


def wrong_verdicts(
    cluster: Cluster, stage: Stage, superseded: list[tuple[int, Superseding]], uploads: dict[str, Uploaded]
) -> list[str]:
    expected: Counter[tuple[Any, ...]] = Counter()
    accounts: Counter[tuple[str, str]] = Counter()
    people: Counter[str] = Counter()
    wrong: list[str] = []
    for partition, one in superseded:
        upload = uploads.get(one.verdict)
        if upload is None:
            wrong.append(f"a sighting of no upload: {one}")
            continue
        name = verdict_id(Source(stage.sightings, partition, one.offset), upload.event)
        action = ACTIONS[one.fact]
        expected[
            name, one.verdict, upload.subject, upload.event, action, one.fact, one.value, one.signal, one.campaign,
            stamp(one.decided),
        ] += 1  # fmt: skip
        accounts[name, upload.account] += 1
        if action in NEEDS_PERSON:
            people[name] += 1
    if any(count > 1 for count in accounts.values()):
        wrong.append("two superseding verdicts have one id")
    found: Counter[tuple[Any, ...]] = Counter()
    for verdict in verdicts(cluster, stage.audit, stage):
        data = verdict["data"]
        (finding,) = data["findings"]
        found[
            verdict["id"], data["supersedes"], verdict["subject"], data["event"], data["action"], finding["fact"],
            finding["value"], finding.get("signal"), finding.get("signalId"), data["times"]["decided"],
        ] += 1  # fmt: skip
    wrong += [f"a superseding verdict too {what}: {one}" for what, one in differing(found, expected)]
    acted = Counter(
        (verdict["id"], verdict["data"]["account"]) for verdict in verdicts(cluster, stage.enforcement, stage)
    )
    wrong += [f"on {stage.enforcement} too {what}: {one}" for what, one in differing(acted, accounts)]
    asked = Counter(verdict["id"] for verdict in verdicts(cluster, stage.review, stage))
    wrong += [f"on {stage.review} too {what}: {one}" for what, one in differing(asked, people)]
    return wrong


def verdicts(cluster: Cluster, topic: str, stage: Stage) -> Iterator[dict[str, Any]]:
    mark = f'"input":{{"topic":"{stage.sightings}"'.encode()
    for record in cluster.read([topic]):
        if record.value and mark in record.value:
            yield json.loads(record.value)


def differing(found: Counter[Any], expected: Counter[Any]) -> Iterator[tuple[str, Any]]:
    yield from (("many", one) for one in (found - expected).elements())
    yield from (("few", one) for one in (expected - found).elements())


def stamp(second: int) -> str:
    """Of a second of state, as Weir writes times."""
    time = datetime.fromtimestamp(STATE + second, UTC)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")

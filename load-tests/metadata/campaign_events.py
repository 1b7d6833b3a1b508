"""Events as generate.py makes them, and among them things that many accounts post at once: files, links, pictures that
are encoded anew each time, and links to live streams, by young accounts mostly, by old ones, or by both; accounts
that come back with what another was known by, and accounts that begin to stream.

Time passes more slowly than there, two or three events a second: partitions of the input are never read at one pace,
and what belongs to one campaign must still meet.

    python3 load-tests/metadata/campaign_events.py --events 20000 --seed 1 > events.jsonl
"""

import argparse
import hashlib
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from generate import Generator

SHARE = 0.14
"""Of events that belong to a campaign."""
AT_ONCE = 5
MEAN_GAP = 0.4
"""Seconds between two events."""
HASHTAGS = " ".join(f"#lantern{number}" for number in range(15))
"""As many as the policy of the test does something about."""
SIGNS = ("device", "avatar", "profile")
"""What accounts may be known again by."""


@dataclass
class Spread:
    """A thing, and who is yet to post it."""

    kind: str
    number: int
    accounts: list[tuple[str, float | None]]
    """Names and ages in days, None where the platform says nothing of it; the next one stands last."""
    fast: bool
    picture: int = 0
    also: str | None = None
    """A file that is posted with it."""
    turned: int = 12
    """Bits of a picture that differ at most in a copy."""
    began: bool = field(default=False)


class CampaignGenerator(Generator):
    start = datetime(2024, 1, 1, tzinfo=UTC)

    def __init__(self, events: int, seed: int) -> None:
        super().__init__(events, seed)
        self.spreads: list[Spread] = []
        self.over: list[Spread] = []
        self.spread_count = 0
        self.removed: list[tuple[str, dict[str, str]]] = []
        """Accounts that were removed, and what they were known by."""

    def pass_time(self) -> None:
        rng = self.rng
        chance = rng.random()
        if self.number in self.pauses:
            self.now += rng.uniform(100, 120) * 86_400
            self.pauses.discard(self.number)
            for _ in range(12):
                self.bursts.append(self.burst(rng.choice(["mixed", "text", "links"])))
        elif chance < 1 / 30_000:
            self.now += rng.uniform(3, 60) * 3_600
        else:
            self.now += rng.expovariate(1 / MEAN_GAP)
        if rng.random() < 1 / 150:
            self.bursts.append(self.burst(rng.choice(["text", "media", "links", "live", "live", "hosts", "mixed"])))

    def event(self) -> dict[str, Any]:
        rng = self.rng
        while len(self.spreads) < AT_ONCE:
            self.spreads.append(self.spread())
        chance = rng.random()
        fast = next((one for one in self.spreads if one.fast and one.began), None)
        if fast is not None and chance < 0.7:
            return self.post(fast)
        if chance < SHARE:
            return self.post(rng.choice(self.spreads))
        if chance < SHARE + 0.01:
            return self.returning()
        event = super().event()
        self.dress(event)
        return event

    # Everyday events

    def dress(self, event: dict[str, Any]) -> None:
        """What an upload may say besides."""
        rng, data = self.rng, event["data"]
        number = int(data["account"]["id"][2:])
        of_account = Random(number)
        if of_account.random() < 0.6:
            # Some are young at the beginning, and none is later.
            created = self.start - timedelta(days=of_account.uniform(-3, 900))
            data["account"]["createdAt"] = created.isoformat(timespec="seconds")
        client = {}
        if rng.random() < 0.5:
            client["network"] = f"10.{number % 40}.0.0/16"
        if rng.random() < 0.3:
            client["device"] = f"device-{number // 2}"
        if client:
            data["client"] = client
        for item in data.get("media", [])[:2]:
            if rng.random() < 0.2:
                item["pdq"] = picture(rng.choice([number, self.number]), rng.choice([0, 3, 40]), rng)
            elif rng.random() < 0.02:
                item["pdq"] = f"{1 << rng.randrange(60):064x}"

    # Campaigns

    def spread(self) -> Spread:
        """Mostly a new thing, now and then one that there was before."""
        rng = self.rng
        if self.over and rng.random() < 0.1:
            old = rng.choice(self.over)
            return Spread(old.kind, old.number, self.crowd(old.fast), old.fast, old.picture, old.also, old.turned)
        self.spread_count += 1
        kind = rng.choice(["file", "file", "link", "picture", "picture", "stream", "stream"])
        also = f"also-{self.spread_count}" if rng.random() < 0.2 else None
        fast, turned = rng.random() < 0.25, rng.choice([6, 12, 15, 24])
        return Spread(kind, self.spread_count, self.crowd(fast), fast, rng.getrandbits(60), also, turned)

    def crowd(self, fast: bool) -> list[tuple[str, float | None]]:
        rng = self.rng
        count = rng.choice([4, 9, 10, 12, 20, 22, 30, 45, 90, 160])
        old = rng.choice([0.6, 0.9, 1.0] if fast else [0.0, 0.0, 0.1, 0.3, 0.6, 1.0])
        accounts: list[tuple[str, float | None]] = []
        for _ in range(count):
            # Some post it again.
            if accounts and rng.random() < 0.08:
                accounts.append(rng.choice(accounts))
                continue
            name = f"c-{rng.getrandbits(40)}"
            chance = rng.random()
            if chance < old:
                accounts.append((name, rng.uniform(7.1, 900)))
            else:
                accounts.append((name, None if chance > 0.97 else rng.uniform(0, 6.9)))
        return accounts

    def post(self, spread: Spread) -> dict[str, Any]:
        rng = self.rng
        name, days = spread.accounts.pop()
        data: dict[str, Any] = {"account": {"id": name}}
        if days is not None:
            data["account"]["createdAt"] = (self.moment() - timedelta(days=days)).isoformat(timespec="seconds")
        kind = "weir.upload.created.v1"
        link = f"https://spread-{spread.number}.example/{'live' if spread.kind == 'stream' else 'page'}"
        digest = hashlib.sha256(f"spread {spread.number}".encode()).hexdigest()
        if spread.kind == "stream" and not spread.began:
            kind = "weir.live.segment.v1"
            data["stream"] = {"id": f"s-{name}"}
        if spread.kind in ("link", "stream"):
            data["links"] = [rng.choice([link, link.upper(), f"{link}#top"])]
        elif spread.kind == "file":
            data["media"] = [{"id": "m", "sha256": digest}]
        else:
            copies = rng.choice([1, 1, 1, 2])
            data["media"] = [
                {"id": f"m-{number}", "pdq": picture(spread.picture, rng.randrange(spread.turned + 1), rng)}
                for number in range(copies)
            ]
        if spread.also and spread.kind != "stream":
            item = {"id": "also", "sha256": hashlib.sha256(spread.also.encode()).hexdigest()}
            data.setdefault("media", []).append(item)
        if rng.random() < 0.1:
            data["text"] = {"body": HASHTAGS}
        client = {"network": f"192.168.{rng.randrange(90)}.0/24"} if rng.random() < 0.9 else {}
        if rng.random() < 0.1:
            client["device"] = f"device-{rng.randrange(3_000)}"
        if client:
            data["client"] = client
        spread.began = True
        if not spread.accounts:
            self.spreads.remove(spread)
            self.over.append(spread)
        return self.made(kind, data)

    def returning(self) -> dict[str, Any]:
        """An account is removed, or another one comes with what that was known by, or with some of it."""
        rng = self.rng
        if not self.removed or rng.random() < 0.3:
            name, signs = f"c-{rng.getrandbits(40)}", {kind: self.sign(kind) for kind in SIGNS}
            self.removed.append((name, signs))
            return self.made("weir.account.action.v1", showing({"id": name}, signs) | {"action": "removed"})
        name, signs = rng.choice(self.removed[-30:])
        if rng.random() < 0.05:
            return self.made("weir.account.action.v1", showing({"id": name}, signs) | {"action": "restored"})
        if rng.random() < 0.9:
            name = f"c-{rng.getrandbits(40)}"
        created = self.moment() - timedelta(days=rng.choice([1, 3, 6, 8, 300]))
        # The letters of a profile are what counts.
        signs = {
            kind: sign.replace(" ", rng.choice([" ", "7 - ", "_"])) if rng.random() < 0.7 else self.sign(kind)
            for kind, sign in signs.items()
        }
        data = showing({"id": name, "createdAt": created.isoformat(timespec="seconds")}, signs) | {
            "text": {"body": f"Turnips again, {rng.randrange(99)}"},
        }
        if rng.random() < 0.2:
            data["stream"] = {"id": f"s-{name}"}
            return self.made("weir.live.segment.v1", data)
        return self.made("weir.upload.created.v1", data)

    def sign(self, kind: str) -> str:
        """A few that many have among many."""
        number = self.rng.randrange(self.rng.choice([3, 3_000]))
        if kind != "profile":
            return f"{kind}-{number}"
        letters = "".join("abcdefghij"[int(digit)] for digit in str(number))
        return f"Keeper of the grey lantern, {letters}" if number % 10 else f"Lamps, {letters}"

    def made(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        self.number += 1
        time = self.time() if self.rng.random() < 0.3 else self.stamp(self.now - self.rng.uniform(0, 5))
        event: dict[str, Any] = {"specversion": "1.0", "type": kind, "source": "/ingest/0"}
        event |= {"id": f"{'d' if 'action' in kind else 'e'}-{self.number}", "subject": f"content-{self.number}"}
        if time is not None:
            event["time"] = time
        return event | {"data": data}

    def moment(self) -> datetime:
        return self.start + timedelta(seconds=self.now)


def showing(account: dict[str, Any], signs: dict[str, str]) -> dict[str, Any]:
    profile = {kind: sign for kind, sign in signs.items() if kind != "device"}
    return {"account": account | profile, "client": {"device": signs["device"]}}


def picture(number: int, turned: int, rng: Random) -> str:
    """The PDQ of a picture, with some bits turned; half of its bits are set."""
    whole = Random(f"picture {number}")
    bits = sum(1 << place for place in whole.sample(range(256), 128))
    for _ in range(turned):
        bits ^= 1 << rng.randrange(256)
    return f"{bits:064x}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for line in CampaignGenerator(options.events, options.seed).lines():
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()

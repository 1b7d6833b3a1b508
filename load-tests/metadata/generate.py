"""Events of one partition, from a seed, in which what `metadata.behaviour` looks for happens often: an event a line, in
structured mode, with the time that its record was written at as `recordedtime`.

Few accounts do most (Zipf, exponent 1.1; one event in ten is anybody's). Beside their everyday uploads there are
bursts, accounts that wake after weeks and flood, the same texts with other capitals, spaces and digits, the same files,
links to many hosts, live streams and shares, and what the platform does about accounts; events come late, within the
bound and beyond it, from clocks that run ahead, again within seconds and after days, under ids that were used before;
and now and then nothing comes for hours, days or months.

    python3 load-tests/metadata/generate.py --events 20000 --seed 1 > events.jsonl
"""

import argparse
import hashlib
import json
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import accumulate
from random import Random
from typing import Any

START = datetime(2026, 6, 1, tzinfo=UTC)
EXPONENT = 1.1
MEAN_GAP = 20.0
"""Seconds between two everyday events."""
SOON, LATER = 40, 20_000
"""Events that may come again within moments, or at some time."""

SENTENCES = [
    "Our turnips won the first prize at the fair",
    "Der Markt öffnet morgen früh um acht auf dem großen Platz",
    "Les navets du jardin sont enfin mûrs cette année",
    "سوق الخضار مفتوح كل صباح في الساحة الكبيرة",
    "今日は市場で大きなかぶを買いました",
    "Wer hat die graue Laterne am Brunnen gesehen",
]
SHORT = ["ok", "ja!", "12 34 56", "elevenchars", "twelveletter", "☕☕☕", "☕☕☕☕", "", "  "]
SPLIT = [" ", "  ", " - ", ", ", "\n", " 7 ", "... "]


@dataclass
class Burst:
    """Uploads of one account in quick succession."""

    account: int
    habit: str
    left: int


class Generator:
    start = START

    def __init__(self, events: int, seed: int) -> None:
        self.rng = Random(seed)
        self.events = events
        self.names = max(4_000, events // 5)
        self.weights = list(accumulate(1 / (place + 1) ** EXPONENT for place in range(self.names)))
        self.now = 0.0
        """Seconds from the start."""
        self.number = 0
        self.pauses = {events // 3, events // 2, events * 2 // 3}
        """Numbers of events before which nothing comes for more than three months."""
        self.bursts: list[Burst] = []
        self.lately: deque[dict[str, Any]] = deque(maxlen=SOON)
        self.before: deque[dict[str, Any]] = deque(maxlen=LATER)

    def lines(self) -> Iterator[str]:
        for _ in range(self.events):
            event = self.next()
            written = self.now - (self.rng.random() * 3 if self.rng.random() < 0.05 else 0)
            event["recordedtime"] = self.stamp(written)
            yield json.dumps(event, ensure_ascii=self.rng.random() < 0.5)

    def next(self) -> dict[str, Any]:
        rng = self.rng
        self.pass_time()
        choice = rng.random()
        if choice < 0.03 and self.lately:
            return dict(rng.choice(self.lately))
        if choice < 0.04 and self.before:
            return dict(self.before[-1 - int(rng.random() ** 2 * len(self.before))])
        event = self.event()
        if choice < 0.05 and self.before:
            event = self.alike(event, rng.choice(self.before))
        self.lately.append(event)
        self.before.append(event)
        return dict(event)

    def alike(self, event: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        """An event that has its name in common with another, or all of it but one part."""
        part = self.rng.choice(["nothing", "source", "id", "account"])
        if part != "source":
            event["source"] = other["source"]
        if part != "id":
            event["id"] = other["id"]
        if part != "account":
            event["data"]["account"] = other["data"]["account"]
        return event

    def pass_time(self) -> None:
        rng = self.rng
        chance = rng.random()
        if chance < 1 / 2_500:
            self.now += rng.uniform(3, 150) * 3_600
        elif chance < 1 / 1_800 or self.number in self.pauses:
            self.now += rng.uniform(*((100, 120) if self.number in self.pauses else (15, 60))) * 86_400
            self.pauses.discard(self.number)
            # Some wake up at once.
            for _ in range(3):
                self.bursts.append(self.burst(rng.choice(["mixed", "text", "links"])))
        elif self.bursts and chance < 0.6:
            self.now += rng.random() * 2
        else:
            self.now += rng.expovariate(1 / MEAN_GAP)
        if rng.random() < 1 / 150:
            self.bursts.append(self.burst(rng.choice(["text", "media", "links", "live", "live", "hosts", "mixed"])))

    def burst(self, habit: str) -> Burst:
        rng = self.rng
        most = 200 if habit == "hosts" else 90
        return Burst(rng.choice([self.account(), rng.randrange(self.names)]), habit, rng.randint(4, most))

    def account(self) -> int:
        if self.rng.random() < 0.1:
            return self.rng.randrange(self.names)
        return self.rng.choices(range(self.names), cum_weights=self.weights)[0]

    # One event

    def event(self) -> dict[str, Any]:
        rng = self.rng
        account, habit = self.account(), rng.choice(["text", "text", "media", "links", "live", "mixed", "mixed"])
        if self.bursts and rng.random() < 0.55:
            burst = rng.choice(self.bursts)
            account, habit = burst.account, burst.habit
            burst.left -= 1
            if not burst.left:
                self.bursts.remove(burst)
        self.number += 1
        if rng.random() < 0.03:
            return self.action(account)
        data: dict[str, Any] = {"account": {"id": f"a-{account}"}}
        kind = "weir.upload.created.v1"
        if habit == "live":
            kind = "weir.live.segment.v1"
            if rng.random() < 0.98:
                data["stream"] = {"id": f"s-{account}-{int(self.now) // 14_400}", "sequence": self.number}
        elif rng.random() < 0.06:
            kind = "weir.share.created.v1"
        if habit == "text" or rng.random() < 0.3:
            data["text"] = self.text(account)
        if habit == "media" or rng.random() < (0.5 if habit in ("mixed", "live") else 0.1):
            data["media"] = [self.item(account) for _ in range(rng.choice([1, 1, 1, 2, 3, 16]))]
        if habit in ("links", "hosts") or rng.random() < 0.2:
            hosts = 400 if habit == "hosts" else 12
            data["links"] = [self.link(account, hosts) for _ in range(rng.choice([1, 1, 2, 3, 8]))]
        if len(data) == 1 or data.keys() == {"account", "stream"}:
            data["text"] = self.text(account)
        event: dict[str, Any] = {"specversion": "1.0", "type": kind, "source": f"/ingest/{account % 3}"}
        event["id"] = f"e-{self.number}"
        time = self.time()
        if time is not None:
            event["time"] = time
        event["data"] = data
        return event

    def action(self, account: int) -> dict[str, Any]:
        """What the platform does about an account."""
        rng = self.rng
        data: dict[str, Any] = {"account": {"id": f"a-{account}"}}
        data["action"] = rng.choice(
            ["strike", "strike", "strike", "terrorism-strike", "removed", "restored", "restored"]
        )
        if rng.random() < 0.6:
            data["weight"] = rng.choice([1, 1, 2, 3, 7, 100, None])
        event: dict[str, Any] = {
            "specversion": "1.0",
            "type": "weir.account.action.v1",
            "source": f"/desk/{account % 2}",
        }
        event["id"] = f"d-{self.number}"
        time = self.time()
        if time is not None:
            event["time"] = time
        event["data"] = data
        return event

    def time(self) -> str | None:
        rng = self.rng
        chance = rng.random()
        if chance < 0.02:
            return None
        ahead = 0.0
        if chance < 0.08:
            ahead = -rng.uniform(0, 620)
        elif chance < 0.1:
            ahead = -rng.choice([299, 300, 301, 599, 600, 601, 86_400, 86_401, 200_000, 1e9])
        elif chance < 0.12:
            ahead = rng.uniform(0, 70)
        elif chance < 0.14:
            ahead = rng.choice([5, 6, 59, 60, 61, 3_600, 90_000, 1e6, 1e9])
        return self.stamp(self.now + ahead)

    def stamp(self, second: float) -> str:
        """In one of the forms that RFC 3339 allows."""
        time = self.start + timedelta(seconds=second)
        form = self.rng.randrange(4)
        if form == 0:
            return time.strftime("%Y-%m-%dT%H:%M:%SZ")
        if form == 1:
            return time.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat(timespec="milliseconds")
        return time.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def text(self, account: int) -> dict[str, Any]:
        rng = self.rng
        chance = rng.random()
        if chance < 0.15:
            body = rng.choice(SHORT)
        elif chance < 0.3:
            # Letters beyond the last that counts differ, and now and then one before it.
            lead = "abcdefgh" * 31 + f"{'x' * rng.choice([7, 8, 9])}"
            body = f"{lead}{rng.choice('pq')}{rng.choice('yz') * 40}"
        elif chance < 0.4:
            body = "ä" * rng.choice([5, 6, 127, 128, 129])
        else:
            sentence = SENTENCES[(account + rng.choice([0, 0, 0, 1, rng.randrange(6)])) % len(SENTENCES)]
            body = self.disguised(f"{sentence} {chr(97 + account % 26) * (account % 5)}")
            if rng.random() < 0.5:
                body += f" {'bcdf'[rng.randrange(4)] * rng.randrange(12)}"
        if rng.random() < 0.25:
            body += self.hashtags(account)
        where = rng.random()
        if where < 0.9:
            return {"body": body, "title": body[:20]} if where < 0.1 else {"body": body}
        if where < 0.92:
            return {"body": "", "title": body}
        return {"title": body, "body": None} if where < 0.95 else {"title": body}

    def hashtags(self, account: int) -> str:
        """Some of those of the account, now and then a flood; and what is none."""
        rng = self.rng
        many = (
            rng.choice([1, 2, 3, 5, 14, 15, 16])
            if rng.random() < 0.97
            else rng.choice([63, 64, 65, 200, 255, 256, 257, 300])
        )
        names = [rng.choice(["Rübe", "Fair", "fair", "FAIR_", "市場", "2026", "x" * 63, "x" * 70]) for _ in range(many)]
        out = ""
        for name in names:
            before = rng.choice([" ", " ", " ", "", "/", "&", ".", "ü"])
            out += f"{before}#{name}{rng.choice(['', rng.randrange(2 * many + account % 40)])}"
        return out

    def disguised(self, sentence: str) -> str:
        rng = self.rng
        if rng.random() < 0.4:
            return sentence
        words = [word.upper() if word.isascii() and rng.random() < 0.3 else word for word in sentence.split()]
        return "".join(word + rng.choice(SPLIT) for word in words)

    def item(self, account: int) -> dict[str, Any]:
        """A file: mostly one of a few of the account's, named by one hash, both, or none."""
        rng = self.rng
        number = f"{account}-{rng.choice([0, 0, 0, 1, 2, rng.randrange(12), self.number])}".encode()
        item: dict[str, Any] = {"id": f"m-{rng.randrange(9)}"}
        kind = rng.random()
        if kind < 0.7:
            item["sha256"] = hashlib.sha256(number).hexdigest()
        if 0.6 < kind < 0.95:
            item["md5"] = hashlib.md5(number).hexdigest()
        if rng.random() < 0.2:
            item |= {name: item[name].upper() for name in ("sha256", "md5") if name in item}
        return item

    def link(self, account: int, hosts: int) -> str:
        rng = self.rng
        host = f"h{rng.randrange(hosts)}.garden-{account % 7}.example"
        if rng.random() < 0.3:
            host = host.upper()
        chance = rng.random()
        if chance < 0.6:
            return f"https://{host}/a/{rng.randrange(99)}//b@c"
        if chance < 0.9:
            user = rng.choice(["", "reader@", "reader:secret@"])
            return f"http://{user}{host}{rng.choice(['', ':8080', '?q=1', '#top', '/'])}"
        return rng.choice(
            [
                host, f"//{host}", f"{host}/x", "https:///nowhere", f"https://{host}:443\\x", "https://bücher.example",
                f"https://[2001:db8::{rng.randrange(9)}]:443/", f"https://{'long.' * 60}{host}/",
            ]
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for line in Generator(options.events, options.seed).lines():
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()

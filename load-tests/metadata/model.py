"""What `metadata.behaviour` says of each event of a partition, worked out plainly: a fold in dictionaries and lists.

Written from the definitions, with nothing of how Weir keeps its state:

* **Time** is moved by events alone. An event more than `ahead` before its record was written has the record's time. One
  that is then more than `lateness` behind the newest of its partition so far is late, and is not counted; for some
  sources the bound is another, by the source's name or the longest beginning that has one.
* **Known events**: source, id and account name an event. One that is known, at times less than a day apart, is a
  duplicate of the record that came last with that name, and is not counted. Events are known in the order in which
  they came, late ones too; of these the first are forgotten while they are a day or more behind the newest time, or
  there are more than `mostEvents`.
* **An account's time** is the newest of its counted events; what comes later than that is counted where it was, and
  looked at as of the account's time.
* **A window is panes**: of a minute 2 of a minute, of five minutes 6 of a minute, of an hour 12 of five minutes, of a
  week 7 days, up to the one that the account's time is in. A pane counts to 65,535 and no further.
* **Hosts** of links are known by the hour and forgotten after 24. When more than 64 would be known, they are estimated
  instead from those of four panes of six hours (HyperLogLog, Flajolet and others 2007, with linear counting where few
  registers are filled), until all four are empty.
* **Hashtags** of titles and bodies are known like hosts. Of an event 256 are looked at, of which 64 different ones are
  its own.
* **Repeats**: of the eight things posted last, how often each was posted, with less than 24 hours, as the clock has
  hours, between two times.
* **Strikes** are thousandths, which lose half in `strikeHalfLife`: a 64th of that at a time, and rounded down. What the
  platform says of an account leaves its windows and its time as they are.
* **Too many accounts**: after an event that leaves more than `mostAccounts`, one account in 256 is forgotten, of those
  whose time lies in the earliest four hours first, among these by their keys. Bytes are not modelled: `mostBytes` must
  not be reached.

Things are compared by themselves, not by hashes. Hashes are worked out where a definition rests on them: keys of
accounts in their order, and registers of estimates.

    python3 load-tests/metadata/model.py FILE.jsonl     # an event a line, with `recordedtime`: facts, a line an event
"""

import argparse
import hashlib
import hmac
import json
import math
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

DAY = 86_400
UNIX = datetime(1970, 1, 1, tzinfo=UTC)
STATE = 1_577_836_800
"""2020-01-01T00:00:00Z in seconds since 1970: seconds of state count from there."""

SPANS = {"1m": (60, 60, 2), "5m": (300, 60, 6), "1h": (3_600, 300, 12)}
"""Seconds, and those of a pane, and panes."""

Facts = dict[str, int]


@dataclass(frozen=True)
class Settings:
    """Names as in `with:` of the pipeline; times in seconds."""

    lateness: int = 600
    latenessBySource: dict[str, int] = field(default_factory=dict)
    ahead: int = 60
    mostAccounts: int = 10_000_000
    mostEvents: int = 1_000_000
    dormantFor: int = 90 * DAY
    dormantUploads: int = 5
    burstWithin: str = "1h"
    burstAtLeast: int = 30
    burstTimes: int = 6
    hostsAtLeast: int = 20
    repeatsAtLeast: int = 5
    hashtagsAtLeast: int = 15
    hashtagFloodAtLeast: int = 60
    strikeHalfLife: int = 90 * DAY
    strikesAtLeast: float = 0.5
    oneStrikeFor: int = 30 * DAY


class SipHash:
    """SipHash (Aumasson and Bernstein, 2012) with so many rounds a word, and at the end."""

    MASK = (1 << 64) - 1

    def __init__(self, key: bytes, use: str, rounds: tuple[int, int]) -> None:
        self.rounds = rounds
        derived = hmac.new(key, use.encode(), hashlib.sha256).digest()
        self.k0, self.k1 = (int.from_bytes(derived[at : at + 8], "little") for at in (0, 8))

    def __call__(self, data: bytes) -> int:
        v = [self.k0 ^ 0x736F6D6570736575, self.k1 ^ 0x646F72616E646F6D]
        v += [self.k0 ^ 0x6C7967656E657261, self.k1 ^ 0x7465646279746573]
        end = len(data) // 8 * 8
        words = [int.from_bytes(data[at : at + 8], "little") for at in range(0, end, 8)]
        words.append(int.from_bytes(data[end:], "little") | (len(data) & 0xFF) << 56)
        for word in words:
            v[3] ^= word
            self._rounds(v, self.rounds[0])
            v[0] ^= word
        v[2] ^= 0xFF
        self._rounds(v, self.rounds[1])
        return v[0] ^ v[1] ^ v[2] ^ v[3]

    @classmethod
    def _rounds(cls, v: list[int], count: int) -> None:
        mask = cls.MASK

        def turned(word: int, by: int) -> int:
            return (word << by | word >> (64 - by)) & mask

        a, b, c, d = v
        for _ in range(count):
            a = (a + b) & mask
            b = turned(b, 13) ^ a
            a = turned(a, 32)
            c = (c + d) & mask
            d = turned(d, 16) ^ c
            a = (a + d) & mask
            d = turned(d, 21) ^ a
            c = (c + b) & mask
            b = turned(b, 17) ^ c
            c = turned(c, 32)
        v[:] = a, b, c, d


class Window:
    """How much happened in a number of panes up to one."""

    MOST = 65_535

    def __init__(self, length: int, panes: int) -> None:
        self.length, self.panes = length, panes
        self.amounts: Counter[int] = Counter()

    def add(self, time: int, amount: int) -> None:
        pane = time // self.length
        self.amounts[pane] = min(self.amounts[pane] + amount, self.MOST)

    def sum(self, now: int) -> int:
        last = now // self.length
        for gone in [pane for pane in self.amounts if pane <= last - self.panes]:
            # An account's time never goes back, so this saves memory alone.
            del self.amounts[gone]
        return sum(self.amounts.values())


class Hosts:
    """Different hosts within a day."""

    EXACT = 64

    def __init__(self) -> None:
        self.hours: dict[bytes, int] = {}
        """The hour in which each was seen last; in use until there are too many."""
        self.panes: dict[int, set[bytes]] | None = None
        """By six hours: those that were seen; in use from then on."""

    def forget(self, hour: int) -> None:
        self.hours = {host: seen for host, seen in self.hours.items() if hour - seen < 24}
        if self.panes is not None:
            self.panes = {pane: seen for pane, seen in self.panes.items() if pane > hour // 6 - 4} or None

    def add(self, host: bytes, time: int, now: int) -> None:
        hour = time // 3_600
        if now // 3_600 - hour >= 24:
            return
        self.forget(now // 3_600)
        if self.panes is not None:
            if hour // 6 > now // 3_600 // 6 - 4:
                self.panes.setdefault(hour // 6, set()).add(host)
            return
        self.hours[host] = max(hour, self.hours.get(host, hour))
        if len(self.hours) > self.EXACT:
            panes: dict[int, set[bytes]] = {}
            for known, seen in self.hours.items():
                if seen // 6 > now // 3_600 // 6 - 4:
                    panes.setdefault(seen // 6, set()).add(known)
            self.panes, self.hours = panes, {}


@dataclass
class Account:
    first: int
    last: int
    woke: tuple[int, int] | None = None
    """When it came back last, and the hours that it had been away."""
    strikes: int = 0
    """In thousandths, as they stood at `struck`."""
    struck: int = 0
    terrorism: int | None = None
    removed: int | None = None
    stream: str | None = None
    """The first live stream within a week."""
    lately: dict[str, Window] = field(default_factory=dict)
    """Of the time that bursts are looked for in."""
    hour: dict[str, Window] = field(default_factory=dict)
    week: dict[str, Window] = field(default_factory=dict)
    hosts: Hosts = field(default_factory=Hosts)
    hashtags: Hosts = field(default_factory=Hosts)
    texts: dict[Any, tuple[int, int]] = field(default_factory=dict)
    """How often, and the hour of the last time; the last one posted comes last."""
    media: dict[Any, tuple[int, int]] = field(default_factory=dict)


class Model:
    def __init__(self, settings: Settings, key: bytes) -> None:
        self.settings = settings
        self.account_key = SipHash(key, "weir state account", (2, 4))
        self.thing_key = SipHash(key, "weir state thing", (1, 3))
        self.newest: int | None = None
        """Microseconds since 1970."""
        self.accounts: dict[str, Account] = {}
        self.keys: dict[str, int] = {}
        self.arrived: deque[tuple[tuple[str, str, str], int, int]] = deque()
        """Name, record and second of known events."""
        self.known: dict[tuple[str, str, str], tuple[int, int]] = {}
        """Record and second of the last one of each name."""
        self.ranks: dict[bytes, tuple[int, int]] = {}
        self.evicted = self.forgotten = 0
        self.estimates: list[tuple[int, int]] = []
        """Estimated and real numbers of hosts."""

    def take(self, record: int, event: dict[str, Any]) -> Facts:
        """The facts of an event, in order."""
        facts: Facts = {}
        written = microseconds(event["recordedtime"])
        time = microseconds(event["time"]) if event.get("time") else written
        early = seconds(time - written)
        if early > self.settings.ahead:
            time = written
            facts["future-clock"] = early
        late = 0 if self.newest is None else seconds(self.newest - time)
        is_late = late > self.lateness(event["source"])
        if not is_late:
            self.newest = time if self.newest is None else max(time, self.newest)
        second = state_second(time)

        name = (event["source"], event["id"], event["data"]["account"]["id"])
        if name in self.known:
            first, when = self.known[name]
            if abs(second - when) < DAY:
                facts["duplicate"] = first
                return facts
        self.remember(name, record, second)
        if is_late:
            facts["late-event"] = late
            return facts
        if event["type"] == "weir.account.action.v1":
            self.act(event["data"], second, facts)
        else:
            self.count(event, second, facts)
        self.make_room()
        return facts

    def lateness(self, source: str) -> int:
        by_source = self.settings.latenessBySource
        if source in by_source:
            return by_source[source]
        beginnings = [name for name in by_source if name.endswith("*") and source.startswith(name[:-1])]
        return by_source[max(beginnings, key=len)] if beginnings else self.settings.lateness

    def remember(self, name: tuple[str, str, str], record: int, second: int) -> None:
        assert self.newest is not None
        self.known[name] = (record, second)
        self.arrived.append((name, record, second))
        while self.arrived:
            oldest, its_record, its_second = self.arrived[0]
            is_old = state_second(self.newest) - its_second >= DAY
            if not is_old and len(self.arrived) <= self.settings.mostEvents:
                break
            self.forgotten += not is_old
            self.arrived.popleft()
            if self.known.get(oldest, (-1, 0))[0] == its_record:
                del self.known[oldest]

    # What the platform does about an account

    def act(self, data: dict[str, Any], time: int, facts: Facts) -> None:
        name, action, weight = data["account"]["id"], data["action"], data.get("weight")
        account = self.accounts.setdefault(name, Account(first=time, last=time))
        if action == "terrorism-strike":
            account.terrorism = max(account.terrorism or 0, time)
        elif action == "removed":
            account.removed = max(account.removed or 0, time)
        if action == "restored" and weight is None:
            account.strikes, account.struck, account.terrorism, account.removed = 0, 0, None, None
        else:
            amount = (1 if weight is None else weight) * 1_000
            if time >= account.struck or not account.strikes:
                account.strikes, account.struck = self.left(account, time), time
            else:
                amount = self.faded(amount, account.struck - time)
            account.strikes += -min(account.strikes, amount) if action == "restored" else amount
            account.strikes = min(account.strikes, 1_000_000)
        facts["account-action"] = self.left(account, time) // 10

    def left(self, account: Account, now: int) -> int:
        return self.faded(account.strikes, max(0, now - account.struck))

    def faded(self, thousandths: int, after: int) -> int:
        halves, rest = divmod(after * 64 // self.settings.strikeHalfLife, 64)
        return thousandths * round(2**32 * 2 ** (-rest / 64)) >> 32 >> halves

    # What a counted event does to its account, and what stands out then

    def count(self, event: dict[str, Any], time: int, facts: Facts) -> None:
        data, settings = event["data"], self.settings
        name = data["account"]["id"]
        account = self.accounts.get(name)
        if account is None:
            account = self.accounts[name] = Account(first=time, last=time)
        elif time - account.last >= DAY:
            account.woke = (time, (time - account.last) // 3_600)
        now = account.last = max(account.last, time)

        text = data.get("text") or {}
        media, links = data.get("media") or [], data.get("links") or []
        does: dict[str, int] = {}
        if text.get("title") is not None or text.get("body") is not None:
            does["text"] = 1
        if media:
            does["media"] = len(media)
        if links:
            does["link"] = len(links)
        is_first_stream = False
        if event["type"] == "weir.live.segment.v1":
            does["live"] = 1
            stream = (data.get("stream") or {}).get("id") or ""
            if "live" not in account.week or account.week["live"].sum(now) == 0:
                account.stream = stream
            is_first_stream = account.stream == stream
        for kind, amount in does.items():
            account.lately.setdefault(kind, Window(*SPANS[settings.burstWithin][1:])).add(time, amount)
            account.hour.setdefault(kind, Window(300, 12)).add(time, amount)
            account.week.setdefault(kind, Window(DAY, 7)).add(time, amount)

        # Dormancy
        if account.woke and account.woke[1] >= settings.dormantFor // 3_600 and now - account.woke[0] < DAY:
            uploads = sum(window.sum(now) for window in account.hour.values())
            if uploads >= settings.dormantUploads:
                facts["dormant-account-active"] = account.woke[1] // 24
        # Velocity
        for kind in does:
            lately = account.lately[kind].sum(now)
            rest = 7 * DAY // SPANS[settings.burstWithin][0] - 1
            before = max(0, account.week[kind].sum(now) - lately)
            if lately >= settings.burstAtLeast and lately * rest >= settings.burstTimes * max(rest, before):
                facts[f"{kind}-burst"] = lately
        # Links
        if links:
            for link in links:
                host = host_of(link)
                if host:
                    account.hosts.add(host, time, now)
            hosts = self.hosts(account.hosts, now)
            if hosts >= settings.hostsAtLeast:
                facts["many-hosts"] = hosts
        # Repetition
        if event["type"] != "weir.share.created.v1":
            body = text.get("body")
            letters = skeleton(body if body is not None else text.get("title") or "")
            if letters is not None:
                often = repeat(account.texts, letters, now)
                if often >= settings.repeatsAtLeast:
                    facts["repeated-text"] = often
            digests = [digest for digest in map(digest_of, media) if digest]
            often = max((repeat(account.media, digest, now) for digest in digests), default=0)
            if often >= settings.repeatsAtLeast:
                facts["repeated-media"] = often
        # First stream
        if is_first_stream:
            facts["first-stream"] = max(0, now - account.first) // 3_600
        # Hashtags
        tags = [tag for part in ("title", "body") for tag in hashtags(text.get(part) or "")][:256]
        if tags:
            for tag in tags:
                account.hashtags.add(tag, time, now)
            if min(64, len(set(tags))) >= settings.hashtagsAtLeast:
                facts["many-hashtags"] = min(64, len(set(tags)))
            of_day = self.hosts(account.hashtags, now)
            if of_day >= settings.hashtagFloodAtLeast:
                facts["hashtag-flood"] = of_day
        # Strikes
        left = self.left(account, now)
        if left and left >= round(settings.strikesAtLeast * 1_000):
            facts["strikes"] = left // 10
        if "live" in does and account.terrorism is not None:
            since = max(0, now - account.terrorism)
            if since < settings.oneStrikeFor:
                facts["struck-account-live"] = since // 3_600
        if account.removed is not None:
            facts["removed-account-active"] = max(0, now - account.removed) // 3_600

    def hosts(self, hosts: Hosts, now: int) -> int:
        hosts.forget(now // 3_600)
        if hosts.panes is None:
            return len(hosts.hours)
        seen = set().union(*hosts.panes.values())
        estimate = self.estimate(seen)
        self.estimates.append((estimate, len(seen)))
        return estimate

    def estimate(self, things: Iterable[bytes]) -> int:
        registers = [0] * 128
        for thing in things:
            if thing not in self.ranks:
                self.ranks[thing] = self.rank(thing)
            register, rank = self.ranks[thing]
            registers[register] = max(registers[register], rank)
        count, empty = len(registers), registers.count(0)
        raw = 0.7213 / (1 + 1.079 / count) * count * count / math.fsum(2.0**-rank for rank in registers)
        if raw <= 2.5 * count and empty:
            raw = count * math.log(count / empty)
        return math.floor(raw + 0.5)

    def rank(self, thing: bytes) -> tuple[int, int]:
        """The register, by the upper seven bits of 64, and where the first bit of the others is."""
        mask = (1 << 64) - 1
        mixed = ((self.thing_key(thing) & 0x7FFFFFF) + 1) * 0x9E3779B97F4A7C15 & mask
        mixed ^= mixed >> 32
        rest = mixed & (1 << 57) - 1
        return mixed >> 57, 57 - rest.bit_length() + 1

    def make_room(self) -> None:
        if len(self.accounts) <= self.settings.mostAccounts:
            return

        def order(name: str) -> tuple[int, int]:
            if name not in self.keys:
                self.keys[name] = max(1, self.account_key(name.encode()))
            return self.accounts[name].last // (4 * 3_600), self.keys[name]

        for name in sorted(self.accounts, key=order)[: max(1, len(self.accounts) // 256)]:
            del self.accounts[name]
            self.evicted += 1


def microseconds(text: str) -> int:
    """Since 1970, of an RFC 3339 time."""
    return (datetime.fromisoformat(text) - UNIX) // timedelta(microseconds=1)


def seconds(duration: int) -> int:
    """Whole ones of microseconds, toward zero."""
    return duration // 1_000_000 if duration >= 0 else -(-duration // 1_000_000)


def state_second(time: int) -> int:
    return min(max(time // 1_000_000 - STATE, 0), (1 << 32) - 1)


def host_of(link: str) -> bytes | None:
    """From behind `//` and what names a user to the port or path, in small ASCII letters, at most 253 bytes of it."""
    rest = link.partition("/")[2]
    authority = rest[1:] if rest.startswith("/") else link
    for end in "/?#\\":
        authority = authority.partition(end)[0]
    host = authority.rpartition("@")[2]
    # Colons between brackets are an address's own.
    numbers, closing, rest = host.partition("]") if host.startswith("[") else ("", "", host)
    host = numbers + closing + rest.partition(":")[0]
    return host.encode()[:253].lower() or None


def skeleton(text: str) -> bytes | None:
    """The first 256 bytes of letters, those of ASCII in small and all beyond it; nothing if there are fewer than 12."""
    letters = bytes(one for one in text.encode() if one >= 0x80 or chr(one).isalpha())[:256]
    return letters.lower() if len(letters) >= 12 else None


def hashtags(text: str) -> list[bytes]:
    """What follows each `#` of letters, digits, `_` and all beyond ASCII, with something that is no digit among it; not
    behind a letter, a digit or one of `_&/=`, but behind another hashtag. 64 bytes of each, in small."""
    found: list[bytes] = []
    data, end = text.encode(), 0
    for mark in re.finditer(rb"#([0-9A-Za-z_\x80-\xff]*)", data):
        is_bound = mark.start() > 0 and re.match(rb"[0-9A-Za-z_&/=]", data[mark.start() - 1 :])
        if (not is_bound or mark.start() == end) and not re.fullmatch(rb"[0-9]*", mark[1]):
            found.append(mark[1][:64].lower())
            end = mark.end()
    return found


def digest_of(item: dict[str, Any]) -> tuple[str, str] | None:
    for kind in ("sha256", "md5"):
        if item.get(kind):
            return kind, item[kind].lower()
    return None


def repeat(things: dict[Any, tuple[int, int]], thing: Any, now: int) -> int:
    """Notes one more of a thing: how often it was posted, this time included."""
    hour = now // 3_600
    for gone in [known for known, (_, last) in things.items() if hour - last >= 24]:
        del things[gone]
    count = things.pop(thing, (0, 0))[0] + 1
    if len(things) == 8:
        del things[next(iter(things))]
    things[thing] = (count, hour)
    return count


def fold(lines: Iterable[str | bytes], model: Model) -> Iterator[Facts]:
    for record, line in enumerate(lines):
        yield model.take(record, json.loads(line))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--key", default="weir", help="what accounts and things are hashed by")
    options = parser.parse_args()
    with open(options.file, "rb") as lines:
        for facts in fold(lines, Model(Settings(), options.key.encode())):
            print(json.dumps(facts))


if __name__ == "__main__":
    main()

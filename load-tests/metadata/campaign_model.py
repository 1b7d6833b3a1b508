"""What `metadata.sightings` makes of the records of one partition of `topics.sightings`, worked out plainly.

Written from docs/metadata.md, "Across accounts", and from the coding of records (SightingCoding.swift), with nothing
of how Weir keeps its state: things are dictionaries and lists, and the nearest picture is looked for among all of
them.

* **Time** is moved by sightings alone: one more than 60 s before its record was written has the record's time; one
  that is then more than `lateness` behind the newest of its partition is late and does not count.
* **A sighting counts once**: one of the same verdict, kind and fingerprint, at times less than a day apart, is
  repeated.
* **A thing** is what has the same kind and fingerprint; a picture belongs to the nearest one that is remembered, of
  equally near ones to that whose bytes come first, if at most `distance` bits differ. Its time is the newest of what
  was counted. Accounts, young ones, networks and hosts are those of a day (`Hosts` of model.py), sightings those of
  panes of an hour and a week; of the accounts that posted it last 64 are known, each with when it did so last.
* **A campaign** begins as `CampaignRule` says, is told of again when twice as many young accounts are known as when
  it was told of last, and ends when the newest time is `quiet` behind the thing's.
* **Superseded** are the uploads that nothing was asked of: those of the thing that came before, the first of which is
  remembered with the thing, and as many more as 4,096 bytes hold of their names; and each that comes while it is one.
  Of several sightings of an upload in one record one is enough.
* **Forgotten** is, whenever the newest time enters other four hours of the clock, what has no campaign and was last
  seen 44 times four hours before these or earlier; a device that was removed, or a streamer that was struck, at the
  earliest 30 days after that.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy
from model import DAY, STATE, Hosts, Model, SipHash, Window, seconds

KINDS = {
    1: "file", 2: "picture", 3: "link", 4: "text", 5: "device", 6: "streamer", 8: "avatar", 9: "profile", 10: "name",
}  # fmt: skip
MARKS = {"device": "account", "avatar": "avatar", "profile": "profile", "name": "name"}
"""What an account may be known again by, and what the fact is called by."""
LENGTHS = {"file": 32, "picture": 32, "link": 16, "text": 8, "device": 8, "streamer": 8} | dict.fromkeys(MARKS, 8)
SIGNALS = {"file": "sha256", "picture": "pdq", "link": "urlmd5"}
FOUR_HOURS, REMEMBERED, RECENT, ROOM = 4 * 3_600, 43, 64, 4_096
MONTH = 30 * DAY
MASK = (1 << 64) - 1


@dataclass(frozen=True)
class SightingSettings:
    """Names as in `with:` of the pipeline; times in seconds."""

    things: tuple[str, ...] = ("file", "picture", "link", "device", "streamer", "avatar", "profile")
    youngerThan: int = 7 * DAY
    youngAccounts: int = 10
    within: int = 3_600
    youngShare: float = 0.5
    times: float = 4
    togetherAccounts: int = 0
    togetherWithin: int = 30
    streamAccounts: int = 8
    streamWithin: int = 600
    textHosts: int = 8
    returnWithin: int = MONTH
    returnAccounts: int = 5
    quiet: int = 6 * 3_600
    signalFor: int = 3 * DAY
    distance: int = 31
    lateness: int = 3_600


class Sighting(NamedTuple):
    kind: str
    fingerprint: bytes
    verdict: bytes
    time: int
    """Milliseconds since 1970."""
    age: int | None
    account: int
    network: int
    host: int
    is_acted_on: bool
    is_stream: bool
    measure: str | None
    names: int
    """Bytes of the upload's names."""


class Superseding(NamedTuple):
    verdict: str
    offset: int
    fact: str
    value: int
    decided: int
    """Seconds of state."""
    campaign: str | None
    signal: str | None


class Told(NamedTuple):
    """A proposal of an incident."""

    id: str
    campaign: str
    state: str
    reason: str
    thing: str
    signal: str | None
    accounts: int
    young: int
    networks: int
    last_hour: int
    first: int
    onset: int
    time: int


def decoded(value: bytes) -> Iterator[Sighting]:
    assert value[0] == 1, "another version"
    at, end = 1, len(value)

    def number(at: int) -> tuple[int, int]:
        result = shift = 0
        while True:
            byte = value[at]
            at += 1
            result |= (byte & 0x7F) << shift
            if byte < 0x80:
                return result, at
            shift += 7

    while at < end:
        head, rest = value[at], 0
        at += 1
        if head & 128:
            rest = value[at]
            at += 1
        kind = KINDS[head & 15]
        length = LENGTHS[kind]
        fingerprint, verdict = value[at : at + length], value[at + length : at + length + 16]
        milliseconds, at = number(at + length + 16)
        age = None
        if head & 32:
            age, at = number(at)
        account = int.from_bytes(value[at : at + 8], "little")
        at += 8
        network = host = 0
        if head & 64:
            network = int.from_bytes(value[at : at + 4], "little")
            at += 4
        if rest & 2:
            host = int.from_bytes(value[at : at + 4], "little")
            at += 4
        names, at = number(at)
        at += names
        assert at <= end, "a sighting is cut"
        measure = {0: None, 4: "against", 8: "restored"}[rest & 12]
        yield Sighting(
            kind, fingerprint, verdict, milliseconds + STATE * 1_000, age, account, network, host, bool(head & 16),
            bool(rest & 1), measure, names,
        )  # fmt: skip


@dataclass
class Thing:
    fingerprint: bytes
    first: int
    last: int
    hour: Window = field(default_factory=lambda: Window(300, 12))
    week: Window = field(default_factory=lambda: Window(DAY, 7))
    recent: dict[int, tuple[int, bool]] = field(default_factory=dict)
    """By account when it posted it last, and whether it is young; the last one comes last."""
    accounts: Hosts = field(default_factory=Hosts)
    young: Hosts = field(default_factory=Hosts)
    networks: Hosts = field(default_factory=Hosts)
    hosts: Hosts = field(default_factory=Hosts)
    stream: tuple[int, bool] | None = None
    removed: tuple[int, int] | None = None
    """Which account, and when."""
    onset: int | None = None
    told: int = 0
    first_waiting: bytes | None = None
    """The upload that waits in the thing's own record."""

    def since(self, start: int, young_only: bool, without: int | None = None) -> int:
        return sum(
            time >= start and (young or not young_only) and account != without
            for account, (time, young) in self.recent.items()
        )


class Waiting(NamedTuple):
    uploads: list[bytes]
    size: int
    age: int


class Pictures:
    """All pictures that are things, as rows of four words."""

    def __init__(self) -> None:
        self.rows = numpy.zeros((1_024, 4), numpy.uint64)
        self.names: list[bytes] = []
        self.places: dict[bytes, int] = {}

    def add(self, picture: bytes) -> None:
        if len(self.names) == len(self.rows):
            self.rows = numpy.concatenate([self.rows, numpy.zeros_like(self.rows)])
        self.rows[len(self.names)] = numpy.frombuffer(picture, numpy.uint64)
        self.places[picture] = len(self.names)
        self.names.append(picture)

    def remove(self, picture: bytes) -> None:
        place, last = self.places.pop(picture), self.names.pop()
        if last != picture:
            self.names[place], self.places[last] = last, place
            self.rows[place] = self.rows[len(self.names)]

    def nearest(self, picture: bytes, distance: int) -> bytes | None:
        if picture in self.places:
            return picture
        if not self.names:
            return None
        differ = self.rows[: len(self.names)] ^ numpy.frombuffer(picture, numpy.uint64)
        bits = numpy.bitwise_count(differ).sum(axis=1, dtype=numpy.uint32)
        least = bits.min()
        if least > distance:
            return None
        return min(self.names[place] for place in numpy.flatnonzero(bits == least))


class CampaignModel:
    def __init__(self, settings: SightingSettings, key: bytes) -> None:
        self.settings = settings
        self.thing_key = SipHash(key, "weir sighting thing", (1, 3))
        self.estimator = Estimator()
        self.things: dict[tuple[str, bytes], Thing] = {}
        self.waiting: dict[tuple[str, bytes], Waiting] = {}
        self.active: set[tuple[str, bytes]] = set()
        self.pictures = Pictures()
        self.newest: int | None = None
        """Milliseconds since 1970."""
        self.arrived: deque[tuple[tuple[bytes, str, bytes], int]] = deque()
        self.known: dict[tuple[bytes, str, bytes], int] = {}
        self.told: list[Told] = []
        self.superseded: list[Superseding] = []
        self.repeated = self.late = self.counted = 0
        self.offset, self.named = -1, set[bytes]()

    # One record after another

    def take(self, offset: int, written: int, sightings: Iterable[Sighting]) -> None:
        self.offset, self.named = offset, set()
        for sighting in sightings:
            self.take_one(sighting, written)

    def take_one(self, sighting: Sighting, written: int) -> None:
        time = written if seconds((sighting.time - written) * 1_000) > 60 else sighting.time
        before = self.newest
        late = before is not None and seconds((before - time) * 1_000) > self.settings.lateness
        if not late:
            self.newest = time if before is None else max(time, before)
        assert self.newest is not None
        second, newest = state_second(time), state_second(self.newest)
        name = (sighting.verdict, sighting.kind, sighting.fingerprint)
        if name in self.known and abs(self.known[name] - second) < DAY:
            self.repeated += 1
            return
        self.known[name] = second
        self.arrived.append((name, second))
        while self.arrived and newest - self.arrived[0][1] >= DAY:
            gone, when = self.arrived.popleft()
            if self.known.get(gone) == when:
                del self.known[gone]
        self.end(newest)
        if before is not None and state_second(before) // FOUR_HOURS < newest // FOUR_HOURS:
            self.forget(newest // FOUR_HOURS)
        if late:
            self.late += 1
            return
        self.counted += 1
        self.count(sighting, second)

    def count(self, sighting: Sighting, time: int) -> None:
        settings, kind = self.settings, sighting.kind
        fingerprint = sighting.fingerprint
        if kind == "picture":
            fingerprint = self.pictures.nearest(fingerprint, settings.distance) or fingerprint
        key = (kind, fingerprint)
        thing = self.things.get(key)
        if thing is None:
            thing = self.things[key] = Thing(fingerprint, time, time)
            if kind == "picture":
                self.pictures.add(fingerprint)
        now = thing.last = max(thing.last, time)
        account = sighting.account & 0xFFFFFFFF
        young = sighting.age is not None and sighting.age * 3_600 < settings.youngerThan
        if kind in MARKS or kind == "streamer":
            self.note_account(sighting, thing, account, young, time)
            return
        is_first = not sighting.is_stream or thing.stream is None
        if sighting.is_stream:
            thing.stream = thing.stream or (account, young)
        else:
            thing.hour.add(time, 1)
            thing.week.add(time, 1)
            add(thing.accounts, account, time, now)
            if young:
                add(thing.young, account, time, now)
            if sighting.network:
                add(thing.networks, sighting.network, time, now)
            if sighting.host:
                add(thing.hosts, sighting.host, time, now)
            post(thing, account, time, young)
        numbers = self.numbers(thing, now)
        if thing.onset is not None:
            if not sighting.is_acted_on:
                self.supersede(sighting.verdict, "campaign", numbers[1], now, self.name(key, thing), kind, thing)
            if numbers[1] >= 2 * max(1, thing.told):
                thing.told = numbers[1]
                self.tell("update", "young-accounts", key, thing, now, numbers)
            return
        reason = self.reason(kind, thing, numbers, now)
        if reason:
            thing.onset, thing.told = now, numbers[1]
            self.active.add(key)
            self.tell("onset", reason, key, thing, now, numbers)
            waiting = [thing.first_waiting] if thing.first_waiting else []
            waiting += self.waiting.pop(key, Waiting([], 0, 0)).uploads
            thing.first_waiting = None
            for verdict in waiting + ([] if sighting.is_acted_on else [sighting.verdict]):
                self.supersede(verdict, "campaign", numbers[1], now, self.name(key, thing), kind, thing)
        elif not sighting.is_acted_on and is_first:
            self.wait(key, thing, sighting, time)

    def note_account(self, sighting: Sighting, thing: Thing, account: int, young: bool, time: int) -> None:
        if sighting.measure == "against":
            thing.removed = (account, time)
            if sighting.kind in MARKS:
                thing.recent.pop(account, None)
            return
        if sighting.measure == "restored":
            if sighting.kind == "streamer" or (thing.removed and thing.removed[0] == account):
                thing.removed = None
            if sighting.kind in MARKS:
                post(thing, account, time, young)
            return
        if account not in thing.recent and not sighting.is_acted_on:
            removed = thing.removed
            if removed and not 0 <= time - removed[1] <= self.settings.returnWithin:
                removed = None
            known = None
            if sighting.kind in MARKS:
                # What many had that were not removed names nobody.
                if removed and removed[0] != account and young and len(thing.recent) < self.settings.returnAccounts:
                    known = (f"returning-{MARKS[sighting.kind]}", (time - removed[1]) // 3_600)
            elif removed:
                known = ("struck-account-live", (time - removed[1]) // 3_600)
            elif young and thing.since(max(0, time - 7 * DAY), False) == 0:
                known = ("first-stream", sighting.age or 0)
            if known:
                self.supersede(sighting.verdict, *known, thing.last, None, sighting.kind, thing)
        post(thing, account, time, young)

    # When it is a campaign

    def numbers(self, thing: Thing, now: int) -> tuple[int, int, int, int]:
        """Different accounts, young ones, networks and hosts within a day."""
        count = self.estimator.hosts
        return (count(thing.accounts, now), count(thing.young, now), count(thing.networks, now),
                count(thing.hosts, now))  # fmt: skip

    def reason(self, kind: str, thing: Thing, numbers: tuple[int, int, int, int], now: int) -> str | None:
        settings = self.settings
        accounts, young, _, hosts = numbers
        mostly_young = young >= settings.youngShare * accounts
        if mostly_young and thing.since(max(0, now - settings.within), True) >= settings.youngAccounts:
            hour = thing.hour.sum(now)
            hours = min(7 * 24, (now - thing.first) // 3_600)
            before = max(0, thing.week.sum(now) - hour) / max(1, hours)
            if hour >= settings.times * max(1, before):
                return "young-accounts"
        if settings.streamAccounts and thing.stream and thing.stream[1]:
            start = max(0, now - settings.streamWithin)
            if thing.since(start, False, thing.stream[0]) >= settings.streamAccounts:
                return "stream"
        if kind == "text" and settings.textHosts and hosts >= settings.textHosts and mostly_young:
            return "hosts"
        is_fast = settings.togetherAccounts and now - thing.first <= settings.togetherWithin
        if is_fast and thing.since(thing.first, False) >= settings.togetherAccounts:
            return "together"
        return None

    def end(self, newest: int) -> None:
        for key in [key for key in self.active if self.things[key].last + self.settings.quiet <= newest]:
            thing = self.things[key]
            self.tell("end", "young-accounts", key, thing, newest, self.numbers(thing, thing.last))
            thing.onset = None
            self.active.remove(key)

    # What comes of it

    def name(self, key: tuple[str, bytes], thing: Thing) -> str:
        kind = next(number for number, name in KINDS.items() if name == key[0])
        fingerprint = key[1].ljust(32, b"\0")
        words = [kind, 32, *(int.from_bytes(fingerprint[at : at + 8], "little") for at in range(0, 32, 8))]
        assert thing.onset is not None
        return f"{max(1, sequence(self.thing_key, words)) ^ thing.onset * 0x9E3779B97F4A7C15 & MASK:016x}"

    def tell(
        self, phase: str, reason: str, key: tuple[str, bytes], thing: Thing, time: int,
        numbers: tuple[int, int, int, int],
    ) -> None:  # fmt: skip
        name = self.name(key, thing)
        assert thing.onset is not None
        self.told.append(
            Told(
                f"{name}-{phase}-{numbers[1]}", name, "over" if phase == "end" else "proposed", reason, key[0],
                signal(key[0], thing), *numbers[:3], thing.hour.sum(thing.last), thing.first, thing.onset, time,
            )
        )  # fmt: skip

    def supersede(
        self, verdict: bytes, fact: str, value: int, decided: int, campaign: str | None, kind: str, thing: Thing
    ) -> None:
        if verdict in self.named:
            return
        self.named.add(verdict)
        its = signal(kind, thing) if campaign else None
        self.superseded.append(Superseding(verdict.hex(), self.offset, fact, value, decided, its and campaign, its))

    def wait(self, key: tuple[str, bytes], thing: Thing, sighting: Sighting, time: int) -> None:
        if key not in self.waiting and thing.first_waiting is None and sighting.names + 48 <= ROOM // 4:
            thing.first_waiting = sighting.verdict
            return
        uploads, size, age = self.waiting.get(key, Waiting([], 1, 0))
        if sighting.names + 48 > ROOM - size:
            return
        milliseconds = max(0, sighting.time - STATE * 1_000)
        size += 16 + varint(milliseconds) + 8 + varint(sighting.names) + sighting.names
        self.waiting[key] = Waiting([*uploads, sighting.verdict], size, max(age, time // FOUR_HOURS))

    def forget(self, period: int) -> None:
        for key in [key for key, thing in self.things.items() if key not in self.active and age(thing) < period]:
            del self.things[key]
            if key[0] == "picture":
                self.pictures.remove(key[1])
        for key in [key for key, waiting in self.waiting.items() if waiting.age + REMEMBERED < period]:
            del self.waiting[key]


class Estimator(Model):
    """How many different things there are, of which each is known by 27 bits."""

    def __init__(self) -> None:
        self.ranks = {}
        self.estimates = []

    def rank(self, thing: bytes) -> tuple[int, int]:
        mixed = (int.from_bytes(thing, "little") + 1) * 0x9E3779B97F4A7C15 & MASK
        mixed ^= mixed >> 32
        rest = mixed & (1 << 57) - 1
        return mixed >> 57, 57 - rest.bit_length() + 1


def add(hosts: Hosts, thing: int, time: int, now: int) -> None:
    hosts.add((thing & 0x7FFFFFF).to_bytes(4, "little"), time, now)


def post(thing: Thing, account: int, time: int, young: bool) -> None:
    thing.recent.pop(account, None)
    if len(thing.recent) == RECENT:
        del thing.recent[next(iter(thing.recent))]
    thing.recent[account] = (time, young)


def age(thing: Thing) -> int:
    """The last four hours of the clock in which it is remembered."""
    known = thing.last // FOUR_HOURS + REMEMBERED
    if thing.removed is None:
        return known
    until = thing.removed[1] + MONTH - REMEMBERED * FOUR_HOURS
    return max(known, until // FOUR_HOURS + REMEMBERED)


def signal(kind: str, thing: Thing) -> str | None:
    return f"{SIGNALS[kind]}:{thing.fingerprint.hex()}" if kind in SIGNALS else None


def state_second(milliseconds: int) -> int:
    return min(max(milliseconds // 1_000 - STATE, 0), (1 << 32) - 1)


def varint(number: int) -> int:
    return max(1, (number.bit_length() + 6) // 7)


def sequence(key: SipHash, words: list[int]) -> int:
    """SipHash-1-3 of words alone, without the length at the end."""
    v = [key.k0 ^ 0x736F6D6570736575, key.k1 ^ 0x646F72616E646F6D]
    v += [key.k0 ^ 0x6C7967656E657261, key.k1 ^ 0x7465646279746573]
    for word in words:
        v[3] ^= word
        key._rounds(v, 1)
        v[0] ^= word
    v[2] ^= 0xFF
    key._rounds(v, 3)
    return v[0] ^ v[1] ^ v[2] ^ v[3]

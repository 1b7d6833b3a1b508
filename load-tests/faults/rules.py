"""What is wrong on the way to one node at present, for all connections alike."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from framing import Tally

Direction = Literal["request", "response"]
DIRECTIONS: tuple[Direction, ...] = ("request", "response")

Then = Literal["silence", "pass", "reset"]
"""What becomes of a connection whose response was swallowed.

`silence`, the default: no later response on that connection arrives either. TCP never loses bytes from the middle of
a stream, and the Java client treats an answer out of order as an error, so this is how a lost response looks: the
connection falls silent, and the client's request times out. librdkafka then closes the connection and repeats what
may be repeated on another.

`pass`: the later responses arrive. librdkafka finds the request of a response by its correlation id and takes them;
only the one request times out, after which it closes the connection all the same (`socket.max.fails`).

`reset`: the connection is reset in the place of the response, so the client knows at once that it will never come.
"""


@dataclass
class Swallow:
    """Requests that reach the broker, while their responses don't reach the client."""

    api_key: int
    left: int | None
    """How many more; None: any number."""
    then: Then


@dataclass
class Hold:
    """The next request of an api arrives late, by another connection, and its own is reset: the client sends it again,
    and the first copy comes when nobody waits for it any more."""

    api_key: int
    seconds: float


@dataclass
class Cut:
    """The next frame in a direction, or the next one of an api, ends in the middle."""

    direction: Direction
    api_key: int | None


@dataclass
class Rules:
    delay: dict[Direction, float] = field(default_factory=dict)
    """Seconds."""
    rate: dict[Direction, float] = field(default_factory=dict)
    """Bytes a second, of all connections together."""
    blackholes: set[Direction] = field(default_factory=set)
    swallows: list[Swallow] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    banned: set[str] = field(default_factory=set)
    """How the client ids begin that have no way to the node."""
    duplicate: bool = False
    requests: Tally = field(default_factory=Tally)
    responses: Tally = field(default_factory=Tally)
    counts: Counter[str] = field(default_factory=Counter)
    swallowed: Counter[int] = field(default_factory=Counter)
    """By api key: responses that were dropped."""
    _late: set["asyncio.Task[None]"] = field(default_factory=set)
    _free: dict[Direction, float] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def heal(self) -> None:
        for faults in (self.delay, self.rate, self.blackholes, self.swallows, self.cuts, self.holds, self.banned):
            faults.clear()
        self.duplicate = False

    def deliver(self, request: bytes, upstream: tuple[str, int], seconds: float) -> None:
        """Later, whatever becomes of the client."""
        task = asyncio.create_task(self._deliver(request, upstream, seconds))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _deliver(self, request: bytes, upstream: tuple[str, int], seconds: float) -> None:
        await asyncio.sleep(seconds)
        try:
            reader, writer = await asyncio.open_connection(*upstream)
            writer.write(request)
            await writer.drain()
            # Until it has been dealt with.
            length = int.from_bytes(await reader.readexactly(4), "big")
            await reader.readexactly(length)
            writer.close()
            self.counts["late"] += 1
        except (OSError, EOFError):
            self.counts["lost"] += 1

    def tell(self) -> None:
        """Wakes whoever waits by the rules as they were."""
        self._free.clear()
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed_within(self, seconds: float | None) -> None:
        """Returns when they have changed, at the latest after that time."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)

    def hinders(self, direction: Direction) -> bool:
        return direction in self.blackholes or direction in self.delay or direction in self.rate

    def turn(self, direction: Direction, size: int, now: float) -> float:
        """Takes the link for that many bytes; returns when they are through."""
        start = max(now, self._free.get(direction, now))
        self._free[direction] = start + size / self.rate[direction]
        return self._free[direction]

    def is_banned(self, client: str) -> bool:
        return any(client.startswith(prefix) for prefix in self.banned)

    def swallow_of(self, api_key: int) -> Swallow | None:
        """The rule that takes this request's response."""
        for rule in self.swallows:
            if rule.api_key == api_key and rule.left != 0:
                if rule.left is not None:
                    rule.left -= 1
                return rule
        return None

    def hold_of(self, api_key: int) -> Hold | None:
        """The rule that this request is late by, which it is once."""
        for rule in self.holds:
            if rule.api_key == api_key:
                self.holds.remove(rule)
                return rule
        return None

    def cut_of(self, direction: Direction, *api_keys: int | None) -> Cut | None:
        """The rule that cuts this frame, which it does once."""
        for rule in self.cuts:
            if rule.direction == direction and rule.api_key in api_keys:
                self.cuts.remove(rule)
                return rule
        return None

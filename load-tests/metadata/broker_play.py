"""What happens to the members while events come: one to three and back, SIGKILL, transactions that fail."""

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from signal import SIGKILL, SIGTERM

from broker_events import Feeder
from confluent_kafka import KafkaException
from membership import Membership
from watch import PATIENCE, Lane

from harness.weir import Weir

MEMBERS = 3
LEAVE_WITHIN = 25.0
SHARED_WITHIN = 60.0
ABORTS = (
    "before-produce=error%0.02;after-produce=error%0.02;after-send-offsets=error%0.02;during-commit=error%0.02;"
    "after-commit=error%0.02;recovery=error%0.1"
)
"""Every step of a transaction fails now and then, before the commit or when nobody knows what came of it."""
DEATHS = (
    "after-produce=exit@2", "after-send-offsets=exit@2", "during-commit=exit(3ms)@2", "after-commit=exit@2",
    "restore=exit(40ms)@1", "after-produce=error@2;recovery=exit@1",
)  # fmt: skip
"""Where a process dies that was started again after a kill."""
HANDING_OVER = "revocation-drain=exit@1"


class Stuck(Exception):
    """Nothing moves any more, or a process ended that should not."""


class Play:
    def __init__(self, bootstrap: str, group: str, config: Path, folder: Path, lane: Lane, feeder: Feeder) -> None:
        self.counts: Counter[str] = Counter()
        """What was done, and how often."""
        self._members = [Weir(config, f"member-{n}", folder / f"weir-{n}.log") for n in range(MEMBERS)]
        self._group = Membership(bootstrap, group)
        self._lane, self._feeder = lane, feeder
        self._partitions = len(lane.offsets)
        self._deaths = 0

    def run(self, seed: int, events: int, has_ended: Callable[[], bool]) -> None:
        """Until all is committed, and what follows from it has ended too. Raises Stuck."""
        draw = random.Random(f"members {seed}")
        first, *others = self._members
        self._start(first)
        self._feeder.start()
        self._until_moved()
        while self._feeder.is_alive() or not self._lane.has(events):
            self._grow(first, others)
            self._kill(draw.choice(self._members), draw.uniform(0, 1))
            self._kill_at_named_place(draw.choice(self._members))
            self._lose(draw.choice(self._members))
            for extra in others:
                self._leave(extra)
            self._until_shared(1)
            self.counts["3 to 1"] += 1
            self._kill(first, draw.uniform(0, 1))
        self._until("what follows ends too", has_ended, PATIENCE)
        self._leave(first)

    # One thing after another

    def _start(self, member: Weir, failpoints: str = ABORTS) -> None:
        self.counts["starts"] += 1
        member.start({"WEIR_FAILPOINTS": f"{failpoints};seed={self.counts['starts']}"})

    def _grow(self, first: Weir, others: list[Weir]) -> None:
        """Every other time the first one dies as it hands partitions over."""
        dies = self.counts["1 to 3"] % 2 == 0
        if dies:
            self._signal_kill(first)
            self._start(first, HANDING_OVER)
            self._until_moved()
        for extra in others:
            self._start(extra)
        if dies:
            self._until("the first hands over", lambda: first.exit_code() is not None, SHARED_WITHIN, first)
            self.counts["died at revocation-drain"] += 1
            self._start(first)
        self._until_shared(MEMBERS)
        self.counts["1 to 3"] += 1

    def _kill(self, member: Weir, then: float) -> None:
        """It is started again before its session has ended, and finds what it had."""
        self._signal_kill(member)
        time.sleep(then)
        self._start(member)
        self._until_moved()

    def _kill_at_named_place(self, member: Weir) -> None:
        """And dies once more where it is most awkward, if it comes by there."""
        self._signal_kill(member)
        death = DEATHS[self._deaths % len(DEATHS)]
        self._deaths += 1
        self._start(member, death)
        over = time.monotonic() + 15
        while member.exit_code() is None and time.monotonic() < over:
            self._look(apart_from=member)
        if member.exit_code() is None:
            self._signal_kill(member)
        else:
            self.counts[f"died at {death.partition('=')[0]}"] += 1
        self._start(member)
        self._until_moved()

    def _lose(self, member: Weir) -> None:
        """Others take its partitions over, and it comes back."""
        self._signal_kill(member)
        self._until_shared(MEMBERS - 1, apart_from=member)
        self.counts["taken over"] += 1
        self._start(member)
        self._until_shared(MEMBERS)
        self._until_moved()

    def _signal_kill(self, member: Weir) -> None:
        member.send(SIGKILL)
        member.wait(LEAVE_WITHIN)
        self.counts["kill -9"] += 1

    def _leave(self, member: Weir) -> None:
        # Before that the system is still loading it, and the signal would just end it.
        self._until(f"{member.member} begins", member.has_begun, SHARED_WITHIN)
        member.send(SIGTERM)
        if (code := member.wait(LEAVE_WITHIN)) != 0:
            raise Stuck(f"SIGTERM of {member.member}: exit code {code}")

    # Waiting

    def _until_shared(self, members: int, apart_from: Weir | None = None) -> None:
        what = f"partitions are shared by {members}"
        self._until(what, lambda: self._group.is_shared(members, self._partitions), SHARED_WITHIN, apart_from)

    def _until_moved(self) -> None:
        """Every partition gets further than it is now, or there is nothing more to do."""
        before = self._lane.offsets

        def has_moved() -> bool:
            now = self._lane.offsets
            return all(now[partition] > before[partition] for partition in before) or self._is_idle()

        self._until("every partition gets further", has_moved, PATIENCE)

    def _is_idle(self) -> bool:
        return not self._feeder.is_alive() and self._lane.has(self._feeder.sent)

    def _until(self, what: str, is_so: Callable[[], bool], within: float, apart_from: Weir | None = None) -> None:
        deadline = time.monotonic() + within
        while not is_so():
            self._look(apart_from)
            if time.monotonic() > deadline:
                raise Stuck(f"not within {within:.0f} s: {what}; committed {self._lane.offsets}")

    def _look(self, apart_from: Weir | None = None) -> None:
        time.sleep(0.05)
        try:
            self._lane.look(self._feeder.sent)
        except KafkaException:
            return  # the group's coordinator is not there yet
        if self._feeder.refused:
            raise Stuck(f"an event was refused: {self._feeder.refused}")
        for member in self._members:
            if member is apart_from or not member.has_started() or member.was_asked_to_leave:
                continue
            if (code := member.exit_code()) is not None:
                raise Stuck(f"{member.member} ended by itself with {code}: {member.last_words()}")

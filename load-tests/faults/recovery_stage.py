"""Two members on one broker with a steady flow of uploads, and what is done to them to see them recover."""

import argparse
import json
import threading
import time
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from types import SimpleNamespace
from typing import Any, cast

import run as once
from cluster import is_alive
from flow import Flow, Verdicts, answers
from membership import Membership
from patience import until
from rolling import make_dynamic

from harness import weir
from harness.broker import Broker

RATE = 400
"""Uploads a second."""
SETTLED = 0.1
"""Seconds after a death until no commit of the dead is on its way any more."""
PATIENCE = 90.0
"""Seconds after which partitions have not recovered, which is a failure."""


class Stage:
    """Two members on one broker."""

    def __init__(self, broker: Broker, folder: Path, is_dynamic: bool, seed: int, properties: dict[str, str]) -> None:
        asked = cast(argparse.Namespace, SimpleNamespace(seed=seed, uploads=0, log_level="info"))
        self.broker = broker
        self._asked = asked
        self._config = once.configure(asked, folder, broker)
        ship_properties(self._config, properties)
        if is_dynamic:
            make_dynamic(self._config)
        weir.make_topics(self._config, 4)
        names = ("member-0", "member-1")
        self.members = [weir.Weir(self._config, name, folder / f"{name}.log") for name in names]
        self.group = Membership(broker.bootstrap, once.GROUP)
        self.committed_after: list[float] = []
        """Seconds until offsets were committed: verdicts can't be read before the transactions of the dead are over."""
        self.outages: list[float] = []
        """Seconds from a broker's death to its first answer."""
        self.verdicts = Verdicts(broker.bootstrap, once.GROUP)
        self._flow = Flow(broker.bootstrap, seed, RATE)

    def begin(self) -> None:
        for member in self.members:
            member.start()
        self.verdicts.start()
        self._flow.start()
        self.settle()

    def settle(self) -> None:
        """Until each member has its share, and every partition moves."""
        members, partitions = len(self.members), len(self.verdicts.partitions)
        until("partitions are shared", lambda: self.group.is_shared(members, partitions), PATIENCE)
        self.recovered(self.verdicts.partitions, self.verdicts.committed())

    def recovered(self, partitions: list[int], committed: dict[int, int]) -> float:
        """When there were verdicts on all of these that were not committed by then."""
        self.wait([(partition, committed[partition]) for partition in partitions])
        return max(self.verdicts.seen(partition, committed[partition]) or 0.0 for partition in partitions)

    def wait(self, places: list[tuple[int, int]]) -> None:
        def are_seen() -> bool:
            if self.verdicts.trouble:
                raise self.verdicts.trouble
            return all(self.verdicts.seen(*place) is not None for place in places)

        until(f"verdicts on {places}", are_seen, PATIENCE)

    def finish(self) -> dict[str, Any]:
        """Everything is committed, the members end, and the check looks at all of it."""
        self.settle()
        self._flow.end()
        sent = self._flow.sent
        until("everything is committed", lambda: sum(self.verdicts.committed().values()) >= sent, PATIENCE)
        for member in self.members:
            member.send(SIGTERM)
            if (code := member.wait(25)) != 0:
                raise SystemExit(f"{member.member}: SIGTERM, exit code {code}")
        self._asked.uploads = sent
        return once.check(self.broker, self._asked)


def ship_properties(config: Path, properties: dict[str, str]) -> None:
    """Sessions and transactions as shipped: shorter ones would make the figures better than they are."""
    settings = json.loads(config.read_text())
    settings["kafka"]["properties"] = dict(properties)
    # Or the partitions of a static member that got SIGTERM would wait for its return.
    settings["drain"] = {"leave": True}
    config.write_text(json.dumps(settings, indent=1))


def restart(stage: Stage, turn: int) -> float:
    member = stage.members[turn % 2]
    theirs = stage.group.owned()[member.member]
    died = end(member, SIGKILL)
    member.start()
    return since(died, stage, theirs)


def kill(stage: Stage, turn: int) -> float:
    member = stage.members[turn % 2]
    theirs = stage.group.owned()[member.member]
    took = since(end(member, SIGKILL), stage, theirs)
    member.start()
    return took


def term(stage: Stage, turn: int) -> float:
    """The longest pause from the signal until the other has gone on with all of them."""
    member = stage.members[turn % 2]
    theirs = stage.group.owned()[member.member]
    asked = time.monotonic()
    if end(member, SIGTERM) - asked > 25 or member.exit_code() != 0:
        raise SystemExit(f"{member.member}: SIGTERM, exit code {member.exit_code()}")
    over = asked + since(asked, stage, theirs)
    member.start()
    return max(stage.verdicts.longest_pause(partition, asked, over) for partition in theirs)


def restart_broker(stage: Stage, turn: int) -> float:
    died = time.monotonic()
    pid = stage.broker.pid
    stage.broker.node("kill")
    until("the broker is gone", lambda: not is_alive(pid))
    time.sleep(SETTLED)
    # What was committed but not read when it died is no sign of life: only records that were sent later are.
    partitions = stage.verdicts.partitions
    later = {partition: stage.verdicts.last(partition) + RATE // len(partitions) for partition in partitions}
    up = threading.Thread(target=stage.broker.node, args=("up",))
    up.start()
    until("the broker answers", lambda: answers(stage.broker.bootstrap))
    answered = time.monotonic()
    stage.outages.append(round(answered - died, 2))
    up.join()
    return stage.recovered(partitions, later) - answered


def end(member: weir.Weir, how: Signals) -> float:
    """When it was gone."""
    member.send(how)
    until(f"{member.member} ends", lambda: member.exit_code() is not None)
    return time.monotonic()


def since(when: float, stage: Stage, partitions: list[int]) -> float:
    time.sleep(SETTLED)
    before = stage.verdicts.committed()

    def has_gone_on() -> bool:
        now = stage.verdicts.committed()
        return all(now[partition] > before[partition] for partition in partitions)

    until("offsets are committed", has_gone_on, PATIENCE)
    stage.committed_after.append(round(time.monotonic() - when, 2))
    return stage.recovered(partitions, before) - when

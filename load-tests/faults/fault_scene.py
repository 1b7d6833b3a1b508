"""Faults beyond those of processes and brokers: at named places in the code, in the network, and in the group."""

import time
from dataclasses import asdict
from functools import partial
from itertools import cycle
from pathlib import Path
from signal import SIGKILL, SIGTERM
from subprocess import CalledProcessError
from typing import Any, cast

import environment
import rolling
import terms
from cluster import ProxiedCluster, is_alive
from desk import Desk
from membership import Membership
from proxied import END_TXN, Proxy
from scene import LEAVE_WITHIN, Scene
from schedule import Fault
from script import Act, Script
from suites import FAILPOINT, JOIN, PROXY
from watch import Note, Watch

from harness.broker import Broker
from harness.weir import Weir

REACHED_WITHIN = 40.0
"""Seconds in which a process must have come to the place where it is to die."""

SCRIPTS = terms.SCRIPTS | rolling.SCRIPTS | environment.SCRIPTS


class Nodes:
    """One or more brokers, of which one at a time is away: with two of three nothing could be committed."""

    def __init__(self, cluster: Broker | ProxiedCluster) -> None:
        self.bootstrap = cluster.bootstrap
        self._cluster = cluster
        self._numbers = cycle(cluster.nodes if isinstance(cluster, ProxiedCluster) else [1])
        self.away: int | None = None
        self._old = 0
        """Its process, which may take its time to end."""

    def node(self, action: str) -> None:
        if not isinstance(self._cluster, ProxiedCluster):
            return self._cluster.node(action)
        if action != "up":
            self.away = next(self._numbers)
            self._old = self._cluster.pid(self.away)
            return self._cluster.node(action, self.away)
        assert self.away
        if is_alive(self._old):
            raise CalledProcessError(1, "up")
        self._cluster.node("up", self.away)
        self.away = None
        return None


class FaultScene(Scene):
    def __init__(
        self, cluster: Broker | ProxiedCluster, config: Path, folder: Path, group: str, processes: int
    ) -> None:
        self._nodes = Nodes(cluster)
        super().__init__(cast(Broker, self._nodes), config, folder, group, processes)
        self._proxy: Proxy | None = cluster.proxy if isinstance(cluster, ProxiedCluster) else None
        self._folder = folder
        self._joined = 0

    def _inflict(self, fault: Fault, watch: Watch) -> None:
        if fault.process is None and self._nodes.away:
            self._agenda.put(time.monotonic() + 0.5, partial(self._inflict, fault, watch))
            return None
        kind, _, what = fault.kind.partition(":")
        if kind not in (FAILPOINT, JOIN, PROXY, *SCRIPTS):
            return super()._inflict(fault, watch)
        process = self._processes[fault.process or 0]
        if kind in (FAILPOINT, *SCRIPTS) and process in self._away:
            self._agenda.put(time.monotonic() + 0.2, partial(self._inflict, fault, watch))
            return None
        note = {name: round(value, 2) if isinstance(value, float) else value for name, value in asdict(fault).items()}
        note["began"] = round(watch.age(), 2)
        self._notes.append(note)
        if kind == FAILPOINT:
            self._away.add(process)
            process.send(SIGKILL)
            self._soon(partial(self._start_with, process, what, note, watch))
        elif kind in SCRIPTS:
            group = Membership(self._nodes.bootstrap, self._group)
            told = (self._processes, process, self._away, self._troubles, note, watch)
            act = Act(*told, group, self.config, self._folder)
            self._play_on(Script(SCRIPTS[kind](act)), act)
        elif kind == JOIN:
            self._join(fault.lasts, note, watch)
        else:
            self._break_network(what, process.member)
            self._agenda.put(time.monotonic() + fault.lasts, partial(self._heal, note, watch))
        return None

    def _look_for_trouble(self, watch: Watch, desk: Desk) -> None:
        """Plays the supervisor where one is needed: a network that holds a static member's request to join back until
        it has sent another lets both arrive, and then the brokers fence the member by its own name. The library calls
        that fatal, and the process ends."""
        for process in self._processes:
            code = None if process in self._away else process.exit_code()
            if code == 1 and self._proxy and "FENCED_INSTANCE_ID" in process.last_words():
                self._notes.append({"at": 0.0, "began": round(watch.age(), 2), "kind": "fenced", "process": None})
                process.start()
        super()._look_for_trouble(watch, desk)

    def _soon(self, action: "partial[None]") -> None:
        self._agenda.put(time.monotonic() + 0.1, action)

    def _play_on(self, script: Script, act: Act) -> None:
        if script.goes_on():
            return self._soon(partial(self._play_on, script, act))
        return act.watch.expect_progress(act.note)

    def _start_with(self, process: Weir, failpoints: str, note: Note, watch: Watch) -> None:
        if process.exit_code() is None:
            return self._soon(partial(self._start_with, process, failpoints, note, watch))
        process.start({"WEIR_FAILPOINTS": f"{failpoints};seed={len(self._notes)}"})
        if failpoints.startswith("revocation"):
            # Which comes when somebody else wants a share.
            self._agenda.put(time.monotonic() + 2, partial(self._join, 6.0, dict(note), watch))
        if "exit" in failpoints:
            deadline = time.monotonic() + REACHED_WITHIN
            return self._soon(partial(self._start_without, process, deadline, note, watch))
        self._away.discard(process)
        return watch.expect_progress(note)

    def _start_without(self, process: Weir, deadline: float, note: Note, watch: Watch) -> None:
        """Once it has died where it was to."""
        code = process.exit_code()
        if code is None and time.monotonic() < deadline and not watch.has_uploads():
            return self._soon(partial(self._start_without, process, deadline, note, watch))
        note["died"] = code
        if code is None:
            # There may have been nothing left to do that would have led there.
            self._away.discard(process)
            return watch.expect_progress(note)
        if code >= 0:
            self._troubles.append(f"{process.member} ended with {code} at {note['kind']}")
        process.start()
        self._away.discard(process)
        return watch.expect_progress(note)

    def _join(self, seconds: float, note: Note, watch: Watch) -> None:
        """One more member for a while: partitions move to it and back."""
        self._joined += 1
        name = f"extra-{self._joined}"
        extra = Weir(self.config, name, self._folder / f"weir-{name}.log")
        extra.start()
        self._agenda.put(time.monotonic() + seconds, partial(self._part, extra, note, watch))

    def _part(self, extra: Weir, note: Note, watch: Watch) -> None:
        if not extra.has_begun():
            return self._soon(partial(self._part, extra, note, watch))
        extra.send(SIGTERM)
        return self._soon(partial(self._parted, extra, time.monotonic() + LEAVE_WITHIN, note, watch))

    def _parted(self, extra: Weir, deadline: float, note: Note, watch: Watch) -> None:
        code = extra.exit_code()
        if code is None and time.monotonic() < deadline:
            return self._soon(partial(self._parted, extra, deadline, note, watch))
        if code != 0:
            self._troubles.append(f"SIGTERM of {extra.member}: exit code {code}")
            extra.send(SIGKILL)
        return watch.expect_progress(note)

    def _break_network(self, what: str, member: str) -> None:
        assert self._proxy, "this suite needs the proxy"
        proxy = self._proxy
        actions: dict[str, Any] = {
            "reset": proxy.reset,
            "cut": proxy.cut,
            "delay": partial(proxy.delay, 0.3),
            "throttle": partial(proxy.throttle, 200_000.0),
            "duplicate": lambda: (proxy.duplicate(), proxy.reset()),
            "refuse": lambda: (proxy.refuse(), proxy.reset()),
            "blackhole": proxy.blackhole,
            "blackhole-requests": partial(proxy.blackhole, direction="request"),
            "blackhole-responses": partial(proxy.blackhole, direction="response"),
            "swallow-commit": partial(proxy.swallow, END_TXN, 1),
            "swallow-and-reset-commit": partial(proxy.swallow, END_TXN, 1, then="reset"),
            "partition": partial(proxy.partition, member),
        }
        actions[what]()

    def _heal(self, note: Note, watch: Watch) -> None:
        assert self._proxy
        note["swallowed"] = sum(sum(node.swallowed.values()) for node in self._proxy.status().values())
        self._proxy.heal()
        watch.expect_progress(note)

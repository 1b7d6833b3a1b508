"""Faults beyond those of one process or broker: at named places in the code, in the network, the group, the cluster."""

import random
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any, cast

import environment
import rolling
import terms
from cluster import ProxiedCluster
from cluster_faults import GROWN, ClusterFaults
from desk import Desk
from feeder import Feeder
from membership import Membership
from nodes import Nodes
from proxied import API_VERSIONS, END_TXN, PRODUCE
from reader import Reader
from resources import Resources
from scene import LEAVE_WITHIN, Scene, Stuck
from schedule import TWIN, Fault
from script import Act, Script
from suites import CLUSTER, FAILPOINT, HALT, JOIN, PROXY, Suite
from watch import Note, Watch

from harness.broker import Broker
from harness.weir import Weir

COMMIT_RECORDS = 2_000
MOST_IN_FLIGHT = 2 * (2 * COMMIT_RECORDS + 4 * 256)
"""In both lanes together: each takes in as much as two transactions hold, and each of its partitions may then be one
batch beyond it."""
REACHED_WITHIN = 40.0
"""Seconds in which a process must have come to the place where it is to die."""
OVER_WITHIN = 90.0
"""Seconds in which brokers must answer again, or leaders have moved."""

SCRIPTS = terms.SCRIPTS | rolling.SCRIPTS | environment.SCRIPTS


class FaultScene(Scene):
    def __init__(
        self,
        cluster: Broker | ProxiedCluster,
        config: Path,
        folder: Path,
        group: str,
        suite: Suite,
        reader: Reader,
    ) -> None:
        self._nodes = Nodes(cluster)
        super().__init__(cast(Broker, self._nodes), config, folder, group, suite.processes)
        for process in self._processes:
            process.environment["WEIR_FAILPOINTS"] = suite.failpoints
        self._proxy = self._nodes.proxy
        members = [f"{group}-{process.member}" for process in self._processes]
        self._cluster_faults = ClusterFaults(self._nodes, group, members, reader.growing)
        self._folder = folder
        self._joined = 0
        self.resources = Resources(MOST_IN_FLIGHT)

    @property
    def troubles(self) -> list[str]:
        return self._troubles

    def _inflict(self, fault: Fault, watch: Watch) -> None:
        if fault.process is None and self._is_shaken(watch):
            self._agenda.put(time.monotonic() + 0.5, partial(self._inflict, fault, watch))
            return None
        if fault.kind == TWIN and self._is_clock_stepped(fault.process):
            self._agenda.put(time.monotonic() + 0.5, partial(self._inflict, fault, watch))
            return None
        kind, _, what = fault.kind.partition(":")
        if kind not in (CLUSTER, FAILPOINT, HALT, JOIN, PROXY, *SCRIPTS):
            return super()._inflict(fault, watch)
        process = self._processes[fault.process or 0]
        if kind in (FAILPOINT, HALT, *SCRIPTS) and process in self._away:
            self._agenda.put(time.monotonic() + 0.2, partial(self._inflict, fault, watch))
            return None
        note = {name: round(value, 2) if isinstance(value, float) else value for name, value in asdict(fault).items()}
        note["began"] = round(watch.age(), 2)
        self._notes.append(note)
        if kind in (FAILPOINT, HALT):
            self._away.add(process)
            process.send(SIGKILL)
            start = self._start_with if kind == FAILPOINT else self._start_to_halt
            self._soon(partial(start, process, what, note, watch))
        elif kind in SCRIPTS:
            group = Membership(self._nodes.bootstrap, self._group)
            told = (self._processes, process, self._away, self._troubles, note, watch)
            act = Act(*told, group, self.config, self._folder)
            self._play_on(Script(SCRIPTS[kind](act)), act)
        elif kind == CLUSTER:
            if watch.has_uploads():
                # It waited for others for so long that there is nothing left to disturb.
                note["idle"] = True
            self._cluster_faults.begin(what, note)
            deadline = time.monotonic() + fault.lasts + OVER_WITHIN
            self._agenda.put(time.monotonic() + fault.lasts, partial(self._end_in_cluster, what, deadline, note, watch))
        elif kind == JOIN:
            self._join(fault.lasts, note, watch)
        else:
            self._break_network(what, process.member, note)
            self._agenda.put(time.monotonic() + fault.lasts, partial(self._heal, note, watch))
        return None

    def _is_clock_stepped(self, process: int | None) -> bool:
        """A clock that steps back makes the library wait for as long, and hear late that the brokers let another in."""
        notes = (note for note in self._notes if note["process"] == process and "over" not in note)
        return any(note["kind"].startswith("clock") for note in notes)

    def _revives(self, process: Weir, code: int, watch: Watch) -> bool:
        """Plays the supervisor where one is needed.

        A network that holds a static member's request to join back until it has sent another lets both arrive, and then
        the brokers fence the member by its own name. The library calls that fatal, and the process ends. And while
        coordinators are away a call of the library may come back much later than it was told to, if ever.
        """
        if code == 1 and self._proxy and "FENCED_INSTANCE_ID" in process.last_words():
            kind = "fenced"
        elif code == 70 and self._cluster_faults.lasts and "librdkafka has not returned" in process.last_words():
            kind = "hung"
        else:
            return False
        self._notes.append({"at": 0.0, "began": round(watch.age(), 2), "kind": kind, "process": None})
        process.start()
        return True

    def _look_for_trouble(self, watch: Watch, desk: Desk, feeder: Feeder) -> None:
        super()._look_for_trouble(watch, desk, feeder)
        # Who stands still would be waited for.
        self.resources.look([process for process in self._processes if process not in self._away])

    def _is_shaken(self, watch: Watch) -> bool:
        """Whether a fault of the brokers lasts, or work has not gone on in every partition since. One has to be got
        over before the next, however slow the machine is."""
        after = [note for note in self._notes if note["kind"].startswith(CLUSTER) and "recoveredAfter" not in note]
        return self._cluster_faults.lasts or (bool(after) and not watch.has_uploads())

    def _end_in_cluster(self, what: str, deadline: float, note: Note, watch: Watch) -> None:
        if not self._cluster_faults.is_over():
            if time.monotonic() > deadline:
                raise Stuck(f"{what} is not over: the brokers do not come back, or a leader does not move")
            return self._soon(partial(self._end_in_cluster, what, deadline, note, watch))
        if what == GROWN:
            watch.grow()
        return watch.expect_progress(note)

    def _leave(self) -> None:
        super()._leave()
        self._troubles += self._cluster_faults.unused()

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
        if failpoints.startswith(("revocation", "restore")):
            # Partitions go when somebody else wants a share, and come back.
            self._agenda.put(time.monotonic() + 2, partial(self._join, 6.0, dict(note), watch))
        if failpoints.startswith("signal-reload"):
            self._soon(partial(self._change_signals, process))
        if "exit" in failpoints:
            deadline = time.monotonic() + REACHED_WITHIN
            return self._soon(partial(self._start_without, process, deadline, note, watch))
        self._away.discard(process)
        return watch.expect_progress(note)

    def _change_signals(self, process: Weir) -> None:
        """Once it has read them: the same in a new file, which every process then reads."""
        if not process.has_said('"message":"joined the group"'):
            return self._soon(partial(self._change_signals, process))
        path = self._folder / "signals.jsonl"
        new = path.with_suffix(".new")
        new.write_bytes(path.read_bytes())
        new.replace(path)
        return None

    def _start_to_halt(self, process: Weir, failpoints: str, note: Note, watch: Watch) -> None:
        if process.exit_code() is None:
            return self._soon(partial(self._start_to_halt, process, failpoints, note, watch))
        process.start({"WEIR_FAILPOINTS": f"{failpoints};seed={len(self._notes)}"})
        words = "recovery failed, trying again" if "recovery=" in failpoints else "transaction failed"
        return self._soon(partial(self._halt, process, words, time.monotonic() + REACHED_WITHIN, note, watch))

    def _halt(self, process: Weir, words: str, deadline: float, note: Note, watch: Watch) -> None:
        """SIGTERM once it has said that; or there may have been nothing left to fail."""
        reached = process.has_said(words)
        if not reached and process.exit_code() is None and time.monotonic() < deadline and not watch.has_uploads():
            return self._soon(partial(self._halt, process, words, deadline, note, watch))
        note["reached"] = reached
        process.send(SIGTERM)
        return self._soon(partial(self._start_again, process, time.monotonic(), note, watch))

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

    def _break_network(self, what: str, member: str, note: Note) -> None:
        assert self._proxy, "this suite needs the proxy"
        proxy = self._proxy
        one: dict[str, int] = {}
        if what.endswith("-one"):
            one["node"] = note["node"] = random.Random(f"{what} {note['at']}").choice(self._nodes.numbers)
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
            # And new connections hang, so that nothing is sent again before the transaction has been given up.
            "lost-produce": lambda: (proxy.swallow(PRODUCE, 4, then="reset"), proxy.swallow(API_VERSIONS)),
            # So late that the next transaction is open, whatever its client has had to do before.
            "late-commit": lambda: [proxy.hold(END_TXN, seconds) for seconds in (0.2, 0.5, 1.2, 2.5)],
            "partition": partial(proxy.partition, member),
            "partition-one": lambda: [proxy.partition(each.member, list(one.values())) for each in self._processes],
            "blackhole-one": partial(proxy.blackhole, **one),
            "refuse-one": lambda: (proxy.refuse(**one), proxy.reset(**one)),
            "delay-one": partial(proxy.delay, 0.3, **one),
        }
        actions[what]()

    def _heal(self, note: Note, watch: Watch) -> None:
        assert self._proxy
        status = self._proxy.status().values()
        note["swallowed"] = sum(sum(node.swallowed.values()) for node in status)
        note["late"] = sum(node.late for node in status)
        self._proxy.heal()
        watch.expect_progress(note)

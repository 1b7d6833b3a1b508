"""The run itself: uploads go in at a pace, people decide, faults happen when they are due, until all is committed."""

import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM
from subprocess import CalledProcessError, Popen
from typing import Any

from desk import Desk
from feeder import Feeder
from schedule import BROKER_KILL, KILL, PAUSE, TERM, TWIN, Fault
from watch import PATIENCE, Note, Watch

from harness.broker import Broker
from harness.weir import Weir

LEAVE_WITHIN = 25.0
SIGNALS = {KILL: SIGKILL, TERM: SIGTERM, PAUSE: SIGSTOP}


class Stuck(Exception):
    """Nothing moves any more, or a process ended that should not."""


class Scene:
    def __init__(self, broker: Broker, config: Path, folder: Path, group: str, processes: int) -> None:
        self.config = config
        self._broker = broker
        self._group = group
        self._processes = [Weir(config, f"member-{n}", folder / f"weir-{n}.log") for n in range(processes)]
        self._agenda = Agenda()
        self._away: set[Weir | None] = set()
        self._notes: list[Note] = []
        self._troubles: list[str] = []

    def play(self, seed: int, count: int, seconds: float, faults: list[Fault]) -> dict[str, Any]:
        """What happened. Raises Stuck if not everything is committed."""
        for process in self._processes:
            process.start()
        feeder = Feeder(self._broker.bootstrap, seed, count, seconds)
        desk = Desk(self._broker.bootstrap, seed)
        watch = Watch(self._broker.bootstrap, self._group, count)
        start = time.monotonic()
        feeder.start()
        desk.start()
        for fault in faults:
            self._agenda.put(start + fault.at, partial(self._inflict, fault, watch))
        while not self._is_done(watch, desk) or self._agenda.has_more():
            watch.look(feeder.sent, desk.sent)
            if watch.has_uploads():
                desk.close()
            self._agenda.do_what_is_due()
            self._look_for_trouble(watch, desk, feeder)
            time.sleep(0.05)
        feeder.join()
        took = time.monotonic() - start
        self._leave()
        if not desk.sent:
            self._troubles.append("nothing was decided")
        return {
            "seconds": round(took, 1),
            "decisions": desk.sent,
            "faults": self._notes,
            "samples": watch.samples,
            "longestStall": round(watch.uploads.longest_stall, 2),
            "longestStallOfDecisions": round(watch.decisions.longest_stall, 2),
            **({"trouble": "; ".join(self._troubles)} if self._troubles else {}),
        }

    def _is_done(self, watch: Watch, desk: Desk) -> bool:
        return watch.has_uploads() and desk.is_done() and watch.decisions.has(desk.sent)

    def _inflict(self, fault: Fault, watch: Watch) -> None:
        now = time.monotonic()
        process = None if fault.process is None else self._processes[fault.process]
        if process in self._away or (process is not None and fault.kind == TERM and not process.has_begun()):
            self._agenda.put(now + 0.2, partial(self._inflict, fault, watch))
            return
        note = {name: round(value, 2) if isinstance(value, float) else value for name, value in asdict(fault).items()}
        note["began"] = round(watch.age(), 2)
        self._notes.append(note)
        if process is None:
            self._broker.node("kill" if fault.kind == BROKER_KILL else "term")
            then = partial(self._start_broker, note, watch)
        elif fault.kind == TWIN:
            first = process.succeed()
            then = partial(self._first_must_end, first, process, now, note, watch)
        else:
            self._away.add(process)
            process.send(SIGNALS[fault.kind])
            if fault.kind == PAUSE:
                then = partial(self._go_on, process, note, watch)
            else:
                then = partial(self._start_again, process, now, note, watch)
        self._agenda.put(now + fault.lasts, then)

    def _go_on(self, process: Weir, note: Note, watch: Watch) -> None:
        process.send(SIGCONT)
        self._away.discard(process)
        watch.expect_progress(note)

    def _start_again(self, process: Weir, asked: float, note: Note, watch: Watch) -> None:
        """Once it is gone: after SIGTERM it has work to finish."""
        code = process.exit_code()
        if code is None:
            if time.monotonic() > asked + LEAVE_WITHIN:
                raise Stuck(f"{process.member} did not end within {LEAVE_WITHIN:.0f} s after {note['kind']}")
            self._agenda.put(time.monotonic() + 0.1, partial(self._start_again, process, asked, note, watch))
            return
        if process.was_asked_to_leave and code != 0:
            self._troubles.append(f"SIGTERM of {process.member}: exit code {code}")
        process.start()
        self._away.discard(process)
        watch.expect_progress(note)

    def _first_must_end(self, first: "Popen[bytes]", process: Weir, since: float, note: Note, watch: Watch) -> None:
        """Of two processes of one member the brokers let the second in; the first has nothing left to do."""
        code = first.poll()
        if code is None and time.monotonic() < since + LEAVE_WITHIN:
            self._agenda.put(time.monotonic() + 0.1, partial(self._first_must_end, first, process, since, note, watch))
            return
        if code in (None, 0):
            first.kill()
            self._troubles.append(f"{process.member}: the first of two processes did not give up (exit code {code})")
        note["exitCode"] = code
        watch.expect_progress(note)

    def _start_broker(self, note: Note, watch: Watch) -> None:
        try:
            self._broker.node("up")
        except CalledProcessError:
            # It was asked to end and has not yet.
            self._agenda.put(time.monotonic() + 0.2, partial(self._start_broker, note, watch))
        else:
            watch.expect_progress(note)

    def _revives(self, process: Weir, code: int, watch: Watch) -> bool:
        """Whether a process may end like that, and has been started again."""
        return False

    def _look_for_trouble(self, watch: Watch, desk: Desk, feeder: Feeder) -> None:
        for process in self._processes:
            code = None if process in self._away else process.exit_code()
            if code is not None and not self._revives(process, code, watch):
                raise Stuck(f"{process.member} ended by itself with {code}")
        if desk.trouble:
            raise Stuck(f"the desk gave up: {desk.trouble}")
        if lane := watch.stalled():
            # If what feeds the topic stands still, there is nothing to commit.
            raise Stuck(
                f"{lane.topic}: nothing was committed for {PATIENCE:.0f} s; committed {lane.offsets}; {feeder.state()}"
            )

    def _leave(self) -> None:
        for process in self._processes:
            while not process.has_begun() and process.exit_code() is None:
                time.sleep(0.05)
            process.send(SIGTERM)
        for process in self._processes:
            if (code := process.wait(LEAVE_WITHIN)) != 0:
                self._troubles.append(f"at the end, SIGTERM of {process.member}: exit code {code}")


class Agenda:
    """Things to do at their time, by the one thread that may start processes: their lives are tied to it."""

    def __init__(self) -> None:
        self._items: list[tuple[float, Callable[[], None]]] = []

    def put(self, at: float, action: Callable[[], None]) -> None:
        self._items.append((at, action))

    def has_more(self) -> bool:
        return bool(self._items)

    def do_what_is_due(self) -> None:
        now = time.monotonic()
        due = [item for item in self._items if item[0] <= now]
        self._items = [item for item in self._items if item[0] > now]
        for _, action in sorted(due, key=lambda item: item[0]):
            action()

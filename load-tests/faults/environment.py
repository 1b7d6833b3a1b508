"""What the machine does to a process: clock stepped, memory short, processor taken, disks full or read-only."""

import resource
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from signal import SIGTERM

from script import ASSIGNED, Act, Condition, Scripts, Steps, leaves, moves, restarts, says, seconds

from harness.weir import Weir

HERE = Path(__file__).resolve().parent
HOUR = 3600
STEPS = [HOUR, 0, -HOUR, HOUR, -HOUR, 0]
"""Seconds that the clock of the process is then away from the right time."""
TOO_FAR = 2 * HOUR
"""Brokers refuse records from further ahead than `message.timestamp.after.max.ms`, an hour."""
HOGS, HOGGING = 2, 5.0
LIMITED = 12.0
"""Seconds that memory is short, unless the process ends before."""
TRIES = 3
LOCK = """
cut -d " " -f 2 /proc/self/mounts | while read -r place; do mount -o remount,bind,ro "$place" 2>&-; done
exec "$@"
"""
READ_ONLY = ["unshare", "--mount", "sh", "-c", LOCK, "sh"]
"""Runs a command that can't write to any file: in mounts of its own (mount_namespaces(7)); takes root."""
MIB = 1 << 20


class SteppedClock:
    """The wall clock of whoever is started with `environment`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._step = folder / f"clock-{name}"
        self.set(0)
        library = folder / "clock_step.so"
        if not library.exists():
            compiler = shutil.which("cc") or shutil.which("gcc") or "clang"
            options = ("-O2", "-shared", "-fPIC", "-o", library, HERE / "clock_step.c")
            subprocess.run([compiler, *options], check=True)
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_STEP_FILE": str(self._step)}

    def set(self, away: int) -> None:
        """At once: the file is mapped."""
        with self._step.open("r+b" if self._step.exists() else "wb") as file:
            file.write(struct.pack("=q", away * 10**9))


def clock(act: Act) -> Steps:
    """Whatever the step, every partition must get further; the check looks at the times in the verdicts."""
    clock = SteppedClock(act.folder, act.process.member)
    yield from restarts(act, act.process, clock.environment)
    yield says(act.process, ASSIGNED)
    # From here on it must not end by itself.
    act.away.discard(act.process)
    for away in STEPS:
        clock.set(away)
        yield moves(act.watch)
        yield seconds(2)
        yield moves(act.watch)


def clock_too_far(act: Act) -> Steps:
    """The brokers refuse what it writes; once the clock is right again it goes on by itself."""
    clock = SteppedClock(act.folder, act.process.member)
    yield from restarts(act, act.process, clock.environment)
    yield says(act.process, ASSIGNED)
    act.away.discard(act.process)
    clock.set(TOO_FAR)
    yield says(act.process, "Invalid timestamp")
    yield seconds(5)
    clock.set(0)
    yield moves(act.watch)


def memory(margin: int, act: Act) -> Steps:
    """From joining the group on no more than it has by then, and so many MiB: it lives on that, or ends and is started
    again without a limit. Without a margin it must end, soon or at a later try: now and then it finds room in what it
    has, and then nothing was tried."""
    process = act.process
    for _ in range(1 if margin else TRIES):
        yield from restarts(act, process)
        yield says(process, "joined the group")
        limit_data(process.pid, data_size(process.pid) + margin * MIB)
        yield ended_or(process, seconds(LIMITED))
        act.note["died"] = process.exit_code()
        if process.exit_code() is not None:
            break
        limit_data(process.pid, resource.RLIM_INFINITY)
    else:
        if margin == 0:
            act.troubles.append(f"{act.note['kind']}: {process.member} needed no more memory, so nothing was tried")
    if process.exit_code() is not None:
        if process.exit_code() == 0:
            act.troubles.append(f"{act.note['kind']}: {process.member} ended with 0: nobody starts it again")
        process.start()
    yield says(process, ASSIGNED)
    act.away.discard(process)
    yield moves(act.watch)


def ended_or(process: Weir, is_over: Condition) -> Condition:
    return lambda: process.exit_code() is not None or is_over()


def full_disk(act: Act) -> Steps:
    """Where its log goes there is no room, not even for the first line (full(4))."""
    process = act.process
    process.output = Path("/dev/full")
    yield from restarts(act, process)
    process.output = None
    yield moves(act.watch)
    yield seconds(2)
    yield moves(act.watch)
    if process.exit_code() is not None:
        act.troubles.append(f"{act.note['kind']}: {process.member} ended with {process.exit_code()}")
    process.send(SIGTERM)
    yield from leaves(act, process)
    process.start()
    yield says(process, ASSIGNED)
    act.away.discard(process)


def read_only_disk(act: Act) -> Steps:
    """Nothing that is mounted can be written to, but for the log, which was open before."""
    process = act.process
    process.within = READ_ONLY
    yield from restarts(act, process)
    process.within = []
    yield says(process, ASSIGNED)
    act.away.discard(process)
    try:
        (Path(f"/proc/{process.pid}/cwd") / "written").touch()
        act.troubles.append(f"{act.note['kind']}: {process.member} could have written files")
    except OSError:
        pass
    yield moves(act.watch)


def hog(act: Act) -> Steps:
    """More busy processes than there are processors to spare."""
    with hogs(HOGS):
        yield seconds(HOGGING)


@contextmanager
def hogs(count: int) -> Iterator[None]:
    command = ["setpriv", "--pdeathsig", "KILL", sys.executable, "-c", "while True: pass"]
    busy = [subprocess.Popen(command, stdin=subprocess.DEVNULL) for _ in range(count)]
    try:
        yield
    finally:
        for one in busy:
            one.kill()
            one.wait()


def data_size(pid: int) -> int:
    """Bytes that RLIMIT_DATA counts (proc_pid_status(5), VmData)."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmData:"))
    return int(line.split()[1]) * 1024


def limit_data(pid: int, size: int) -> None:
    _, most = resource.prlimit(pid, resource.RLIMIT_DATA)
    resource.prlimit(pid, resource.RLIMIT_DATA, (size, most))


MARGINS = (0, 1, 4, 16)
MEMORY = [f"memory-{margin}" for margin in MARGINS]
SCRIPTS: Scripts = {
    "clock": clock,
    "clock-too-far": clock_too_far,
    "disk-full": full_disk,
    "disk-read-only": read_only_disk,
    "hog": hog,
    **{f"memory-{margin}": partial(memory, margin) for margin in MARGINS},
}

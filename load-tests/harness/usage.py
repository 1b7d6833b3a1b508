"""What a process has used, as Linux accounts for it."""

import os
from dataclasses import dataclass
from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """Time on processors so far, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory(pid: int) -> float:
    """The largest resident set so far, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


@dataclass(frozen=True)
class Usage:
    """What a process holds now."""

    memory: float
    """Resident, in MiB."""
    descriptors: int
    threads: int


def usage(pid: int) -> Usage | None:
    """None if the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return None
    found = {name: value.split()[0] for name, _, value in (line.partition(":") for line in lines) if value.split()}
    if "VmRSS" not in found:
        return None
    return Usage(int(found["VmRSS"]) / 1024, descriptors, int(found["Threads"]))


def tree_seconds(pid: int) -> float:
    """Of a process and its children, those that have ended and been waited for included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    seconds = sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            try:
                seconds += tree_seconds(int(child))
            except OSError:
                continue  # it ended meanwhile
    return seconds

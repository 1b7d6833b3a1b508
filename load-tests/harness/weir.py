"""The built `weir`, as processes and as a tool."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from harness.broker import PACKAGE

BINARY = PACKAGE / ".build" / "release" / "weir"


def binary() -> Path:
    """$WEIR_BINARY, or the release build of this checkout."""
    path = Path(os.environ.get("WEIR_BINARY", BINARY))
    if not os.access(path, os.X_OK):
        raise SystemExit(f"{path} is missing: swift build -c release --product weir, or set WEIR_BINARY")
    return path


def tool(*arguments: str | Path) -> str:
    """What a command prints; ends the harness if the command fails."""
    done = subprocess.run([binary(), *arguments], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"weir {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stdout}")
    return done.stdout


def version() -> str:
    return " ".join(tool("version").split())


@dataclass
class Settings:
    """What differs between the configurations of the load tests."""

    bootstrap: str
    group: str
    pipeline: Path
    policy: Path
    signals: Path
    properties: dict[str, str | int]
    topics: dict[str, str | None]
    commit: dict[str, str | int]
    log_level: str = "info"
    listens: bool = False
    """Whether it answers over HTTP, at a port of the system's choice."""

    def write(self, path: Path) -> None:
        """As JSON, which is YAML too."""
        settings: dict[str, Any] = {
            "kafka": {
                "bootstrap": self.bootstrap,
                "group": self.group,
                "instanceId": "${WEIR_MEMBER}",
                "properties": self.properties,
            },
            "topics": {"live": None, **self.topics},
            "pipeline": str(self.pipeline),
            "policy": str(self.policy),
            "signals": {"files": [str(self.signals)]},
            "commit": self.commit,
            "state": {"directory": str(path.parent / "state")},
            "admin": {"listen": "127.0.0.1:0" if self.listens else None},
            "log": {"level": self.log_level},
        }
        path.write_text(json.dumps(settings, indent=1))


def make_topics(config: Path, partitions: int, replicas: int = 1) -> None:
    """By Weir's own topology, the one that is shipped."""
    environment = {**os.environ, "WEIR_MEMBER": "none"}
    command = [str(binary()), "topology", "apply", "--config", str(config), "--partitions", str(partitions)]
    command += ["--replication-factor", str(replicas)]
    done = subprocess.run(command, cwd=PACKAGE, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"weir topology apply ended with {done.returncode}: {done.stdout}")


class Weir:
    """One `weir run`, which may be killed and started again; its member id stays.

    $WEIR_PRELOAD names a library that its processes are to load first, such as another librdkafka.
    """

    def __init__(self, config: Path, member: str, log: Path) -> None:
        self.member = member
        self._config = config
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._before = 0
        self.environment: dict[str, str] = {}
        """Beside the harness's own, at every start."""
        self.within: list[str] = []
        """The command that the next process is started by, if any."""
        self.output: Path | None = None
        """Where what the next process logs goes to, if not into its log."""
        self.was_asked_to_leave = False
        """Whether the process as it runs now, or ended, got SIGTERM."""

    def start(self, environment: dict[str, str] | None = None) -> None:
        """`environment` for this start alone, over all others."""
        self._before = self._log.stat().st_size if self._log.exists() else 0
        self.was_asked_to_leave = False
        environment = {**os.environ, "WEIR_MEMBER": self.member, **self.environment, **(environment or {})}
        if library := os.environ.get("WEIR_PRELOAD"):
            environment["LD_PRELOAD"] = library
        with (self.output or self._log).open("ab") as log:
            # If the harness is killed, so is the process.
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self.within, binary(), "run", "--config", self._config],
                cwd=PACKAGE,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def succeed(self) -> "subprocess.Popen[bytes]":
        """Starts another process of the same member and gives the one before, which still runs."""
        before = self._running()
        self.start()
        return before

    def has_started(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        return self._running().pid

    def metrics(self) -> dict[str, float]:
        """Of the process as it runs now, those of one name added up; empty if it does not answer (yet, or any more)."""
        address = self.address()
        if not address:
            return {}
        try:
            with urlopen(f"http://{address}/metrics", timeout=1) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return {}
        found: dict[str, float] = {}
        for line in lines:
            if line and not line.startswith("#"):
                name = line.partition(" ")[0].partition("{")[0]
                found[name] = found.get(name, 0) + float(line.rpartition(" ")[2])
        return found

    def address(self) -> str | None:
        """Where it answers over HTTP; None before it has said so."""
        if not self._log.exists():
            return None
        with self._log.open("rb") as log:
            log.seek(self._before)
            # Among the first lines; a process that is stopped has none.
            for line in log.read(1 << 16).splitlines():
                if b"admin server listens" in line:
                    address: str = json.loads(line)["address"]
                    return address
        return None

    def has_begun(self) -> bool:
        """Whether it has said anything. Before that the system is still loading it, and a signal just ends it."""
        return self._log.stat().st_size > self._before

    def has_said(self, words: str) -> bool:
        """Whether it stands in what this process has logged."""
        if not self._log.exists():
            return False
        with self._log.open("rb") as log:
            log.seek(self._before)
            return words.encode() in log.read()

    def last_words(self) -> str:
        """The last line of its log that is one."""
        return ["", *self._log.read_text(errors="replace").split("\n")][-2]

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._running().poll()

    def send(self, number: signal.Signals) -> None:
        self._running().send_signal(number)
        if number == signal.SIGTERM:
            self.was_asked_to_leave = True

    def wait(self, seconds: float) -> int | None:
        """The exit code; None if it still runs after that time."""
        try:
            return self._running().wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def _running(self) -> subprocess.Popen[bytes]:
        if not self._process:
            raise RuntimeError(f"{self.member} was never started")
        return self._process

"""The built `weir`, as processes and as a tool."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
            "admin": {"listen": None},
            "log": {"level": self.log_level},
        }
        path.write_text(json.dumps(settings, indent=1))


def make_topics(config: Path, partitions: int) -> None:
    """By Weir's own topology, the one that is shipped."""
    environment = {**os.environ, "WEIR_MEMBER": "none"}
    command = [str(binary()), "topology", "apply", "--config", str(config), "--partitions", str(partitions)]
    command += ["--replication-factor", "1"]
    done = subprocess.run(command, cwd=PACKAGE, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"weir topology apply ended with {done.returncode}: {done.stdout}")


class Weir:
    """One `weir run`, which may be killed and started again; its member id stays."""

    def __init__(self, config: Path, member: str, log: Path) -> None:
        self.member = member
        self._config = config
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._before = 0

    def start(self, environment: dict[str, str] | None = None) -> None:
        """`environment` comes on top of this process's own."""
        self._before = self._log.stat().st_size if self._log.exists() else 0
        environment = {**os.environ, "WEIR_MEMBER": self.member, **(environment or {})}
        with self._log.open("ab") as log:
            # If the harness is killed, so is the process.
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", binary(), "run", "--config", self._config],
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

    def has_begun(self) -> bool:
        """Whether it has said anything. Before that the system is still loading it, and a signal just ends it."""
        return self._log.stat().st_size > self._before

    def has_said(self, text: str) -> bool:
        """Whether its log holds the text, since its last start."""
        with self._log.open("rb") as log:
            log.seek(self._before)
            return text.encode() in log.read()

    def last_words(self) -> str:
        """The last line of its log that is one."""
        return ["", *self._log.read_text(errors="replace").split("\n")][-2]

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._running().poll()

    def send(self, number: signal.Signals) -> None:
        self._running().send_signal(number)

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

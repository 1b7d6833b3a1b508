"""The brokers of a run, of which some are away for a while."""

import socket
from collections.abc import Iterable
from itertools import cycle
from subprocess import DEVNULL, CalledProcessError, Popen

from cluster import ProxiedCluster, is_alive

from harness.broker import Broker


class Nodes:
    """One or more brokers. `node` takes one away, each in its turn; `take_away` takes as many as it is told."""

    def __init__(self, cluster: Broker | ProxiedCluster) -> None:
        self.bootstrap = cluster.bootstrap
        self.proxy = cluster.proxy if isinstance(cluster, ProxiedCluster) else None
        self.numbers = list(cluster.nodes) if isinstance(cluster, ProxiedCluster) else [1]
        self.away: list[int] = []
        self._cluster = cluster
        self._turn = cycle(self.numbers)
        self._old: list[int] = []
        """The processes of those that are away, which may take their time to end."""
        self._starts: list[Popen[bytes]] = []

    def node(self, action: str) -> None:
        """`kill` or `term`, then `up`, which raises CalledProcessError as long as the old process has not ended."""
        if action != "up":
            self.take_away([next(self._turn)], action)
        elif any(is_alive(pid) for pid in self._old):
            raise CalledProcessError(1, "up")
        else:
            self._do("up", self.away[0])
            self.away = []

    def take_away(self, numbers: Iterable[int], action: str) -> None:
        """By `kill` or `term`."""
        self.away = list(numbers)
        self._old = [self._pid(number) for number in self.away]
        for number in self.away:
            self._do(action, number)

    def are_back(self) -> bool:
        """Starts those that are away, all at once, and says whether they answer; to be asked until they do."""
        if any(is_alive(pid) for pid in self._old):
            return False
        if not self._starts:
            # The script waits for every node and calls those dead that another of its kind is about to start.
            command = ["bash", str(self._cluster.script), "up", str(self._cluster.directory)]
            self._starts = [
                Popen([*command, str(number)], stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL) for number in self.away
            ]
        if any(start.poll() is None for start in self._starts) or not all(map(answers, self.bootstrap.split(","))):
            return False
        self.away, self._starts = [], []
        return True

    def _pid(self, number: int) -> int:
        return self._cluster.pid(number) if isinstance(self._cluster, ProxiedCluster) else self._cluster.pid

    def _do(self, action: str, number: int) -> None:
        if isinstance(self._cluster, ProxiedCluster):
            self._cluster.node(action, number)
        else:
            self._cluster.node(action)


def answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True

"""The proxy as its own process, with a method for everything that can be done to connections."""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

PROGRAM = Path(__file__).resolve().parent / "proxy.py"

Side = Literal["request", "response", "both"]
"""What clients send, what brokers send, or both."""

PRODUCE, FETCH, METADATA, OFFSET_COMMIT, HEARTBEAT, API_VERSIONS = 0, 1, 3, 8, 12, 18
INIT_PRODUCER_ID, ADD_PARTITIONS, ADD_OFFSETS, END_TXN, TXN_OFFSET_COMMIT = 22, 24, 25, 26, 28


@dataclass(frozen=True)
class Traffic:
    bytes: int
    frames: int


@dataclass(frozen=True)
class NodeStatus:
    """What has happened at one node since the proxy started, and how many connections there are now."""

    open: int
    accepted: int
    reset: int
    """By a command, in the place of a response, or because the client is cut off."""
    cut: int
    lost: int
    """Reset by their client or broker, or never connected to the broker."""
    duplicates: int
    late: int
    """Requests that were held back and have reached the broker since."""
    requests: Traffic
    responses: Traffic
    swallowed: dict[int, int]
    """By api key: the responses that were dropped. The broker had done what it was asked by then."""


class Proxy:
    """Every method returns once it has taken effect; without a node it means all. Faults add up until healed.

    Several threads may call it. The process ends with the thread that made it.
    """

    def __init__(self, routes: dict[int, tuple[int, int]]) -> None:
        """By node: the port for clients, and the port of the broker's listener behind it."""
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            # If the harness is killed, so is the process.
            [
                *("setpriv", "--pdeathsig", "KILL", sys.executable, str(PROGRAM)),
                *(f"{node}={port}:{upstream}" for node, (port, upstream) in routes.items()),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # An interrupt from the terminal is for the harness, which then ends this.
            start_new_session=True,
            text=True,
        )
        self._answer()

    @property
    def pid(self) -> int:
        return self._process.pid

    def delay(self, seconds: float, node: int | None = None, direction: Side = "both") -> None:
        """Everything arrives that much later, in each direction."""
        self._tell("delay", seconds=seconds, node=node, direction=direction)

    def throttle(self, rate: float, node: int | None = None, direction: Side = "both") -> None:
        """Bytes a second for all connections of a node together, in each direction."""
        self._tell("throttle", rate=rate, node=node, direction=direction)

    def blackhole(self, node: int | None = None, direction: Side = "both") -> None:
        """Connections stay open, also new ones, and nothing arrives; once healed, what was sent does."""
        self._tell("blackhole", node=node, direction=direction)

    def reset(self, node: int | None = None) -> None:
        """RST on both sides of all connections there are. Clients may connect again."""
        self._tell("reset", node=node)

    def refuse(self, node: int | None = None) -> None:
        """Whoever connects is refused; connections there are go on. With `reset` after it, the node is away."""
        self._tell("refuse", node=node)

    def cut(self, node: int | None = None, direction: Side = "both", api_key: int | None = None) -> None:
        """Half of the next frame passes, then its connection is reset; once in each direction at each node.

        With an api key it is the next request of that api, or the next response to one.
        """
        self._tell("cut", node=node, direction=direction, api_key=api_key)

    def swallow(
        self,
        api_key: int,
        count: int | None = None,
        node: int | None = None,
        then: Literal["silence", "pass", "reset"] = "silence",
    ) -> None:
        """Requests of that api reach the broker, their responses don't reach the client; `count` at each node.

        By default the connection is silent from then on; `rules.py` says why, and what else there is. To heal resets
        connections that have been silenced.
        """
        self._tell("swallow", api_key=api_key, count=count, node=node, then=then)

    def hold(self, api_key: int, seconds: float, node: int | None = None) -> None:
        """The next request of that api at each node reaches the broker that much later, and not by its own connection,
        which is reset at once. The client sends it again, and what is late comes when nobody expects it."""
        self._tell("hold", api_key=api_key, seconds=seconds, node=node)

    def duplicate(self, node: int | None = None) -> None:
        """Each new connection reaches the broker twice, and one of the two is closed at once."""
        self._tell("duplicate", node=node)

    def partition(self, client: str, nodes: list[int] | None = None) -> None:
        """Clients whose id begins like this lose their connections to the nodes, new ones at their first request."""
        self._tell("partition", client=client, nodes=nodes)

    def heal(self, node: int | None = None) -> None:
        """Ends every fault; what was held back arrives, in its order."""
        self._tell("heal", node=node)

    def status(self) -> dict[int, NodeStatus]:
        """By node."""
        return {words.pop("node"): node_status(words) for words in self._tell("status")["nodes"]}

    def tasks(self) -> int:
        """What the proxy is at: a few for each connection that is open."""
        tasks: int = self._tell("status")["tasks"]
        return tasks

    def close(self) -> None:
        """Ends the proxy and every connection."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _tell(self, command: str, **words: Any) -> dict[str, Any]:
        assert self._process.stdin
        with self._lock:
            self._process.stdin.write(json.dumps({"command": command, **words}) + "\n")
            self._process.stdin.flush()
            return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the proxy ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if not answer["ok"]:
            raise ValueError(answer["error"])
        return answer


def node_status(words: dict[str, Any]) -> NodeStatus:
    return NodeStatus(
        **words
        | {
            "requests": Traffic(**words["requests"]),
            "responses": Traffic(**words["responses"]),
            "swallowed": {int(key): count for key, count in words["swallowed"].items()},
        }
    )

"""Stands between Kafka's clients and each broker, and does to their connections what it is told.

    python proxy.py NODE=PORT:UPSTREAM…

Every node is a port on loopback that clients connect to, and the port of the broker behind it; the broker must
advertise the former on the listener behind the latter. Commands come as JSON Lines, each is answered by a line once
it has taken effect, and the end of the input ends the proxy. `proxied.py` has a method for each.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any, get_args

from node import Node
from rules import DIRECTIONS, Cut, Direction, Hold, Swallow, Then

Answer = dict[str, Any]


class Commands:
    """Every method is a command, with the arguments that it has. `node` None means all."""

    def __init__(self, nodes: dict[int, Node]) -> None:
        self._nodes = nodes

    async def delay(self, seconds: float, node: int | None, direction: str) -> None:
        for each, way in self._ways(node, direction):
            each.rules.delay[way] = seconds

    async def throttle(self, rate: float, node: int | None, direction: str) -> None:
        for each, way in self._ways(node, direction):
            each.rules.rate[way] = rate

    async def blackhole(self, node: int | None, direction: str) -> None:
        for each, way in self._ways(node, direction):
            each.rules.blackholes.add(way)

    async def cut(self, node: int | None, direction: str, api_key: int | None) -> None:
        for each, way in self._ways(node, direction):
            each.rules.cuts.append(Cut(way, api_key))

    async def swallow(self, api_key: int, count: int | None, node: int | None, then: Then) -> None:
        if then not in get_args(Then):
            raise ValueError(f"then is one of {get_args(Then)}")
        for each in self._chosen(node):
            each.rules.swallows.append(Swallow(api_key, count, then))

    async def hold(self, api_key: int, seconds: float, node: int | None) -> None:
        for each in self._chosen(node):
            each.rules.holds.append(Hold(api_key, seconds))

    async def duplicate(self, node: int | None) -> None:
        for each in self._chosen(node):
            each.rules.duplicate = True

    async def reset(self, node: int | None) -> None:
        for each in self._chosen(node):
            await each.reset()

    async def refuse(self, node: int | None) -> None:
        for each in self._chosen(node):
            await each.refuse()

    async def partition(self, client: str, nodes: list[int] | None) -> None:
        for each in self._chosen(None) if nodes is None else [self._nodes[number] for number in nodes]:
            await each.partition(client)

    async def heal(self, node: int | None) -> None:
        for each in self._chosen(node):
            await each.heal()

    async def status(self) -> Answer:
        return {"tasks": len(asyncio.all_tasks()), "nodes": [each.status() for each in self._nodes.values()]}

    async def obey(self, line: bytes) -> Answer:
        try:
            words = json.loads(line)
            name = words.pop("command")
            if name.startswith("_") or name == "obey":
                raise AttributeError(f"no such command: {name}")
            command: Callable[..., Awaitable[Answer | None]] = getattr(self, name)
            answer = await command(**words)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}
        if answer is None:
            for each in self._nodes.values():
                each.rules.tell()
        return {"ok": True, **(answer or {})}

    def _chosen(self, node: int | None) -> list[Node]:
        return list(self._nodes.values()) if node is None else [self._nodes[node]]

    def _ways(self, node: int | None, direction: str) -> list[tuple[Node, Direction]]:
        ways = [way for way in DIRECTIONS if direction in (way, "both")]
        if not ways:
            raise ValueError(f"direction is one of {DIRECTIONS} or both")
        return [(each, way) for each in self._chosen(node) for way in ways]


async def commands_in() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def node_of(route: str) -> Node:
    number, _, ports = route.partition("=")
    port, _, upstream = ports.partition(":")
    return Node(int(number), int(port), int(upstream))


async def main() -> None:
    nodes = [node_of(route) for route in sys.argv[1:]]
    commands = Commands({node.number: node for node in nodes})
    reader = await commands_in()
    print(json.dumps({"ok": True}), flush=True)
    while line := await reader.readline():
        print(json.dumps(await commands.obey(line)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())

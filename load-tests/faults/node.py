"""The way to one node: a port that clients connect to, and the connections made through it."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from connection import Connection
from rules import Rules

LOOPBACK = "127.0.0.1"
BACKLOG = 256
COUNTS = ("accepted", "reset", "cut", "lost", "duplicates", "late")


class Node:
    def __init__(self, number: int, port: int, upstream: int) -> None:
        self.number = number
        self.rules = Rules()
        self._port = port
        self._upstream = upstream
        self._connections: dict[asyncio.Task[None], Connection] = {}
        self._listener = self._bound()
        self._accepting = self._open()

    async def heal(self) -> None:
        self.rules.heal()
        for connection in self._connections.values():
            connection.forget()
        # What has a hole can't go on: the client would wait for what is lost.
        await self.reset(lambda connection: connection.has_hole)
        if self._accepting.done():
            self._accepting = self._open()

    async def refuse(self) -> None:
        """Whoever connects is refused; whoever is connected stays."""
        self._accepting.cancel()
        await asyncio.gather(self._accepting, return_exceptions=True)
        self._listener.close()
        # So that nobody takes the port meanwhile.
        self._listener = self._bound()

    async def partition(self, client: str) -> None:
        self.rules.banned.add(client)
        await self.reset(lambda connection: (connection.client_id or "").startswith(client))

    async def reset(self, which: Callable[[Connection], bool] = lambda _: True) -> None:
        """Returns when the connections are gone."""
        chosen = [task for task, connection in self._connections.items() if which(connection)]
        for task in chosen:
            task.cancel()
        self.rules.counts["reset"] += len(chosen)
        await asyncio.gather(*chosen, return_exceptions=True)

    def status(self) -> dict[str, Any]:
        rules = self.rules
        return {
            "node": self.number,
            "open": len(self._connections),
            "requests": vars(rules.requests),
            "responses": vars(rules.responses),
            "swallowed": rules.swallowed,
            **{name: rules.counts[name] for name in COUNTS},
        }

    def _bound(self) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind((LOOPBACK, self._port))
        return listener

    def _open(self) -> asyncio.Task[None]:
        self._listener.listen(BACKLOG)
        return asyncio.create_task(self._accept())

    async def _accept(self) -> None:
        while True:
            try:
                client, _ = await asyncio.get_running_loop().sock_accept(self._listener)
            except OSError:
                # The client is gone again, or there are too many open files for now.
                await asyncio.sleep(0.05)
                continue
            self.rules.counts["accepted"] += 1
            connection = Connection(client, (LOOPBACK, self._upstream), self.rules)
            task = asyncio.create_task(connection.serve())
            self._connections[task] = connection
            task.add_done_callback(self._connections.pop)

"""Bytes on their way to a socket: at once, or late, slowly or not at all, as the rules have it."""

import asyncio
import socket
from collections import deque
from contextlib import suppress

from rules import Direction, Rules

WINDOW = 4 << 20
"""Bytes under way on one line beyond which no more are read: what the buffers of a long wire would hold."""
PACE = 0.05
"""Seconds between two pieces on a slow line."""

Bytes = bytes | memoryview
END = b""


class Line:
    """One direction of one connection, behind its reader."""

    def __init__(self, target: socket.socket, rules: Rules, direction: Direction) -> None:
        self._target = target
        self._rules = rules
        self._direction: Direction = direction
        self._queue: deque[tuple[float, Bytes]] = deque()
        self._size = 0
        self._moved = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def send(self, data: Bytes) -> None:
        """Returns when the bytes are sent, or wait for their time."""
        if not self._queue and not self._rules.hinders(self._direction):
            await self._loop.sock_sendall(self._target, data)
            return
        self._put(data)
        while self._size > WINDOW:
            await self._next()

    async def flush(self) -> None:
        """Returns when everything is sent."""
        while self._queue:
            await self._next()

    def close(self) -> None:
        """Nothing more is sent; the target gets to know it in its turn, as late as any bytes."""
        self._put(END)

    async def work(self) -> None:
        """Sends what waits, until the line is closed."""
        while True:
            while not self._queue:
                await self._next()
            arrived, data = self._queue[0]
            await self._arrival(arrived)
            if data is END:
                break
            while data:
                piece = data[: self._portion()]
                await self._turn(len(piece))
                await self._loop.sock_sendall(self._target, piece)
                data = data[len(piece) :]
            # Only now, or others would overtake it.
            self._size -= len(self._queue.popleft()[1])
            self._moved.set()
        # It may be gone already.
        with suppress(OSError):
            self._target.shutdown(socket.SHUT_WR)

    def _put(self, data: Bytes) -> None:
        self._queue.append((self._loop.time(), data))
        self._size += len(data)
        self._moved.set()

    async def _next(self) -> None:
        self._moved.clear()
        await self._moved.wait()

    async def _arrival(self, sent: float) -> None:
        """By the rules as they are then: to heal brings everything in, in its order."""
        while True:
            wait: float | None = None
            if self._direction not in self._rules.blackholes:
                wait = sent + self._rules.delay.get(self._direction, 0) - self._loop.time()
                if wait <= 0:
                    return
            await self._rules.changed_within(wait)

    def _portion(self) -> int:
        rate = self._rules.rate.get(self._direction)
        return WINDOW if rate is None else max(1, int(rate * PACE))

    async def _turn(self, size: int) -> None:
        rates = self._rules.rate
        if self._direction in rates:
            turn = self._rules.turn(self._direction, size, self._loop.time())
            while self._direction in rates and (wait := turn - self._loop.time()) > 0:
                await self._rules.changed_within(wait)

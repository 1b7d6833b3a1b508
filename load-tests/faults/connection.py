"""One client's connection to a node, and the proxy's own to the broker behind it."""

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from typing import Literal

from framing import Frames, Head, NotKafka, request_head, response_head
from line import Line
from rules import Cut, Rules, Swallow

CHUNK = 64 << 10
RESET_AT_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: close() sends RST instead of FIN."""

Fate = Literal["pass", "drop", "cut", "reset", "hold"]
"""Of a frame: it passes, it doesn't, half of it does before the connection is reset, nothing of it does, or it goes
another way, later."""


class Reset(Exception):
    """A fault ends the connection; the text is the fate of the frame that came."""


def close(*sockets: socket.socket, with_reset: bool) -> None:
    for each in sockets:
        if with_reset:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        each.close()


class Connection:
    def __init__(self, client: socket.socket, upstream: tuple[str, int], rules: Rules) -> None:
        self.client_id: str | None = None
        """None before the first request."""
        self._client = client
        self._broker = socket.socket()
        self._upstream = upstream
        self._rules = rules
        self._late = 0.0
        """Seconds by which the request under way is late."""
        self._marks: dict[int, Swallow | Cut] = {}
        """By correlation id: what is to become of responses."""
        self.has_hole = False
        """Whether responses are missing, so that nothing may follow."""

    async def serve(self) -> None:
        """Until both sides have ended, or one was reset; cancelled, it resets both."""
        is_reset = True
        try:
            await self._connect()
            async with asyncio.TaskGroup() as group:
                for pump in (self._requests(), self._responses()):
                    group.create_task(pump.run())
                    group.create_task(pump.line.work())
            is_reset = False
        except* Reset as resets:
            self._rules.counts.update(str(reset) for reset in resets.exceptions)
        except* OSError:
            # One side was reset or is gone, and so is the other then.
            self._rules.counts["lost"] += 1
        except* NotKafka as errors:
            print(f"proxy: not Kafka, or not in plain text: {errors.exceptions[0]}", file=sys.stderr, flush=True)
        finally:
            close(self._client, self._broker, with_reset=is_reset)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        if self._rules.duplicate:
            with socket.socket() as twin:
                twin.setblocking(False)
                await loop.sock_connect(twin, self._upstream)
            self._rules.counts["duplicates"] += 1
        for each in (self._client, self._broker):
            each.setblocking(False)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(self._broker, self._upstream)

    def forget(self) -> None:
        """All responses that have not come yet may pass."""
        self._marks.clear()

    def _requests(self) -> "Pump":
        frames = Frames(request_head, self._rules.requests)
        line = Line(self._broker, self._rules, "request")
        return Pump(self._client, frames, line, self._judge_request, self._is_request_of_interest, self._hold)

    def _hold(self, request: bytes) -> None:
        self._rules.deliver(request, self._upstream, self._late)

    def _responses(self) -> "Pump":
        frames = Frames(response_head, self._rules.responses)
        line = Line(self._client, self._rules, "response")
        return Pump(self._broker, frames, line, self._judge_response, self._is_response_of_interest)

    def _is_request_of_interest(self) -> bool:
        return self.client_id is None or bool(self._rules.swallows or self._rules.cuts or self._rules.holds)

    def _judge_request(self, head: Head) -> Fate:
        if self.client_id is None:
            self.client_id = head.client
            if self._rules.is_banned(self.client_id):
                return "reset"
        if hold := self._rules.hold_of(head.api_key):
            self._late = hold.seconds
            return "hold"
        mark = self._rules.swallow_of(head.api_key) or self._rules.cut_of("response", head.api_key)
        if mark:
            self._marks[head.correlation] = mark
        return "cut" if self._rules.cut_of("request", None, head.api_key) else "pass"

    def _is_response_of_interest(self) -> bool:
        return self.has_hole or bool(self._marks or self._rules.cuts)

    def _judge_response(self, head: Head) -> Fate:
        mark = self._marks.pop(head.correlation, None)
        if isinstance(mark, Swallow):
            self._rules.swallowed[mark.api_key] += 1
            self.has_hole = self.has_hole or mark.then == "silence"
            return "reset" if mark.then == "reset" else "drop"
        if self.has_hole:
            return "drop"
        return "cut" if mark or self._rules.cut_of("response", None) else "pass"


class Pump:
    """Reads from one side and hands on to a line, whole chunks as long as nobody asks what is in them."""

    def __init__(
        self,
        source: socket.socket,
        frames: Frames,
        line: Line,
        judge: Callable[[Head], Fate],
        is_of_interest: Callable[[], bool],
        hold: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self.line = line
        self._source = source
        self._frames = frames
        self._judge = judge
        self._is_of_interest = is_of_interest
        self._hold = hold
        self._held = b""
        self._size = 0
        self._fate: Fate = "pass"
        """Of the frame under way."""
        self._to_cut = 0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while chunk := await loop.sock_recv(self._source, CHUNK):
            if self._fate == "pass" and not self._is_of_interest():
                if data := self._frames.skim(chunk):
                    await self.line.send(data)
                continue
            for head, piece in self._frames.split(chunk):
                if head:
                    self._fate = self._judge(head)
                    self._to_cut, self._size = head.size // 2, head.size
                await self._forward(piece)
        if rest := self._frames.rest():
            await self.line.send(rest)
        self.line.close()

    async def _forward(self, piece: memoryview) -> None:
        if self._fate == "pass":
            await self.line.send(piece)
        elif self._fate == "reset":
            await self.line.flush()
            raise Reset(self._fate)
        elif self._fate == "hold":
            self._held += piece
            if len(self._held) == self._size:
                await self.line.flush()
                self._hold(self._held)
                raise Reset("reset")
        elif self._fate == "cut":
            await self.line.send(piece[: self._to_cut])
            self._to_cut -= len(piece)
            if self._to_cut <= 0:
                await self.line.flush()
                raise Reset(self._fate)

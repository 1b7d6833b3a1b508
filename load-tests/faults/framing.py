"""Kafka's frames in a stream of bytes: where each begins, and what its head says."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

LARGEST = 1 << 30
"""More than any broker takes; a longer frame is no frame but TLS, or something else that isn't Kafka."""

LENGTH = struct.Struct(">i")
REQUEST = struct.Struct(">ihhih")
RESPONSE = struct.Struct(">ii")


class NotKafka(Exception):
    """The bytes aren't Kafka's frames."""


class Head(NamedTuple):
    size: int
    """Of the whole frame, with the four bytes of its length."""
    correlation: int
    api_key: int
    """-1 for a response: only its request had one."""
    client: str
    """The client id; empty for a response."""


Parse = Callable[[memoryview], Head | None]
"""The head of the frame that these bytes begin with; None if they are too few to tell."""


def request_head(data: memoryview) -> Head | None:
    if len(data) < REQUEST.size:
        return None
    length, api_key, _, correlation, named = REQUEST.unpack_from(data)
    end = REQUEST.size + max(0, named)
    size = whole(length, end)
    if len(data) < end:
        return None
    return Head(size, correlation, api_key, bytes(data[REQUEST.size : end]).decode(errors="replace"))


def response_head(data: memoryview) -> Head | None:
    if len(data) < RESPONSE.size:
        return None
    length, correlation = RESPONSE.unpack_from(data)
    return Head(whole(length, RESPONSE.size), correlation, -1, "")


def whole(length: int, least: int) -> int:
    """The size of a frame of that length, which has room for its head."""
    size = LENGTH.size + length
    if not least <= size <= LARGEST:
        raise NotKafka(f"a frame of {length} bytes")
    return size


@dataclass
class Tally:
    """What has come from one side."""

    bytes: int = 0
    frames: int = 0


class Frames:
    """Follows the frames of one direction of one connection, whatever pieces they come in."""

    def __init__(self, parse: Parse, tally: Tally) -> None:
        self._parse = parse
        self._tally = tally
        self._left = 0
        self._held = b""

    def skim(self, chunk: bytes) -> bytes:
        """Only counts the frames; returns what may go on, which is all but a length that is cut off."""
        data = self._take(chunk)
        size = len(data)
        at = self._left
        while at + LENGTH.size <= size:
            at += whole(LENGTH.unpack_from(data, at)[0], LENGTH.size)
            self._tally.frames += 1
        if at < size:
            self._left, self._held = 0, data[at:]
            return data[:at]
        self._left = at - size
        return data

    def split(self, chunk: bytes) -> list[tuple[Head | None, memoryview]]:
        """Pieces of one frame each, with its head where it begins. A head that is cut off is kept back."""
        data = memoryview(self._take(chunk))
        pieces: list[tuple[Head | None, memoryview]] = []
        if self._left and data:
            pieces.append((None, data[: self._left]))
            data = data[self._left :]
            self._left -= len(pieces[0][1])
        while data:
            head = self._parse(data)
            if head is None:
                self._held = bytes(data)
                break
            self._tally.frames += 1
            pieces.append((head, data[: head.size]))
            self._left = head.size - len(pieces[-1][1])
            data = data[head.size :]
        return pieces

    def _take(self, chunk: bytes) -> bytes:
        self._tally.bytes += len(chunk)
        if self._held:
            chunk, self._held = self._held + chunk, b""
        return chunk

    def rest(self) -> bytes:
        """What is kept back when the stream ends."""
        held, self._held = self._held, b""
        return held

"""Uploads made to cost much: pictures (as files) and texts, each below what an event may hold."""

import struct
import zlib
from collections.abc import Callable

TEXT = 64 << 10
"""Bytes that a text may have."""


def events() -> dict[str, Callable[[], bytes | str]]:
    return {
        "declared-picture": lambda: png(50_000, 50_000, rows=1_000),
        "large-picture": lambda: png(7_000, 7_000),
        "compressed-texts": lambda: png(64, 64, chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(7_900_000), 9)) * 80),
        "animated-picture": lambda: gif(256, 256, frames=40_000),
        "marks": lambda: "\u0301\u0323" * (TEXT // 4),
        "expanding": lambda: "\ufdfa" * (TEXT // 3),
        "bidirectional": lambda: "\u202e\u2066" * (TEXT // 6),
        "unassigned": lambda: "\U00050000" * (TEXT // 4),
        "one-letter": lambda: "a" * TEXT,
        "words": lambda: " ".join(f"w{number}" for number in range(TEXT // 7)),
        "links": lambda: " ".join(f"https://h{number}.example/x" for number in range(TEXT // 28)),
    }


def gif(width: int, height: int, frames: int) -> bytes:
    """Each frame is one pixel."""
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + bytes([2, 2, 0x44, 1, 0])
    return b"GIF89a" + screen + frame * frames + b"\x3b"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, before: bytes = b"", rows: int | None = None) -> bytes:
    """Black; `rows` bytes of pixels in place of as many as the size asks for."""
    pixels = bytes((3 * width + 1) * height if rows is None else rows)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = header + before + chunk(b"IDAT", zlib.compress(pixels, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body

"""A host of pictures, in a process of its own: as many different JPEG files as are asked for, of one size."""

import asyncio
import io
import multiprocessing
import struct
from signal import SIG_DFL, SIGTERM, signal

import numpy
from PIL import Image

HOT = "hot"
"""In an address: always the same file."""


def picture(seed: int, side: int) -> bytes:
    """A JPEG file of quality 85 with slopes, edges and grain."""
    draw = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:side, 0:side].astype(numpy.float64) / side
    scene = numpy.zeros((side, side, 3))
    for _ in range(24):
        across, down, radius = draw.random(3) * [1, 1, 0.3]
        inside = (x - across) ** 2 + (y - down) ** 2 < radius**2
        scene[inside] = draw.random(3) * 200
    slope = draw.random((2, 3)) * 60
    scene += x[..., None] * slope[0] + y[..., None] * slope[1] + draw.normal(0, 6, (side, side, 1))
    file = io.BytesIO()
    Image.fromarray(numpy.clip(scene, 0, 255).astype(numpy.uint8)).save(file, "JPEG", quality=85)
    return file.getvalue()


def named(file: bytes, name: bytes) -> bytes:
    """The same picture as another file: with a comment behind its beginning (ITU-T T.81, B.2.4.5)."""
    return file[:2] + b"\xff\xfe" + struct.pack(">H", len(name) + 2) + name + file[2:]


async def answer(files: list[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while request := await reader.readuntil(b"\r\n\r\n"):
            path = request.split(b" ", 2)[1]
            if HOT.encode() in path:
                body = files[0]
            else:
                number = int(path.rpartition(b"/")[2].partition(b".")[0])
                body = named(files[1 + number % (len(files) - 1)], path)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # that one had all it wanted
    finally:
        writer.close()


def serve(files: list[bytes], port: "multiprocessing.Queue[int]") -> None:
    signal(SIGTERM, SIG_DFL)  # the harness has another way to end

    async def run() -> None:
        server = await asyncio.start_server(lambda *ends: answer(files, *ends), "127.0.0.1", 0, backlog=512)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


class MediaHost:
    """At a port of the system's choice, until the harness ends."""

    def __init__(self, side: int, pictures: int) -> None:
        self.files = [picture(seed, side) for seed in range(pictures + 1)]
        port: multiprocessing.Queue[int] = multiprocessing.Queue()
        multiprocessing.Process(target=serve, args=(self.files, port), daemon=True).start()
        self.authority = f"127.0.0.1:{port.get(timeout=30)}"
        """What an allow-list names."""

    def address(self, number: int, *, is_hot: bool) -> str:
        return f"http://{self.authority}/{HOT + '/' if is_hot else ''}{number}.jpg"

"""How fast pictures are hashed on one core, decoding included: Weir beside Pillow and pdqhash, the same JPEG files."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pdqhash  # type: ignore[import-untyped]
from drawn import scene
from PIL import Image
from tool import bench, medians, rate, ratio

SIZES = [(512, 512, 300.0), (1024, 768, 120.0), (4032, 3024, 12.0)]
"""Width, height, hashes a second that are aimed at."""
TIMES_PEER = 4.0


def compare(folder: Path, rounds: int, seconds: int) -> Iterator[dict[str, Any]]:
    """Rounds alternate between the two; speeds are hashes a second of processor time."""
    for width, height, target in SIZES:
        path = folder / f"speed-{width}x{height}.jpg"
        scene("hills", width, height, seed=7).save(path, quality=85)
        turns = [turn(path, seconds) for _ in range(rounds)]
        speeds, times = medians(turns), ratio(turns, "pdqhash")
        yield {
            "part": "speed",
            "size": f"{width}x{height}",
            "fileBytes": path.stat().st_size,
            "hashesPerSecond": {name: round(speed, 1) for name, speed in speeds.items()},
            "rounds": [{name: round(speed, 1) for name, speed in one.items()} for one in turns],
            "ratio": round(times, 2),
            "aims": {"hashesPerSecond": target, "ratio": TIMES_PEER},
            "met": {"hashesPerSecond": speeds["weir"] >= target, "ratio": times >= TIMES_PEER},
        }


def turn(path: Path, seconds: int) -> dict[str, float]:
    figures = bench("hash", "--of", path, "--seconds", str(seconds))
    file = path.read_bytes()

    def peer() -> int:
        pdqhash.compute(np.asarray(Image.open(io.BytesIO(file)).convert("RGB")))
        return 1

    def decoding() -> int:
        np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
        return 1

    return {
        "weir": figures["pdq-file"]["value"],
        "pdqhash": rate(peer, seconds),
        "weirWithoutDecoding": figures["pdq-kernel"]["value"],
        "pillowDecoding": rate(decoding, seconds / 4),
    }

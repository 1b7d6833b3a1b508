"""That `weir hash pdq` gives what pdqhash gives of the same pixels, bit for bit, over sizes, shapes and kinds."""

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pdqhash  # type: ignore[import-untyped]
from drawn import KINDS, scene
from PIL import Image
from tool import hashes

Pixels = npt.NDArray[np.uint8]
LEAST_QUALITY = 50
"""Hashes of a lesser quality are not compared in matching (the publisher's advice)."""
LARGE = [(1024, 768), (768, 1024), (1600, 1004), (2048, 1536), (2999, 4001), (4031, 3023), (4032, 3024), (3024, 4032)]


def sizes() -> Iterator[tuple[int, int]]:
    """All up to 12 by 12, squares up to 300, neighbours of where windows grow, stripes, and drawn at random."""
    yield from itertools.product(range(1, 13), repeat=2)
    yield from ((side, side) for side in range(13, 301))
    edges = [63, 64, 65, 127, 128, 129, 255, 256, 257, 383, 384, 385, 511, 512, 513]
    yield from itertools.product(edges, repeat=2)
    yield from ((64, 64) for _ in range(60))
    for side in (1, 2, 4, 5, 6, 7, 33, 64):
        yield from ((side, 2_000), (2_000, side), (side, 257), (257, side))
    draw = np.random.default_rng(1)
    for _ in range(600):
        yield int(draw.integers(5, 900)), int(draw.integers(5, 900))


def blotches(draw: np.random.Generator, width: int, height: int) -> Pixels:
    """Patches of colour of a few pixels to half the picture, with grain or without, of full or little contrast."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:] = draw.integers(0, 256, 3)
    for _ in range(int(draw.integers(0, 60))):
        left, top = int(draw.integers(0, width)), int(draw.integers(0, height))
        wide, high = int(draw.integers(1, width // 2 + 2)), int(draw.integers(1, height // 2 + 2))
        pixels[top : top + high, left : left + wide] = draw.integers(0, 256, 3)
    grain = int(draw.choice([0, 4, 40, 255]))
    noise = draw.integers(-grain, grain + 1, pixels.shape)
    contrast = float(draw.choice([0.05, 0.4, 1, 1]))
    mixed: Pixels = np.clip(128 + contrast * (pixels + noise - 128.0), 0, 255).astype(np.uint8)
    return mixed


def drawn() -> Iterator[Pixels]:
    draw = np.random.default_rng(2)
    for width, height in sizes():
        yield blotches(draw, width, height)
    # Scenes, as photographs are; every fourth one grey.
    for number in range(240):
        width, height = int(draw.integers(40, 1_100)), int(draw.integers(40, 1_100))
        picture = scene(KINDS[number % len(KINDS)], width, height, seed=number)
        yield np.asarray(picture.convert("L").convert("RGB") if number % 4 == 0 else picture)
    for number, (width, height) in enumerate(LARGE):
        yield np.asarray(scene(KINDS[number % len(KINDS)], width, height, seed=number))


def hexadecimal(bits: npt.NDArray[np.int_]) -> str:
    return np.packbits(bits.astype(np.uint8)).tobytes().hex()


def compare(folder: Path) -> Iterator[dict[str, Any]]:
    """One result: how many were compared, and how many differ, by quality."""
    counts: Counter[str] = Counter()
    differing: list[dict[str, Any]] = []
    for batch in batches(drawn(), 128):
        paths = []
        for number, pixels in enumerate(batch):
            path = folder / f"equality-{number}.png"
            Image.fromarray(pixels).save(path, compress_level=1)
            paths.append(path)
        for pixels, ours in zip(batch, hashes(paths), strict=True):
            bits, quality = pdqhash.compute(np.ascontiguousarray(pixels))
            theirs = hexadecimal(bits)
            is_fine = quality >= LEAST_QUALITY
            counts["qualityDiffers"] += quality != ours.quality
            counts["compared" if is_fine else "comparedFlat"] += 1
            counts["tiny"] += min(pixels.shape[:2]) < 5
            if theirs != ours.pdq:
                counts["differ" if is_fine else "differFlat"] += 1
                apart = (int(theirs, 16) ^ int(ours.pdq, 16)).bit_count()
                height, width = pixels.shape[:2]
                differing.append({"size": f"{width}x{height}", "quality": quality, "bits": apart})
    names = ["compared", "differ", "comparedFlat", "differFlat", "qualityDiffers", "tiny"]
    yield {
        "part": "equality",
        "against": "pdqhash " + pdqhash.__version__,
        **{name: counts[name] for name in names},
        "differing": differing[:20],
        "met": counts["differ"] == 0 and counts["qualityDiffers"] == 0,
    }


def batches(pictures: Iterator[Pixels], count: int) -> Iterator[list[Pixels]]:
    while batch := list(itertools.islice(pictures, count)):
        yield batch

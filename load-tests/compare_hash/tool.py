"""What the parts ask of the built `weir`."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness import weir
from harness.broker import PACKAGE
from harness.measuring import bench, medians, one_core, rate, ratio

__all__ = ["AT_ONCE", "PACKAGE", "Hash", "bench", "hashes", "medians", "one_core", "rate", "ratio", "weir"]

AT_ONCE = 256
"""Files of one command line."""


@dataclass(frozen=True)
class Hash:
    pdq: str
    """64 hexadecimal digits."""
    quality: int


def hashes(paths: Iterable[Path]) -> Iterator[Hash]:
    """By `weir hash pdq`, in the order of the paths; ends the harness if a file has none."""
    paths = list(paths)
    for start in range(0, len(paths), AT_ONCE):
        for line in weir.tool("hash", "pdq", *paths[start : start + AT_ONCE]).splitlines():
            found = json.loads(line)
            yield Hash(found["pdq"], found["quality"])

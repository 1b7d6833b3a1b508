"""How far PDQ of a picture's turned spectrum lies from PDQ of the picture turned: the bits that differ, at most over
three quarter turns, for each size of a drawn street.
"""

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from drawn import scene
from tool import hashes, weir

SIZES = [(100, 75), (128, 128), (200, 150), (256, 192), (320, 240), (400, 300), (512, 512), (640, 480)]
SIZES += [(1024, 768), (2048, 1536)]
TURNS = [90, 180, 270]


def differing(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def farthest(folder: Path, width: int, height: int) -> int:
    picture = scene("street", width, height, 1)
    upright = folder / "upright.png"
    picture.save(upright)
    spectrum = json.loads(weir.tool("hash", "pdq", "--dihedral", upright))["dihedral"].values()
    turned = []
    for degrees in TURNS:
        turned.append(folder / f"{degrees}.png")
        picture.rotate(degrees, expand=True).save(turned[-1])
    # Of the eight the nearest is that of the same turn, whichever way turns are counted.
    return max(min(differing(known, found.pdq) for known in spectrum) for found in hashes(turned))


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="weir-turned-") as folder:
        figures = {f"{width}x{height}": farthest(Path(folder), width, height) for width, height in SIZES}
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())

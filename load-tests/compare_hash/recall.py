"""What PDQ finds again: fifty pictures, each changed in thirty ways, looked up by `weir scan` among the originals.

Found is what the service would find: `hash.pdq` with its standard threshold, over JPEG files, alone and with
`dihedral`. Distances are those of `weir hash pdq`. A hash of a quality below 50 is not looked up and finds nothing.
"""

import itertools
import json
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from drawn import originals
from PIL.Image import Image
from tool import AT_ONCE, PACKAGE, Hash, hashes, weir
from transforms import ALL, saved

ORIGINAL_QUALITY = 92
"""Of the JPEG files that are known."""
THRESHOLD = 31
LEAST_QUALITY = 50


def compare(folder: Path) -> Iterator[dict[str, Any]]:
    """A result for the originals, then one for each transform."""
    pictures = originals()
    known = dict(zip(pictures, hashes(write(folder, "original", pictures)), strict=True))
    plain = [name for name, found in known.items() if found.quality < LEAST_QUALITY]
    apart = [distance(one, other) for one, other in itertools.combinations(known.values(), 2)]
    yield {
        "part": "originals",
        "pictures": len(known),
        "tooPlain": plain,
        "pairs": len(apart),
        "nearestPair": min(apart),
        "pairsThatMatch": sum(one <= THRESHOLD for one in apart),
    }
    signals = folder / "signals.jsonl"
    signals.write_text("".join(json.dumps(signal(name, known[name])) + "\n" for name in known))
    configs = {turned: configure(folder, signals, turned) for turned in (False, True)}
    for name in ALL:
        paths = write(folder, "upload", pictures, name)
        distances, fine = [], 0
        for found, original in zip(hashes(paths), known.values(), strict=True):
            distances.append(distance(found, original))
            fine += found.quality >= LEAST_QUALITY
        result: dict[str, Any] = {"part": "recall", "transform": name, "pictures": len(known), "fine": fine}
        for turned, config in configs.items():
            matched = scan(config, paths)
            own = sum(original in matched[path] for path, original in zip(paths, known, strict=True))
            others = sum(len(matched[path] - {original}) for path, original in zip(paths, known, strict=True))
            result |= {"foundTurned": own, "falseTurned": others} if turned else {"found": own, "false": others}
        yield result | {"medianBits": statistics.median(distances), "mostBits": max(distances)}


def distance(one: Hash, other: Hash) -> int:
    return (int(one.pdq, 16) ^ int(other.pdq, 16)).bit_count()


def write(folder: Path, stem: str, pictures: dict[str, Image], transform: str | None = None) -> list[Path]:
    """As JPEG files, in order; changed, if so."""
    paths = []
    for number, picture in enumerate(pictures.values()):
        path = folder / f"{stem}-{number}.jpg"
        if transform:
            path.write_bytes(saved(ALL[transform](picture)))
        else:
            path.write_bytes(saved(picture, ORIGINAL_QUALITY))
        paths.append(path)
    return paths


def signal(name: str, known: Hash) -> dict[str, str | list[str]]:
    return {"type": "pdq", "value": known.pdq, "opinion": "positive", "labels": ["drill"], "source": name}


def configure(folder: Path, signals: Path, turned: bool) -> Path:
    """`hash.pdq` alone. JSON is YAML too."""
    detector = {"detector": "hash.pdq", "with": {"threshold": THRESHOLD, "dihedral": turned}}
    stage = {"name": "pictures", "media": "carried", "deadline": "60s", "detectors": [detector]}
    pipeline = folder / f"pipeline-{turned}.yaml"
    pipeline.write_text(json.dumps({"version": 1, "batchSize": 64, "window": 8, "stages": [stage]}))
    config = folder / f"config-{turned}.yaml"
    policy = PACKAGE / "topology" / "policies" / "tvec-default.yaml"
    settings = {
        "pipeline": str(pipeline),
        "policy": str(policy),
        "signals": {"files": [str(signals)]},
        "media": {"deadline": "60s"},
    }
    config.write_text(json.dumps(settings))
    return config


def scan(config: Path, paths: list[Path]) -> dict[Path, set[str]]:
    """Of each file the originals that it was taken for."""
    matched: dict[Path, set[str]] = defaultdict(set)
    for start in range(0, len(paths), AT_ONCE):
        for line in weir.tool("scan", "--config", config, *paths[start : start + AT_ONCE]).splitlines():
            verdict = json.loads(line)
            if verdict["data"]["degraded"]:
                raise SystemExit(f"{verdict['subject']} was not judged in full: {verdict['data']['degraded']}")
            found = {finding["source"] for finding in verdict["data"]["findings"] if "distance" in finding}
            matched[Path(verdict["subject"])] |= found
    return matched

"""Which runs of words near copies should be told by: MinHash sketches of different shapes on made-up news (news.py).

A sketch is the eight lowest hashes of a text's runs of so many words; two texts are near if so many hashes are common.
For each shape: how many copies with words exchanged are near to their original and to each other, and how many of
other articles' passages are near to any of those before them. One JSON object a shape.

    python3 load-tests/text/sketches.py
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from hashlib import blake2b
from heapq import nsmallest
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent))

from near import Texts

HASHES = 8
# Words of a run, and hashes that must be common. Weir has (3, 4).
SHAPES = [(5, 2), (5, 3), (4, 3), (4, 4), (3, 3), (3, 4), (3, 5)]
Sketch = frozenset[int]


def sketch(words: list[str], run: int) -> Sketch:
    runs = {" ".join(words[place : place + run]) for place in range(len(words) - run + 1)}
    hashes = (int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") for text in runs)
    return frozenset(nsmallest(HASHES, hashes))


def met(sketches: list[Sketch], least: int) -> int:
    """How many are near to one before them."""
    known: dict[int, list[int]] = defaultdict(list)
    count = 0
    for number, hashes in enumerate(sketches):
        common = Counter(other for one in hashes for other in known[one])
        count += any(shared >= least for shared in common.values())
        for one in hashes:
            known[one].append(number)
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=2_000, help="articles (default 2,000)")
    parser.add_argument("--words", type=int, default=60, help="words of each (default 60)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    texts, random = Texts(options.texts, options.seed), Random(options.seed)
    passages = []
    for article in texts.known:
        start = random.randrange(max(1, len(article) - options.words))
        passages.append(article[start : start + options.words])
    copies = {
        share: [[texts.substituted(words, share) for _ in range(2)] for words in passages[:500]] for share in (0.1, 0.2)
    }
    for run, least in SHAPES:
        figure: dict[str, float] = {"run": run, "least": least}
        for share, pairs in copies.items():
            near, original = 0, 0
            for words, (first, second) in zip(passages, pairs, strict=False):
                one = sketch(first, run)
                near += len(one & sketch(second, run)) >= least
                original += len(one & sketch(words, run)) >= least
            figure[f"original_{share:.0%}"] = round(original / len(pairs), 3)
            figure[f"each_other_{share:.0%}"] = round(near / len(pairs), 3)
        figure["others"] = round(met([sketch(words, run) for words in passages], least) / len(passages), 5)
        print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()

"""What the classifier takes ordinary texts for that have nothing to do with what it looks for: translations of Debian's
packages in many languages, and made-up words.

    python3 load-tests/text/ordinary.py --root /usr/share/locale

Prints a line a language: how many texts of 120 characters or more, and the share of each label that reaches the
threshold. All of them are mistakes.
"""

import argparse
import json
import random
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import catalogues

REPOSITORY = Path(__file__).resolve().parents[2]
MOST = 1_000
SYLLABLES = [
    a + b
    for a in ["b", "d", "g", "k", "l", "m", "n", "p", "r", "s", "t", "w", "br", "st", "pl", "ng"]
    for b in ["a", "e", "i", "o", "u", "ai", "ou"]
]


def made_up(chance: random.Random) -> list[str]:
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(20_000)]
    return [
        " ".join(words[int(len(words) * chance.random() * chance.random())] for _ in range(150)) for _ in range(MOST)
    ]


def shares(weir: Path, texts: list[str], threshold: float) -> tuple[int, dict[str, float]]:
    answer = subprocess.run(
        [weir, "text", "classify", "-"], input="\n".join(texts).encode(), stdout=subprocess.PIPE, check=True
    )
    scores = [json.loads(line)["scores"] for line in answer.stdout.splitlines()]
    return len(scores), {
        label: sum(one[label] >= threshold for one in scores) / len(scores) for label in (scores[0] if scores else {})
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path("/usr/share/locale"))
    parser.add_argument("--weir", type=Path, default=REPOSITORY / ".build/release/weir")
    parser.add_argument("--threshold", type=float, default=0.6)
    chosen = parser.parse_args()
    chance = random.Random(1)
    sets = {"made-up words": made_up(chance)}
    languages = {path.parent.parent.name for path in chosen.root.rglob("*/LC_MESSAGES/*.mo")} - {"de"}
    for language in ["en", "de", *sorted(name for name in languages if name.isalpha() and name != "en")]:
        texts = [text for text in catalogues.messages(chosen.root, language) if len(text) >= 120]
        if len(texts) >= 200:
            sets[language] = chance.sample(texts, min(MOST, len(texts)))
    if len(sets) == 1:
        print(f"{chosen.root}: has no translations; on Debian apt-get install language packages", file=sys.stderr)
        return 1
    for name, texts in sets.items():
        count, found = shares(chosen.weir, texts, chosen.threshold)
        print(f"{name}: {count} texts, " + ", ".join(f"{label} {100 * share:.1f} %" for label, share in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())

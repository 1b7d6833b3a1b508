"""From folded texts to buckets: the same as `FeatureSymbols.swift` and `FeatureHash.swift` of the classifier.

The golden vectors hold the two together.
"""

# ruff: noqa: RUF001 - letters that look like others are what this is about

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SPACE = " "
MASK = "*"
LATIN = {"0": "o", "1": "i", "3": "e", "4": "a", "@": "a", "5": "s", "$": "s", "7": "t"}
CYRILLIC = {"0": "о", "3": "з", "4": "ч", "6": "б"}
SUBSTITUTES = set("0123456789@$")
MASKS = set("*%_.")

# Letters of other scripts that look like Latin ones: what folding reads words by that mix scripts.
LOOK_ALIKES = dict(
    zip(
        "αβγεζηθικμνορστυχϝϳϻ" + "авгекмнопрстухшья" + "ѕіјћѡѣѳѵѽҍғқҟңҫҭүұҳһҽҿӈӊӎӏөԁԍԛԝ" + "ագզհոռստցքօ",
        "abyeznoikmvopotuxfjm" + "abrekmhonpctyxwbr" + "sijhwbovwbrkkhctyyxheehhmiodgqw" + "wqqhnnusgfo",
        strict=True,
    )
)
READ_AS_LATIN = str.maketrans(LOOK_ALIKES)
# Signs that are looked past for the letter that they stand beside.
FARTHEST = 16

# A text that folds differently whenever folding changes.
PROBE = (
    "Straße École ﬁne ТЕRRОR ᴛᴜʀɴɪᴘ ⓣⓤⓡⓝ 🅣🅤 𝐓𝐮𝐫𝐧 ＡＢ tur\u200bnip so\u00adft "
    "\u202epinrut\u202c ى ة أ إ آ ك ک ی ہ بِسْمِ جـــهاد ё й İ ı ſ"
)


def separates(code: int) -> bool:
    if code < 0x600:
        return (code < 0xC0 and code not in (0xAA, 0xB5, 0xBA)) or code in (0xD7, 0xF7)
    if code < 0x2000:
        return code in (0x60C, 0x61B, 0x61F, 0x6D4) or 0x66A <= code <= 0x66D
    return code < 0x2070 or 0x2E00 <= code <= 0x2E7F or 0x3000 <= code <= 0x303F or code == 0xFFFD


def is_letter(character: str) -> bool:
    code = ord(character)
    return 0x61 <= code <= 0x7A or (code >= 0x80 and not separates(code))


def letter_for(character: str, neighbour: str) -> str | None:
    code = ord(neighbour)
    if 0x61 <= code <= 0x7A or 0xC0 <= code <= 0x24F:
        return LATIN.get(character)
    return CYRILLIC.get(character) if 0x400 <= code <= 0x4FF else None


class Plain(dict[int, int]):
    """What stays as it is, and a space for all else, where nothing may stand for a letter."""

    def __missing__(self, code: int) -> int:
        if code < 0x80:
            character = chr(code).lower()
            kept = ord(character) if character.isalnum() else 0x20
        else:
            kept = 0x20 if separates(code) else code
        self[code] = kept
        return kept


PLAIN = Plain()
DOUBTFUL = re.compile(r"[0-9@$]|\S[*%_.]\S")
RUN = re.compile(r"(.)\1+", re.DOTALL)
ALONE = re.compile(r" (\S) (\S) (\S) ")


def symbols(folded: str, vocabulary: "Vocabulary | None" = None) -> str:
    text = slow(folded)[0] if DOUBTFUL.search(folded) else RUN.sub(r"\1", f" {folded.translate(PLAIN)} ")
    if ALONE.search(text):
        text = joined(*slow(folded), folded.encode())
    text = RUN.sub(r"\1", text.translate(READ_AS_LATIN))
    return vocabulary.unmasked(text) if vocabulary and MASK in text else text


def readings(folded: str, vocabulary: "Vocabulary") -> tuple[list[str], float]:
    """Each way of reading words whose masked letters nobody knows, and what is added to the best one's logits."""
    text = symbols(folded, vocabulary)
    words = text.split()
    unknown = sum(MASK in word for word in words)
    if unknown == 0:
        return [text], 0.0
    left_out = "".join(f" {word}" for word in words if MASK not in word) + SPACE
    bare = RUN.sub(r"\1", text.replace(MASK, ""))
    return [some for some in (text, left_out, bare) if some.strip()], 1.25 * (max(0, unknown - 1) / len(words)) ** 0.5


class Vocabulary:
    """Words in the order in which they are preferred: what a word with masked letters is read as.

    The same as `ClassifierVocabulary.swift`, with its limits.
    """

    LENGTHS = range(3, 41)
    LONGEST = 1 << 18

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.known: dict[tuple[str, str, int], list[str]] = {}
        for word in words:
            self.known.setdefault((word[0], word[-1], len(word)), []).append(word)

    @staticmethod
    def of(texts: Iterable[Iterable[str]]) -> "Vocabulary":
        """The words of texts as `symbols` gives them, those first that most of them have."""
        counts = Counter(itertools.chain.from_iterable(texts))
        words, size = [], 0
        for word in sorted(counts, key=lambda word: (-counts[word], word)):
            if len(word) in Vocabulary.LENGTHS and all(map(is_letter, word)):
                size += len(word.encode()) + 1
                if size > Vocabulary.LONGEST:
                    break
                words.append(word)
        return Vocabulary(words)

    def unmasked(self, text: str) -> str:
        return SPACE.join(self.reading(word) if MASK in word else word for word in text.split(SPACE))

    def reading(self, masked: str) -> str:
        """Each sign stands for one letter; or else the first for none, as in "ba*l", which is "bal" if it is "ball"."""
        if len(masked) > Vocabulary.LENGTHS.stop:
            return masked
        shown = len(masked) - masked.count(MASK)
        if shown >= 2 and shown * 2 >= len(masked):
            first = masked.index(MASK)
            for pattern in (masked, masked[:first] + masked[first + 1 :]):
                for word in self.known.get((pattern[0], pattern[-1], len(pattern)), []):
                    if all(own in (MASK, other) for own, other in zip(pattern, word, strict=True)):
                        return word
        return masked


def slow(text: str) -> tuple[str, list[int]]:
    """The symbols, and where in the text's UTF-8 each begins."""
    once, places, substitutes = slow_once(text, False)
    return slow_once(text, True)[:2] if substitutes >= 3 else (once, places)


def slow_once(text: str, alone: bool) -> tuple[str, list[int], int]:
    """With the number of signs that were read as letters beside Latin ones; `alone`: also where there are none."""
    out, places = [SPACE], [0]
    substitutes = 0
    offset = 0
    for place, character in enumerate(text):
        symbol, is_substitute = meaning(text, place, character, out, alone)
        substitutes += is_substitute
        if out[-1] != symbol:
            out.append(symbol)
            places.append(offset)
        offset += len(character.encode())
    if out[-1] != SPACE:
        out.append(SPACE)
        places.append(offset)
    return "".join(out), places, substitutes


def meaning(text: str, place: int, character: str, out: list[str], alone: bool) -> tuple[str, bool]:
    if character in MASKS:
        rest = text[place + 1 : place + 3]
        if not is_letter(out[-1]) or not rest or not is_letter(rest[0]):
            return SPACE, False
        behind = len(out) >= 2 and is_letter(out[-2])
        before = len(rest) > 1 and is_letter(rest[1])
        return MASK if behind or before else SPACE, False
    if character in SUBSTITUTES and character not in "289":
        neighbour = out[-1]
        if not is_letter(neighbour):
            following = place + 1
            last = min(len(text), place + FARTHEST)
            while following < last and text[following] in SUBSTITUTES:
                following += 1
            neighbour = text[following] if following < len(text) else SPACE
        letter = letter_for(character, neighbour)
        if letter is not None:
            return letter, ord(neighbour) < 0x400
        letter = letter_for(character, "a") if alone else None
        return letter or (character if character.isdigit() else SPACE), False
    return chr(PLAIN[ord(character)]), False


def joined(text: str, places: list[int], folded: bytes) -> str:
    """Three or more symbols in a row that each stand alone, as a word; gaps of more than a byte and apostrophes part
    words.

    Gaps that folding made narrower are wide too in Swift; here the text is folded already.
    """
    out = [SPACE]
    place = 1
    while place < len(text):
        end = place
        while (
            end + 3 < len(text)
            and text[end + 1] == SPACE
            and text[end + 3] == SPACE
            and text[end] != SPACE
            and text[end + 2] != SPACE
        ):
            end += 2
        stand_alone = text[place - 1] == SPACE and end - place >= 4
        wide = [
            places[gap + 1] - places[gap] > 1 or folded[places[gap]] == APOSTROPHE for gap in range(place + 1, end, 2)
        ]
        for index in range(place, end + 1 if stand_alone else place + 1):
            if (index - place) % 2 == 1 and (all(wide) or not wide[(index - place) // 2]):
                continue
            if out[-1] != text[index]:
                out.append(text[index])
        place = end + 1 if stand_alone else place + 1
    return "".join(out)


APOSTROPHE = ord("'")
FACTORS = [np.uint32(number) for number in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)]
LENGTHS = [np.uint32(number) for number in (0x51ED270B, 0xB492B66F, 0x2127599B)]
WORD_START = 0x811C9DC5
WORD_MIX, PAIR_MIX = 0x9E3779B1, 0x85EBCA77
U32 = 0xFFFFFFFF


def fingerprint(data: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


@dataclass
class Buckets:
    """The features of many texts, one text behind the other: a bucket for each, and where each text begins."""

    buckets: NDArray[np.int32]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]

    def rows(self, wanted: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
        """Buckets, starts and counts of some texts."""
        counts = self.counts[wanted]
        starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        places = np.arange(counts.sum()) + np.repeat(self.starts[wanted] - starts, counts)
        return self.buckets[places], starts, counts


class Hasher:
    """N-grams stand before words: bucket `1 << gram_bits` is the words' first."""

    def __init__(self, gram_bits: int, word_bits: int) -> None:
        self.gram_bits = gram_bits
        self.word_bits = word_bits
        self.size = (1 << gram_bits) + (1 << word_bits)
        self.words: dict[str, int] = {}

    def word(self, word: str) -> int:
        known = self.words.get(word)
        if known is None:
            known = WORD_START
            for symbol in word:
                known = (known << 5 & U32 | known >> 27) ^ ord(symbol)
            self.words[word] = known
        return known

    def word_buckets(self, text: str) -> list[int]:
        hashes = [self.word(word) for word in text.split(SPACE) if word]
        singles = [value * WORD_MIX & U32 for value in hashes]
        pairs = [((first * PAIR_MIX & U32) ^ second) * WORD_MIX & U32 for first, second in itertools.pairwise(hashes)]
        shift, base = 32 - self.word_bits, 1 << self.gram_bits
        return [(value >> shift) + base for value in singles + pairs]

    def gram_hashes(self, codes: NDArray[np.uint32]) -> list[NDArray[np.uint32]]:
        """Of the n-grams of three, four and five symbols that begin at each place; the last ones are of no use."""
        padded = np.concatenate((codes, np.zeros(8, np.uint32)))
        parts = [padded[offset : offset + len(codes)] * factor for offset, factor in enumerate(FACTORS)]
        three = parts[0] + parts[1] + parts[2] + LENGTHS[0]
        four = three + parts[3] + LENGTHS[1]
        return [three, four, four + parts[4] + LENGTHS[2]]

    def buckets(self, texts: Sequence[str]) -> Buckets:
        """Of texts as `symbols` gives them."""
        shift = np.uint32(32 - self.gram_bits)
        all_counts, pieces = [], []
        for start in range(0, len(texts), 4_096):
            chunk = texts[start : start + 4_096]
            codes = np.frombuffer("".join(chunk).encode("utf-32-le"), np.uint32)
            lengths = np.array([len(text) for text in chunk])
            left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(codes))
            row = np.repeat(np.arange(len(chunk)), lengths)
            rows, values = [], []
            for size, hashes in zip((3, 4, 5), self.gram_hashes(codes), strict=True):
                whole = left >= size
                rows.append(row[whole])
                values.append((hashes[whole] >> shift).astype(np.int32))
            words = [self.word_buckets(text) for text in chunk]
            rows.append(np.repeat(np.arange(len(chunk)), [len(some) for some in words]))
            values.append(np.array([value for some in words for value in some], np.int32))
            together = np.concatenate(rows)
            pieces.append(np.concatenate(values)[np.argsort(together, kind="stable")])
            all_counts.append(np.bincount(together, minlength=len(chunk)))
        counts = np.concatenate(all_counts)
        return Buckets(np.concatenate(pieces), np.concatenate(([0], np.cumsum(counts)[:-1])), counts)

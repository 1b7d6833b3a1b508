"""Authored templates, expanded into labelled lines.

A file of `grammar/` is one language. `@slot: a | b || c` gives a slot's words, those behind `||` for testing alone.
`{coin}` in a slot's word is a name made of two or three of `@syllable`, another each time. Below `[functionality]`
stands a template a line: `(a/b)` is a choice, `{slot}` a word of a slot. Every fifth template of a functionality is for
testing alone, and so are all of some functionalities (`HELD_OUT`).
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "grammar"
LANGUAGES = ["ar", "de", "en", "fr", "id", "ru", "ur"]
LABELS = ["violent-extremism", "threat", "hate", "counter-speech-or-report"]

EXTREMISM, THREAT, HATE, REPORT = LABELS
MEANS: dict[str, list[str]] = {
    "incitement": [EXTREMISM],
    "incitement-people": [EXTREMISM, HATE],
    "recruitment": [EXTREMISM],
    "glorification": [EXTREMISM],
    "instruction-seeking": [EXTREMISM],
    "funding": [EXTREMISM],
    "threat-person": [THREAT],
    "threat-cause": [EXTREMISM, THREAT],
    "hate-dehumanise": [HATE],
    "hate-exclusion": [HATE],
    "oath": [EXTREMISM],
    "veiled-threat": [THREAT],
    "news": [REPORT],
    "denial": [REPORT],
    "counter-speech": [REPORT],
    "survivor": [REPORT],
    "research": [REPORT],
    "quoted-report": [REPORT],
    "court": [REPORT],
    "harmless-recruitment": [],
    "charity": [],
    "how-to": [],
    "games": [],
    "fiction": [],
    "religion": [],
    "names": [],
    "homonyms": [],
    "sports": [],
    "praise": [],
    "identity": [],
    "everyday": [],
    "debate": [],
}
HELD_OUT = {"oath", "veiled-threat", "court", "debate"}

CHOICE = re.compile(r"\(([^()]*/[^()]*)\)")
SLOT = re.compile(r"\{([a-z]+)\}")
COIN = re.compile(r"\{coin\}")


@dataclass(frozen=True)
class Line:
    text: str
    language: str
    functionality: str
    template: int

    @property
    def labels(self) -> list[str]:
        return MEANS[self.functionality]


@dataclass
class Grammar:
    language: str
    slots: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    templates: dict[str, list[str]] = field(default_factory=dict)

    @staticmethod
    def read(language: str) -> "Grammar":
        grammar = Grammar(language)
        templates: list[str] = []
        for number, line in enumerate((FOLDER / f"{language}.txt").read_text().splitlines(), 1):
            line = line.strip()
            if not line:
                continue
            if line.startswith("@"):
                name, _, words = line[1:].partition(":")
                known, _, held = words.partition("||")
                grammar.slots[name] = (words_of(known), words_of(held))
            elif line.startswith("["):
                templates = grammar.templates.setdefault(line[1:-1], [])
                if line[1:-1] not in MEANS:
                    raise ValueError(f"{language}.txt:{number}: nobody knows what {line} means")
            else:
                missing = [slot for slot in SLOT.findall(line) if slot not in grammar.slots]
                if missing:
                    raise ValueError(f"{language}.txt:{number}: no slot is called {missing[0]}")
                templates.append(line)
        absent = set(MEANS) - set(grammar.templates)
        if absent:
            raise ValueError(f"{language}.txt: has no templates of {', '.join(sorted(absent))}")
        return grammar

    def expand(self, template: str, held: bool, chance: random.Random) -> str:
        text = CHOICE.sub(lambda match: chance.choice(match[1].split("/")), template)
        # A choice may hold a slot, and a slot no choice.
        text = SLOT.sub(lambda match: chance.choice(self.slots[match[1]][held]), text)
        return COIN.sub(lambda match: self.coin(chance), text)

    def coin(self, chance: random.Random) -> str:
        """A name that nobody has: so that training can't rely on those that the slots have."""
        return "".join(chance.choices(self.slots["syllable"][0], k=chance.randint(2, 3))).capitalize()

    def lines(self, held: bool, each: int, seed: int) -> Iterator[Line]:
        """Up to `each` different lines of each template, for training or (`held`) for testing."""
        chance = random.Random(f"{seed}/{self.language}/{held}")
        for functionality, templates in self.templates.items():
            for number, template in enumerate(templates):
                if is_held(functionality, number) != held:
                    continue
                found: dict[str, None] = {}
                for _ in range(4 * each):
                    found[self.expand(template, held, chance)] = None
                    if len(found) == each:
                        break
                for text in found:
                    yield Line(text, self.language, functionality, number)

    def known_texts(self) -> list[str]:
        """What training knows, without expanding it: each template with all its choices, and the words of slots."""
        texts = [
            SLOT.sub(" ", re.sub(r"[()/]", " ", template))
            for functionality, templates in self.templates.items()
            for number, template in enumerate(templates)
            if not is_held(functionality, number)
        ]
        for slot, (known, _) in self.slots.items():
            if slot != "syllable":
                texts += [re.sub(r"\S*\{coin\}\S*", " ", word) for word in known]
        return texts


def is_held(functionality: str, number: int) -> bool:
    return functionality in HELD_OUT or number % 5 == 4


def words_of(text: str) -> list[str]:
    return [word.strip() for word in text.split("|") if word.strip()]

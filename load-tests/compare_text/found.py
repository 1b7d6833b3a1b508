"""What each engine finds of words that are disguised in thirteen ways, and which sentences it flags for nothing."""

from collections.abc import Iterator
from random import Random
from typing import Any

from engines import Alternation, Automaton, BetterProfanity, Engine, ProfanityCheck, Weir
from sources import DISGUISES, LANGUAGES, WORD, Sources, plain, spelled

MILD = "damn"
"""A mild word that alt-profanity-check has learnt."""
CARRIERS = ("well, {}, it is raining again", "the bus is late, {}, as always", "oh {}, my tea is cold")


def as_it_is(word: str, _: Random) -> str:
    return word


def termed(terms: list[str]) -> dict[str, Engine]:
    return {
        "better_profanity": BetterProfanity(terms),
        "re": Alternation(terms),
        "pyahocorasick": Automaton(terms),
    }


def disguised(sources: Sources, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Of words in the middle of others that are no terms; a hit is a flag that the others alone don't bring."""
    for language in LANGUAGES:
        rng = Random(f"{seed} disguised {language}")
        words = list(sources.words[language])
        rng.shuffle(words)
        terms, others = words[:count], words[count:]
        if len(others) < 3:
            # Urdu: half of the few words there are.
            terms, others = words[: len(words) // 2], words[len(words) // 2 :]
        # Nor another spelling of a term, which Weir takes for the term.
        spellings = {spelled(term) for term in terms}
        others = [word for word in others if spelled(word) not in spellings]
        peers = termed(terms)
        for name, (view, change) in {"none": ("word", as_it_is), **DISGUISES}.items():
            tries = []
            for word in terms:
                changed = change(word, rng)
                if changed and (changed != word or name == "none"):
                    before = " ".join(rng.sample(others, 3))
                    tries.append((f"{before}, x", f"{before} {changed}, x"))
            if len(tries) < len(terms) // 4:
                continue
            hits = {engine: sum(new(peer, *one) for one in tries) for engine, peer in peers.items()}
            asked = dict.fromkeys(["word", view])
            for asked_view in asked:
                weir = Weir(terms, asked_view)
                clean, flags = weir.flags([one[0] for one in tries]), weir.flags([one[1] for one in tries])
                found = sum(flag and not before for before, flag in zip(clean, flags, strict=True))
                if asked_view == "word":
                    hits["weir, word"] = found
                if asked_view == view:
                    hits["weir"] = found
            result = {"part": "disguises", "language": language, "disguise": name, "view": view}
            yield {**result, "tries": len(tries), "found": hits}


def new(engine: Engine, clean: str, text: str) -> bool:
    return engine.flag(text) and not engine.flag(clean)


def own_word(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """alt-profanity-check takes no terms, so the same with a mild word that it knows."""
    model = ProfanityCheck()
    for name, (view, change) in {"none": ("word", as_it_is), **DISGUISES}.items():
        rng = Random(f"{seed} mild {name}")
        changed = [made for _ in range(count) if (made := change(MILD, rng)) and (made != MILD or name == "none")]
        texts = [CARRIERS[place % len(CARRIERS)].format(made) for place, made in enumerate(changed)]
        if not texts:
            continue
        hits = {"alt-profanity-check": sum(model.flags(texts)), "weir": sum(Weir([MILD], view).flags(texts))}
        for engine, peer in termed([MILD]).items():
            hits[engine] = sum(peer.flag(text) for text in texts)
        yield {"part": "mild word", "disguise": name, "view": view, "tries": len(texts), "found": hits}


def alarms(sources: Sources, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Sentences without any of a thousand words of the language, and how many of them are flagged all the same."""
    model = ProfanityCheck()
    for language in LANGUAGES:
        rng = Random(f"{seed} alarms {language}")
        words = sources.words[language]
        terms = rng.sample(words, min(1_000, len(words) // 2))
        known = set(terms)
        sentences = [text for text in sources.sentences(language) if not known & set(WORD.findall(plain(text)))]
        sentences = rng.sample(sentences, min(count, len(sentences)))
        engines = {**termed(terms), "substrings": Automaton(terms, whole=False)}
        flagged = {name: sum(engine.flag(text) for text in sentences) for name, engine in engines.items()}
        for view in ("word", "leet", "masked", "despaced", "edit1"):
            flagged[f"weir, {view}"] = sum(Weir(terms, view).flags(sentences))
        flagged["alt-profanity-check"] = sum(model.flags(sentences))
        result = {"part": "alarms", "language": language, "sentences": len(sentences), "terms": len(terms)}
        yield {**result, "flagged": flagged}

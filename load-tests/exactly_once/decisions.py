"""What people decide on verdicts, the same for the same seed and verdict.

The decisions follow from the public interface; nothing here knows how Weir works. Each says in its headers how it must
end, so that whoever reads the topic of outcomes needs to know no more.
"""

import json
import random
from typing import Any, NamedTuple

from uploads import Headers
from verdicts import Source, verdict_id

ACTIONS = ["allow", "label", "limit", "redirect", "review", "hold", "remove", "endStream", "escalate"]
LABELS = ["TVEC1", "news", "satire", "überholt"]
DEEPEST = 3
"""A decision on a decision on a decision is the last word."""
JUDGED = "verdict"
"""The right end of a decision that is one; else the header `test-end` has what the dead letter's code begins with."""


class Shares(NamedTuple):
    """How many verdicts are decided on."""

    first: float = 0.2
    again: float = 0.1
    """Of those that came of a decision."""
    spoilt: float = 0.02
    """Of decisions: records that can't become verdicts."""


SHARES = Shares()


class Decision(NamedTuple):
    id: str
    """Also in the header `test-id`, by which spoilt records are known too."""
    content: str
    """The record's key."""
    value: bytes | None
    end: str

    @property
    def headers(self) -> Headers:
        return [("test-id", self.id.encode()), ("test-end", self.end.encode())]


def decide(seed: int, verdict: dict[str, Any], shares: Shares = SHARES) -> Decision | None:
    """None if it stands as it is."""
    data = verdict["data"]
    depth = depth_of(verdict)
    draw = random.Random(f"desk {seed} {depth} {data['event']}")
    if depth == DEEPEST or draw.random() >= (shares.again if depth else shares.first):
        return None
    outcome = {
        "specversion": "1.0",
        "type": "weir.outcome.v1",
        "source": "/test/desk",
        "id": f"d{depth + 1}-{data['event']}",
        "time": f"2026-11-21T08:{draw.randrange(60):02}:{draw.randrange(60):02}.{draw.randrange(1000):03}Z",
        "subject": verdict["subject"],
        "data": {
            "verdict": verdict["id"],
            **ruling(draw),
            **{name: data[name] for name in ("event", "account", "input", "times")},
        },
    }
    value, end = spoilt(draw, outcome) if draw.random() < shares.spoilt else (json.dumps(outcome).encode(), JUDGED)
    return Decision(str(outcome["id"]), verdict["subject"], value, end)


def depth_of(verdict: dict[str, Any]) -> int:
    """How many decisions led to it, as the id of the last of them says."""
    outcome = verdict["data"].get("outcome")
    return int(outcome["id"].partition("-")[0].removeprefix("d")) if outcome else 0


def ruling(draw: random.Random) -> dict[str, Any]:
    """What may be left out is left out, or null, at times."""
    said: dict[str, Any] = {"ruling": draw.choice(["confirm", "retract"])}
    if said["ruling"] == "confirm":
        said["action"] = draw.choice(ACTIONS)
    elif draw.random() < 0.6:
        said["action"] = draw.choice([None, "allow", "label", "limit", "review"])
    if draw.random() < 0.5:
        said["preserve"] = draw.choice([True, False, None])
    if draw.random() < 0.7:
        said["labels"] = draw.choice([None, draw.sample(LABELS, draw.randrange(len(LABELS)))])
    if draw.random() < 0.7:
        said["reviewer"] = f"r-{draw.randrange(9)}"
    if draw.random() < 0.5:
        said["reason"] = draw.choice(["news-report", "art", "appeal:granted"])
    return said


def spoilt(draw: random.Random, outcome: dict[str, Any]) -> tuple[bytes | None, str]:
    """The record's value, and what its dead letter's code begins with."""
    data = outcome["data"]
    whole = json.dumps(outcome).encode()
    place = data["input"]
    another = verdict_id(Source(place["topic"], place["partition"], place["offset"] + 1), data["event"])
    without_action = {name: value for name, value in data.items() if name != "action"}
    return draw.choice(
        [
            (None, "null-"),
            (b"", "json-"),
            (whole[: draw.randrange(1, len(whole))], "json-"),
            (json.dumps({**outcome, "type": "weir.verdict.v1"}).encode(), "type-"),
            (json.dumps({**outcome, "data": {**data, "ruling": "maybe"}}).encode(), "field-value"),
            (json.dumps({**outcome, "data": {**without_action, "ruling": "confirm"}}).encode(), "field-missing"),
            (json.dumps({**outcome, "data": {**data, "verdict": another}}).encode(), "field-value"),
            (json.dumps({**outcome, "data": {**data, "event": f"{data['event']}-another"}}).encode(), "field-value"),
        ]
    )

"""Uploads whose right answers are known, the same ones for the same seed.

The answers follow from the public interface, from `policy.yaml` beside this file and from the signals below; nothing
here knows how Weir works.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator
from hashlib import md5, sha256
from typing import Any, NamedTuple

Headers = list[tuple[str, str | bytes | None]]


class Verdict(NamedTuple):
    """The right end of an upload."""

    action: str
    labels: tuple[str, ...]
    rule: str | None
    preserve: bool = False


class DeadLetter(NamedTuple):
    """The right end of a record that is no upload."""

    code: str
    """What `weir.error.code` begins with."""


class Upload(NamedTuple):
    id: str
    """Also in the header `test-id`, by which poisoned records are known too."""
    account: str
    content: str | None
    value: bytes | None
    headers: Headers
    answer: Verdict | DeadLetter


class Signal(NamedTuple):
    type: str
    value: str
    opinion: str
    labels: tuple[str, ...]


def hashed(function: Any, name: str) -> str:
    return str(function(name.encode()).hexdigest())


# Twelve hours and a year before the uploads.
TIME = "2026-11-20T20:00:00.000Z"
NEW = "2026-11-20T08:00:00Z"
OLD = "2025-11-20T08:00:00Z"

SIGNALS = [
    *(Signal("sha256", hashed(sha256, f"known {n}"), "positive", (f"TVEC{n % 2 + 1}",)) for n in range(20)),
    *(Signal("md5", hashed(md5, f"known {n}"), "positive", ("TVEC1",)) for n in range(20, 30)),
    *(Signal("sha256", hashed(sha256, f"suspected {n}"), "seed", ("suspected",)) for n in range(10)),
    *(Signal("sha256", hashed(sha256, f"disputed {n}"), "disputed", ("disputed",)) for n in range(5)),
    *(Signal("sha256", hashed(sha256, f"harmless {n}"), "negative", ()) for n in range(5)),
    *(Signal("domain", f"turnip-front-{n}.example.org", "positive", ("site",)) for n in range(5)),
]
FILES = [signal for signal in SIGNALS if signal.type != "domain"]
SITES = [signal for signal in SIGNALS if signal.type == "domain"]


def signals_file() -> str:
    return "".join(
        json.dumps({"type": s.type, "value": s.value, "opinion": s.opinion, "labels": s.labels, "source": "test"})
        + "\n"
        for s in SIGNALS
    )


def uploads(seed: int, count: int, accounts: int = 500, poison: float = 0.01) -> Iterator[Upload]:
    """`poison` is the share of records that can't become verdicts."""
    draw = random.Random(seed)
    for number in range(count):
        upload = good_upload(draw, f"u-{seed}-{number}", f"a-{draw.randrange(accounts)}")
        yield poisoned(draw, upload) if draw.random() < poison else upload


def good_upload(draw: random.Random, id: str, account: str) -> Upload:
    files = [signal for signal in FILES if draw.random() < 0.004]
    sites = [signal for signal in SITES if draw.random() < 0.004]
    is_new = draw.random() < 0.03
    data: dict[str, Any] = {"account": {"id": account, "createdAt": NEW if is_new else OLD}}
    data["text"] = {"body": "sayur " * draw.randrange(1, 20), "language": "id"}
    data["media"] = [{"id": f"m-{n}", signal.type: signal.value} for n, signal in enumerate(files)]
    if draw.random() < 0.3:
        data["media"].insert(0, {"id": "m-new", "sha256": hashed(sha256, id)})
    data["links"] = [f"https://{signal.value}/page" for signal in sites]
    if draw.random() < 0.2:
        data["links"].append("https://news.example.org/turnips")
    content = f"content-{id}" if draw.random() < 0.5 else None
    value, headers = encode(draw, id, content, data)
    return Upload(id, account, content, value, [("test-id", id.encode()), *headers], answer(files, sites, is_new))


def answer(files: list[Signal], sites: list[Signal], is_new: bool) -> Verdict:
    """What `policy.yaml` says: the first rule that applies, with the labels of the signals that made it apply."""
    known = [signal for signal in files if signal.opinion == "positive"]
    suspected = [signal for signal in files if signal.opinion in ("seed", "disputed")]
    for rule, action, found in [
        ("known-file", "remove", known),
        ("suspected-file", "review", suspected),
        ("known-site", "review", sites),
    ]:
        if found:
            labels = tuple(sorted({label for signal in found for label in signal.labels}))
            return Verdict(action, labels, rule, preserve=found is known)
    return Verdict("label", ("new-account",), "new-account") if is_new else Verdict("allow", (), None)


def encode(draw: random.Random, id: str, content: str | None, data: dict[str, Any]) -> tuple[bytes, Headers]:
    """Structured mode mostly, binary mode for every tenth."""
    attributes = {
        "specversion": "1.0",
        "type": "weir.upload.created.v1",
        "source": "/test",
        "id": id,
        "time": TIME,
    }
    if content:
        attributes["subject"] = content
    if draw.random() < 0.1:
        headers: Headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
        return json.dumps(data).encode(), [*headers, ("content-type", b"application/json")]
    return json.dumps({**attributes, "data": data}).encode(), [("content-type", b"application/cloudevents+json")]


def poisoned(draw: random.Random, upload: Upload) -> Upload:
    """The same upload, spoilt in one of several ways."""
    event = {
        "specversion": "1.0",
        "type": "weir.upload.created.v1",
        "source": "/test",
        "id": upload.id,
        "data": {"account": {"id": upload.account}, "text": {"body": "wortel"}},
    }
    whole = json.dumps(event).encode()
    value, code = draw.choice(
        [
            (None, "null-"),
            (b"", "json-"),
            (whole[: draw.randrange(1, len(whole))], "json-"),
            (whole.replace(b"wortel", b"wor\xfftel"), "json-"),
            (whole.replace(b"weir.upload.created.v1", b"weir.upload.unheard.v1"), "type-"),
            (whole.replace(b'"text"', b'"prose"'), "field-"),
            (json.dumps({**event, "data": 7}).encode(), "field-"),
        ]
    )
    return upload._replace(value=value, headers=[("test-id", upload.id.encode())], answer=DeadLetter(code))


def main() -> None:
    parser = argparse.ArgumentParser(description="Print uploads with their right answers, or the signals they rest on.")
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--signals", action="store_true", help="print the signals instead")
    options = parser.parse_args()
    if options.signals:
        sys.stdout.write(signals_file())
        return
    for upload in uploads(options.seed, options.count):
        value = None if upload.value is None else upload.value.decode(errors="replace")
        print(json.dumps({"id": upload.id, "account": upload.account, "value": value, "answer": upload.answer}))


if __name__ == "__main__":
    main()

"""One broken promise at a time, each with the invariants that it violates."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from decisions import DEEPEST
from inputs import Topics
from plays import UPLOADS, Output, Play, faithful
from uploads import Upload, Verdict
from verdicts import NEEDS_PERSON, Source

Break = Callable[[Play], None]
Choice = Callable[[Topics], str]
"""Of a topic."""

EXAMPLE = faithful(Topics())


def first(action: str) -> Upload:
    return next(upload for upload in UPLOADS if isinstance(upload.answer, Verdict) and upload.answer.action == action)


def first_decision(wanted: Callable[[dict[str, Any]], bool]) -> str:
    """The id of one whose verdict stands: nobody decided on it again."""
    verdicts = [output.value for output in EXAMPLE.outputs if output.topic == "audit"]
    data = [verdict["data"] for verdict in verdicts if isinstance(verdict, dict)]
    last = {said["event"]: said for said in data}.values()
    return next(str(said["outcome"]["id"]) for said in last if "outcome" in said and wanted(said))


def first_dead(topic: str) -> str:
    dead = (output for output in EXAMPLE.outputs if output.topic == "uploads.dlq" and output.source.topic == topic)
    return EXAMPLE.given[next(dead).source].id


ALLOWED, REMOVED, REVIEWED = first("allow").id, first("remove").id, first("review").id
POISON = first_dead("uploads")
LET_GO = first_decision(lambda said: said["action"] == "allow")
HANDED_ON = first_decision(lambda said: said["action"] in NEEDS_PERSON)
APPEAL = first_decision(lambda said: said["outcome"]["id"].startswith(f"d{DEEPEST}-"))
SPOILT = first_dead("outcomes")


def uploads(topics: Topics) -> str:
    return topics.uploads


def outcomes(topics: Topics) -> str:
    return topics.outcomes


def audit(topics: Topics) -> str:
    return topics.audit


def enforcement(topics: Topics) -> str:
    return topics.enforcement


def review(topics: Topics) -> str:
    return topics.review


def dead_letters(topics: Topics) -> str:
    return topics.dead_letters


def said(output: Output) -> dict[str, Any]:
    assert isinstance(output.value, dict)
    return output.value


def changed(output: Output, id: str | None = None, **data: Any) -> Output:
    """A verdict with another id, or other fields in `data`."""
    value = said(output)
    return replace(output, value={**value, "id": id or value["id"], "data": {**value["data"], **data}})


def put(play: Play, old: Output, *new: Output) -> None:
    place = next(place for place, output in enumerate(play.outputs) if output is old)
    play.outputs[place : place + 1] = new


def drop(topic: Choice, id: str) -> Break:
    return lambda play: put(play, play.of(topic(play.topics), id))


def drop_all(id: str) -> Break:
    def fault(play: Play) -> None:
        for output in play.all_of(id):
            put(play, output)

    return fault


def alter(topic: Choice, of: str, id: str | None = None, **data: Any) -> Break:
    def fault(play: Play) -> None:
        old = play.of(topic(play.topics), of)
        put(play, old, changed(old, id, **data))

    return fault


def alter_all(of: str, **data: Any) -> Break:
    """On all topics alike."""

    def fault(play: Play) -> None:
        for old in play.all_of(of):
            put(play, old, changed(old, **data))

    return fault


def double(topic: Choice, id: str) -> Break:
    def fault(play: Play) -> None:
        old = play.of(topic(play.topics), id)
        put(play, old, old, old)

    return fault


def double_under_another_id(play: Play) -> None:
    old = play.of(play.topics.audit, ALLOWED)
    put(play, old, old, changed(old, "0" * 32))


def swap(topic: Choice) -> Break:
    """Two verdicts on records of one partition change places in one partition of audit."""

    def fault(play: Play) -> None:
        places: dict[tuple[int, int], int] = {}
        for place, output in enumerate(play.outputs):
            if output.topic == play.topics.audit and output.source.topic == topic(play.topics):
                other = places.setdefault((output.partition, output.source.partition), place)
                if other != place:
                    play.outputs[other], play.outputs[place] = output, play.outputs[other]
                    return
        raise AssertionError("no partition has two verdicts")

    return fault


def one_id_for_two(play: Play) -> None:
    put(play, old := play.of(play.topics.audit, ALLOWED), changed(old, said(play.of(play.topics.audit, REMOVED))["id"]))


def plain_account(play: Play) -> None:
    account = next(upload.account for upload in UPLOADS if upload.id == ALLOWED)
    alter(audit, ALLOWED, account=account)(play)


def both(id: str, code: str) -> Break:
    def fault(play: Play) -> None:
        old = play.of(play.topics.audit, id)
        put(play, old, old, play.dead(play.given[old.source], code))

    return fault


def dead_instead(id: str) -> Break:
    def fault(play: Play) -> None:
        first, *others = play.all_of(id)
        put(play, first, play.dead(play.given[first.source], "json-code"))
        for other in others:
            put(play, other)

    return fault


def judge_poison(play: Play) -> None:
    upload = next(upload for upload in UPLOADS if upload.id == POISON)
    old = play.of(play.topics.dead_letters, POISON)
    put(play, old, *play.judged(play.given[old.source], upload, Verdict("allow", (), None)))


def letter_with(id: str, **fields: Any) -> Break:
    def fault(play: Play) -> None:
        old = play.of(play.topics.dead_letters, id)
        put(play, old, replace(old, **fields))

    return fault


def letter_of_another_code(id: str) -> Break:
    def fault(play: Play) -> None:
        old = play.of(play.topics.dead_letters, id)
        put(play, old, play.dead(play.given[old.source], "x"))

    return fault


def letter_without_its_headers(id: str) -> Break:
    return lambda play: letter_with(id, headers=play.of(play.topics.dead_letters, id).headers[1:])(play)


def of_no_input(play: Play) -> None:
    old = play.of(play.topics.audit, ALLOWED)
    place = Source(play.topics.uploads, 0, 100_000)
    play.outputs.append(changed(old, input=place._asdict()))


def not_json(play: Play) -> None:
    play.outputs.append(replace(play.outputs[0], topic=play.topics.audit, value=b'{"type":'))


def under_another_key(play: Play) -> None:
    old = play.of(play.topics.enforcement, REMOVED)
    put(play, old, replace(old, key="another"))


def enforce_for_nothing(play: Play) -> None:
    old = play.of(play.topics.audit, ALLOWED)
    put(play, old, old, replace(old, topic=play.topics.enforcement))


def behind(topic: Choice) -> Break:
    def fault(play: Play) -> None:
        play.behind = topic(play.topics)

    return fault


def abort_copies(play: Play) -> None:
    play.aborted = list(play.outputs)


def abort(id: str) -> Break:
    """The one and only verdict is in a transaction that was aborted: a reader must not count it."""

    def fault(play: Play) -> None:
        play.aborted = play.all_of(id)
        drop_all(id)(play)

    return fault


def leave_open(play: Play) -> None:
    play.unfinished = [play.of(play.topics.audit, ALLOWED)]


def never_sent(play: Play) -> None:
    """Plays with an upload fewer than the check is told of."""

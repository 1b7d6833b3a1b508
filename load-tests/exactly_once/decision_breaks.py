"""Promises about people's decisions that are broken in ways of their own."""

from dataclasses import replace

from breaks import ALLOWED, APPEAL, LET_GO, SPOILT, alter_all, changed, put, said
from decisions import Shares, decide
from plays import SEED, UPLOADS, Play
from verdicts import Source, verdict_id


def id_of_what_it_supersedes(play: Play) -> None:
    for old in play.all_of(LET_GO):
        put(play, old, changed(old, said(old)["data"]["supersedes"]))


def id_by_the_decision(play: Play) -> None:
    """By the decision's own id, and not by the upload's event."""
    for old in play.all_of(LET_GO):
        put(play, old, changed(old, verdict_id(old.source, LET_GO)))


def received_with_the_upload(play: Play) -> None:
    event = said(play.of(play.topics.audit, LET_GO))["data"]["event"]
    first = said(play.of(play.topics.audit, event))["data"]["times"]["received"]
    times = said(play.of(play.topics.audit, LET_GO))["data"]["times"]
    alter_all(LET_GO, times={**times, "received": first})(play)


def supersedes_the_first(play: Play) -> None:
    """The verdict on the upload, and not the one that was decided on."""
    event = said(play.of(play.topics.audit, APPEAL))["data"]["event"]
    alter_all(APPEAL, supersedes=said(play.of(play.topics.audit, event))["id"])(play)


def supersedes_that_of_another(play: Play) -> None:
    alter_all(LET_GO, supersedes=said(play.of(play.topics.audit, ALLOWED))["id"])(play)


def supersedes_what_nobody_was_told_of(play: Play) -> None:
    """Weir is faithful to the decision, but what was decided on is on no topic."""
    place = Source(play.topics.uploads, 0, 100_000)
    verdict = said(play.of(play.topics.audit, ALLOWED))
    account = next(upload.account for upload in UPLOADS if upload.id == ALLOWED)
    data = {**verdict["data"], "account": account, "input": place._asdict()}
    decision = decide(SEED, {**verdict, "id": verdict_id(place, ALLOWED), "data": data}, Shares(1, 1, 0))
    assert decision
    play.judge_decision(decision)


def decided_twice(play: Play) -> None:
    """The same decision stands on its topic once more, and Weir is faithful to both."""
    decision = next(given for given in play.given.values() if given.id == LET_GO)
    topic, partition, _ = decision.source
    again = play.give(topic, partition, LET_GO, decision.key, decision.value, decision.headers)
    play.outputs += play.superseding(again)


def judge_spoilt(play: Play) -> None:
    """As one might if what is missing were filled in."""
    old, like = play.of(play.topics.dead_letters, SPOILT), play.of(play.topics.audit, LET_GO)
    id = verdict_id(old.source, said(like)["data"]["event"])
    put(play, old, replace(changed(like, id, input=old.source._asdict()), source=old.source))


def review_for_nothing(play: Play) -> None:
    old = play.of(play.topics.enforcement, LET_GO)
    put(play, old, old, replace(old, topic=play.topics.review))

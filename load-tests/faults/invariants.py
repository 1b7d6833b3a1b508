"""The invariants by which a run under faults is judged, and what of the checks counts for which.

Their numbers are those of the fault matrix.
"""

from typing import Any

INVARIANTS = {
    "I1": "each input record has exactly one verdict on audit, or one dead letter",
    "I2": "verdicts, and what enforcement and review get, are what the uploads' right answers say",
    "I3": "what comes of one input partition comes in its order",
    "I4": "a verdict and its copies are one transaction: none is seen without the others",
    "I5": "the committed offset is never above what has been written, and never goes back",
    "I6": "a subscriber that reads along sees nothing twice, nothing again and no gap",
    "I7": "verdicts and dead letters together are the input, and dead letters hold it unchanged",
    "I8": "memory, and records in flight, stay within their bounds",
    "I9": "work goes on within its time once a fault is over",
    "I10": "after SIGTERM a process is gone in time, with exit code 0 and no transaction open",
    "I11": "nothing comes from a process whose partition another has taken over",
    "I12": "restored state is what the input makes it",
}

OF_CHECK = {
    "input": "I7",
    "missing": "I1",
    "doubled": "I1",
    "both": "I7",
    "unknown": "I7",
    "malformed": "I2",
    "wrong-verdict": "I2",
    "wrong-dead-letter": "I7",
    "enforcement-missing": "I2",
    "enforcement-extra": "I2",
    "enforcement-differs": "I2",
    "review-missing": "I2",
    "review-extra": "I2",
    "review-differs": "I2",
    "supersedes": "I2",
    "audit-account": "I2",
    "order": "I3",
    "verdict-id": "I2",
    "offsets": "I5",
    "open-transaction": "I10",
}
"""What `exactly_once/check.py` finds when all is over."""

OF_READER = {
    "apart": "I4",
    "ahead": "I5",
    "committed-back": "I5",
    "back": "I6",
    "doubled": "I6",
    "unreadable": "I6",
    "unread": "I6",
    "stale": "I11",
}
"""What `reader.py` and `follow.py` find meanwhile."""

Violation = dict[str, Any]


def of_trouble(trouble: str) -> str:
    """What processes did, as the scene tells it."""
    if "SIGTERM" in trouble or "did not end within" in trouble:
        return "I10"
    return "I11" if "did not give up" in trouble else "I9"


def counted(
    check: dict[str, Any],
    read: dict[str, Violation],
    troubles: list[str],
    excesses: list[str],
    states: list[str] | None = None,
) -> dict[str, dict[str, Any]]:
    """By invariant: how often it was violated, and the first of each kind.

    `check` is the report of the check, `read` what the reader saw; `excesses` are of memory and records in flight,
    `states` what is wrong with what is known of accounts.
    """
    scene = [(of_trouble(trouble), trouble) for trouble in troubles] + [("I8", excess) for excess in excesses]
    scene += [("I12", state) for state in states or []]
    found: dict[str, dict[str, Any]] = {name: {"violations": 0, "first": {}} for name in INVARIANTS}
    for kind, count in check.get("invariants", {}).items():
        if count:
            found[OF_CHECK[kind]]["violations"] += count
            found[OF_CHECK[kind]]["first"][kind] = check["first"][kind]
    for kind, violation in read.items():
        found[OF_READER[kind]]["violations"] += violation["count"]
        found[OF_READER[kind]]["first"][kind] = {"id": violation["id"], "detail": violation["detail"]}
    for name, detail in scene:
        found[name]["violations"] += 1
        found[name]["first"].setdefault("seen", detail)
    return found


def broken(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Those that were violated."""
    return {name: one for name, one in found.items() if one["violations"]}

"""SIGTERM when it is least welcome: twice, in the middle of a commit, while partitions move."""

from collections.abc import Generator
from functools import partial
from signal import SIGTERM

from script import ASSIGNED, Act, Condition, Scripts, Steps, leaves, patiently, restarts, says

DELAY = "3s"
"""How long the place lasts that the signal is to meet."""


def meets(act: Act, place: str) -> Generator[Condition, None, bool]:
    """Starts the process again and waits until it stands at a named place, where it stays for a while.

    False if there is nothing left to do that would lead there, on a slow machine.
    """
    yield from restarts(act, act.process, {"WEIR_FAILPOINTS": f"{place}=delay({DELAY})@3"})
    point = f'"point":"{place}"'
    yield patiently(
        f"{act.process.member} comes to {place}",
        lambda: act.process.has_said(point) or (act.process.has_said(ASSIGNED) and act.watch.has_uploads()),
    )
    if act.process.has_said(point):
        return True
    act.note["idle"] = True
    act.away.discard(act.process)
    return False


def at(place: str, act: Act) -> Steps:
    """It finishes what it is at, and leaves in good order."""
    if not (yield from meets(act, place)):
        return
    act.process.send(SIGTERM)
    yield from leaves(act, act.process)
    yield from again(act)


def twice(act: Act) -> Steps:
    """The second signal, while the first is being heeded, ends it at once with 1."""
    if not (yield from meets(act, "during-commit")):
        return
    act.process.send(SIGTERM)
    yield says(act.process, "signal: draining")
    act.process.send(SIGTERM)
    yield from leaves(act, act.process, code=1)
    if not act.process.has_said("second signal: ending at once"):
        act.troubles.append(f"{act.process.member} does not say that there was a second signal")
    yield from again(act)


def in_rebalance(act: Act) -> Steps:
    """While it drains partitions for somebody else. As many join as are needed for each member to lose one."""
    place = "revocation-drain"
    yield from restarts(act, act.process, {"WEIR_FAILPOINTS": f"{place}=delay({DELAY})@1"})
    yield says(act.process, ASSIGNED)
    extras = [act.extra(f"term-{act.note['began']}-{number}") for number in range(2)]
    for extra in extras:
        extra.start()
    yield says(act.process, f'"point":"{place}"')
    act.process.send(SIGTERM)
    yield from leaves(act, act.process)
    yield from again(act)
    for extra in extras:
        yield says(extra, '"message":"joined the group"')
        extra.send(SIGTERM)
        yield from leaves(act, extra)


def again(act: Act) -> Steps:
    act.process.start()
    yield says(act.process, ASSIGNED)
    act.away.discard(act.process)


SCRIPTS: Scripts = {
    "term-twice": twice,
    "term-during-commit": partial(at, "during-commit"),
    "term-after-commit": partial(at, "after-commit"),
    "term-in-rebalance": in_rebalance,
}
TERMS = list(SCRIPTS)

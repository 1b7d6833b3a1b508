"""One member, then four, each of them restarted in turn, then one again."""

import json
from pathlib import Path
from signal import SIGTERM

from script import ASSIGNED, Act, Condition, Scripts, Steps, leaves, moves, patiently, restarts, says

ROLLING, HASTY = "rolling", "rolling-hasty"
MOST = 4
COMMIT = "6s"
"""Longer than others take to agree, twice of which is shorter than a process may take to end."""


def rolling(act: Act) -> Steps:
    """Each step waits until the group has shared the partitions out, as an orderly operator does."""
    partitions = len(act.watch.uploads.offsets)
    extras = [act.extra(f"rolling-{number}") for number in range(1, MOST)]

    def shared(members: int) -> Condition:
        return patiently(f"partitions are shared by {members}", lambda: act.group.is_shared(members, partitions))

    for number, extra in enumerate(extras):
        extra.start()
        yield shared(number + 2)
        yield moves(act.watch)
    for process in [act.process, *extras]:
        yield from restarts(act, process)
        yield says(process, ASSIGNED)
        yield shared(MOST)
        yield moves(act.watch)
    act.away.discard(act.process)
    for number, extra in enumerate(extras):
        extra.send(SIGTERM)
        yield from leaves(act, extra)
        yield shared(MOST - number - 1)
        yield moves(act.watch)


def hasty(act: Act) -> Steps:
    """The only member is restarted before it has handed over what it is to give to one that has just joined.

    Every partition must get an owner, although brokers give a static member that comes back what it was assigned last,
    and ask nobody to share out anew.
    """
    # It stands in a commit until the group has decided, and only then learns of that and of the signal.
    yield from restarts(act, act.process, {"WEIR_FAILPOINTS": f"during-commit=delay({COMMIT})"})
    yield says(act.process, '"point":"during-commit"')
    extra = act.extra(f"hasty-{act.note['began']}")
    extra.start()
    yield says(extra, f'"label":"lane.bulk",{ASSIGNED}')
    yield from restarts(act, act.process)
    yield says(act.process, ASSIGNED)
    act.away.discard(act.process)
    yield moves(act.watch)
    extra.send(SIGTERM)
    yield from leaves(act, extra)


def make_dynamic(config: Path) -> None:
    """Members without a name of their own: they leave the group when they end."""
    settings = json.loads(config.read_text())
    settings["kafka"]["instanceId"] = None
    # The log of the brokers and the listing of members then still tell them apart.
    settings["kafka"]["properties"]["client.id"] = "${WEIR_MEMBER}"
    config.write_text(json.dumps(settings, indent=1))


SCRIPTS: Scripts = {ROLLING: rolling, HASTY: hasty}

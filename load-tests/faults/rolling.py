"""One member, then four, each of them restarted in turn, then one again."""

import json
from pathlib import Path
from signal import SIGTERM

from script import ASSIGNED, Act, Condition, Scripts, Steps, leaves, moves, patiently, restarts, says

ROLLING, HASTY = "rolling", "rolling-hasty"
MOST = 4
OWNED_WITHIN = 60.0
"""Seconds: members look now and then, and wait for those that drain."""


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
    """The only member dies when it is told to hand partitions over to one that has just joined, and is started again.

    Every partition must get an owner, although brokers give a static member that comes back what it was assigned last,
    and ask nobody to share out anew.
    """
    yield from restarts(act, act.process, {"WEIR_FAILPOINTS": "revocation-drain=exit@1"})
    yield says(act.process, ASSIGNED)
    extra = act.extra(f"hasty-{act.note['began']}")
    extra.start()
    yield patiently(f"{act.process.member} dies", lambda: act.process.exit_code() is not None)
    act.process.start()
    yield says(act.process, ASSIGNED)
    act.away.discard(act.process)
    partitions = len(act.watch.uploads.offsets)
    yield patiently("each partition has an owner", lambda: act.group.is_shared(2, partitions), OWNED_WITHIN)
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

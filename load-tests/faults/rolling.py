"""One member, then four, each of them restarted in turn, then one again."""

import json
from pathlib import Path
from signal import SIGTERM

from script import Act, Scripts, Steps, leaves, moves, restarts, says

ROLLING = "rolling"
MOST = 4


def rolling(act: Act) -> Steps:
    extras = [act.extra(f"rolling-{number}") for number in range(1, MOST)]
    for extra in extras:
        extra.start()
        yield says(extra, '"message":"assigned"')
        yield moves(act.watch)
    for process in [act.process, *extras]:
        yield from restarts(act, process)
        yield says(process, '"message":"assigned"')
        yield moves(act.watch)
    act.away.discard(act.process)
    for extra in extras:
        extra.send(SIGTERM)
        yield from leaves(act, extra)
        yield moves(act.watch)


def make_dynamic(config: Path) -> None:
    """Members without a name of their own: they leave the group when they end."""
    settings = json.loads(config.read_text())
    settings["kafka"]["instanceId"] = None
    # The log of the brokers and the listing of members then still tell them apart.
    settings["kafka"]["properties"]["client.id"] = "${WEIR_MEMBER}"
    config.write_text(json.dumps(settings, indent=1))


SCRIPTS: Scripts = {ROLLING: rolling}

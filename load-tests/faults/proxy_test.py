"""Shows on a real broker and with real clients that the proxy does what it says, fault by fault.

    python load-tests/faults/proxy_test.py [--brokers 3] [CASE…]

Exit code 0 if every case holds.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cluster import ProxiedCluster
from proxy_cases import FAULTS
from proxy_costs import large_frame, nothing_left, throughput
from proxy_swallows import SWALLOWS
from stage import Stage

Case = Callable[[Stage], str | None]

# The last one looks at what all others have left.
ALL: dict[str, Case] = {case.__name__: case for case in [*FAULTS, *SWALLOWS, large_frame, throughput, nothing_left]}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brokers", type=int, default=1)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"default all: {', '.join(ALL)}")
    return parser.parse_args()


def holds(name: str, case: Case, stage: Stage) -> bool:
    start = time.monotonic()
    try:
        note = case(stage)
    except Exception as error:
        print(f"NOT OK: {name}: {type(error).__name__}: {error}", flush=True)
        return False
    finally:
        stage.proxy.heal()
    print(f"ok: {name} ({time.monotonic() - start:.1f} s){f': {note}' if note else ''}", flush=True)
    return True


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    start = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="weir-proxy-") as folder,
        ProxiedCluster(Path(folder) / "kafka", chosen.brokers) as cluster,
    ):
        print(f"{chosen.brokers} broker(s) after {time.monotonic() - start:.1f} s", flush=True)
        stage = Stage(cluster)
        results = [holds(name, ALL[name], stage) for name in chosen.cases or ALL]
    print(f"{time.monotonic() - start:.1f} s in all")
    print(f"proxy test: {sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

"""How long a process takes until it knows all signals: from the whole topic, and from a snapshot and what came since.

Starts a broker, puts many signals onto the topic and starts one `weir run` that reads them and writes a snapshot; puts
some more, starts it again, and looks at what it says of itself (`weir_signal_restore_seconds`, from its start on) and
at the memory that it takes.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import live_signals
from harness import results, weir
from harness.broker import Broker
from harness.usage import peak_memory


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signals", type=int, default=1_000_000)
    parser.add_argument("--since", type=int, default=50_000, help="signals that come after the snapshot")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/snapshot-start.jsonl")
    return parser.parse_args()


def put(config: Path, folder: Path, numbers: range) -> None:
    path = folder / "known.jsonl"
    with path.open("w") as file:
        file.writelines(json.dumps(live_signals.signal_of(number)) + "\n" for number in numbers)
    os.environ["WEIR_MEMBER"] = "tool"
    weir.tool("signals", "put", "--config", config, path)
    path.unlink()


def run(config: Path, folder: Path, name: str, *words: str) -> dict[str, Any]:
    """One life of a process, from its start until it has said these words."""
    process = weir.Weir(config, "member-0", folder / f"{name}.log")
    process.start()
    for each in words:
        live_signals.wait_for(process, each, patience=900)
    figures = {
        "restoreSeconds": round(process.metrics()["weir_signal_restore_seconds"], 2),
        "peakMiB": round(peak_memory(process.pid), 1),
        "signals": round(process.metrics()["weir_signals"]),
    }
    process.send(SIGTERM)
    if process.wait(30) != 0:
        raise SystemExit(f"it did not end well: {process.last_words()}")
    return figures


def main() -> int:
    chosen = options()
    signal(SIGTERM, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-snapshot-"))
    snapshot = folder / "state" / "signals"
    with Broker(folder / "kafka") as broker:
        config = live_signals.configure(folder, broker)
        settings = json.loads(config.read_text())
        settings["signals"]["snapshot"] = str(snapshot)
        config.write_text(json.dumps(settings, indent=1))
        weir.make_topics(config, 4)
        put(config, folder, range(chosen.signals))
        ready = '"message":"joined the group"'
        whole = run(config, folder, "whole", ready, '"message":"snapshot of signals written"')
        put(config, folder, range(chosen.signals, chosen.signals + chosen.since))
        again = run(config, folder, "again", '"message":"signals are those of a snapshot', ready)
        figures = {
            "signals": chosen.signals,
            "since": chosen.since,
            "snapshotBytes": snapshot.stat().st_size,
            "whole": whole,
            "fromSnapshot": again,
        }
        versions = {"weir": weir.version(), "kafka": broker.version()}
    shutil.rmtree(folder)
    results.report("snapshot-start", versions, figures, is_kept=chosen.record)
    return 0 if again["signals"] == chosen.signals + chosen.since else 1


if __name__ == "__main__":
    sys.exit(main())

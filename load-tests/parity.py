"""`weir scan` gives the verdicts that the topic gives: the same records through both, compared byte for byte.

Made-up uploads, the examples of topology/examples and records that are no events go through `weir run` on a topic of
one partition and through `weir scan`, with the shipped pipeline and policy. Only times may differ.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from subprocess import DEVNULL, PIPE, run

from confluent_kafka import Producer

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import weir
from harness.broker import PACKAGE, Broker
from harness.topics import ONCE, Cluster, Group

TOPOLOGY = PACKAGE / "topology"
POISON = ['{"id":"cut', "[]", '{"specversion":"1.0","type":"unheard.of","source":"/p","id":"p"}']


def records() -> list[str]:
    """One a line, as both take them."""
    lines = weir.tool("load", "generate", "--count", "3000", "--known", "20").splitlines()
    for name in ("upload-structured", "upload-live-segment", "upload-share"):
        lines.append(json.dumps(json.loads((TOPOLOGY / "examples" / f"{name}.json").read_text())))
    for place, poison in enumerate(POISON):
        lines.insert(500 * (place + 1), poison)
    return lines


def without_times(verdict: bytes | str) -> str:
    """The verdict with every time put to one, its members in their order."""
    value = json.loads(verdict)
    value["time"] = ""
    value["data"]["times"] = {}
    return json.dumps(value, ensure_ascii=False)


def scanned(config: Path, lines: list[str], folder: Path) -> list[str]:
    uploads = folder / "uploads.jsonl"
    uploads.write_text("\n".join(lines) + "\n")
    command = [weir.binary(), "scan", "--config", config, uploads]
    done = run(command, cwd=PACKAGE, env={"WEIR_MEMBER": "scan"}, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, text=True)
    if done.returncode != 1:
        raise SystemExit(f"weir scan ended with {done.returncode}, though some records are no events")
    return [without_times(line) for line in done.stdout.splitlines()]


def streamed(config: Path, lines: list[str], folder: Path, bootstrap: str) -> list[str]:
    weir.make_topics(config, 1)
    producer = Producer({"bootstrap.servers": bootstrap, **ONCE})
    for line in lines:
        producer.produce("uploads", line.encode(), partition=0)
    producer.flush()
    process = weir.Weir(config, "member-0", folder / "weir.log")
    process.start()
    cluster = Cluster(bootstrap)
    group = Group(cluster, "weir", "uploads")
    deadline = time.monotonic() + 60
    while group.committed()[0] < len(lines):
        if time.monotonic() > deadline or process.exit_code() is not None:
            raise SystemExit(f"not all was judged:\n{(folder / 'weir.log').read_text()}")
        time.sleep(0.1)
    process.send(SIGTERM)
    process.wait(25)
    found = [record.value or b"" for record in cluster.read(["audit"], "read_committed")]
    return [without_times(verdict) for verdict in found]


def main() -> int:
    signal(SIGTERM, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-parity-"))
    signals = folder / "signals.jsonl"
    examples = (TOPOLOGY / "examples" / "signals.jsonl").read_text()
    signals.write_text(weir.tool("load", "generate", "--signals") + examples)
    config = folder / "weir.yaml"
    lines = records()
    with Broker(folder / "kafka") as broker:
        weir.Settings(
            bootstrap=broker.bootstrap,
            group="weir",
            pipeline=TOPOLOGY / "pipeline.yaml",
            policy=TOPOLOGY / "policies" / "tvec-default.yaml",
            signals=signals,
            properties={},
            topics={},
            commit={"interval": "50ms"},
        ).write(config)
        # A scan reads no topic of signals, and verdicts name what they were judged by.
        settings = json.loads(config.read_text())
        settings["signals"]["topic"] = None
        config.write_text(json.dumps(settings))
        of_topic = streamed(config, lines, folder, broker.bootstrap)
    of_scan = scanned(config, lines, folder)
    shutil.rmtree(folder)
    wanted = len(lines) - len(POISON)
    if len(of_topic) != wanted or sorted(of_topic) != sorted(of_scan):
        different = next(
            (pair for pair in zip(sorted(of_topic), sorted(of_scan), strict=False) if pair[0] != pair[1]), ("", "")
        )
        print(f"DIFFERENT: {len(of_topic)} verdicts on the topic, {len(of_scan)} scanned, {wanted} wanted")
        print(f"topic: {different[0]}\nscan:  {different[1]}")
        return 1
    actions = {action: sum(f'"action": "{action}"' in verdict for verdict in of_scan) for action in ("allow", "remove")}
    print(f"SAME: {wanted} verdicts from the topic and from the file, {actions['remove']} of them remove")
    return 0 if all(actions.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

"""A real Apache Kafka of one node on loopback, started for one run and removed after it."""

import os
import random
import re
import socket
import subprocess
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]

# Starts the broker, waits for the end of its input, then stops and removes it: however the harness ends, so does it.
KEEPER = """
bash "$1" start "$2" --port "$3" ${5:+"$5"} </dev/null || exit 1
cat >/dev/null
bash "$1" stop "$2"
[ -n "$4" ] || rm -rf "$2"
"""


class Broker:
    """The broker, for as long as the `with` statement lasts."""

    def __init__(self, directory: Path, keep: bool = False, secure: bool = False) -> None:
        """`directory` must not exist; it is removed at the end unless `keep` says otherwise.

        With `secure` clients need TLS, SASL and rights; the folder then holds their properties.
        """
        self.directory = directory
        self.script = kafka_home() / "kafka-cluster"
        port = free_ports()
        self.bootstrap = f"127.0.0.1:{port}"
        self._keeper = subprocess.Popen(
            [
                *("bash", "-c", KEEPER, "keeper", str(self.script), str(directory), str(port)),
                *("keep" if keep else "", "--secure" if secure else ""),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )

    def __enter__(self) -> "Broker":
        assert self._keeper.stdout
        if self._keeper.stdout.readline().strip() != self.bootstrap:
            raise SystemExit("Kafka did not start; it says why above")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._keeper.stdin
        self._keeper.stdin.close()
        self._keeper.wait()

    def node(self, action: str) -> None:
        """`kill`, `term` or `up`."""
        command = ["bash", str(self.script), action, str(self.directory), "1"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    @property
    def pid(self) -> int:
        return int((self.directory / "node-1" / "pid").read_text())

    def version(self) -> str:
        jars = sorted((self.script.parent / "libs").glob("kafka-clients-*.jar"))
        return jars[0].stem.removeprefix("kafka-clients-") if jars else "unknown"


def kafka_home() -> Path:
    """The folder that holds `kafka-cluster`."""
    candidates = [os.environ.get("WEIR_KAFKA_HOME"), PACKAGE.parent / "shared" / "kafka"]
    for candidate in candidates:
        if candidate and os.access(Path(candidate) / "kafka-cluster", os.X_OK):
            return Path(candidate)
    raise SystemExit(
        "there is no Kafka: put the unpacked Apache Kafka 4.x with its kafka-cluster script into ../shared/kafka,"
        " or name its folder in WEIR_KAFKA_HOME"
    )


def free_ports() -> int:
    """The first of two neighbouring ports that nobody listens on; below those that clients are given."""
    for _ in range(100):
        port = random.randrange(20_000, 32_000)
        if is_free(port) and is_free(port + 1):
            return port
    raise SystemExit("no free ports")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def add_listener(properties: Path, name: str, address: str, advertised: str, protocol: str = "PLAINTEXT") -> None:
    """One more way into a node, which tells its clients the address of the listener that they asked.

    Takes effect when the node starts again.
    """
    text = properties.read_text()
    for setting, more in [
        ("listeners", f"{name}://{address}"),
        ("advertised.listeners", f"{name}://{advertised}"),
        ("listener.security.protocol.map", f"{name}:{protocol}"),
    ]:
        text = re.sub(rf"(?m)^{re.escape(setting)}=.*$", rf"\g<0>,{more}", text)
    properties.write_text(text)


def is_alive(pid: int) -> bool:
    """A zombie that nobody has reaped yet is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

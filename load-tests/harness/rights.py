"""The rights that docs/integrating.md lists, and clients of a broker that asks for them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from harness.broker import PACKAGE, Broker

DOCUMENT = PACKAGE / "docs/integrating.md"


def client(broker: Broker, name: str) -> dict[str, str]:
    """librdkafka's properties of a file that the secure broker made."""
    lines = (broker.directory / name).read_text().split()
    # Without the client's word on brokers that stop at the end.
    return dict(line.split("=", 1) for line in lines) | {"bootstrap.servers": broker.bootstrap, "log_level": "0"}


def documented_commands() -> str:
    """The block of docs/integrating.md that gives the rights."""
    return block(r"acls\(\).*?")


def documented_state_commands() -> str:
    """That of what is known of accounts."""
    return block(r"acls --operation Read --operation Write.*?")


def block(pattern: str) -> str:
    blocks = re.findall(rf"^```bash\n({pattern})^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    if len(blocks) != 1:
        raise SystemExit(f"{DOCUMENT}: there must be one block of {pattern}")
    commands: str = blocks[0]
    return commands


def give_documented_rights(broker: Broker, folder: Path, state: bool = False) -> None:
    """With `state`, those for what is known of accounts too."""
    commands = documented_commands() + (documented_state_commands() if state else "")
    shutil.copy(broker.directory / "admin-tools.properties", folder / "admin.properties")
    environment = os.environ | {
        "PATH": f"{broker.script.parent / 'bin'}:{os.environ['PATH']}",
        "BOOTSTRAP": broker.bootstrap,
        # kafka-acls.sh runs beside a broker on a small machine.
        "KAFKA_HEAP_OPTS": "-Xmx128m",
    }
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        check=True,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
    )


def secure_properties(broker: Broker, user: str, folder: Path) -> dict[str, str | int]:
    """Weir's, for a user of the secure broker, whose password is put into a file."""
    password = folder / f"{user}-password"
    password.write_text(f"{user}-secret\n")
    return {
        "security.protocol": "sasl_ssl",
        "ssl.ca.location": str(broker.directory / "tls/ca.pem"),
        "sasl.mechanism": "PLAIN",
        "sasl.username": user,
        "sasl.passwordFile": str(password),
    }

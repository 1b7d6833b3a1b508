"""A broker on which Weir needs TLS, a password and rights; the harness has a way in of its own."""

from pathlib import Path

from patience import until

from harness.broker import Broker, add_listener, free_ports, is_alive
from harness.rights import give_documented_rights, secure_properties


class SecuredBroker(Broker):
    """Weir comes in at `secured_bootstrap`, with exactly the documented rights; `bootstrap` asks for nothing."""

    def __init__(self, directory: Path, keep: bool = False) -> None:
        super().__init__(directory, keep, secure=True)
        self.secured_bootstrap = self.bootstrap

    def __enter__(self) -> "SecuredBroker":
        super().__enter__()
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def properties(self, folder: Path) -> dict[str, str | int]:
        """Weir's, beside the addresses."""
        return secure_properties(self, "weir", folder)

    def give_rights(self, folder: Path) -> None:
        # By a client of the secured listener, as an operator would.
        plain, self.bootstrap = self.bootstrap, self.secured_bootstrap
        give_documented_rights(self, folder, state=True)
        self.bootstrap = plain

    def _open(self) -> None:
        address = f"127.0.0.1:{free_ports()}"
        old = self.pid
        self.node("term")
        until("the node has ended", lambda: not is_alive(old))
        add_listener(self.directory / "node-1" / "server.properties", "HARNESS", address, address)
        self.node("up")
        self.bootstrap = address

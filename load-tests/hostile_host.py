"""A host of media that means harm: what it never gives, it gives a byte at a time, or elsewhere."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAUSE = 0.02
"""Seconds between two bytes of a file that trickles."""


class Handler(BaseHTTPRequestHandler):
    """`/trickle/…` declares a file of a million bytes and goes on for ever; anything else leads to another address."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.startswith("/trickle/"):
            self._trickle()
            return
        self.send_response(302)
        self.send_header("Location", f"/loop/{time.monotonic_ns()}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _trickle(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"a")
                time.sleep(PAUSE)
        except OSError:
            return  # it was given up, as it should be

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class HostileHost:
    """At a port of the system's choice, until the harness ends."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def authority(self) -> str:
        """What an allow-list names."""
        return f"127.0.0.1:{self._server.server_port}"

    def media(self) -> dict[str, str]:
        """Addresses that cost time, by kind."""
        return {
            "trickling-file": f"http://{self.authority}/trickle/picture.png",
            "redirects": f"http://{self.authority}/loop/picture.png",
        }

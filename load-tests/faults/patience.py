"""Waiting for what must come to be."""

import time
from collections.abc import Callable

PATIENCE = 60.0


def until(what: str, is_so: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.05)

"""A far side that answers from a thread, for drivers that block."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.drivers.loop import FarSide


@contextmanager
def answering(far: FarSide) -> Iterator[None]:
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            if not far.pump():
                stop.wait(0.0005)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()

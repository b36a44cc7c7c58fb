"""A far side that never ends its answer holds nobody."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest

from appliance.sync.client import Client, Unreachable

ENDS = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"


@contextmanager
def dripping(first: bytes) -> Iterator[str]:
    """Says `first`, then a byte each few milliseconds, until it is left."""
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            caller, _ = door.accept()
            with caller, suppress(OSError):
                caller.sendall(first)
                while not over.wait(0.005):
                    caller.sendall(b"x")

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        over.set()
        thread.join()


@pytest.mark.parametrize("first", [HEAD, ENDS, b"HTTP/1.1 200 OK\r\nX-Long: "], ids=["body", "closing", "head"])
def test_an_answer_byte_by_byte_is_given_up(first: bytes) -> None:
    """Each read is in time, the whole never comes; half of an answer is none."""
    with dripping(first) as url, pytest.raises(Unreachable):
        Client(url, patience=0.2).ask("GET", "/v1/keys")

"""Stands between a collector and its store, and does to an exchange what networks and stores do."""

from __future__ import annotations

import http.client
import threading
from collections import deque
from contextlib import suppress
from enum import Enum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection"}


class Fault(Enum):
    """What befalls one exchange with the store."""

    CONFLICT = "409 and nothing stored"
    PRECONDITION = "412 and nothing stored"
    CONFLICT_AFTER = "409 although it was stored"
    ERROR = "500 and nothing stored"
    ERROR_AFTER = "500 although it was stored"
    BROKEN = "the connection breaks before anything is stored"
    BROKEN_AFTER = "the connection breaks although it was stored"
    TRUNCATED = "a read that ends early"
    SHORT = "a read that ends early and says that this is all"
    MISSING = "a read that finds nothing"


WRITES = [fault for fault in Fault if fault not in (Fault.TRUNCATED, Fault.SHORT, Fault.MISSING)]
READS = [Fault.ERROR, Fault.BROKEN, Fault.TRUNCATED, Fault.SHORT, Fault.MISSING]
_STATUS = {
    Fault.CONFLICT: 409,
    Fault.PRECONDITION: 412,
    Fault.CONFLICT_AFTER: 409,
    Fault.ERROR: 500,
    Fault.ERROR_AFTER: 500,
    Fault.MISSING: 404,
}
_BEFORE = {Fault.CONFLICT, Fault.PRECONDITION, Fault.ERROR, Fault.MISSING}


class Proxy:
    """`writes` and `reads`: faults that wait, each for one PUT or GET of an object below `below`."""

    def __init__(self, endpoint: str, below: str = "/chains/") -> None:
        self.upstream, self.below = urlsplit(endpoint).netloc, below
        self.writes: deque[Fault] = deque()
        self.reads: deque[Fault] = deque()
        self.hold: threading.Event | None = None  # a PUT waits for it behind the store's answer
        self.held = threading.Event()
        self.lying = False  # every writer is told that he was first
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def clear(self) -> None:
        self.writes.clear()
        self.reads.clear()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def due(self, method: str, path: str) -> Fault | None:
        waiting = {"PUT": self.writes, "GET": self.reads}.get(method)
        if not waiting or self.below not in path:
            return None
        return waiting.popleft()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        return type("Handler", (_Handler,), {"owner": self})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    owner: Proxy

    def _exchange(self) -> None:
        fault = self.owner.due(self.command, self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if fault in _BEFORE:
            self._answer(_STATUS[fault], {}, b"")
            return
        if fault is Fault.BROKEN:
            self._cut()
            return
        status, headers, data = self._upstream(body)
        if self.owner.lying and status == HTTPStatus.PRECONDITION_FAILED:
            status, data = HTTPStatus.OK, b""
            headers = {**headers, "ETag": '"0"'}
        hold = self.owner.hold
        if hold is not None and self.command == "PUT" and self.owner.below in self.path:
            self.owner.held.set()
            hold.wait(60)
        if fault is Fault.BROKEN_AFTER:
            self._cut()
        elif fault in (Fault.TRUNCATED, Fault.SHORT):
            self._shortened(fault, status, headers, data)
        else:
            self._answer(_STATUS[fault] if fault else status, headers, b"" if fault else data)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _exchange  # noqa: N815 - http.server's names

    def _upstream(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.owner.upstream, timeout=60)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP:
                    connection.putheader(name, value)
            connection.endheaders(body)
            found = connection.getresponse()
            kept = {name: value for name, value in found.getheaders() if name.lower() not in {*_HOP, "content-length"}}
            length = found.getheader("content-length")
            data = found.read()
            return found.status, {**kept, "Content-Length": length or str(len(data))}, data
        finally:
            connection.close()

    def _answer(self, status: int, headers: dict[str, str], data: bytes) -> None:
        with suppress(ConnectionError):
            self.send_response(status)
            said = {"Content-Length": str(len(data)), **headers} if self.command == "HEAD" else headers
            for name, value in said.items():
                if name.lower() != "content-length" or self.command == "HEAD":
                    self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def _shortened(self, fault: Fault, status: int, headers: dict[str, str], data: bytes) -> None:
        part = data[: len(data) // 2]
        if fault is Fault.SHORT:
            self._answer(status, headers, part)
            return
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(part)
        self._cut()

    def _cut(self) -> None:
        self.close_connection = True

    def log_message(self, *words: object) -> None: ...

"""The far side of the network: a small, honest collector on loopback that keeps everything in memory.

It speaks the protocol with the protocol's own checks and has none of what makes a collector durable or many.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Final, NamedTuple, cast
from urllib.parse import parse_qs, urlsplit

import cbor2

from appliance.storage.keys import Key
from appliance.sync import countersign, delivery, diagnostics, enrolment, keylog, message, pointer, protocol, token
from appliance.sync.countersign import Countersigned
from appliance.sync.diagnostics import Wanted as Request
from appliance.sync.enrolment import POLICY, Registration
from appliance.sync.problem import TYPE, Problem
from appliance.sync.protocol import ProtocolError, Receipt, kid
from appliance.sync.token import Token

HOST: Final = "127.0.0.1"
ROOT: Final = Key(b"root of the simulated collector.")
SIGNING: Final = Key(b"a key of the simulated collector")
RELEASE: Final = Key(b"the releases of a simulated shop")


class Reply(NamedTuple):
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Wanted(NamedTuple):
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    target: str


class Collector:
    """`now`: UTC ms. `listen` and `hang_up` are the cable; what it holds stays."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._mutex = Lock()
        self._server: _Server | None = None
        self.port = 0
        self.root, self.key = ROOT, SIGNING
        self.policy = POLICY
        self.log = keylog.read(
            [keylog.seal(keylog.Entry(0, self.key.public, 0, None, None), self.root.sign)], self.root.public
        )
        self.stored: dict[tuple[bytes, int], bytes] = {}
        self.last: dict[bytes, int] = {}  # chain -> first_seq of its last batch
        self.forks: list[bytes] = []
        self.tokens: dict[bytes, tuple[str, str]] = {}
        self.registrations: dict[bytes, bytes] = {}
        self.network: dict[bytes, bytes] = {}  # chain -> network key
        self.pointers: dict[tuple[str, int], bytes] = {}
        self.objects: dict[str, bytes] = {}
        self.invented: list[bytes] = []  # shown beside the pointers, whoever made them
        self.wanted: dict[bytes, bytes] = {}  # nonce -> request for diagnostics
        self.diagnostics: dict[bytes, bytes] = {}  # nonce -> what came
        self.bundles: dict[str, bytes] = {}  # what waits, by the hash of a machine's key
        self.dated: dict[bytes, bytes] = {}  # SHA-256 of an archive's manifest -> countersignature
        self.heard: list[tuple[int, str]] = []  # when (UTC ms), "PUT /v1/…"
        self.trouble: list[Reply] = []  # given instead of the next answers

    # The cable

    def listen(self) -> None:
        if self._server is None:
            self._server = _Server((HOST, self.port), self)
            self.port = self._server.server_address[1]
            Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def hang_up(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    # What the owner does there

    def offer(self, siret: str, till: str) -> str:
        """The digits of a new token for this shop and till."""
        secret = sha256(f"{siret}/{till}/{len(self.tokens)}".encode()).digest()[:16]
        self.tokens[secret] = (siret, till)
        return token.digits(Token(secret, token.mark(self.root.public), self.url))

    def bundle(self, device: bytes, data: bytes) -> None:
        """It waits for the machine with this key, in place of the one before."""
        self.bundles[delivery.name(device)] = data

    def publish(self, scope: str, version: int, data: bytes, whom: str = "*", share: int | None = None) -> None:
        """A signed pointer to `data`, good for a year from now; `share`: per mille of the tills."""
        digest = sha256(data).digest()
        said = pointer.Pointer(scope, version, digest, len(data), 0, self._now() + 366 * 86_400_000, whom, share)
        self.pointers[scope, version] = pointer.seal(said, RELEASE.sign)
        self.objects[digest.hex()] = data

    def ask(self, chain_id: bytes) -> bytes:
        """A signed request for diagnostics, good for a day; its nonce."""
        nonce = sha256(b"diagnostics" + bytes([len(self.wanted)])).digest()[:16]
        self.wanted[nonce] = diagnostics.ask(Request(chain_id, nonce, self._now() + 86_400_000), RELEASE.sign)
        return nonce

    def forget(self, chain_id: bytes, first_seq: int) -> None:
        """A store that lost its end: this batch and all behind it."""
        with self._mutex:
            kept = sorted(seq for chain, seq in self.stored if chain == chain_id and seq < first_seq)
            self.stored = {at: data for at, data in self.stored.items() if at[0] != chain_id or at[1] < first_seq}
            self.last.pop(chain_id, None)
            if kept:
                self.last[chain_id] = kept[-1]

    def records(self, chain_id: bytes) -> list[bytes]:
        """All that is stored of a chain, in order."""
        places = sorted(at for at in self.stored if at[0] == chain_id)
        batches = [protocol.read_batch(protocol.read_stored(self.stored[at])[0]) for at in places]
        return [record for batch in batches for record in batch.records]

    # What it answers

    def answer(self, asked: Wanted) -> Reply:
        with self._mutex:
            self.heard.append((self._now(), f"{asked.method} {asked.path}"))
            if self.trouble and not asked.path.endswith("/desired"):
                return self.trouble.pop(0)
            try:
                return self._answer(asked)
            except ProtocolError as error:
                return problem(error.status, str(error))

    def _answer(self, asked: Wanted) -> Reply:
        match asked.method, asked.path.split("/")[2:]:
            case "PUT", ["chains", name, "batches", number]:
                return self._put(bytes.fromhex(name), int(number), asked.body)
            case "POST", ["chains", _, "forks"]:
                self.forks.append(asked.body)
                return Reply(201)
            case "POST", ["enrolments"]:
                return self._enrol(asked.body)
            case "GET", ["keys"]:
                return Reply(200, self.log.encode())
            case "POST", ["chains", name, "diagnostics"]:
                return self._told(bytes.fromhex(name), asked.body)
            case "GET", ["bundles", name]:
                return self._bundle(name, asked)
            case "POST", ["archives"]:
                return self._dated(asked.body)
            case "GET", ["objects", digest]:
                self._known(bytes.fromhex(asked.query["chain"][0]), asked)
                return Reply(200, self.objects[digest]) if digest in self.objects else problem(404, "no such object")
            case "GET", ["chains", name, *rest]:
                self._known(bytes.fromhex(name), asked)
                return self._desired(asked) if rest == ["desired"] else self._read(bytes.fromhex(name), rest)
        return problem(404, "there is nothing here")

    def _bundle(self, name: str, asked: Wanted) -> Reply:
        public = bytes.fromhex(asked.headers.get(delivery.IDENTITY, ""))
        if delivery.name(delivery.device_of(public)) != name:
            raise ProtocolError("this key is another machine's", 401)
        message.check(asked.method, self.url + asked.target, asked.body, asked.headers, public)
        data = self.bundles.get(name)
        if data is None:
            return problem(404, "no bundle waits for this machine")
        same = asked.headers.get("if-none-match") == f'"{sha256(data).hexdigest()}"'
        return Reply(304) if same else Reply(200, data)

    def _known(self, chain_id: bytes, asked: Wanted) -> None:
        public = self.network.get(chain_id)
        if public is None:
            raise ProtocolError("the chain is not enrolled", 404)
        message.check(asked.method, self.url + asked.target, asked.body, asked.headers, public)
        if abs(message.read(asked.headers).created * 1000 - self._now()) > message.WINDOW * 1000:
            raise ProtocolError("the request is too old", 401)

    def _read(self, chain_id: bytes, rest: list[str]) -> Reply:
        match rest:
            case ["head"] if chain_id in self.last:
                return Reply(200, protocol.read_stored(self.stored[chain_id, self.last[chain_id]])[1])
            case ["batches", number] if (chain_id, int(number)) in self.stored:
                return Reply(200, self.stored[chain_id, int(number)])
        return problem(404, "nothing is stored there")

    def _desired(self, asked: Wanted) -> Reply:
        latest = {scope: data for (scope, _), data in sorted(self.pointers.items())}
        waiting = [data for nonce, data in self.wanted.items() if nonce not in self.diagnostics]
        said = cbor2.dumps([*latest.values(), *self.invented, *waiting])
        tag = f'"{sha256(said).hexdigest()[:32]}"'
        if asked.headers.get("if-none-match") == tag:
            return Reply(304, b"", (("ETag", tag),))
        return Reply(200, said, (("ETag", tag),))

    def _told(self, chain_id: bytes, body: bytes) -> Reply:
        it = diagnostics.proven(body, self.network[chain_id])
        if it.nonce not in self.wanted:
            raise ProtocolError("nobody has asked for these diagnostics", 404)
        self.diagnostics.setdefault(it.nonce, body)
        return Reply(201)

    def _dated(self, manifest: bytes) -> Reply:
        it, digest = countersign.read_archive(manifest), sha256(manifest).digest()
        if it.chain_id not in self.network:
            raise ProtocolError("the chain is not enrolled", 404)
        if it.last >= self._next_seq(it.chain_id):
            raise ProtocolError(f"record {it.last} has not come: send the till's batches first", 422)
        new = digest not in self.dated
        if new:
            said = Countersigned(digest, it.chain_id, it.first, it.last, self._now(), kid(self.key.public))
            self.dated[digest] = countersign.seal(said, self.key.sign)
        return Reply(201 if new else 200, self.dated[digest])

    def _next_seq(self, chain_id: bytes) -> int:
        stored = self.stored[chain_id, self.last[chain_id]] if chain_id in self.last else None
        return protocol.read_receipt(protocol.read_stored(stored)[1])[0].next_seq if stored else 0

    def _put(self, chain_id: bytes, first_seq: int, body: bytes) -> Reply:
        data, before = protocol.read_request(body)
        batch = protocol.read_batch(data)
        if (batch.chain_id, batch.first_seq) != (chain_id, first_seq):
            raise ProtocolError("the batch is of another place")
        if chain_id not in self.network:
            raise ProtocolError("the chain is not enrolled", 404)
        active, algorithm = protocol.accept(batch, self.log.receipt(before) if before else None)
        held = self.stored.get((chain_id, first_seq))
        if held is not None:
            theirs, receipt = protocol.read_stored(held)
            same = protocol.same_state(protocol.read_batch(theirs), batch)
            return Reply(200 if same else 409, receipt)
        said = (*batch[:2], batch.next_seq, batch.head, sha256(data).digest(), self._now(), kid(self.key.public))
        receipt = protocol.seal_receipt(Receipt(*said, active, algorithm, False, None), self.key.sign)
        self.stored[chain_id, first_seq] = protocol.stored(data, receipt)
        self.last[chain_id] = first_seq
        return Reply(201, receipt)

    def _enrol(self, body: bytes) -> Reply:
        it, siret, till = enrolment.read_enrolment(body)
        digest = sha256(body).digest()
        if digest in self.registrations:
            return Reply(200, self.registrations[digest])
        if self.tokens.pop(it.token, None) != (siret, till):
            raise ProtocolError("the token is unknown, used, or of another till", 401)
        said = Registration(
            it.chain_id, siret, till, self.root.public, self.log.data, self.url, self.policy, RELEASE.public,
            it.network_key, self._now(), kid(self.key.public),
        )  # fmt: skip
        self.network[it.chain_id] = it.network_key
        self.registrations[digest] = enrolment.seal_registration(said, self.key.sign)
        return Reply(201, self.registrations[digest])


def problem(status: int, why: str, *headers: tuple[str, str]) -> Reply:
    return Reply(status, Problem("refused", why, status).encode(), (("Content-Type", TYPE), *headers))


def request_of(handler: BaseHTTPRequestHandler) -> Wanted:
    parts = urlsplit(handler.path)
    body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    headers = {name.lower(): value for name, value in handler.headers.items()}
    return Wanted(handler.command, parts.path, parse_qs(parts.query), headers, body, handler.path)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], collector: Collector) -> None:
        self.collector = collector
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        said = cast(_Server, self.server).collector.answer(request_of(self))
        self.send_response(said.status)
        for name, value in said.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(said.body)

    do_GET = do_PUT = do_POST = _answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as http.server names it
        return

"""The collector's HTTP side: routes, media types, limits, and one sentence for whatever is refused (PROTOCOL.md)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Final, NamedTuple

import cbor2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from appliance.sync import (
    countersign,
    delivery,
    diagnostics,
    enrolment,
    keylog,
    manifest,
    note,
    parcel,
    pointer,
    problem,
    protocol,
    shop,
    tiles,
)
from appliance.sync.protocol import BATCH_TYPE, OBJECT_TYPE, RECEIPT_FORM, REQUEST_BYTES, UNAUTHORIZED, ProtocolError
from collector import body
from collector.archives import Archives
from collector.batches import Batches, Outcome
from collector.bundles import Bundles
from collector.diagnostics import Requests
from collector.enrolments import Enrolments
from collector.forks import Forks
from collector.health import Health
from collector.journal import Journal
from collector.keys import Keys
from collector.log.checkpoints import Checkpoints
from collector.log.leaves import Leaves
from collector.log.rounds import Rounds
from collector.manifests import SIREN_DIGITS, place
from collector.metrics import Metrics
from collector.objects import Objects
from collector.outgoing import Outgoing
from collector.pointers import Pointers
from collector.reader import FORBIDDEN, Reader, Stale
from collector.registry import Unknown
from collector.shops import Shops
from collector.store import Store, Unavailable, last
from collector.stranger import Page, Witnesses
from collector.telemetry import TELEMETRY_BYTES, TELEMETRY_TYPE, Telemetry

RETRY_AFTER: Final = 30  # seconds
LATER: Final = {"Retry-After": str(RETRY_AFTER)}
DETAIL_LIMIT: Final = 400
IN_FLIGHT: Final = 256
NOT_FOUND, TOO_MANY, UNAVAILABLE, BAD_METHOD = 404, 429, 503, 405
_CHAIN: Final = re.compile(r"[0-9a-f]{32}")
_KEY: Final = re.compile(r"[0-9a-f]{64}")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,11}")
_TITLES: Final = {
    400: "Malformed",
    401: "Not proven",
    403: "Revoked",
    404: "Not found",
    405: "No such method",
    408: "Too slow",
    409: "Used before",
    413: "Too large",
    415: "Wrong media type",
    422: "Does not hold",
    428: "Receipt wanted",
    429: "Too many",
    503: "Later",
}
Handler = Callable[[Request], Awaitable[Response]]


class Rooms(NamedTuple):
    """What the routes ask."""

    store: Store
    keys: Keys
    batches: Batches
    forks: Forks
    enrolments: Enrolments
    pointers: Pointers
    objects: Objects
    bundles: Bundles
    requests: Requests
    shops: Shops
    archives: Archives
    witnesses: Witnesses
    page: Page | None
    reader: Reader
    telemetry: Telemetry
    health: Health
    journal: Journal
    metrics: Metrics
    checkpoints: Checkpoints
    leaves: Leaves
    rounds: Rounds | None


def refused(why: str, status: int, headers: dict[str, str] | None = None) -> Response:
    found = problem.Problem(_TITLES.get(status, "Refused"), why[:DETAIL_LIMIT], status)
    return Response(found.encode(), status, headers, problem.TYPE)


def _chain(request: Request, text: str | None = None) -> bytes:
    name = request.path_params["chain"] if text is None else text
    if not _CHAIN.fullmatch(name):
        raise ProtocolError("a chain id is 32 hexadecimal digits in lower case")
    return bytes.fromhex(name)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ProtocolError("a record's number is decimal, without leading zeros")
    return int(text)


class Api:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._flying = asyncio.Semaphore(IN_FLIGHT)
        self._outgoing = Outgoing()

    def app(self) -> Starlette:
        chain, place = "/v1/chains/{chain}", "/v1/chains/{chain}/batches/{first}"
        routes = [
            ("PUT", place, self.put_batch),
            ("GET", place, self.get_batch),
            ("GET", f"{chain}/head", self.get_head),
            ("POST", f"{chain}/forks", self.post_fork),
            ("GET", f"{chain}/desired", self.get_desired),
            ("POST", f"{chain}/diagnostics", self.post_diagnostics),
            ("GET", "/v1/objects/{digest}", self.get_object),
            ("GET", "/v1/bundles/{name}", self.get_bundle),
            ("POST", "/v1/enrolments", self.post_enrolment),
            ("POST", "/v1/archives", self.post_archive),
            ("POST", "/v1/telemetry", self.post_telemetry),
            ("GET", "/v1/keys", self.get_keys),
            ("GET", "/v1/manifests/{siren}/{day}", self.get_manifest),
            ("GET", "/v1/closings/{siret}/{level}/{period}", self.get_closing),
            ("GET", "/v1/public/chains/{chain}/witness", self.get_witness),
            ("GET", "/v1/public/chains/{chain}/leaves/{first}", self.get_leaf),
            ("GET", "/checkpoint", self.get_checkpoint),
            ("GET", "/tile/{path:path}", self.get_tile),
            ("GET", "/verify", self.get_verify),
            ("GET", "/healthz", self.get_health),
            ("GET", "/readyz", self.get_ready),
        ]
        missing = {NOT_FOUND: _no_such, BAD_METHOD: _no_such}
        return Starlette(
            routes=[Route(path, self._answered(it), methods=[method]) for method, path, it in routes],
            exception_handlers=missing,
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """The log is looked after beside the requests, by a task that none of them waits for."""
        rounds = self._rooms.rounds
        task = asyncio.create_task(rounds.run()) if rounds else None
        yield
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _answered(self, handler: Handler) -> Handler:
        """Every error as a problem, every answer counted and logged; what a till said is not repeated in the log."""
        route = handler.__name__

        async def answer(request: Request) -> Response:
            begun = time.monotonic()
            response, why = await self._guarded(handler, request)
            seconds = time.monotonic() - begun
            self._rooms.metrics.answered(route, response.status_code, seconds)
            self._rooms.journal.say(
                route.replace("_", "-"),
                status=response.status_code,
                ms=int(seconds * 1000),
                chain=request.path_params.get("chain"),
                first_seq=request.path_params.get("first"),
                why=why,
            )
            return response

        return answer

    async def _guarded(self, handler: Handler, request: Request) -> tuple[Response, str | None]:
        if self._flying.locked():
            return refused("too much is asked at once: come back later", TOO_MANY, LATER), "full"
        async with self._flying:
            try:
                return await handler(request), None
            except Stale as error:
                return refused(str(error), error.status, {"Sceau-Nonce": error.nonce}), None
            except ProtocolError as error:
                return refused(str(error), error.status), None
            except Unknown:
                return refused("this chain is not enrolled: enrol the till", NOT_FOUND), None
            except Unavailable as error:
                return refused("the store does not answer clearly: come back later", UNAVAILABLE, LATER), str(error)

    async def put_batch(self, request: Request) -> Response:
        chain_id, first_seq = _chain(request), _number(request.path_params["first"])
        data = await body.read(request, REQUEST_BYTES, BATCH_TYPE)
        taken = await self._rooms.batches.take(chain_id, first_seq, data)
        if taken.outcome is Outcome.STORED:
            self._rooms.metrics.taken(taken.records, len(data))
        return Response(taken.receipt, taken.outcome.value, media_type=RECEIPT_FORM.type)

    async def get_batch(self, request: Request) -> Response:
        chain_id, first_seq = _chain(request), _number(request.path_params["first"])
        await self._rooms.reader.standing(request, chain_id)
        found = await self._rooms.batches.at(chain_id, first_seq)
        if found is None:
            raise ProtocolError("no batch begins with this record", NOT_FOUND)
        forever = {"Cache-Control": "private, max-age=31536000, immutable"}
        return Response(found[0], headers=forever, media_type=OBJECT_TYPE)

    async def get_head(self, request: Request) -> Response:
        chain_id = _chain(request)
        after = request.query_params.get("after")
        await self._rooms.reader.standing(request, chain_id)
        first_seq = _number(after) if after is not None else 0
        from_ = protocol.place(chain_id, first_seq)
        found = await last(self._rooms.store, from_.rpartition("/")[0], from_) or from_
        there = await self._rooms.batches.at(chain_id, int(found.rpartition("/")[2]))
        if there is None:
            raise ProtocolError("no batch of this chain is stored there or later", NOT_FOUND)
        return Response(there[1].data, media_type=RECEIPT_FORM.type, headers={"Cache-Control": "no-store"})

    async def post_fork(self, request: Request) -> Response:
        chain_id = _chain(request)
        data = await body.read(request, REQUEST_BYTES, BATCH_TYPE)
        new, receipt = await self._rooms.forks.keep(chain_id, data)
        return Response(receipt, 201 if new else 200, media_type=RECEIPT_FORM.type)

    async def get_desired(self, request: Request) -> Response:
        chain_id = _chain(request)
        said = (await self._rooms.reader.standing(request, chain_id, kept=False)).registration
        pointers = pointer.decode(await self._rooms.pointers.desired(said.siret, said.till))
        data = cbor2.dumps([*pointers, *await self._rooms.requests.waiting(chain_id)][: pointer.MOST])
        tag = f'"{sha256(data).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(data, headers=headers, media_type=pointer.LIST_TYPE)

    async def get_object(self, request: Request) -> Response:
        chain_id = _chain(request, request.query_params.get("chain", ""))
        said = (await self._rooms.reader.standing(request, chain_id, kept=False)).registration
        if self._outgoing.full:
            return refused("too many objects are on their way: come back later", TOO_MANY, LATER)
        found = self._rooms.objects.of(request.path_params["digest"], said.siret, said.till)
        return await self._outgoing.give(found, parcel.OBJECT_TYPE)

    async def get_bundle(self, request: Request) -> Response:
        said, name = request.headers.get(delivery.IDENTITY, ""), request.path_params["name"]
        public = bytes.fromhex(said) if _KEY.fullmatch(said) else b""
        if delivery.name(delivery.device_of(public)) != name:
            raise ProtocolError("this key is not that of the machine it asks for", UNAUTHORIZED)
        self._rooms.reader.bearer(request, public)
        data = await self._rooms.bundles.newest(name)
        if data is None:
            raise ProtocolError("no bundle waits here for this machine", NOT_FOUND)
        tag = f'"{sha256(data).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(data, headers=headers, media_type=delivery.FORM.type)

    async def post_diagnostics(self, request: Request) -> Response:
        chain_id = _chain(request)
        data = await body.read(request, diagnostics.DIAGNOSTICS_BYTES, diagnostics.FORM.type)
        return Response(status_code=await self._rooms.requests.keep(chain_id, data))

    async def post_enrolment(self, request: Request) -> Response:
        data = await body.read(request, enrolment.ENROLMENT_BYTES, enrolment.ENROLMENT_TYPE)
        new, registration = await self._rooms.enrolments.enrol(data)
        return Response(registration, 201 if new else 200, media_type=enrolment.REGISTRATION_FORM.type)

    async def post_archive(self, request: Request) -> Response:
        data = await body.read(request, countersign.ARCHIVE_BYTES, countersign.ARCHIVE.type)
        new, statement = await self._rooms.archives.take(data)
        return Response(statement, 201 if new else 200, media_type=countersign.FORM.type)

    async def post_telemetry(self, request: Request) -> Response:
        chain_id = _chain(request, request.query_params.get("chain", ""))
        data = await body.read(request, TELEMETRY_BYTES, TELEMETRY_TYPE)
        await self._rooms.reader.standing(request, chain_id, data, kept=False)
        await self._rooms.telemetry.pass_on(data)
        return Response(status_code=202)

    async def get_manifest(self, request: Request) -> Response:
        chain_id, siren = _chain(request, request.query_params.get("chain", "")), request.path_params["siren"]
        standing = await self._rooms.reader.standing(request, chain_id, kept=False)
        if standing.registration.siret[:SIREN_DIGITS] != siren:
            raise ProtocolError("this till is of another taxpayer", FORBIDDEN)
        found = await self._rooms.store.get(place(siren, request.path_params["day"]))
        if found is None:
            raise ProtocolError("no manifest was made for this day", NOT_FOUND)
        return Response(found, media_type=manifest.FORM.type)

    async def get_closing(self, request: Request) -> Response:
        chain_id = _chain(request, request.query_params.get("chain", ""))
        siret, level, period = (request.path_params[name] for name in ("siret", "level", "period"))
        standing = await self._rooms.reader.standing(request, chain_id, kept=False)
        if standing.registration.siret != siret:
            raise ProtocolError("this till is of another shop", FORBIDDEN)
        made = await self._rooms.shops.closings(siret, level, period)
        number = _number(request.query_params.get("number", str(max(0, len(made) - 1))))
        if number >= len(made):
            raise ProtocolError("no such closing of this shop was made", NOT_FOUND)
        return Response(made[number], media_type=shop.SHOP_FORM.type, headers={"Cache-Control": "no-store"})

    async def get_keys(self, request: Request) -> Response:
        log = await self._rooms.keys.log()
        return Response(log.encode(), media_type=keylog.LOG_TYPE)

    async def get_witness(self, request: Request) -> Response:
        at = _number(request.query_params.get("at", "0"))
        data = await self._rooms.witnesses.witness(_chain(request), at)
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Response(data, media_type="application/json", headers=headers)

    async def get_leaf(self, request: Request) -> Response:
        chain_id, first_seq = _chain(request), _number(request.path_params["first"])
        return Response(await self._rooms.leaves.found(chain_id, first_seq), media_type="application/json")

    async def get_checkpoint(self, request: Request) -> Response:
        newest = await self._rooms.checkpoints.newest()
        if newest is None:
            raise ProtocolError("this collector keeps no log yet", NOT_FOUND)
        data = await self._rooms.checkpoints.whole(newest)
        return Response(data, media_type=note.TYPE, headers={"Cache-Control": "no-cache"})

    async def get_tile(self, request: Request) -> Response:
        tile = tiles.read(f"tile/{request.path_params['path']}")
        data = await self._rooms.store.get(tile.path) if tile else None
        if data is None:
            raise ProtocolError("the log has no such tile", NOT_FOUND)
        forever = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(data, headers=forever, media_type=parcel.OBJECT_TYPE)

    async def get_verify(self, request: Request) -> Response:
        if self._rooms.page is None:
            raise ProtocolError("the page is not installed here: take verifier.html from the release", NOT_FOUND)
        return Response(self._rooms.page.data, media_type="text/html", headers=self._rooms.page.headers)

    async def get_health(self, request: Request) -> Response:
        return Response(b"ok\n", media_type="text/plain")

    async def get_ready(self, request: Request) -> Response:
        await self._rooms.health.ready()
        return Response(b"ok\n", media_type="text/plain")


async def _no_such(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", NOT_FOUND)
    return refused("this collector has nothing under this address and method", status)

"""The page's server: files, one websocket a visitor, and the same wishes over plain HTTP. On 127.0.0.1 only."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import html
import json
from collections.abc import AsyncIterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from appliance.simulator.desk import Desk, Refused
from appliance.simulator.panel import Panel
from appliance.simulator.paper import MARGIN, Line, draw

LOOK: Final = 0.04  # seconds between two looks for one visitor
MOST_LINES: Final = 400  # of paper that a new visitor is shown
PAGE: Final = Path(__file__).with_name("page")
# The fonts lie once in the package, where those who draw with them need them.
FONTS: Final = {
    "B612-Regular.otf": Path(__file__).parents[1] / "display" / "fonts",
    "B612-Bold.otf": Path(__file__).parents[1] / "display" / "fonts",
    "B612Mono-Regular.otf": Path(__file__).with_name("font"),
}
HEADERS: Final = {
    "content-security-policy": "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws:",
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
}


def make_app(desk: Desk) -> Starlette:
    def page(_: Request) -> Response:
        return HTMLResponse(_page(desk), headers=HEADERS)

    def file(request: Request) -> Response:
        name = request.path_params["name"]
        folder = FONTS.get(name, PAGE if name in ("style.css", "script.js") else None)
        return FileResponse(folder / name, headers=HEADERS) if folder else Response(status_code=404)

    async def wish(request: Request) -> Response:
        try:
            await desk.do(_wish(await request.body()))
        except Refused as refused:
            return JSONResponse({"refused": str(refused)}, 400)
        return JSONResponse({})

    async def seen(_: Request) -> Response:
        paper = desk.live.hardware.printer.paper.text()
        return JSONResponse(desk.seen() | {"printed": paper, "log": list(desk.live.diary.entries)})

    async def visit(socket: WebSocket) -> None:
        await Visit(desk, socket).serve()

    routes = [
        Route("/", page),
        Route("/file/{name}", file),
        Route("/do", wish, methods=["POST"]),
        Route("/seen", seen),
        WebSocketRoute("/live", visit),
    ]
    # A page of another site that points its own name at this machine is not let in.
    own = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    return Starlette(routes=routes, middleware=[own], lifespan=_no_lifespan)


@contextlib.asynccontextmanager
async def _no_lifespan(_: Starlette) -> AsyncIterator[None]:
    yield


def _wish(body: bytes | str) -> Mapping[str, Any]:
    """Raises Refused."""
    try:
        wish = json.loads(body)
    except ValueError as error:
        raise Refused("not JSON") from error
    if not isinstance(wish, dict):
        raise Refused("a wish is an object")
    return wish


def _page(desk: Desk) -> str:
    """The page with what lies on the desk written into it, so that nothing jumps when the first news come."""
    width, height = desk.live.hardware.size
    things = {
        "cards": [
            {"name": card.name, "pin": card.pin, "kind": "nfc" if card.nfc else "barcode" if card.barcode else ""}
            for card in desk.things.cards
        ],
        "articles": desk.things.articles,
    }
    text = (PAGE / "index.html").read_text("utf-8")
    for name, value in (("WIDTH", width), ("HEIGHT", height), ("THINGS", json.dumps(things, ensure_ascii=False))):
        text = text.replace(f"%{name}%", html.escape(str(value)))
    return text


class Visit:
    """One open page. It is sent what changed since it was last sent something, so a slow one only skips."""

    def __init__(self, desk: Desk, socket: WebSocket) -> None:
        self._desk, self._socket = desk, socket
        self._panel: Panel = desk.live.hardware.panel
        self._memory = b""
        self._state: dict[str, Any] = {}
        self._logged = 0
        self._roll: list[Line] | None = None
        self._printed = 0

    async def serve(self) -> None:
        if not self._own_page():
            await self._socket.close(1008)
            return
        await self._socket.accept()
        looking = asyncio.create_task(self._look())
        try:
            while True:
                with contextlib.suppress(Refused):
                    await self._desk.do(_wish(await self._socket.receive_text()))
        except WebSocketDisconnect:
            await self._desk.do({"do": "up"})
        finally:
            looking.cancel()

    def _own_page(self) -> bool:
        """A browser says where a page comes from; other sites may not drive this till. Programs say nothing."""
        origin = self._socket.headers.get("origin")
        return origin is None or urlsplit(origin).netloc == self._socket.headers.get("host")

    async def _look(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._show_glass()
                await self._show_state()
                await self._show_paper()
                await asyncio.sleep(LOOK)

    async def _show_glass(self) -> None:
        """The rows between the first and the last that changed: b"G", the first row, a PNG."""
        memory = self._panel.memory() if self._panel.powered else b""
        if not memory or memory == self._memory:
            return
        top, data = await asyncio.to_thread(band, self._panel, self._memory, memory)
        self._memory = memory
        await self._socket.send_bytes(b"G" + top.to_bytes(2, "big") + data)

    async def _show_state(self) -> None:
        state, diary = self._desk.seen(), self._desk.live.diary
        if state != self._state:
            self._state = state
            await self._socket.send_text(json.dumps({"state": state}, ensure_ascii=False))
        news = [entry for entry in diary.entries if entry["n"] > self._logged]
        if news:
            first, self._logged = not self._logged, diary.count
            await self._socket.send_text(json.dumps({"log": news, "old": first}, ensure_ascii=False))

    async def _show_paper(self) -> None:
        roll = self._desk.live.hardware.printer.paper.lines
        fresh = roll is not self._roll
        if fresh:
            self._roll, self._printed = roll, max(0, len(roll) - MOST_LINES)
        lines = roll[self._printed :]
        if not fresh and not lines:
            return
        self._printed += len(lines)
        pieces = await asyncio.to_thread(strips, lines, self._desk.live.hardware.printer.paper.columns)
        await self._socket.send_text(json.dumps({"paper": pieces, "fresh": fresh}, ensure_ascii=False))


def band(panel: Panel, old: bytes, new: bytes) -> tuple[int, bytes]:
    """The first row that differs, and the picture of all rows from it to the last that does."""
    from PIL import Image

    width, height = panel.size
    rows = [
        row
        for row in range(height)
        if new[row * panel.stride : (row + 1) * panel.stride] != old[row * panel.stride : (row + 1) * panel.stride]
    ]
    top, bottom = rows[0], rows[-1] + 1
    part = new[top * panel.stride : bottom * panel.stride]
    picture = Image.frombytes("RGB", (width, bottom - top), part, "raw", "BGRX", panel.stride)
    return top, _png(picture)


def strips(lines: list[Line], columns: int) -> list[dict[str, str]]:
    """Pictures of runs of lines, without margins above and below, and the cuts between them."""
    found: list[dict[str, str]] = []
    run: list[Line] = []
    for line in [*lines, None]:
        if line is not None and not line.cut:
            run.append(line)
            continue
        if run:
            picture = draw(run, columns)
            inner = picture.crop((0, MARGIN, picture.width, picture.height - MARGIN))
            text = "\n".join(each.text for each in run)
            found.append({"text": text, "png": base64.b64encode(_png(inner)).decode()})
            run = []
        if line is not None:
            found.append({"cut": "1"})
    return found


def _png(picture: Any) -> bytes:  # noqa: ANN401 - Pillow is imported late
    out = BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()

"""The office's HTTP side: who may see what, on which page, under which headers. Pages are made here; no script runs."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from appliance.sync.registry import RETIRED, REVOKED, SUCCESSOR
from collector import document, proof
from collector.journal import Journal
from collector.office import devices, login, proof_pdf, sessions, tills
from collector.office.login import Login
from collector.office.say import Say, wished
from collector.office.shelf import Shelf
from collector.office.users import User
from collector.office.words import LANGUAGES
from collector.proof import Chain, Period, Proof
from collector.store import Unavailable

HOME: Final = Path(__file__).parent
FORM_BYTES: Final = 8192
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_CHAIN: Final = re.compile(r"[0-9a-f]{32}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
BAD, FORBIDDEN, NOT_FOUND, TOO_MANY, LATER = 400, 403, 404, 429, 503


class Refused(Exception):
    """`status` is one of those that the words know a sentence for."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Seen(NamedTuple):
    """Whose request it is: the session's token and the person, or None, and the language."""

    token: str
    user: User | None
    say: Say


Handler = Callable[[Request, Seen], Awaitable[Response]]


class Office:
    """`url` is how browsers address it: cookies are Secure when it is https. `now` gives UTC ms."""

    def __init__(self, shelf: Shelf, login: Login, url: str, now: Callable[[], int], journal: Journal) -> None:
        self._shelf, self._login, self._now, self._journal = shelf, login, now, journal
        self._origin = url.rstrip("/")
        self._secure = url.startswith("https://")
        self._cookie = "__Host-sceau" if self._secure else "sceau"
        self._device = f"{self._cookie}-device"
        self._pages = Environment(
            loader=FileSystemLoader(HOME / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def app(self) -> Starlette:
        routes = [
            ("GET", "/", self._home, False),
            ("GET", "/login", self._ask, False),
            ("POST", "/login", self._enter, False),
            ("POST", "/logout", self._leave, True),
            ("POST", "/language", self._speak, True),
            ("GET", "/tills", self._tills, True),
            ("GET", "/tills/{chain}", self._till, True),
            ("GET", "/tills/{chain}/forks/{hash}", self._fork, True),
            ("GET", "/proof", self._proof, True),
            ("GET", "/proof.json", self._proof_json, True),
            ("GET", "/proof.pdf", self._proof_pdf, True),
            ("GET", "/style.css", self._style, False),
            ("GET", "/seal.svg", self._seal, False),
        ]
        missing = {NOT_FOUND: self._nothing, 405: self._nothing}
        return Starlette(
            routes=[Route(path, self._answered(it, known), methods=[way]) for way, path, it, known in routes],
            exception_handlers=missing,
        )

    def _answered(self, handler: Handler, known: bool) -> Callable[[Request], Awaitable[Response]]:
        """`known`: only for who is logged in."""

        async def answer(request: Request) -> Response:
            seen = self._seen(request)
            try:
                self._own(request)
                if known and seen.user is None:
                    response: Response = RedirectResponse("/login?over" if login.lasted(seen.token) else "/login", 303)
                else:
                    response = await handler(request, seen)
            except Refused as error:
                response = self._refused(seen, error.status)
            except Unavailable as error:
                self._journal.say("office-store", why=str(error))
                response = self._refused(seen, LATER)
            self._journal.say(f"office{handler.__name__}".replace("_", "-"), status=response.status_code)
            return self._dressed(response)

        return answer

    def _dressed(self, response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if self._secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response

    def _seen(self, request: Request) -> Seen:
        token = request.cookies.get(self._cookie, "")
        user = self._login.who(token)
        asked = request.query_params.get("language", "")
        spoken = asked if user is None and asked in LANGUAGES else user.language if user else None
        return Seen(token, user, Say(spoken or wished(request.headers.get("accept-language", ""))))

    def _own(self, request: Request) -> None:
        """Only under its own name (a name that was bent to this machine is not), and written to only from its pages.

        Our pages say to themselves where they are, and to nobody else: without that a browser gives their forms the
        origin "null" (Fetch, section 3.2). One that sends no Origin at all sends a Referer.
        """
        said = request.headers
        if said.get("host", "") != self._origin.partition("://")[2]:
            raise Refused(FORBIDDEN)
        ours = said.get("origin") == self._origin
        older = "origin" not in said and said.get("referer", "").startswith(f"{self._origin}/")
        if request.method == "POST" and not ours and not older:
            raise Refused(FORBIDDEN)

    async def _form(self, request: Request, token: str) -> dict[str, str]:
        """Raises Refused unless it comes from a form of this session."""
        if request.headers.get("content-type", "").split(";")[0] != "application/x-www-form-urlencoded":
            raise Refused(BAD)
        data = bytearray()
        async for chunk in request.stream():
            data += chunk
            if len(data) > FORM_BYTES:
                raise Refused(BAD)
        try:
            said = dict(parse_qsl(data.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=16))
        except ValueError as error:
            raise Refused(BAD) from error
        if not token or not sessions.right_form(token, said.get("form", "")):
            raise Refused(FORBIDDEN)
        return said

    def _page(self, template: str, seen: Seen, status: int = 200, **values: object) -> Response:
        form = sessions.form_token(seen.token) if seen.token else ""
        common: dict[str, object] = {
            "say": seen.say,
            "user": seen.user,
            "form": form,
            "here": "",
            "languages": LANGUAGES,
        }
        common |= {"signs": tills.SIGNS, "now": self._now()}
        html = self._pages.get_template(f"{template}.html").render(common | values)
        return Response(html, status, media_type="text/html")

    def _refused(self, seen: Seen, status: int) -> Response:
        return self._page("error", seen, status, why=seen.say(f"error_{status}"))

    async def _nothing(self, request: Request, error: Exception) -> Response:
        return self._dressed(self._refused(self._seen(request), NOT_FOUND))

    def _cookies(self, response: Response, token: str) -> Response:
        response.set_cookie(self._cookie, token, httponly=True, secure=self._secure, samesite="strict", path="/")
        return response

    def _remembered(self, response: Response, name: str) -> Response:
        """This browser's tries count for themselves from now on. It opens nothing."""
        response.set_cookie(
            self._device, self._login.devices.add(name), httponly=True, secure=self._secure, samesite="strict",
            path="/", max_age=devices.LASTS // 1000,
        )  # fmt: skip
        return response

    async def _style(self, request: Request, seen: Seen) -> Response:
        return Response((HOME / "style.css").read_bytes(), headers={"Cache-Control": "no-cache"}, media_type="text/css")

    async def _seal(self, request: Request, seen: Seen) -> Response:
        data = (HOME / "seal.svg").read_bytes()
        return Response(data, headers={"Cache-Control": "no-cache"}, media_type="image/svg+xml")

    async def _home(self, request: Request, seen: Seen) -> Response:
        return RedirectResponse("/tills" if seen.user else "/login", 303)

    async def _ask(self, request: Request, seen: Seen) -> Response:
        """A form before any session has a token of its own, which is thrown away with the login."""
        if seen.user:
            return RedirectResponse("/tills", 303)
        over = "over" in request.query_params
        return self._asking(Seen(login.stranger(), None, seen.say), seen.say("login_over") if over else "")

    def _asking(self, seen: Seen, wrong: str, name: str = "", status: int = 200) -> Response:
        return self._cookies(self._page("login", seen, status, wrong=wrong, name=name), seen.token)

    async def _enter(self, request: Request, seen: Seen) -> Response:
        said = await self._form(request, seen.token)
        name, address = said.get("name", "").strip().lower(), request.client.host if request.client else ""
        device = request.cookies.get(self._device, "")
        outcome = await self._login.enter(name, said.get("password", ""), address, device)
        if isinstance(outcome, str):
            self._login.leave(seen.token)
            response = self._cookies(RedirectResponse("/tills", 303), outcome)
            return response if self._login.devices.known(device, name) else self._remembered(response, name)
        if outcome:
            why = seen.say("login_wait", wait=seen.say.wait(outcome))
            response = self._asking(seen, why, name, TOO_MANY)
            response.headers["Retry-After"] = str(outcome)
            return response
        return self._asking(seen, seen.say("login_wrong"), name, FORBIDDEN)

    async def _leave(self, request: Request, seen: Seen) -> Response:
        await self._form(request, seen.token)
        self._login.leave(seen.token)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(self._cookie, path="/", secure=self._secure, httponly=True, samesite="strict")
        return response

    async def _speak(self, request: Request, seen: Seen) -> Response:
        said = await self._form(request, seen.token)
        if seen.user is None or said.get("language") not in LANGUAGES:
            raise Refused(BAD)
        self._login.users.language(seen.user.name, said["language"])
        return RedirectResponse("/tills", 303)

    async def _chains(self, seen: Seen) -> list[Chain]:
        return await self._shelf.chains(seen.user.sirens if seen.user else (), await self._shelf.log())

    async def _tills(self, request: Request, seen: Seen) -> Response:
        now = self._now()
        return self._page(
            "tills", seen, here="tills", shops=tills.shops(await self._chains(seen)),
            state=lambda chain: tills.state(chain, now), remarks=lambda chain: tills.remarks(chain, seen.say),
        )  # fmt: skip

    async def _one(self, request: Request, seen: Seen) -> Chain:
        """Somebody else's till is not there, like one that does not exist."""
        name = request.path_params["chain"]
        if not _CHAIN.fullmatch(name):
            raise Refused(NOT_FOUND)
        for chain in await self._chains(seen):
            if chain.held.chain_id.hex() == name:
                return chain
        raise Refused(NOT_FOUND)

    async def _till(self, request: Request, seen: Seen) -> Response:
        chain = await self._one(request, seen)
        parts = chain.held.parts
        month = request.query_params.get("month") or (parts[-1].first_day[:7] if parts else "")
        if month and not _MONTH.fullmatch(month):
            raise Refused(NOT_FOUND)
        before, after = tills.months(parts, month)
        days, wrongs = tills.days(parts, month), list(tills.wrongs(chain, seen.say))
        return self._page(
            "till", seen, here="tills", chain=chain, word=tills.state(chain, self._now()), month=month, before=before,
            after=after, days=days, runs=tills.runs(parts), wrongs=wrongs,
            revoked=chain.at(REVOKED), retired=chain.at(RETIRED, SUCCESSOR),
            closing_words=lambda closing: tills.closing(closing, seen.say),
        )  # fmt: skip

    async def _fork(self, request: Request, seen: Seen) -> Response:
        chain = await self._one(request, seen)
        name = request.path_params["hash"]
        found = [fork for fork in chain.held.forks if _HASH.fullmatch(name) and fork.sha256.hex() == name]
        if not found:
            raise Refused(NOT_FOUND)
        data = await self._shelf.fork(chain.held.chain_id, found[0])
        return _file(data, f"fork-{name[:16]}.cbor", "application/octet-stream")

    async def _proof(self, request: Request, seen: Seen) -> Response:
        first, last = (request.query_params.get(name) for name in ("first", "last"))
        if first is None and last is None:
            month = self._month()
            return self._page("proof", seen, here="proof", proof=None, wrong="", first=month.first, last=month.last)
        if _period(first or "", last or "") is None:
            why = seen.say("period_wrong")
            return self._page("proof", seen, BAD, here="proof", proof=None, wrong=why, first=first, last=last)
        it = await self._proven(request, seen)
        verdict = "empty" if not it.findings else "complete" if it.complete else "incomplete"
        return self._page(
            "proof", seen, here="proof", wrong="", proof=it, first=first, last=last, verdict=verdict,
            open=sum(finding.verdict != proof.COMPLETE for finding in it.findings), runs=tills.runs,
            query=urlencode({"first": first, "last": last}), missing=lambda finding: tills.missing(finding, seen.say),
            closing_words=lambda closing: tills.closing(closing, seen.say), how=proof_pdf.how(seen.say),
        )  # fmt: skip

    async def _proven(self, request: Request, seen: Seen) -> Proof:
        period = _period(*(request.query_params.get(name, "") for name in ("first", "last")))
        if period is None:
            raise Refused(BAD)
        log = await self._shelf.log()
        chains = await self._shelf.chains(seen.user.sirens if seen.user else (), log)
        return proof.prove(chains, period, self._now(), log)

    def _month(self) -> Period:
        """The last one that is over."""
        end = datetime.fromtimestamp(self._now() / 1000, UTC).date().replace(day=1) - timedelta(days=1)
        return Period(end.replace(day=1).isoformat(), end.isoformat())

    async def _proof_json(self, request: Request, seen: Seen) -> Response:
        it = await self._proven(request, seen)
        return _file(document.encode(it), f"{_name(it)}.json", "application/json")

    async def _proof_pdf(self, request: Request, seen: Seen) -> Response:
        it = await self._proven(request, seen)
        return _file(await asyncio.to_thread(proof_pdf.pdf, it, seen.say), f"{_name(it)}.pdf", "application/pdf")


def _period(first: str, last: str) -> Period | None:
    try:
        period = Period(date.fromisoformat(first).isoformat(), date.fromisoformat(last).isoformat())
    except ValueError:
        return None
    return period if period == (first, last) and first <= last else None


def _name(it: Proof) -> str:
    return f"sceau-{it.period.first}-{it.period.last}"


def _file(data: bytes, name: str, kind: str) -> Response:
    return Response(data, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=kind)

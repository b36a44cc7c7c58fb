"""`python -m fleet [--port N] [--home DIR]`: one page with three tills, their cables and what the collector holds."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from fleet.cable import HOST
from fleet.street import Street
from fleet.town import Town

PAGE: Final = Path(__file__).with_name("page.html")


def make_app(street: Street) -> Starlette:
    """Only for this machine: other names are refused, and a wish must come from the page itself."""

    async def page(request: Request) -> Response:
        return HTMLResponse(PAGE.read_text("utf-8"))

    async def seen(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(street.seen))

    async def do(request: Request) -> Response:
        origin = request.headers.get("origin", "")
        if origin and origin != f"http://{request.headers.get('host', '')}":
            return JSONResponse({"said": "this page only"}, 403)
        wish = await request.json()
        try:
            said = await run_in_threadpool(street.do, int(wish["number"]), str(wish["what"]))
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"said": f"unknown wish: {error}"}, 400)
        return JSONResponse({"said": said})

    routes = [Route("/", page), Route("/seen", seen), Route("/do", do, methods=["POST"])]
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])])


def main() -> None:
    parser = argparse.ArgumentParser("python -m fleet", description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument(
        "--home", type=Path, default=Path("build/fleet"), metavar="DIR", help="where everything is kept"
    )
    options = parser.parse_args()
    print("Sceau starts a collector and three tills", flush=True)
    street = Street(Town(options.home.resolve()))
    try:  # uvicorn hears SIGTERM and SIGINT itself, and comes back
        print(f"Sceau ready at http://{HOST}:{options.port}", flush=True)
        uvicorn.run(make_app(street), host=HOST, port=options.port, log_level="warning", access_log=False)
    finally:
        street.close()


if __name__ == "__main__":
    main()

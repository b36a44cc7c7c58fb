"""Runs a witness until it is asked to stop."""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collector.journal import Journal
from collector.witness.judge import BODY_BYTES, Judge


def app(judge: Judge, journal: Journal) -> Starlette:
    async def add(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES:
                return Response("the body is too large\n", 413)
        verdict = judge.add(bytes(body))
        journal.say("witness", status=verdict.status, why=verdict.why)
        return Response(verdict.body, verdict.status, {"Content-Type": verdict.type})

    return Starlette(routes=[Route("/add-checkpoint", add, methods=["POST"])])


def serve(judge: Judge, host: str, port: int, journal: Journal) -> None:
    """Says `listening` with its port. Raises OSError."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
        journal.say("listening", port=listener.getsockname()[1], key=judge.by.id.hex())
        config = uvicorn.Config(app(judge, journal), access_log=False, log_level="warning", server_header=False)
        uvicorn.Server(config).run([listener])
    journal.say("stopped")

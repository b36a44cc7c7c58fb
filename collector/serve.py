"""Runs one replica until it is asked to stop."""

from __future__ import annotations

import signal
import socket

import uvicorn

from collector import build
from collector.api import Api
from collector.config import Config

BACKLOG = 2048
GRACE = 20  # seconds for requests that are being answered


def serve(config: Config) -> None:
    """Says `listening` with its port, which for 0 the system chooses. Raises BadKey, Unfit, OSError."""
    rooms = build.rooms(config)
    with socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((config.host, config.port))
        listener.listen(BACKLOG)
        rooms.journal.say("listening", port=listener.getsockname()[1], key=rooms.keys.own.kid.hex())
        server = uvicorn.Server(_settings(config, Api(rooms)))
        # uvicorn raises the signal once more when it has stopped: it then comes back to it, and the rest is done too.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, server.handle_exit)
        server.run([listener])
    rooms.metrics.close()
    rooms.journal.say("stopped")


def _settings(config: Config, api: Api) -> uvicorn.Config:
    return uvicorn.Config(
        api.app(),
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE,
        ssl_certfile=config.certificate,
        ssl_keyfile=config.certificate_key,
    )

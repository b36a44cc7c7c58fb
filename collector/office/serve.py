"""Runs the office until it is asked to stop."""

from __future__ import annotations

import socket
from pathlib import Path

import uvicorn

from collector.build import now
from collector.config import Config
from collector.journal import Journal
from collector.office import database, glass
from collector.office.login import Login
from collector.office.page import Office
from collector.office.shelf import Shelf
from collector.office.users import Users


def serve(config: Config, db: Path, place: tuple[int, str, int], url: str | None, proxy: str | None) -> None:
    """Says `listening` with its port. `place`: family, host, port. Raises ConfigError, OSError."""
    base, journal = database.opened(db), Journal(now)
    family, host, port = place
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
        port = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        address = url or f"{'https' if config.certificate else 'http'}://{shown}:{port}"
        shelf = Shelf(glass.opened(config), base, config.root)
        office = Office(shelf, Login(base, Users(base), now), address, now, journal)
        journal.say("listening", port=port)
        uvicorn.Server(_settings(config, office, proxy)).run([listener])
    base.close()
    journal.say("stopped")


def _settings(config: Config, office: Office, proxy: str | None) -> uvicorn.Config:
    return uvicorn.Config(
        office.app(),
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy or "",
        ssl_certfile=config.certificate,
        ssl_keyfile=config.certificate_key,
    )

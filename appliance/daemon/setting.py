"""How one till differs from the next: threads in production, the loop's own time in the simulated world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from appliance.core.input import MediumSaid
from appliance.core.ledger import Ledger
from appliance.daemon import medium
from appliance.daemon.build import Build
from appliance.daemon.network import Cards, cards
from appliance.daemon.upkeep import Upkeeping
from appliance.daemon.upstream import Away, Upward
from appliance.daemon.vouching import Vouching
from appliance.daemon.worker import Say, Worker
from appliance.display.frame import Frame
from appliance.ports import Beeper, Drawer, Loop, Printer
from appliance.storage.fault import JournalFailed
from appliance.storage.journal import Journal
from appliance.storage.keys import Signer
from appliance.storage.seal import Sealer, sealer_for
from appliance.storage.writer import ThreadWriter, Writer


class WorkerMaker(Protocol):
    def __call__(self, data: Path, loop: Loop, key: Signer, say: Say) -> Worker: ...


class WriterMaker(Protocol):
    def __call__(self, journal: Journal, loop: Loop) -> Writer: ...


@dataclass
class Fitted:
    """What effects reach. Until the drivers are loaded, after the first screen, nothing is fitted."""

    printer: Printer
    drawer: Drawer
    beeper: Beeper
    witness: Vouching
    worker: Worker
    answer: Callable[[int, int], None]
    upstream: Upward
    upkeep: Upkeeping


@dataclass(frozen=True)
class Setting:
    """How one till differs from the next: threads in production, the loop's own time in the simulated world."""

    threads: bool = True
    writer: WriterMaker = lambda journal, loop: ThreadWriter(journal, loop.post)
    segment_size: int = 4 << 20
    unit: int | None = None
    hardware: bytes = b""
    sealer: Callable[[], Sealer] = sealer_for
    medium: Callable[[Path, Ledger], MediumSaid | None] = medium.said
    worker: WorkerMaker | None = None  # None: nobody makes archives by itself
    away: Away | None = None  # None: nothing is ever sent
    near: Callable[[], bool] = lambda: True  # a badge to look for; in virtual time a look costs most
    listens: bool = False  # whether commands are heard on the data folder's socket
    build: Callable[[Path, str, date], Build] = lambda data, siret, day: Build()
    cards: Callable[[], Cards] = cards  # of the network
    runtime: Path | None = None  # where it is told that the till stands
    on_frame: Callable[[Frame], None] = lambda frame: None
    on_failure: Callable[[JournalFailed], None] = lambda failed: None
    before_boot: Callable[[int], None] = lambda t: None  # told the time of the last record

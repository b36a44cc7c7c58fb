"""A till for a command: the one that runs, over its socket, or else the journal itself, under its lock."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from appliance import VERSION
from appliance.audit.archive_period import Refusal
from appliance.audit.holder import Till
from appliance.core.event import Value
from appliance.core.input import Asked, Birth, Boot, CloseAll, Retire, Stop
from appliance.core.ledger import Ledger
from appliance.core.till import State, step
from appliance.daemon.clock import SystemClock
from appliance.daemon.remembrance import remembered
from appliance.daemon.requests import NAME
from appliance.daemon.strings import sealing_of
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.keys import KeyFileError, Signer
from appliance.storage.record import Record, encode
from appliance.storage.recover import JournalError
from appliance.storage.seal import SealError, sealer_for

PATIENCE = 30.0  # seconds that a running till may take for one answer


@contextmanager
def held(data: Path) -> Iterator[Till]:
    """The till of a data folder while the `with` lasts. Raises Refusal."""
    if not (data / "journal").is_dir():
        raise Refusal(f"{data} is no data folder of a till")
    running = _running(data)
    if running is not None:
        with running:
            yield running
        return
    try:
        still = StillTill(data)
    except (JournalError, KeyFileError, SealError, OSError) as error:
        raise Refusal(str(error)) from error
    try:
        yield still
    finally:
        still.close()


def is_running(data: Path) -> bool:
    found = _running(data)
    if found is None:
        return False
    with found:
        return True


def running(data: Path) -> RunningTill:
    """The till that runs; Refusal when none does."""
    found = _running(data)
    if found is None:
        raise Refusal("the till does not run any more")
    return found


def _running(data: Path) -> RunningTill | None:
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.settimeout(PATIENCE)
    try:
        peer.connect(str(data / NAME))
        return RunningTill(peer)
    except OSError:
        peer.close()
        return None


class RunningTill:
    """Speaks the lines of `requests.py`."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer, self._file = peer, peer.makefile("rb")
        said = self._ask({"do": "hello"})
        self.public, self.now, self.software = bytes.fromhex(said["key"]), int(said["now"]), str(said["software"])

    def __enter__(self) -> RunningTill:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
        self._peer.close()

    @property
    def key(self) -> RunningTill:
        return self

    def sign(self, message: bytes) -> bytes:
        return bytes.fromhex(self._ask({"do": "sign", "statement": message.hex()})["signature"])

    def record(self, kind: int, body: dict[int, Value]) -> int:
        act = encode(Record(0, 0, 0, 0, "1", "", 0, kind, body))
        return int(self._ask({"do": "record", "act": act.hex()})["record"])

    def _ask(self, what: dict[str, str]) -> dict[str, Any]:
        try:
            self._peer.sendall(json.dumps(what).encode() + b"\n")
            line = self._file.readline()
        except OSError as error:
            raise Refusal(f"the running till does not answer ({error}): try again, or stop it first") from error
        said = json.loads(line) if line else {"error": "the running till has stopped: try again"}
        if "error" in said:
            raise Refusal(str(said["error"]))
        return dict(said)


class StillTill:
    """No till runs: a process of its own on the journal, which records its start, the acts, and its stop."""

    def __init__(self, data: Path) -> None:
        disk = OsDisk()
        self.key: Signer = keys.load(data, disk, sealer_for())
        self.software = VERSION
        self._journal = Journal.open(data, disk, self.key)
        try:
            past = remembered(self._journal)
            self._clock = SystemClock(ZoneInfo(str(past.ledger.config.get(5, "Europe/Paris"))))
            self._journal.sealing = sealing_of(self.key, past.ledger)
            self._state = State(past.ledger)
            gap = self._journal.gap
            torn = (gap.length, gap.sha256) if gap else None
            self._step(Boot(VERSION, Birth(self.key.public, b""), b"", torn, past.flaws))
        except BaseException:
            self._journal.close(clean=False)
            raise

    @property
    def now(self) -> int:
        return self._clock.now().t

    @property
    def ledger(self) -> Ledger:
        return self._state.ledger

    def decide(self, what: CloseAll | Retire) -> None:
        """What ends a till, and nothing else that a person decides at it."""
        self._step(what)

    def record(self, kind: int, body: dict[int, Value]) -> int:
        before = self._journal.next_seq
        encode(Record(0, 0, 0, 0, "1", "", 0, kind, body))  # raises before anything is decided, as over the socket
        self._step(Asked(kind, body, 0))
        if self._journal.next_seq == before:
            raise Refusal("the till does not record this act for a command")
        return before

    def close(self) -> None:
        try:
            self._step(Stop("command"))
        finally:
            self._journal.close()

    def _step(self, what: Boot | Asked | Stop | CloseAll | Retire) -> None:
        """Decided by the same `step` as everything; effects on paper wait for the till that runs next."""
        self._state, events, _ = step(self._state, what, self._clock.now())
        if events:
            self._journal.append([Record(*event) for event in events])

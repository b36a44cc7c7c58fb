"""The till's side of the files of image/FORMAT.md: it asks the system below by one, and reads what that says in two.

The system writes whole files by rename. What is here does not rely on it: a file that is too long, no text, or not of
the form says nothing.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from appliance.core.effect import Order
from appliance.core.input import Input, OutcomeSaid, SoftwareReady, SystemSaid
from appliance.core.system import Outcome, Slot, Strangers, numbers
from appliance.ports import Loop

if TYPE_CHECKING:
    from appliance.daemon.config import Config

SAID: Final = Path("/run/sceau-system")  # where no configuration names another
POLL: Final = 1000  # ms, while an order runs
SLOTS_COME: Final = 15 * 60_000  # ms: a quick check of a long journal comes before
LONGEST: Final = 4096  # bytes of a file of the system's
NAME: Final = re.compile(r"sceau-([a-z0-9-]{1,32})-([0-9.]{5,20})\.raucb")
MOST: Final = 4  # other models that are named
HEALTHS: Final = ("good", "bad", "tried")
STATES: Final = ("running", "done", "refused", "failed")
CODES: Final = ("signature", "older", "board", "unreadable", "gone", "medium", "busy", "slow")


class Named(NamedTuple):
    """An update as its file's name says it: sceau-BOARD-VERSION.raucb."""

    board: str
    version: str
    path: str


class System:
    """Without a configuration it does nothing and says nothing. `start` once the first screen stands."""

    def __init__(self, config: Config, loop: Loop, feed: Callable[[Input], None]) -> None:
        self._folders, self._loop, self._feed = config.system, loop, feed
        self._running = False
        self._before: tuple[int, int] | None = None  # the outcome that stood when the order was given
        self._told: Outcome | None = None
        self._board = config.board  # "": whatever is on a stick may be for this machine
        self._plugged = False  # updates are on the stick

    def start(self) -> None:
        """Tells what stands. An order that a process before this one has left and nobody took is nobody's any more."""
        if self._folders is None:
            return
        self._withdraw()
        self._told = self._outcome()
        self._feed(SystemSaid(self._slots(), self._told))
        if self._told is not None and self._told.state == "running":
            self._follow()
        if not self._known():
            self._loop.call_in(POLL, lambda: self._wait(SLOTS_COME // POLL))

    def _wait(self, left: int) -> None:
        """The system tells its slots once it has judged the one that runs, which is after this till stands."""
        if self._known():
            self._feed(SystemSaid(self._slots()))
        elif left:
            self._loop.call_in(POLL, lambda: self._wait(left - 1))

    def _known(self) -> bool:
        return (self._said() / "slots").exists()

    def do(self, order: Order) -> None:
        """Its record is durable."""
        if self._folders is None:
            return
        if order.do == "withdraw":
            self._withdraw()
            self._running = False
            return
        self._before, self._told = self._stamp(), None
        try:
            self._write(order)
        except OSError as error:
            sys.stderr.write(f"{self._folders.orders}: {error.strerror}\n")
            self._feed(OutcomeSaid(Outcome(order.do, "failed")))
            return
        self._follow()

    def stick(self, folder: str) -> None:
        """Names only; the highest version for this model. The system reads what is inside, and judges it again."""
        if self._folders is None:
            return
        found = _bundles(Path(folder)) if folder else []
        own = [each for each in found if self._board in ("", each.board)]
        best = max(own, key=lambda each: numbers(each.version), default=Named("", "", ""))
        others = tuple(sorted({each.board for each in found}))[:MOST] if not own else ()
        if found or self._plugged:
            self._plugged = bool(found)
            strangers = Strangers(self._board, others) if others else None
            self._feed(SoftwareReady("stick", best.version, best.path, strangers))

    def _write(self, order: Order) -> None:
        if self._folders is None or "\n" in order.bundle:
            raise OSError(0, "an order that is not one")
        partial = self._folders.orders / "order.new"
        partial.write_text(text_of(order), "utf-8")
        # If we stop here, the record of the order is durable and nobody was asked: the folder is memory, and the next
        # start finds neither the version nor a slot that waits for it, and says so.
        partial.replace(self._folders.orders / "order")

    def _withdraw(self) -> None:
        if self._folders is not None:
            for name in ("order", "order.new"):
                with suppress(OSError):
                    (self._folders.orders / name).unlink(missing_ok=True)

    def _follow(self) -> None:
        if not self._running:
            self._running = True
            self._loop.call_in(POLL, self._poll)

    def _poll(self) -> None:
        """Each second until it has ended; only what is new is told."""
        if not self._running:
            return
        outcome = self._outcome() if self._stamp() != self._before else None
        if outcome is not None and outcome != self._told:
            self._told = outcome
            self._running = outcome.state == "running"
            self._feed(OutcomeSaid(outcome))
            if not self._running:
                self._feed(SystemSaid(self._slots()))
        if self._running:
            self._loop.call_in(POLL, self._poll)

    def _stamp(self) -> tuple[int, int] | None:
        """Which file it is: of an order before this one nothing is believed."""
        try:
            found = (self._said() / "outcome").stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _outcome(self) -> Outcome | None:
        return outcome_of(whole(self._said() / "outcome"))

    def _slots(self) -> tuple[Slot, ...]:
        lines = whole(self._said() / "slots").splitlines()
        found = [slot for line in lines if (slot := slot_of(line))]
        return tuple(found) if len(found) == len(lines) else ()

    def _said(self) -> Path:
        return self._folders.said if self._folders else SAID


def text_of(order: Order) -> str:
    """The file `order`."""
    if order.do == "install":
        return f"do=install\nbundle={order.bundle}\nthen={order.then}\n"
    return f"do={order.do}\n"


def whole(file: Path) -> str:
    """Text of a short plain file, "" for anything else. Never waits, as for the other end of a pipe."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return ""
        data = os.read(handle, LONGEST + 1)
        return data.decode("utf-8") if len(data) <= LONGEST else ""
    except (OSError, UnicodeDecodeError):
        return ""
    finally:
        os.close(handle)


def outcome_of(text: str) -> Outcome | None:
    """None for what is no outcome: it is waited for on."""
    said = {key: value for key, equals, value in (line.partition("=") for line in text.splitlines()) if equals}
    do, state, version = said.get("do", ""), said.get("state", ""), said.get("version", "")
    percent, code = said.get("percent", "") or "0", said.get("code", "")
    if do not in ("install", "off") or state not in STATES or not text.endswith("\n"):
        return None
    if not re.fullmatch("[0-9]{1,3}", percent) or int(percent) > 100:
        return None
    return Outcome(do, state, version if numbers(version) else "", int(percent), code if code in CODES else "")


def slot_of(line: str) -> Slot | None:
    """`A=0.1.0 good booted`."""
    name, _, rest = line.partition("=")
    version, *words = rest.split(" ")
    known = (*HEALTHS, "booted", "next")
    if name not in ("A", "B") or not words or words[0] not in HEALTHS or any(each not in known for each in words):
        return None
    if version != "-" and not numbers(version):
        return None
    return Slot(name, version, words[0], "booted" in words, "next" in words)


def _bundles(folder: Path) -> list[Named]:
    """Each update in the first folder of a stick."""
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False)]
    except OSError:
        return []
    found = ((match[1], match[2], name) for name in names if (match := NAME.fullmatch(name)))
    return [Named(board, version, str(folder / name)) for board, version, name in found if numbers(version)]

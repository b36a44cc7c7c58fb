"""The system below a till, at the far side of its files: takes orders, installs in virtual time, switches off.

It keeps to image/FORMAT.md as a real one does; what becomes of an order is chosen before it is given (`will`).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final, NamedTuple

from appliance.ports import Clock

STEP: Final = 2000  # ms for a fifth of an installation
REFUSALS: Final = ("signature", "older", "board", "unreadable", "busy")
FAILURES: Final = ("gone", "medium", "slow")


class Slot(NamedTuple):
    version: str
    health: str


class System:
    """`fit` brings it into the world, with `version` in slot A. `off`: it has taken the power away.

    `will`: done, one of REFUSALS or FAILURES, hang (40 % for ever), deaf (takes no order), late (done, and the new
    version does not start).
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self.said, self.orders, self.updates = folder / "said", folder / "orders", folder / "updates"
        self.fitted = self.off = False
        self.will = "done"
        self.tells = True  # its slots, at a start; a real one does so when it has judged the slot
        self.taken: list[str] = []  # orders, word for word
        self._slots = {"A": Slot("0.1.0", "good"), "B": Slot("-", "bad")}
        self._booted, self._next = "A", "A"
        self._order: dict[str, str] | None = None
        self._percent = self._due = 0

    def fit(self, version: str = "0.1.0") -> None:
        self.fitted = True
        self._slots["A"] = Slot(version, "good")
        self.updates.mkdir(parents=True, exist_ok=True)
        self.boot()

    @property
    def version(self) -> str:
        """Of the slot that runs."""
        return self._slots[self._booted].version

    def boot(self) -> None:
        """The machine starts: what was said and asked stood in memory and is gone; the slot that is next runs."""
        if not self.fitted:
            return
        for folder in (self.said, self.orders):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        self.off, self._order = False, None
        if self._next != self._booted and self.will == "late":
            self._slots[self._next] = self._slots[self._next]._replace(health="bad")
            self._next = self._booted
        self._booted = self._next
        if self.tells:
            self.tell_slots()

    def pump(self) -> bool:
        """Takes an order, goes on with one; whether anything moved."""
        if not self.fitted or self.off:
            return False
        if self._order is None:
            return self._take()
        if self.will == "hang" and self._percent >= 40:
            return False
        if self._clock.monotonic() < self._due:
            return False
        self._go_on(self._order)
        return True

    def next_deadline(self) -> int | None:
        return self._due if self._order is not None and not self.off and self.will != "hang" else None

    def _take(self) -> bool:
        file = self.orders / "order"
        if self.will == "deaf" or not file.exists():
            return False
        text = file.read_text("utf-8")
        file.unlink()
        self.taken.append(text)
        order = dict(line.split("=", 1) for line in text.splitlines())
        self._percent = 0
        if order["do"] == "off":
            self.tell(do="off", state="done")
            self.off = True
            return True
        self._order, self._due = order, self._clock.monotonic() + STEP
        self._slots[self._other] = self._slots[self._other]._replace(health="bad")
        self.tell_slots()
        self.tell(do="install", state="running", version="", percent=0)
        return True

    def _go_on(self, order: dict[str, str]) -> None:
        bundle = Path(order["bundle"])
        version = bundle.stem.rpartition("-")[2]
        if not bundle.exists():
            self._end("failed", version, "gone")
        elif self.will in REFUSALS:
            self._end("refused", version, self.will)
        elif self._percent >= 40 and self.will in FAILURES:
            self._end("failed", version, self.will)
        elif self._percent < 100:
            self._percent += 20
            self._due = self._clock.monotonic() + STEP
            self.tell(do="install", state="running", version=version, percent=self._percent)
        else:
            self._slots[self._other], self._next = Slot(version, "good"), self._other
            self._end("done", version, "")
            self.off = order["then"] == "off"

    def _end(self, state: str, version: str, code: str) -> None:
        self._order = None
        self.tell_slots()
        self.tell(do="install", state=state, version=version, percent=self._percent, code=code)

    @property
    def _other(self) -> str:
        return "B" if self._booted == "A" else "A"

    def tell(self, **said: object) -> None:
        """Writes `outcome`."""
        self.write("outcome", "".join(f"{key}={value}\n" for key, value in said.items()).encode())

    def write(self, name: str, data: bytes) -> None:
        """A whole file by rename, be it nonsense."""
        partial = self.said / f"{name}.new"
        partial.write_bytes(data)
        partial.replace(self.said / name)

    def tell_slots(self) -> None:
        lines = (f"{name}={slot.version} {slot.health}{self._more(name)}\n" for name, slot in self._slots.items())
        self.write("slots", "".join(lines).encode())

    def _more(self, name: str) -> str:
        if name == self._booted:
            return " booted"
        return " next" if name == self._next else ""

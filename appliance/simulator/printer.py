"""A receipt printer of the Epson TM kind at the far end of a serial line, with its buffer, its pace and its faults.

Rules and where they come from (Epson ESC/POS command reference unless said):
 - it reads into a receive buffer (4 KiB, TM-T88 technical reference: "Receive buffer") and stops reading when full;
 - DLE EOT and DLE DC4 act when received, in any state but off; all else waits its turn in the buffer;
 - paper out or cover open puts it off line: it stops where it is, keeps the buffer, and goes on by itself after;
 - GS a: status is sent at once when enabled, then on each change of an enabled kind;
 - GS ( H function 48: the id is sent back when what stands before it has been printed;
 - GS r 1: answered when reached in the buffer;
 - power off: buffer, settings and automatic status are lost, nothing is answered.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from appliance.ports import Clock
from appliance.simulator.drawer import Drawer
from appliance.simulator.escpos import Command, RealTimeFilter, Tokens
from appliance.simulator.paper import Line, Paper, Style
from appliance.simulator.wire import SerialWire

BUFFER = 4096
LINE_MS = 20  # 50 lines a second: 200 mm/s at 1/6 inch
CUT_MS = 300
PAGES = {0: "cp437", 2: "cp850", 16: "cp1252", 19: "cp858"}  # ESC t, TM-T88V
STATUS = frozenset({"GS a", "GS r", "GS ("})  # not part of a document


@dataclass(frozen=True, slots=True)
class Model:
    """What this printer can do: clones lack much of it."""

    columns: int = 48
    ids: bool = True  # GS ( H
    barrier: bool = True  # GS r
    automatic: bool = True  # GS a
    line_ms: int = LINE_MS


def _unheard(name: str, detail: str) -> None:
    """Until someone listens to outside events."""


class Printer:
    """`on_event(name, detail)` hears what a bystander could: first-byte, line, cut, pulse, power."""

    def __init__(self, wire: SerialWire, drawer: Drawer, clock: Clock, model: Model | None = None) -> None:
        self.wire, self.drawer, self._clock = wire, drawer, clock
        self.model = model or Model()
        self.paper = Paper(self.model.columns)
        self.on_event: Callable[[str, str], None] = _unheard
        self.lines = 0  # printed since it was made
        self.unknown: list[bytes] = []  # commands it did not know
        self._powered, self._out, self._near_end, self._cover_open, self._jammed = True, False, False, False, False
        self._after: list[tuple[int, Callable[[], None]]] = []
        self._forget()

    def _forget(self) -> None:
        """The state at power-on."""
        self._real_time, self._tokens = RealTimeFilter(), Tokens()
        self._queue: deque[Command] = deque()
        self._buffered = 0
        self._busy_until = 0
        self._automatic = 0
        self._document = False
        self._initialize()

    def _initialize(self) -> None:
        """ESC @: settings and the line being composed, not the receive buffer."""
        self._style, self._page, self._composed = Style(), "cp437", ""

    # Switches

    def set_paper(self, state: str) -> None:
        """ "out", "near-end" or "ok"."""
        self._out, self._near_end = state == "out", state in ("out", "near-end")
        self._report(0x08)

    def set_cover(self, *, opened: bool) -> None:
        self._cover_open = opened
        self._report(0x02)

    def set_jam(self, *, jammed: bool) -> None:
        """The cutter is stuck, a recoverable error."""
        self._jammed = jammed
        self._report(0x04)

    def unplug(self) -> None:
        self.wire.unplug()

    def plug(self) -> None:
        self.wire.plug()

    @property
    def powered(self) -> bool:
        return self._powered

    def switch_off(self) -> None:
        if self._powered:
            self._powered = False
            self._forget()
            self.on_event("power", "off")

    def switch_on(self) -> None:
        if not self._powered:
            self.wire.discard()
            self._powered = True
            self.on_event("power", "on")

    def after_lines(self, count: int, action: Callable[[], None]) -> None:
        """Calls `action` when `count` more lines have been printed: `lambda: printer.set_paper("out")`."""
        self._after.append((self.lines + count, action))

    @property
    def armed(self) -> int:
        """Faults that have not come yet."""
        return len(self._after)

    def shut_drawer(self) -> None:
        self.drawer.shut()
        self._report(0x01)

    # Running

    @property
    def stalled(self) -> bool:
        return self._out or self._cover_open or self._jammed or not self._powered

    def pump(self) -> bool:
        """Reads, answers and prints what is due now. True when anything happened."""
        if not self._powered:
            return bool(self.wire.read(1 << 16))
        received = self._receive()
        return self._work() or received

    def quiet(self) -> bool:
        """Nothing on the wire, and nothing to print but what a fault holds back."""
        return self.wire.quiet() and (self.stalled or not self._queue)

    def next_deadline(self) -> int | None:
        """When it will have finished what it is doing, in the clock's ms; None when it waits for others."""
        return self._busy_until if self._queue and not self.stalled else None

    def fds(self) -> list[int]:
        return self.wire.fds()

    def _receive(self) -> bool:
        data = self.wire.read(BUFFER - self._buffered)
        if not data:
            return False
        plain, commands = self._real_time.feed(data)
        for command in commands:
            self._act(command)
        for token in self._tokens.feed(plain):
            self._note_document(token)
            self._queue.append(token)
            self._buffered += token.size
        return True

    def _note_document(self, token: Command) -> None:
        """The first byte of a document is what tells the world that a sale was acknowledged."""
        if token.name in STATUS:
            return
        if not self._document:
            self.on_event("first-byte", "")
        self._document = token.name != "GS V"

    def _work(self) -> bool:
        worked = False
        while self._queue and not self.stalled and self._clock.monotonic() >= self._busy_until:
            command = self._queue.popleft()
            self._buffered -= command.size
            self._obey(command)
            worked = True
        return worked

    def _obey(self, command: Command) -> None:
        action = _COMMANDS.get(command.name)
        if action is not None:
            action(self, command.data)
        elif command.name != "skip":
            self.unknown.append(command.data)

    # Commands

    def _text(self, data: bytes) -> None:
        self._composed += data.decode(self._page, "replace")
        width = self.model.columns // self._style.width
        while len(self._composed) > width:  # the line is full: it is printed, the rest begins the next
            rest, self._composed = self._composed[width:], self._composed[:width]
            self._line(b"")
            self._composed = rest

    def _line(self, _: bytes) -> None:
        text, self._composed = self._composed, ""
        self.paper.put(Line(text, self._style))
        self._busy_until = self._clock.monotonic() + self.model.line_ms
        self.lines += 1
        self.on_event("line", text)
        due = [action for at, action in self._after if at <= self.lines]
        self._after = [(at, action) for at, action in self._after if at > self.lines]
        for action in due:
            action()

    def _feed(self, data: bytes) -> None:
        if self._composed:
            self._line(b"")
        for _ in range(data[0]):
            self.paper.put(Line(""))
        self._busy_until = self._clock.monotonic() + data[0] * self.model.line_ms

    def _cut(self, _: bytes) -> None:
        self.paper.cut()
        self._busy_until = self._clock.monotonic() + CUT_MS
        self.on_event("cut", "")

    def _code_table(self, data: bytes) -> None:
        self._page = PAGES.get(data[0], "cp437")

    def _emphasize(self, data: bytes) -> None:
        self._style = replace(self._style, bold=bool(data[0] & 1))

    def _size(self, data: bytes) -> None:
        """GS ! n: bits 4-6 width - 1, bits 0-2 height - 1."""
        self._style = replace(self._style, width=(data[0] >> 4 & 7) + 1, height=(data[0] & 7) + 1)

    def _invert(self, data: bytes) -> None:
        self._style = replace(self._style, invert=bool(data[0] & 1))

    def _pulse(self, data: bytes) -> None:
        """`data` begins with m: 0 and "0" pin 2, 1 and "1" pin 5 (pages ESC p, DLE DC4)."""
        self.drawer.pulse(5 if data[0] & 1 else 2)
        self.on_event("pulse", "")
        self._report(0x01)

    def _set_automatic(self, data: bytes) -> None:
        self._automatic = data[0] if self.model.automatic else 0
        self._report(0xFF)

    def _transmit(self, data: bytes) -> None:
        """GS r n: 1 paper sensors, bits 0-1 near end, 2-3 out."""
        if self.model.barrier and data[0] in (1, 49):
            self.wire.write(bytes([0x03 * self._near_end | 0x0C * self._out]))

    def _extended(self, data: bytes) -> None:
        """GS ( H pL pH fn m d1..d4: only function 48 answers."""
        if self.model.ids and data[:1] == b"H" and data[3:5] == b"00":
            self.wire.write(b"\x37\x22" + data[5:9] + b"\x00")

    # Real time

    def _act(self, command: bytes) -> None:
        if command[1] == 0x04:
            self._tell(command[2])
        elif command[2] == 1 and not self._jammed:  # DLE DC4 function 1, "ignored in an error status"
            self._pulse(command[3:])

    def _tell(self, n: int) -> None:
        """DLE EOT n; bits 1 and 4 are fixed to 1."""
        offline = self._out or self._cover_open or self._jammed
        bits = {
            1: 0x04 * self.drawer.level | 0x08 * offline,
            2: 0x04 * self._cover_open | 0x20 * self._out | 0x40 * self._jammed,
            3: 0x08 * self._jammed,
            4: 0x0C * self._near_end | 0x60 * self._out,
        }
        if n in bits:
            self.wire.write(bytes([0x12 | bits[n]]))

    def _report(self, kind: int) -> None:
        """GS a: four bytes when something of an enabled kind (bit 0 drawer, 1 on line, 2 error, 3 paper) changes."""
        if not self._powered or not self._automatic & kind:
            return
        offline = self._out or self._cover_open or self._jammed
        first = 0x10 | 0x04 * self.drawer.level | 0x08 * offline | 0x20 * self._cover_open
        self.wire.write(bytes([first, 0x08 * self._jammed, 0x03 * self._near_end | 0x0C * self._out, 0]))


_COMMANDS: dict[str, Callable[[Printer, bytes], None]] = {
    "text": Printer._text,
    "lf": Printer._line,
    "ESC @": lambda printer, _: printer._initialize(),
    "ESC t": Printer._code_table,
    "ESC E": Printer._emphasize,
    "ESC d": Printer._feed,
    "ESC p": Printer._pulse,
    "GS !": Printer._size,
    "GS B": Printer._invert,
    "GS V": Printer._cut,
    "GS a": Printer._set_automatic,
    "GS r": Printer._transmit,
    "GS (": Printer._extended,
}

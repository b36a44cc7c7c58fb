"""A barcode scanner in keyboard mode. It is grabbed, read key by key, and never guessed at: a doubtful code is lost.

A lost code ("" in the answer) costs one more pass of the article. A wrong one costs a wrong line on a ticket.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from appliance.drivers.evdevice import adopt, drain, milliseconds, open_input
from appliance.drivers.options import one_of
from appliance.drivers.scanner.keymap import CAPS_LOCK, DIGITS, ENDS, LETTERS, OTHER_MODIFIERS, SHIFTS
from appliance.ports import Loop, Lost

EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
DOWN = 1  # 0 is up, 2 repeats
GAP_MS = 100  # between two keys of one code
STALE_MS = 1000  # after that, what comes is another code


@dataclass(frozen=True, slots=True)
class ScannerOptions:
    path: str
    layout: str = "digits"  # digits: any digit, letters refused; us, fr: letters too
    longest: int = 256  # the code of an enrolment has 115 digits and more

    def __post_init__(self) -> None:
        one_of("layout", self.layout, tuple(LETTERS))


class Decoder:
    """Key events to codes. A code is spoilt by a pause inside it, a lost event or a key without meaning: it is told
    once as "", and what follows is thrown away up to its end, since a tail can be a valid code of its own."""

    def __init__(self, layout: str = "digits", longest: int = 256) -> None:
        self._letters, self._longest = LETTERS[layout], longest
        self._text, self._last = "", 0
        self._spoilt = self._shift = self._caps = self._dropping = False
        self._codes: list[str] = []

    def feed(self, events: list[Any]) -> list[str]:
        """Codes completed by these events."""
        for event in events:
            self._event(event)
        codes, self._codes = self._codes, []
        return codes

    def cut_off(self) -> list[str]:
        """The device is gone: a code begun is lost."""
        if self._text:
            self._spoil()
        self._spoilt = self._shift = self._dropping = False
        return self.feed([])

    def _event(self, event: Any) -> None:  # noqa: ANN401
        if event.type == EV_SYN:
            if event.code == SYN_DROPPED:
                self._spoil()
            self._dropping = event.code == SYN_DROPPED
        elif event.type == EV_KEY and not self._dropping:
            self._key(event.code, event.value, milliseconds(event))

    def _key(self, code: int, value: int, at: int) -> None:
        if code in SHIFTS:
            self._shift = value != 0
        elif value == DOWN and code == CAPS_LOCK:
            self._caps = not self._caps
        elif value == DOWN and code not in OTHER_MODIFIERS:
            self._pause(at - self._last)
            self._last = at
            self._press(code)

    def _pause(self, gap: int) -> None:
        if gap > GAP_MS and self._text:
            self._spoil()
        if gap > STALE_MS:
            self._spoilt = False

    def _press(self, code: int) -> None:
        if code in ENDS:
            self._end()
            return
        sign = DIGITS.get(code) or self._letter(code)
        if sign is None or len(self._text) >= self._longest:
            self._spoil()
        elif not self._spoilt:
            self._text += sign

    def _letter(self, code: int) -> str | None:
        letter = self._letters.get(code)
        if letter is None:
            return None
        return letter.upper() if self._shift != self._caps else letter

    def _end(self) -> None:
        if self._text and not self._spoilt:
            self._codes.append(self._text)
        self._text, self._spoilt = "", False

    def _spoil(self) -> None:
        if not self._spoilt:
            self._codes.append("")
        self._text, self._spoilt = "", True


class EvdevScanner:
    Options = ScannerOptions

    def __init__(self, options: ScannerOptions, _loop: Loop) -> None:
        self._options = options
        self._device: Any = None
        self._decoder = Decoder(options.layout, options.longest)

    def open(self) -> None:
        self._device = open_input(self._options.path, grab=True)
        self._decoder = Decoder(self._options.layout, self._options.longest)

    def converse(self, fd: int) -> None:
        """Reads from a descriptor that is already open."""
        self._device = adopt(fd)

    def close(self) -> None:
        if self._device is not None:
            self._device.close()
            self._device = None

    def fileno(self) -> int:
        return int(self._device.fd) if self._device is not None else -1

    def read(self) -> list[str]:
        if self._device is None:
            raise Lost("The scanner is not open.")
        try:
            return self._decoder.feed(drain(self._device))
        except Lost:
            lost = self._decoder.cut_off()
            if lost:
                return lost  # the next call raises
            raise

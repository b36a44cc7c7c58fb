"""Fingers on keys: feedback first, then the act. Digits act on down, everything else on release inside the key.

A slip must not write a record: sliding off cancels. The same key within 40 ms is one tap; a touch that began before
the screen changed is dropped (screens are answered, not guessed).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from appliance.core.act import Act
from appliance.display.frame import Frame, Hit
from appliance.display.painter import Painter
from appliance.ports import Clock, Contact, Gesture

BOUNCE = 40
AGAIN = 400  # between two keys that move money, print, open or close: a double tap is one tap
GRAVE = {
    "pay",
    "give",
    "means",
    "accepted",
    "print",
    "decline",
    "next",
    "close-day",
    "drawer",
    "reprint",
    "doubt-print",
}


@dataclass(slots=True)
class _Press:
    hit: Hit
    screen: str


class Fingers:
    def __init__(self, painter: Painter, clock: Clock, act: Callable[[Act], None]) -> None:
        self._painter, self._clock, self._act = painter, clock, act
        self._down: dict[int, _Press] = {}
        self._last: tuple[Act, str, int] | None = None

    def take(self, contact: Contact) -> None:
        if contact.gesture is Gesture.DOWN:
            self._press(contact)
        elif contact.gesture is Gesture.MOVE:
            self._slide(contact)
        else:
            self._lift(contact)

    def _press(self, contact: Contact) -> None:
        frame = self._painter.frame
        hit = frame.hit(contact.x, contact.y) if frame else None
        if frame is None or hit is None:
            return
        self._painter.press(hit)
        self._down[contact.slot] = _Press(hit, frame.screen)
        if hit.digit:
            self._fire(hit, frame.screen)

    def _slide(self, contact: Contact) -> None:
        press = self._down.get(contact.slot)
        if press is not None and not press.hit.box.has(contact.x, contact.y):
            self._painter.release(press.hit)
            del self._down[contact.slot]

    def _lift(self, contact: Contact) -> None:
        press = self._down.pop(contact.slot, None)
        if press is None:
            return
        self._painter.release(press.hit)
        frame = self._painter.frame
        if not press.hit.digit and frame is not None and self._still_there(frame, press):
            self._fire(press.hit, press.screen)

    def _still_there(self, frame: Frame, press: _Press) -> bool:
        return frame.screen == press.screen and any(hit.act == press.hit.act for hit in frame.hits)

    def _fire(self, hit: Hit, screen: str) -> None:
        now = self._clock.monotonic()
        if self._last is not None:
            act, where, before = self._last
            if act == hit.act and where == screen and now - before < BOUNCE:
                return
            if act.name in GRAVE and hit.act.name in GRAVE and now - before < AGAIN:
                return
        self._last = (hit.act, screen, now)
        self._act(hit.act)

"""What a flow's player can do and see: wires, switches, the glass. Any till with a World plays the same flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Spot:
    """A key on the glass: its word, what it stands for, where a finger goes."""

    label: str
    act: str
    value: str | int
    x: int
    y: int


@dataclass(frozen=True)
class Glass:
    """The last drawn frame, as a person reads it: unshortened texts, sums by name, keys."""

    screen: str
    labels: tuple[str, ...] = ()
    figures: Mapping[str, str] = field(default_factory=dict)
    spots: tuple[Spot, ...] = ()


class World(Protocol):
    """A till with its hardware. Times are ms of the till's clock."""

    @property
    def alive(self) -> bool: ...

    @property
    def faults_to_come(self) -> list[str]:
        """Faults that were ordered and have not happened."""

    def glass(self) -> Glass: ...

    def touch(self, x: int, y: int) -> None: ...

    def scan(self, code: str) -> None: ...

    def badge(self, uid: bytes) -> None: ...

    def finish(self) -> None:
        """Ends a verb: a second has passed, nothing is under way but what a fault holds and the screen shows."""

    def wait(self, duration: int) -> None: ...

    def set_time(self, t: int) -> None:
        """UTC ms. Forwards quietly, backwards as a clock that jumps."""

    def switch(self, what: str, state: str) -> None:
        """paper out|near-end|ok, cover open|closed, printer off|on, drawer shut, network up|down,
        collector loses|forks|carries DIR."""

    def enrolment_code(self) -> str:
        """The digits that a collector shows for this till."""

    def usb(self, folder: str | None) -> None:
        """Plugs a stick in that holds what is in `folder`; None pulls it out, and the folder holds what is on it."""

    def after_lines(self, count: int, what: str, state: str) -> None: ...

    def after_flushes(self, count: int) -> None:
        """The power goes after so many more flushes of the journal."""

    def power_cut(self) -> None: ...

    def power_on(self) -> None: ...

    def paper(self) -> str:
        """What was printed since the last tear."""

    def tear(self) -> None: ...

    def drawer_openings(self) -> int: ...

    def records(self) -> list[dict[str, Any]]:
        """The journal, as `sceau dump` says it."""

"""What technicians did to this machine: the visit that runs, and settings laid over the board's. All from records."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, cast

from appliance.core.event import Value

MINUTES: Final = 30  # a visit ends by itself


class Visit(NamedTuple):
    """`up`: CLOCK_BOOTTIME ms of its beginning. It never outlives the process, so no other clock is needed."""

    number: int
    technician: str  # operator codes
    agreed: str
    up: int

    def left(self, up: int) -> int:
        """Whole minutes, the one that runs included; 0 when it is over."""
        return max(0, -(-(self.up + MINUTES * 60_000 - up) // 60_000))


class Upkeep(NamedTuple):
    """`visits` so far; `settings` by name, where they are not the board's; `ordered`: the version of the whole system
    that was asked for last, until it is known to have failed."""

    visits: int = 0
    visit: Visit | None = None
    settings: tuple[tuple[str, str], ...] = ()
    ordered: str = ""

    def setting(self, name: str) -> str | None:
        return dict(self.settings).get(name)

    def with_setting(self, name: str, value: str | None) -> Upkeep:
        """None: as the board says again."""
        kept = {**dict(self.settings), name: value or ""}
        if value is None:
            del kept[name]
        return self._replace(settings=tuple(sorted(kept.items())))

    def body(self) -> list[Value]:
        settings: list[Value] = [list[Value](each) for each in self.settings]
        body: list[Value] = [self.visits, list[Value](self.visit) if self.visit else None, settings]
        return [*body, self.ordered] if self.ordered else body

    @staticmethod
    def of(value: list[Value]) -> Upkeep:
        visits, visit, settings, *ordered = cast("list[Any]", value)
        kept = tuple((name, each) for name, each in settings)
        return Upkeep(visits, Visit(*visit) if visit else None, kept, *ordered)

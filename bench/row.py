"""One line of the table."""

from __future__ import annotations

Row = dict[str, object]


def row(
    name: str, value: float | None, unit: str, baseline: float | None, what: str, goal: str, *, met: bool | None
) -> Row:
    """`ratio` is the baseline over ours: how many times as much the other way costs."""
    return {
        "name": name,
        "value": None if value is None else round(value),
        "unit": unit,
        "baseline": None if baseline is None else round(baseline),
        "baseline_name": what,
        "ratio": round(baseline / value, 3) if value and baseline else None,
        "goal": goal,
        "met": met,
    }

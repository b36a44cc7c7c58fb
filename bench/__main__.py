"""`python -m bench [--only PREFIX]`: one table of measured figures, ours and the baselines, in one run.

Also writes build/bench.jsonl, a line a row: name, value, unit, baseline, baseline_name, ratio, goal, met.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import audit, collector, journal, long, till, ui, verify

Row = dict[str, Any]
ROOMS: dict[str, Callable[[], Iterator[Row]]] = {
    "ui": ui.rows,
    "sale": till.sale_rows,
    "start": till.start_rows,
    "verify": verify.rows,
    "long": long.rows,
    "journal": journal.rows,
    "audit": audit.rows,
    "collector": collector.rows,
}
FILE = Path("build/bench.jsonl")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="", metavar="PREFIX", help="rows whose name starts with it")
    only = parser.parse_args().only
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("w", encoding="utf-8") as file:
        print(line("name", "value", "baseline", "ratio", "goal", "met", "against"))
        for row in rows(only):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            print(shown(row), flush=True)


def rows(only: str) -> Iterator[Row]:
    for room, make in ROOMS.items():
        if only.startswith(room) or room.startswith(only.split(".")[0]):
            yield from (row for row in make() if row["name"].startswith(only))


def shown(row: Row) -> str:
    met = {True: "yes", False: "NO"}.get(row["met"], "")
    value = f"{number(row['value'])} {row['unit']}"
    return line(
        row["name"], value, number(row["baseline"]), number(row["ratio"]), str(row["goal"]), met, row["baseline_name"]
    )


def number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return "" if value is None else str(value)


def line(name: str, value: str, baseline: str, ratio: str, goal: str, met: str, against: str) -> str:
    return f"{name:26} {value:>16} {baseline:>10} {ratio:>7} {met:>4}  {goal}  [{against}]"


if __name__ == "__main__":
    main()

"""`python -m tests.audit.year [--days 300] [--tickets 200]`: lives a year, proves it in every way, says how long."""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from appliance.audit.archive_period import Asked
from tests.audit.year import proof
from tests.audit.year.life import LARGE, SMALL, Life

FIRST = date(2026, 2, 1)  # so that 300 days stay within one fiscal year


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.audit.year", description=__doc__)
    parser.add_argument("--days", type=int, default=300)
    parser.add_argument("--tickets", type=int, default=200, help="a day")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="sceau-year-") as folder:
        start = time.monotonic()
        segment = LARGE if options.days > 30 else SMALL  # a purge takes whole segments only
        life = proof.lived(Path(folder) / "data", FIRST, options.days, options.tickets, segment)
        tell(start, f"lived    {options.days} days, {life.till.journal.next_seq} records, {life.till.tears} tears")
        for line in proved(life, Path(folder)):
            tell(start, line)


def proved(life: Life, folder: Path) -> Iterator[str]:
    """Stops with an AssertionError at the first that does not agree."""
    yield from proof.journal_agrees(life)
    plain = proof.sums(life.till.home)
    kept = None
    for asked in (Asked("day"), Asked("month"), proof.whole(life)):
        kept = proof.archived(life.till, asked, folder / "archives")
        yield f"archive  {proof.archive_agrees(kept, plain)}"
    assert kept
    yield f"page     {proof.page_agrees(kept, plain)}"
    yield f"purge    {proof.purged(life, kept, folder)}"
    yield f"left     {proof.said(life.till.home)}"
    life.till.stop()


def tell(start: float, line: str) -> None:
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{time.monotonic() - start:6.0f} s {mebibytes:4} MiB  {line}", flush=True)


if __name__ == "__main__":
    main()

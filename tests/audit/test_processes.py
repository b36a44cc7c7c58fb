"""Two processes say what one says, on every journal, and none of them holds a journal in memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from appliance.audit import parts
from appliance.audit.check import Refold
from appliance.audit.parts import Job, Split, check_parts, splits
from appliance.audit.progress import Meter
from appliance.audit.source import find
from appliance.audit.spread import spread
from appliance.audit.verify import BROKEN, INTACT
from appliance.core.refold import Refold as Fold
from appliance.storage import segment
from appliance.storage.record import Record
from tests.audit.checking import KINDS, REFOLD, check
from tests.audit.scribe import Scribe, days

SEED = 20261122


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scribe = Scribe(tmp_path_factory.mktemp("days") / "till")
    days(scribe, 60, per_day=7)
    return scribe.save(anchored=True)


def test_it_is_split(journal: Path) -> None:
    """Parts begin at snapshots near equal shares of the bytes, and each of them holds."""
    found = list(splits(find(journal), KINDS, 3))
    sizes = [path.stat().st_size for path in sorted((journal / "journal").glob("*.seg")) if any(path.read_bytes())]
    at = [(it.place.number - 1) * sizes[0] + it.byte for it in found]
    meter = Meter(find(journal), None)
    job = Job(find(journal), "full", KINDS, REFOLD, lambda: None, meter)

    assert len(found) == 2
    assert all(abs(place - sum(sizes) * share // 3) < sum(sizes) // 6 for share, place in enumerate(at, start=1))
    assert all(it.record.kind == KINDS.snapshot for it in found)
    assert check_parts(job, 3) is not None


@pytest.mark.parametrize("processes", [2, 3, 7])
def test_intact(journal: Path, processes: int) -> None:
    """Counts, head, notes and chain are those of one process."""
    assert check(journal).code == INTACT
    for mode in ("full", "paranoid", "quick"):
        assert check(journal, mode, processes) == check(journal, mode)


@pytest.mark.parametrize("part", range(2))
def test_damaged_anywhere(journal: Path, tmp_path: Path, part: int) -> None:
    """A byte changed anywhere: the same words, to the letter, from one process and from two."""
    home, random = tmp_path / "copy", Random(SEED + part)
    shutil.copytree(journal, home)
    cuts = [(it.place.number, it.byte) for it in splits(find(home), KINDS, 2)]
    paths = [path for path in sorted((home / "journal").glob("*.seg")) if any(path.read_bytes())]
    spots = [(random.choice(paths), -1) for _ in range(5)]
    spots += [(home / "journal" / segment.name(number), byte - random.randrange(1, 3000)) for number, byte in cuts * 3]
    for path, spot in spots:
        data = path.read_bytes()
        offset = spot if spot >= 0 else random.randrange(len(data.rstrip(b"\0")))
        changed = bytearray(data)
        changed[offset] ^= random.randrange(1, 256)
        path.write_bytes(changed)
        one, two = check(home), check(home, processes=2)
        path.write_bytes(data)

        assert (one.code, one) == (BROKEN, two), (path.name, offset)


def test_a_child_that_dies(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its part is checked here instead."""
    assert spread([lambda: 1, lambda: os._exit(3)]) is None
    inner = parts._part

    def dying(job: Job, at: int, start: Split | None, until: Split | None) -> object:
        return os._exit(3) if start else inner(job, at, start, until)

    monkeypatch.setattr(parts, "_part", dying)
    assert check(journal, processes=2) == check(journal)


def test_a_part_must_end_where_the_next_begins(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fold that is not what the snapshot restores is never passed over."""
    wrong = iter(range(10_000))

    def restore(record: Record) -> Refold | None:
        fold = KINDS.restore(record) if KINDS.restore else None
        if isinstance(fold, Fold):
            fold.ledger = fold.ledger._replace(given=next(wrong))
        return fold

    job = Job(find(journal), "full", KINDS._replace(restore=restore), REFOLD, lambda: None, Meter(find(journal), None))

    assert check_parts(job, 2) is None


LONG = """
import sys
from pathlib import Path
import resource
from appliance.audit.command import verify_main
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert verify_main([*sys.argv[2:], sys.argv[1]]) == 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base, file=sys.stderr)
"""


def grown(home: Path, *options: str) -> int:
    """KiB by which a fresh process grows while it verifies `home`."""
    done = subprocess.run(
        [sys.executable, "-c", LONG, str(home), *options], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    return int(done.stderr.splitlines()[-1])


@pytest.fixture(scope="module")
def lengths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A journal, and one eight times as long."""
    home = tmp_path_factory.mktemp("lengths")
    short, long = Scribe(home / "short"), Scribe(home / "long")
    days(short, 100, per_day=50)
    days(long, 800, per_day=50)
    return short.save(), long.save()


@pytest.mark.parametrize("options", [["--processes", "1"], ["--processes", "2"], ["--quick"]])
def test_constant_memory(lengths: tuple[Path, Path], options: list[str]) -> None:
    """Eight times the journal takes no more memory, and is never held."""
    short, long = lengths
    size = sum(len(path.read_bytes().rstrip(b"\0")) for path in (long / "journal").iterdir())

    assert size > 4 << 20
    assert grown(long, *options) - grown(short, *options) < 1536, "KiB"

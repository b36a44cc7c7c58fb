"""Every byte of a journal that holds every kind: changed, the verdict is broken and names the first record in doubt."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from random import Random

import pytest

from appliance.audit.command import verify_main
from appliance.audit.verify import BROKEN, INTACT, Kinds, verify
from appliance.core import event as ev
from appliance.core.refold import Refold
from appliance.storage import frame, segment
from tests.audit.kinds import UNIT, packed

KINDS = Kinds(ticket=ev.TICKET, closings=(ev.DAY_CLOSE,))
SLICES = 2
EVERY = int(os.environ.get("SCEAU_EVERY", "13"))  # one byte in so many, 1: all


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("kinds")
    records = packed(home / "packed", home / "lived")
    shutil.rmtree(home / "lived")

    # a purge says that segments are gone, which these are not: tests/audit/test_purge.py
    # and a till that has ended sold nothing afterwards: tests/daemon/test_retire.py
    assert {record.kind for record in records} == set(ev.NAMES) - {ev.PURGE, ev.RETIRED}
    return home / "packed"


def broken_at(home: Path) -> tuple[int | None, int | None]:
    verdict = verify(home, kinds=KINDS, refold=Refold, pause=lambda: None)

    assert verdict.code == BROKEN
    return verdict.seq, verdict.segment


def frames(data: bytes, number: int) -> list[tuple[int, int, int]]:
    """(first byte, first byte after, first record) of each frame of a segment."""
    found, index = [], 1
    while any(data[index * UNIT : (index + 1) * UNIT]):
        here = frame.parse(data, index * UNIT, UNIT, number, index)
        end = here.end if here else index + 1
        if here:
            found.append((index * UNIT, end * UNIT, here.first_seq))
        index = end
    return found


def test_it_is_as_a_till_writes_it(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It holds in every way but one: a defect was recorded in it, and that is never passed over."""
    assert verify(journal, kinds=KINDS, refold=Refold).code == INTACT
    assert verify_main([str(journal)]) == BROKEN
    assert capsys.readouterr().out.splitlines()[-1].startswith("broken: record 3: the till found it not proven")


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("part", range(SLICES))
def test_every_byte(journal: Path, tmp_path: Path, part: int, number: int) -> None:
    """One changed byte anywhere in header, frames or gap: broken, at the first record of its frame.

    `make fuzz` and `SCEAU_EVERY=1` change each byte there is; one of thirteen meets every frame, unit, record and kind.
    """
    shutil.copytree(journal, tmp_path / "copy")
    path = tmp_path / "copy" / "journal" / segment.name(number)
    data, random = path.read_bytes(), Random(part)
    places = frames(data, number)
    end = places[-1][1]
    with path.open("r+b", buffering=0) as file:
        for offset in range(part, end, SLICES * EVERY):
            file.seek(offset)
            file.write(bytes([data[offset] ^ random.randrange(1, 256)]))
            seq, at = broken_at(tmp_path / "copy")
            file.seek(offset)
            file.write(data[offset : offset + 1])
            first = next((first for start, stop, first in places if start <= offset < stop), None)

            assert at == number if offset < UNIT else first is None or seq == first, offset

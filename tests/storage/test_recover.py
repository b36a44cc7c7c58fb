"""What a start reads to find the end of the journal, and the ends that are hard to see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.audit.command import verify_main
from appliance.storage import chain, frame
from appliance.storage.chain import Checkpoint
from appliance.storage.journal import Journal
from appliance.storage.record import Record, encode
from appliance.storage.trail import find_end
from tests.storage.memory import MemoryDisk
from tests.storage.till import HOME, KEY, fill, opened, record

UNIT = 512


def test_recovery_reads_little(tmp_path: Path) -> None:
    """A half-full segment of 4 MiB is opened with less than 96 KiB read."""
    disk = MemoryDisk()
    journal = Journal.open(tmp_path, disk, KEY)
    fill(journal, 4000)
    medium = disk.copy()
    Journal.open(tmp_path, medium, KEY)

    assert medium.read <= 96 * 1024


def spilling(journal: Journal, over: int) -> Iterator[Record]:
    """Records whose frame ends `over` bytes into its last unit."""
    for more in range(UNIT, 2 * UNIT):
        made = record(journal.next_seq, body={1: "a" * more, 2: 0})
        used = frame.HEAD_SIZE + 2 + len(encode(made)) + chain.SIGNATURE_SIZE
        if used % UNIT == over:
            yield from (made._replace(up=made.up + n) for n in range(4000))
            return


def ending_in_zeros(journal: Journal, over: int) -> Record:
    """One of them whose signature ends in as many zeros: the last unit of its frame is written and all zero."""
    for made in spilling(journal, over):
        head = chain.follow(journal.head, [encode(made)])
        cp = chain.cp_bytes(Checkpoint(journal.chain_id, journal.next_seq + 1, head))
        if KEY.sign(cp)[-over:] == bytes(over):
            return made
    raise AssertionError("no such signature was found")


@pytest.mark.parametrize("more", [0, 1])
def test_a_signature_that_ends_in_zeros_is_no_tear(more: int) -> None:
    """What `append` acknowledged is there after the power went, though the last unit of its frame reads as blank."""
    disk = MemoryDisk()
    journal = opened(disk, unit=UNIT)
    fill(journal, 20)
    made = ending_in_zeros(journal, 1)
    journal.append([made])
    fill(journal, journal.next_seq + more)
    again = opened(disk.copy(), unit=UNIT)

    assert (again.next_seq, again.head, again.gap) == (journal.next_seq, journal.head, None)
    again.append([record(again.next_seq)])
    assert again.sealed(made.seq).record == made
    data = bytes(disk.files[disk.names[HOME / "journal" / "00000001.seg"]])
    blank = find_end(lambda size, at: data[at : at + size], len(data), UNIT) < journal.end

    assert blank is (more == 0)


def test_such_an_end_verifies(tmp_path: Path) -> None:
    """On files too, before and after the till went on."""
    from appliance.storage.flash import OsDisk

    journal = opened(OsDisk(), tmp_path, UNIT)
    fill(journal, 20)
    journal.append([ending_in_zeros(journal, 1)])
    journal.close(clean=False)
    assert verify_main([str(tmp_path), "--quick"]) == 0
    again = opened(OsDisk(), tmp_path, UNIT)
    assert again.gap is None
    again.append([record(again.next_seq)])
    again.close()
    assert verify_main([str(tmp_path), "--quick"]) == 0

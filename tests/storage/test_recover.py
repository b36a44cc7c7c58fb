"""What a start reads to find the end of the journal."""

from __future__ import annotations

from pathlib import Path

from appliance.storage.journal import Journal
from tests.storage.memory import MemoryDisk
from tests.storage.till import KEY, fill


def test_recovery_reads_little(tmp_path: Path) -> None:
    """A half-full segment of 4 MiB is opened with less than 96 KiB read."""
    disk = MemoryDisk()
    journal = Journal.open(tmp_path, disk, KEY)
    fill(journal, 4000)
    medium = disk.copy()
    Journal.open(tmp_path, medium, KEY)

    assert medium.read <= 96 * 1024

"""A purge that was ordered and stopped halfway."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from appliance.storage import purge
from appliance.storage.flash import Disk
from appliance.storage.purge import PurgeError
from appliance.storage.record import Record


def finish_purge(data: Path, disk: Disk, record: Record | None) -> None:
    """It goes on; one that was done is found so (PUR-04)."""
    wanted = purge.order(record) if record else None
    if wanted:
        with suppress(PurgeError):  # its sentence was said to whoever asked; every record is still there
            purge.carry_out(data, disk, wanted)

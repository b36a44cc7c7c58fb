"""What a failed write means for the till, in words; and the lock that keeps a second till away."""

from __future__ import annotations

import errno
from pathlib import Path

from appliance.storage.flash import Disk
from appliance.storage.recover import JournalBusy, JournalError

_FAULTS = {
    errno.ENOSPC: "the disk is full: free space on the journal's partition, then restart the till",
    errno.EDQUOT: "the disk is full: free space on the journal's partition, then restart the till",
    errno.EROFS: "the file system became read-only: check the medium, run fsck, then restart the till",
    errno.ENODEV: "the medium is gone: check that it is plugged in, then restart the till",
    errno.ENXIO: "the medium is gone: check that it is plugged in, then restart the till",
    errno.EIO: "the medium does not take writes: replace it, keep the old one, then restart the till",
}


class JournalFailed(JournalError):
    """A write or flush failed: what is on flash is unknown, nothing more is written until the next start."""


def take_lock(directory: Path, disk: Disk) -> int:
    try:
        return disk.lock(directory / "lock")
    except BlockingIOError as error:
        raise JournalBusy(f"another till holds {directory}: stop it first, or use its data folder alone") from error
    except OSError as error:
        raise failure(error) from error


def failure(error: OSError) -> JournalFailed:
    what = _FAULTS.get(error.errno or 0, "a write to flash failed: check the medium, then restart the till")
    return JournalFailed(f"nothing more is recorded, {what} ({error})")

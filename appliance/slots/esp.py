"""The boot loader's partition, mounted for as long as its one sector is read or written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from appliance.slots import environment, program

DEVICE: Final = Path("/dev/disk/by-partlabel/esp")
FILE: Final = "grubenv"
POINT: Final = Path("/run/sceau-system/esp")


class Esp:
    """`at`: where the partition's files are once `device` is mounted there; None: they are there already."""

    def __init__(self, at: Path = POINT, device: Path | None = DEVICE) -> None:
        self._at, self._device = at, device

    def read(self) -> dict[str, str]:
        """Raises OSError, BlockError."""
        with self._mounted("ro"):
            return environment.parse((self._at / FILE).read_bytes())

    def write(self, variables: Mapping[str, str]) -> None:
        """In place: no cluster moves, no length changes, and what differs lies in one sector. Raises OSError."""
        data = environment.pack(variables)
        with self._mounted("rw,sync"):
            handle = os.open(self._at / FILE, os.O_WRONLY | os.O_SYNC)
            try:
                # If we stop here, the sector is the old one or the new one: either names a slot that is whole.
                os.pwrite(handle, data, 0)
            finally:
                os.close(handle)

    @contextmanager
    def _mounted(self, how: str) -> Iterator[None]:
        if self._device is None:
            yield
            return
        self._at.mkdir(parents=True, exist_ok=True)
        program.done(["mount", "-t", "vfat", "-o", how, self._device, self._at])
        try:
            yield
        finally:
            program.done(["umount", self._at])

"""A screen: a mapped file that the till draws into, and a camera that looks at it.

Source: linux/fb.h for the order of bytes (blue, green, red, unused), as `drivers/panel/geometry.py` demands it.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

GAP = 64  # bytes at the end of a row, as many controllers have: a driver that ignores the stride shows at once


class Panel:
    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        self.path, self.size = path, size
        self.stride = size[0] * 4 + GAP
        self.powered = True
        length = self.stride * size[1]
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(fd, length)
            self._memory = mmap.mmap(fd, length)
        finally:
            os.close(fd)

    def picture(self) -> Image:
        """What is on the glass, as RGB; black without power."""
        from PIL import Image

        if not self.powered:
            return Image.new("RGB", self.size)
        return Image.frombytes("RGB", self.size, self._memory[:], "raw", "BGRX", self.stride)

    def png(self) -> bytes:
        from io import BytesIO

        out = BytesIO()
        self.picture().save(out, "PNG", compress_level=1)
        return out.getvalue()

    def memory(self) -> bytes:
        """The memory as it is, gaps included: cheap to compare with the last look."""
        return self._memory[:]

    def switch_off(self) -> None:
        self.powered = False

    def switch_on(self) -> None:
        """Dark until something is drawn: a graphics memory does not outlive its power."""
        self._memory[:] = bytes(len(self._memory))
        self.powered = True

    def close(self) -> None:
        self._memory.close()

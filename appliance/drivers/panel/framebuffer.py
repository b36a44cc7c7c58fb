"""A screen as mapped memory, 32 bits a pixel in the order blue, green, red, unused. It is written, never read:
framebuffer memory is often uncached and slow to read.
"""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appliance.drivers.panel.geometry import Geometry, ask
from appliance.ports import DeviceError, Loop, Lost

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class FramebufferOptions:
    """`size` and `stride` are for a plain file; a framebuffer device is asked. `stride` 0: rows without a gap."""

    path: str = "/dev/fb0"
    size: tuple[int, int] = (0, 0)
    stride: int = 0


class FramebufferPanel:
    Options = FramebufferOptions

    def __init__(self, options: FramebufferOptions, _loop: Loop) -> None:
        self._options = options
        self._memory: mmap.mmap | None = None
        self._glass: Image | None = None  # Pillow's view of the memory, where that works
        self._geometry = Geometry(*options.size, options.stride or options.size[0] * 4)

    @property
    def size(self) -> tuple[int, int]:
        return self._geometry.width, self._geometry.height

    def open(self) -> None:
        fd = _open(self._options.path)
        try:
            self._geometry = self._measure(fd)
            self._memory = mmap.mmap(fd, self._geometry.length, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
        except (OSError, ValueError) as error:
            raise Lost(f"The screen {self._options.path} cannot be mapped: {error}.") from None
        finally:
            os.close(fd)
        self._glass = _view(self._memory, self._geometry) if writes_through() else None

    def close(self) -> None:
        self._glass = None  # before the memory: an exported buffer cannot be closed
        if self._memory is not None:
            self._memory.close()
            self._memory = None

    def blit(self, source: Image, boxes: Sequence[Box]) -> None:
        if self._memory is None:
            raise Lost("The screen is not open.")
        for box in boxes:
            if self._glass is not None:
                self._glass.paste(source.crop(box), box[:2])
            else:
                copy_rows(self._memory, self._geometry, source, box)

    def _measure(self, fd: int) -> Geometry:
        """A device tells; for a file, which is made as long as needed, the options do."""
        if stat.S_ISCHR(os.fstat(fd).st_mode):
            return ask(fd, self._options.path)
        width, height = self._options.size
        if width <= 0 or height <= 0:
            raise DeviceError(f"The screen {self._options.path} is a plain file: give the option 'size'.")
        geometry = Geometry(width, height, self._options.stride or width * 4)
        if os.fstat(fd).st_size < geometry.length:
            os.ftruncate(fd, geometry.length)
        return geometry


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise Lost(f"The screen {path} cannot be opened: {error.strerror}.") from None


def _view(memory: mmap.mmap, geometry: Geometry) -> Image:
    """An image whose pixels are the mapped memory. `readonly = 0` makes Pillow write there instead of into a copy;
    it is not documented, so `writes_through` tries it first."""
    from PIL import Image

    size = geometry.width, geometry.height
    view = Image.frombuffer("RGBX", size, memory, "raw", "RGBX", geometry.stride, 1)  # type: ignore[arg-type]  # any buffer does
    view.readonly = 0
    return view


def writes_through() -> bool:
    """Whether a paste into such an image reaches the memory, tried on a few bytes of our own."""
    from PIL import Image

    geometry = Geometry(4, 2, 24)
    memory = mmap.mmap(-1, geometry.length)
    try:
        view = _view(memory, geometry)
        view.paste(Image.new("RGBX", (1, 1), (1, 2, 3, 4)), (2, 1))
        del view
        return memory[32:36] == b"\1\2\3\4" and memory[:32] == bytes(32)
    except (AttributeError, ValueError, TypeError):
        return False


def copy_rows(memory: mmap.mmap, geometry: Geometry, source: Image, box: Box) -> None:
    """The plain way, row by row: slower, and right on any Pillow."""
    left, top, right, bottom = box
    pixels, width = source.crop(box).tobytes("raw", "RGBX"), (right - left) * 4
    for row in range(bottom - top):
        at = (top + row) * geometry.stride + left * 4
        memory[at : at + width] = pixels[row * width : (row + 1) * width]

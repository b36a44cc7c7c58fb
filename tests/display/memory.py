"""A panel of memory: keeps what was blitted, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image


class MemoryPanel:
    """Honours `ports.Panel`."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self.glass = Image.new("RGBX", self._size)
        self.blits: list[list[tuple[int, int, int, int]]] = []

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    def open(self) -> None:
        self.glass = Image.new("RGBX", self._size)

    def close(self) -> None:
        self.blits.clear()

    def blit(self, source: Image.Image, boxes: Sequence[tuple[int, int, int, int]]) -> None:
        self.blits.append(list(boxes))
        for box in boxes:
            self.glass.paste(source.crop(box), box[:2])

"""The panel's driver: the boxes asked for reach the glass, at their place, and nothing else does."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from appliance.drivers.panel import framebuffer
from appliance.drivers.panel.framebuffer import FramebufferPanel
from appliance.drivers.panel.geometry import FIXED, VARIABLE_SIZE, Geometry, GeometryError, judge
from appliance.ports import DeviceError, Lost
from tests.drivers.bench import SIZE, Bench, bench


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def picture() -> Image.Image:
    """Each pixel unlike its neighbours, in the panel's order: blue, green, red, unused."""
    image = Image.new("RGBX", SIZE)
    image.putdata([(x & 255, y & 255, (x >> 8) * 40, 0) for y in range(SIZE[1]) for x in range(SIZE[0])])
    return image


@pytest.mark.parametrize("through", [True, False])
def test_boxes_reach_the_glass_and_the_rest_stays(desk: Bench, monkeypatch: pytest.MonkeyPatch, through: bool) -> None:
    """The same with Pillow's view of the memory and row by row."""
    if not through:
        monkeypatch.setattr(framebuffer, "writes_through", lambda: False)
    panel: FramebufferPanel = desk.driver("panel")
    panel.open()
    panel.blit(picture(), [(10, 20, 300, 40), (799, 479, 800, 480)])
    glass = desk.hardware.panel.picture()

    assert panel.size == SIZE
    assert [glass.getpixel(at) for at in ((10, 20), (299, 39), (799, 479))] == [
        (0, 20, 10),
        (40, 39, 43),
        (120, 223, 31),
    ]
    assert [glass.getpixel(at) for at in ((9, 20), (300, 39), (10, 19), (10, 40), (798, 479))] == [(0, 0, 0)] * 5
    assert all(not any(row[SIZE[0] * 4 :]) for row in rows(desk))
    panel.close()


def rows(desk: Bench) -> list[bytes]:
    stride, memory = desk.hardware.panel.stride, desk.hardware.panel.memory()
    return [memory[at : at + stride] for at in range(0, len(memory), stride)]


def test_pillow_still_writes_through() -> None:
    """When this fails the driver works row by row: slower, so it should be known."""
    assert framebuffer.writes_through()


def test_a_closed_panel_can_be_opened_again(desk: Bench) -> None:
    panel: FramebufferPanel = desk.driver("panel")
    for _ in range(2):
        panel.open()
        panel.blit(picture(), [(0, 0, 2, 2)])
        panel.close()
    with pytest.raises(Lost, match="not open"):
        panel.blit(picture(), [(0, 0, 1, 1)])


def test_a_screen_that_is_not_there_is_said(desk: Bench, tmp_path: Path) -> None:
    with pytest.raises(Lost, match="cannot be opened"):
        desk.driver("panel", path=str(tmp_path / "none")).open()


def test_a_plain_file_needs_a_size(desk: Bench) -> None:
    with pytest.raises(DeviceError, match="'size'"):
        desk.driver("panel", size=[0, 0]).open()


def kernel(**changes: int) -> tuple[bytes, bytes]:
    """The two structures of a good 800x480 screen, with changes."""
    good = {"left": 0, "top": 0, "bits": 32, "red": 16, "green": 8, "blue": 0, "stride": 3200, "length": 1536000}
    is_ = {**good, **changes}
    red, green, blue = ((is_[name], 8, 0) for name in ("red", "green", "blue"))
    variable = struct.pack("8I9I", 800, 480, 800, 480, is_["left"], is_["top"], is_["bits"], 0, *red, *green, *blue)
    fixed = struct.pack(FIXED, b"virtual", 0, is_["length"], 0, 0, 2, 0, 0, 0, is_["stride"], 0, 0, 0, 0, 0, 0)
    return variable.ljust(VARIABLE_SIZE, b"\0"), fixed


def test_reads_the_kernels_structures() -> None:
    assert judge(*kernel(stride=3264, length=3264 * 480), "/dev/fb0") == Geometry(800, 480, 3264)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"bits": 16}, "16 bits a pixel"),
        ({"red": 0, "blue": 16}, "colours at bits 0, 8, 16"),
        ({"top": 480}, "row 480"),
        ({"stride": 3000}, "3000 bytes a row"),
        ({"length": 1000}, "1000 in all"),
    ],
)
def test_refuses_a_surprising_screen_with_a_sentence(change: dict[str, int], sentence: str) -> None:
    with pytest.raises(GeometryError, match=sentence):
        judge(*kernel(**change), "/dev/fb0")


def test_copying_rows_keeps_to_its_box() -> None:
    memory = mmap.mmap(-1, 24 * 3)
    framebuffer.copy_rows(memory, Geometry(4, 3, 24), Image.new("RGBX", (4, 3), (1, 2, 3, 4)), (1, 1, 3, 2))

    assert memory[:] == bytes(28) + b"\1\2\3\4" * 2 + bytes(36)
    memory.close()

"""Renders every sample screen: `python -m tests.screens DIR`; `--accept` makes them the golden pictures."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from appliance.core.view_upkeep import Shown
from appliance.display.theme import Theme
from tests.display.pictures import GOLDEN, PANELS, draw, every, every_english, golden, same

SHEET = 4  # pictures in a row of the contact sheet
THUMB = (480, 300)
GAP = 8


def main(arguments: list[str]) -> int:
    if arguments == ["--accept"]:
        return accept()
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m tests.screens DIR | --accept\n")
        return 2
    return write(Path(arguments[0]))


def write(folder: Path) -> int:
    """All pictures as PNG and one contact sheet a panel, the same in English in `en`."""
    folder.mkdir(parents=True, exist_ok=True)
    count = _write(folder, every()) + _write(folder / "en", every_english())
    sys.stdout.write(f"{count} screens in {folder}\n")
    return 0


def _write(folder: Path, views: Iterable[tuple[str, Shown, Theme]]) -> int:
    folder.mkdir(exist_ok=True)
    drawn = {name: draw(view, theme) for name, view, theme in views}
    for name, image in drawn.items():
        image.save(folder / f"{name}.png")
    for width, height in PANELS:
        size = f"{width}x{height}"
        sheet([image for name, image in drawn.items() if name.endswith(size)]).save(folder / f"all-{size}.png")
    return len(drawn)


def sheet(images: list[Image.Image]) -> Image.Image:
    rows = -(-len(images) // SHEET)
    whole = Image.new("RGB", (SHEET * (THUMB[0] + GAP), rows * (THUMB[1] + GAP)), "gray")
    for index, image in enumerate(images):
        small = image.copy()
        small.thumbnail(THUMB)
        whole.paste(small, ((index % SHEET) * (THUMB[0] + GAP), index // SHEET * (THUMB[1] + GAP)))
    return whole


def accept() -> int:
    """Writes what differs and removes what no sample makes; says which, so that a person looks at them."""
    (GOLDEN / "en").mkdir(parents=True, exist_ok=True)
    wanted = {f"{name}.png": draw(view, theme) for name, view, theme in golden()}
    for path in GOLDEN.rglob("*.png"):
        if str(path.relative_to(GOLDEN)) not in wanted:
            path.unlink()
            sys.stdout.write(f"removed {path.relative_to(GOLDEN)}\n")
    for file, image in wanted.items():
        if not _accepted(GOLDEN / file, image):
            image.save(GOLDEN / file, optimize=True)
            sys.stdout.write(f"accepted {file}\n")
    return 0


def _accepted(path: Path, image: Image.Image) -> bool:
    if not path.exists():
        return False
    with Image.open(path) as golden:
        return same(golden, image)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

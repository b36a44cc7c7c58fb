"""Every flow recorded as pictures: a hash a verb in tests/flows/pictures, the frames themselves on demand.

`python -m tests.flow_pictures FLOW DIR` writes a PNG after each verb; `--accept` records the hashes of all flows anew.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from PIL.Image import Image

from appliance.daemon.virtual import SimulatedWorld
from appliance.display.frame import Text
from appliance.display.painter import to_rgb
from appliance.simulator import cards, script
from appliance.simulator.player import Player
from appliance.simulator.script import Step

ROOT = Path(__file__).resolve().parents[1]
SHOP = ROOT / "samples" / "epicerie"
FLOWS = [*sorted((ROOT / "tests" / "flows").glob("*.flow")), SHOP / "day.flow"]
PICTURES = ROOT / "tests" / "flows" / "pictures"
SIZE = (1280, 800)
SMALL = 512 << 10
ACCEPT = "python -m tests.flow_pictures --accept"


CHAIN = re.compile(r"(?:[0-9a-f]{4}\s){7}[0-9a-f]{4}")  # its id, which chance makes


def glass(world: SimulatedWorld) -> Image | None:
    """What stands on the glass, the id of the chain painted over; None while the till is dark."""
    if world.till is None:
        return None
    image = to_rgb(world.till.painter.back)
    parts = world.till.painter.frame.parts if world.till.painter.frame else ()
    for item in (each for part in parts for each in part.items if isinstance(each, Text)):
        if CHAIN.search(item.text):
            image.paste((0, 0, 0), item.room)
    return image


def row(step: Step, picture: Image | None) -> str:
    """`12 3f9a…`: the line of the verb and the hash of the pixels after it."""
    return f"{step.line} {sha256(picture.tobytes()).hexdigest()[:16] if picture else 'dark'}"


def recorded(flow: Path) -> list[str]:
    """The hashes in the repository; empty when there are none yet."""
    file = PICTURES / f"{flow.stem}.txt"
    return file.read_text("ascii").split("\n")[:-1] if file.exists() else []


def play(flow: Path, after: Callable[[SimulatedWorld, Step], None]) -> str | None:
    with tempfile.TemporaryDirectory(prefix="sceau-pictures-") as folder:
        world = SimulatedWorld(Path(folder) / "data", SHOP, SIZE, segment_size=SMALL)
        try:
            world.power_on()
            return Player(world, cards.read(SHOP), lambda step: after(world, step)).play(script.parse(flow))
        finally:
            world.close()


def accept() -> None:
    PICTURES.mkdir(exist_ok=True)
    for flow in FLOWS:
        rows: list[str] = []
        play(flow, lambda world, step, rows=rows: rows.append(row(step, glass(world))))  # type: ignore[misc]
        (PICTURES / f"{flow.stem}.txt").write_text("\n".join(rows) + "\n", "ascii")


def write(flow: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)

    def save(world: SimulatedWorld, step: Step) -> None:
        picture = glass(world)
        if picture:
            picture.save(folder / f"{flow.stem}-{step.line:03d}.png")

    failure = play(flow, save)
    if failure:
        print(failure, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.flow_pictures", description=__doc__)
    parser.add_argument("--accept", action="store_true", help="records the hashes of all flows")
    parser.add_argument("flow", nargs="?", type=Path)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("build/flow-pictures"))
    options = parser.parse_args()
    if options.accept:
        accept()
    elif options.flow:
        write(options.flow, options.folder)
    else:
        parser.error("a flow, or --accept")


if __name__ == "__main__":
    main()

"""`sceau flow FILE… [--data DIR] [--shop DIR]`: plays days on one till in virtual time."""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from appliance.daemon.keeping import StartError
from appliance.daemon.virtual import SimulatedWorld, Unrest
from appliance.provision.shop import ShopError
from appliance.simulator import cards, script
from appliance.simulator.player import Player
from appliance.simulator.script import Step
from appliance.storage.keys import KeyFileError
from appliance.storage.recover import JournalError

SAMPLE = "samples/epicerie"


def main(argv: Sequence[str]) -> int:
    options = _parser().parse_args(argv)
    try:
        steps = [step for file in options.files for step in script.parse(file)]
    except (OSError, UnicodeDecodeError) as error:
        return _cannot(f"{getattr(error, 'filename', None) or options.files[0]}: cannot be read as a flow ({error})")
    if options.data is not None:
        return _play(steps, options.data, options.shop, options.size)
    with tempfile.TemporaryDirectory(prefix="sceau-flow-") as folder:
        return _play(steps, Path(folder) / "data", options.shop, options.size)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sceau flow",
        description="Plays flows in order on one till. Exit 0; 1 with the line that failed; 2 for bad folders.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder; a temporary one without it")
    parser.add_argument("--shop", type=Path, metavar="DIR", default=sample(), help="shop folder (default: the sample)")
    parser.add_argument(
        "--size", type=_size, metavar="WxH", default=(1280, 800), help="of the screen (default 1280x800)"
    )
    return parser


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def sample() -> Path:
    """The sample shop, from a checkout or from the current folder."""
    beside = Path(__file__).resolve().parents[2] / SAMPLE
    return beside if beside.is_dir() else Path(SAMPLE)


def _play(steps: list[Step], data: Path, shop: Path, size: tuple[int, int]) -> int:
    world: SimulatedWorld | None = None
    try:
        pocket = cards.read(shop)
        world = SimulatedWorld(data, shop, size)
        world.power_on()
        failure = Player(world, pocket).play(steps)
        world.stop()
    except ShopError as error:
        return _cannot("\n".join(error.lines))
    except tomllib.TOMLDecodeError as error:
        return _cannot(f"{shop}: not TOML: {error}")
    except (StartError, JournalError, KeyFileError) as error:
        return _cannot(str(error))
    except OSError as error:
        return _cannot(
            f"{error.filename or shop}: {error.strerror}; give a shop folder with --shop, a data folder with --data"
        )
    except Unrest as error:
        failure = str(error)
    finally:
        if world is not None:
            world.close()
    if failure:
        print(failure, file=sys.stderr)
    return 1 if failure else 0


def _cannot(why: str) -> int:
    print(why, file=sys.stderr)
    return 2

"""The tills of the town as processes, and the hands on them: cables, images taken and put back."""

from __future__ import annotations

import shutil
import socket
from datetime import datetime
from pathlib import Path
from typing import Any

from fleet.cable import HOST
from fleet.process import Process
from fleet.town import House, Seen, Town

KEPT_OUT = shutil.ignore_patterns("socket", "lock")


class Street:
    """Each till is a `sceau sim` of its own with its own page."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._sims: dict[int, Process] = {}
        self.pages: dict[int, str] = {}
        for house in town.houses:
            self._start(house)

    def _start(self, house: House) -> None:
        """The first start enrols by the code; later ones find that they are enrolled."""
        if not (house.data / "registration").is_file():
            self.town.offer(house)
        port = _free()
        words = ["-m", "appliance.command", "sim", "--port", str(port), "--data", str(house.data)]
        words += ["--shop", str(house.shop), "--size", "800x480", "--enrol", str(house.code)]
        self._sims[house.number] = Process(words, lambda line: line if line.startswith("Sceau ready") else "")
        self.pages[house.number] = f"http://{HOST}:{port}"

    def do(self, number: int, what: str) -> str:
        """What was done, in a few words. Raises ValueError for a wish that makes no sense."""
        house = next((each for each in self.town.houses if each.number == number), None)
        action = ACTIONS.get(what)
        if house is None or action is None:
            raise ValueError(f"{what!r} of till {number}")
        return action(self, house)

    def plug(self, house: House) -> str:
        house.cable.plug()
        return f"Caisse {house.number} : câble remis"

    def pull(self, house: House) -> str:
        house.cable.pull()
        return f"Caisse {house.number} : câble débranché"

    def photo(self, house: House) -> str:
        """Of a till that stands still, as somebody makes who takes the card out at night."""
        self._sims[house.number].end()
        _copied(house.data, house.photo)
        self._start(house)
        return f"Caisse {house.number} : image de la carte gardée"

    def restore(self, house: House) -> str:
        if not house.photo.is_dir():
            return f"Caisse {house.number} : aucune image gardée"
        self._sims[house.number].end()
        _copied(house.photo, house.data)
        self._start(house)
        return f"Caisse {house.number} : ancienne image remise"

    def seen(self) -> dict[str, Any]:
        held = {each.till: each for each in self.town.seen()}
        return {"tills": [self._till(house, held.get(str(house.number))) for house in self.town.houses]}

    def _till(self, house: House, held: Seen | None) -> dict[str, Any]:
        said = None
        if held is not None:
            at = datetime.fromtimestamp(held.received / 1000).astimezone()
            said = {"record": held.next_seq - 1, "at": at.strftime("%H:%M:%S"), "chain": held.chain_id.hex()}
        return {
            "number": house.number,
            "page": self.pages[house.number],
            "cable": house.cable.plugged,
            "photo": house.photo.is_dir(),
            "held": said,
        }

    def close(self) -> None:
        for sim in self._sims.values():
            sim.end()
        self.town.close()


def _copied(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=KEPT_OUT)


def _free() -> int:
    with socket.socket() as door:
        door.bind((HOST, 0))
        return int(door.getsockname()[1])


ACTIONS = {"plug": Street.plug, "pull": Street.pull, "photo": Street.photo, "restore": Street.restore}

"""Takes what the till asks and does it: installs a bundle into the other slot, switches the machine off."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Final, NamedTuple

from appliance.slots import bundle, machine, program, said
from appliance.slots.bundle import Refused
from appliance.slots.esp import Esp
from appliance.slots.said import Outcome

FILE: Final = Path("/run/sceau-order/order")
LONGEST: Final = 4096  # bytes
FOLDERS: Final = (Path("/state/updates"), Path("/media/stick"))
NAME: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.raucb$")
_PERCENT = re.compile(r"^\s*([0-9]{1,3})%")


class Order(NamedTuple):
    """The file `order`."""

    do: str
    bundle: Path = Path()
    then: str = "stay"


def take(file: Path) -> Order:
    """The order, which is removed from where it lay. Raises Refused for one that is not of the form, OSError."""
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        data = os.read(handle, LONGEST + 1)
    finally:
        os.close(handle)
        # If we stop here, nothing was begun and the order is gone with the memory it stood in: it is given again.
        file.unlink()
    return read(data)


def read(data: bytes) -> Order:
    """Raises Refused."""
    lines = [line.partition("=") for line in data.decode("utf-8", "replace").splitlines()]
    table = {name: value for name, _, value in lines}
    if len(data) <= LONGEST and len(table) == len(lines):
        if table == {"do": "off"}:
            return Order("off")
        path = Path(table.get("bundle", ""))
        asked = table.keys() == {"do", "bundle", "then"} and table["do"] == "install"
        if asked and table["then"] in ("off", "stay") and path.parent in FOLDERS and NAME.match(path.name):
            return Order("install", path, table["then"])
    raise Refused("unreadable", "", "the order is not one of image/FORMAT.md")


def carry_out(order: Order, folder: Path, esp: Esp) -> bool:
    """Whether to switch the machine off now. What was refused or failed stands in `outcome`, and it stays on."""
    said.say(folder, Outcome(order.do, "running"))
    if order.do == "off":
        return True
    try:
        version = _installed(order, folder)
    except Refused as refused:
        sys.stderr.write(f"{order.bundle}: {refused}\n")
        state = "failed" if refused.code in ("medium", "busy") else "refused"
        said.say(folder, Outcome("install", state, refused.version, 0, refused.code))
        return False
    finally:
        said.tell_slots(folder, esp)
    said.say(folder, Outcome("install", "done", version, 100))
    return order.then == "off"


def _installed(order: Order, folder: Path) -> str:
    """The version. Raises Refused."""
    manifest = bundle.inspect(order.bundle)
    bundle.judge(manifest, bundle.compatible(), machine.running().version)
    said.say(folder, Outcome("install", "running", manifest.version))
    # If we stop here, or anywhere inside, the other slot is marked bad and this one starts; a bundle that is still
    # there is installed again. RAUC names the new slot as the next one only behind the last flush of both its parts.
    code, words = _rauc(order.bundle, folder, manifest.version)
    if code:
        sys.stderr.write(words)
        raise Refused("busy" if "already" in words else "medium", manifest.version, words[-300:])
    return manifest.version


def _rauc(path: Path, folder: Path, version: str) -> tuple[int, str]:
    """Its exit code and what it said last; how far it is stands in `outcome` meanwhile."""
    heard: list[str] = []
    with program.begun(["rauc", "install", "--progress", path]) as process:
        for line in process.stdout or ():
            heard.append(line)
            found = _PERCENT.match(line)
            if found:
                said.say(folder, Outcome("install", "running", version, min(100, int(found[1]))))
    return process.returncode, "".join(heard[-20:])

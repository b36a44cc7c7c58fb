"""GRUB's environment block: 1,024 bytes, `name=value` lines behind a first line, filled up with `#`.

Source: GRUB manual, section "The GRUB environment block". All that is ever set here stands in its first 512 bytes, one
sector, so that a write of it is whole or not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SIZE: Final = 1024
SECTOR: Final = 512
FIRST: Final = "# GRUB Environment Block\n"
STARTS: Final = 3  # that a slot has until it must have said that it is good
NAMES: Final = ("A", "B")


class BlockError(ValueError):
    """Not a block of this form; one sentence."""


def parse(data: bytes) -> dict[str, str]:
    """Raises BlockError."""
    text = data.decode("ascii", "replace")
    if len(data) != SIZE or not text.startswith(FIRST):
        raise BlockError("this is not GRUB's environment block")
    lines = (line.partition("=") for line in text[len(FIRST) :].split("\n"))
    return {name: value for name, equals, value in lines if equals and not name.startswith("#")}


def pack(variables: Mapping[str, str]) -> bytes:
    """Raises BlockError when they would not fit into one sector."""
    text = FIRST + "".join(f"{name}={value}\n" for name, value in variables.items())
    if len(text) > SECTOR:
        raise BlockError(f"{len(text)} bytes are more than one sector")
    return (text + "#" * (SIZE - len(text))).encode("ascii")


def order(variables: Mapping[str, str]) -> list[str]:
    """Both slots, the wanted one first, whatever the variable says."""
    said = [name for name in variables.get("ORDER", "").split() if name in NAMES]
    return list(dict.fromkeys([*said, *NAMES]))


def left(variables: Mapping[str, str], name: str) -> int:
    """Starts that the slot still has; 0 for one that is not whole."""
    said = variables.get(f"{name}_LEFT", "0")
    whole = variables.get(f"{name}_OK") == "1"
    return int(said) if whole and said.isdecimal() and len(said) == 1 else 0


def starts_next(variables: Mapping[str, str]) -> str:
    """The slot that `grub.cfg` takes: the first that has starts left; none left: the first whole one that ever ran."""
    slots = order(variables)
    counted = [name for name in slots if left(variables, name)]
    whole = [name for name in slots if variables.get(f"{name}_OK") == "1"]
    ran = [name for name in whole if variables.get(f"{name}_NEW") != "1"]
    return [*counted, *ran, *whole, *slots][0]


def good(variables: Mapping[str, str], name: str) -> dict[str, str]:
    return {**variables, f"{name}_OK": "1", f"{name}_LEFT": str(STARTS), f"{name}_NEW": "0"}


def bad(variables: Mapping[str, str], name: str) -> dict[str, str]:
    """It is being written, or was given up: never started."""
    return {**variables, f"{name}_OK": "0", f"{name}_LEFT": "0", f"{name}_NEW": "1"}


def first(variables: Mapping[str, str], name: str) -> dict[str, str]:
    """Whole, and to be started next; it has its starts, and is not good before it says so."""
    both = [name, *(each for each in NAMES if each != name)]
    return {**variables, "ORDER": " ".join(both), f"{name}_OK": "1", f"{name}_LEFT": str(STARTS)}

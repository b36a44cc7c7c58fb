"""What a path holds that can be checked, and the two ways in which a check ends without a verdict of intact."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from appliance.storage import anchor, folder, purge, segment
from appliance.storage.anchor import Anchor
from appliance.storage.flash import Mode, OsDisk
from appliance.storage.folder import Folder


class Unreadable(Exception):
    """There is nothing here that this software can check; the text is one line that says what to do."""


class Broken(Exception):
    """`seq` is the lowest record no longer proven; `number` the segment, when its file or header is at fault."""

    def __init__(self, seq: int, why: str, number: int | None = None) -> None:
        super().__init__(why)
        self.seq, self.why, self.number = seq, why, number


class Source(NamedTuple):
    """`only`: the one segment that was named. The anchor is read before the walk, so that it can only be behind.

    `since`: the first segment of a part of a journal; what its header says of the records before is taken on trust.
    """

    folder: Folder
    only: int | None
    anchor: Anchor | None
    since: int = 0

    def numbers(self) -> list[int]:
        return [self.only] if self.only else self.folder.numbers()

    @property
    def trusted(self) -> int:
        """The segment before which nothing is known; 0 when the journal begins with its genesis record."""
        return self.only or (self.since if self.since > 1 else 0)

    def purged(self) -> bool:
        """Whether the first records were purged: they stand in archives. Raises SegmentError."""
        if self.only or 1 not in self.numbers():
            return False
        with self.folder.reading(1) as it:
            header = it.header()
        return header is not None and purge.header_only(it, header)


def find(path: Path) -> Source:
    """A data folder, its journal/, or one segment. Raises Unreadable."""
    try:
        return _find(path)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read ({error.strerror}): check the path and its permissions") from error


def _find(path: Path) -> Source:
    if path.is_file():
        number = segment.number_of(path.name)
        if not number:
            raise Unreadable(f"{path} is not a segment: name a data folder, its journal/ or a .seg file in it")
        return Source(Folder(path.parent, OsDisk(), Mode.READ), number, None)
    inside = path / folder.NAME if (path / folder.NAME).is_dir() else path
    found = Folder(inside, OsDisk(), Mode.READ)
    odd = next((it for it in map(found.file, found.numbers()) if os.path.lexists(it) and not it.is_file()), None)
    if odd:
        raise Unreadable(f"{odd} is no file: copy the journal's files to a folder of their own and name that")
    said = _anchor(inside.parent / anchor.NAME)
    if not found.numbers() and said is None:
        raise Unreadable(f"{path} holds no journal: name a data folder, its journal/ or a .seg file in it")
    return Source(found, None, said)


def _anchor(path: Path) -> Anchor | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return anchor.newest(file.read(anchor.SIZE))[1]

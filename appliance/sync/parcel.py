"""What a pointer of `config` or `catalogue` names: a shop's files, whole (PROTOCOL.md, section Pointers). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import cbor2

from appliance.sync import shape
from appliance.sync.shape import ProtocolError

OBJECT_TYPE: Final = "application/octet-stream"
OBJECT_BYTES: Final = 4 * 1024 * 1024
# scope -> the files of the shop folder that its object holds, all of them and in this order
FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "config": ("shop.toml", "operators.toml"),
    "catalogue": ("catalogue.csv", "departments.csv"),
}
SOFTWARE: Final = "software"


def pack(scope: str, files: Mapping[str, bytes]) -> bytes:
    """Raises ProtocolError when a file is missing, or all are too large together."""
    names = FILES.get(scope, ())
    if not names or set(names) - files.keys():
        raise ProtocolError(f"an object of {scope} holds {' and '.join(names) or 'no files'}")
    data = cbor2.dumps([[name, files[name]] for name in names])
    if len(data) > OBJECT_BYTES:
        raise ProtocolError(f"an object may have {OBJECT_BYTES} bytes at most")
    return data


def unpack(scope: str, data: bytes) -> dict[str, bytes]:
    """Raises ProtocolError."""
    names, found = FILES.get(scope, ()), shape.decoded(data, "object")
    whole = type(found) is list and len(found) == len(names) > 0
    if not whole or any(type(each) is not list or len(each) != 2 for each in found):
        raise ProtocolError(f"the object of {scope} is not its files")
    for name, (said, content) in zip(names, found, strict=True):
        if said != name or type(content) is not bytes:
            raise ProtocolError(f"the object of {scope} has not {name} in its place")
    return dict(found)

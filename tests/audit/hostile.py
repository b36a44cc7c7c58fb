"""Journals that once ended without a verdict, made anew: `python -m tests.audit.hostile` writes the vectors.

To be run when a record's form changes before a release; what a release has read stays as it is.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import compress

from tests.audit.checking import check
from tests.audit.scribe import SIZE, UNIT
from tests.audit.test_fuzz import SEEDS, VECTORS, laid, sum_again

Hurt = Callable[[bytearray, bytearray], None]


def _signature(first: bytearray, second: bytearray) -> None:
    first[140] ^= 1
    sum_again(first, 0)


def _last_frame(first: bytearray, second: bytearray) -> None:
    at = second.rfind(b"SCF1")
    second[at + 26] = 1
    sum_again(second, at)


def _first_frame(first: bytearray, second: bytearray) -> None:
    second[UNIT + 26] = 1
    sum_again(second, UNIT)


def _format(first: bytearray, second: bytearray) -> None:
    first[18] = 0xFF
    sum_again(first, 0)


CASES: dict[str, Hurt] = {
    "headers hurt in two segments": _signature,
    "hurt header, zero field of the last frame": _last_frame,
    "hurt header, zero field of the first frame": _first_frame,
    "newer format before a hurt header": _format,
}


def made(hurt: Hurt) -> list[bytes]:
    """Two segments of a true journal; the second one's header names another number, its checksum left as it was."""
    first, second = (bytearray(seed.ljust(SIZE, b"\0")) for seed in SEEDS[:2])
    second[10] ^= 1
    hurt(first, second)
    return [bytes(first), bytes(second)]


def main() -> None:
    vectors = []
    for name, hurt in CASES.items():
        files = made(hurt)
        with TemporaryDirectory() as home:
            line = check(laid(Path(home), files)).line
        packed = [b64encode(compress(each, 9)).decode() for each in files]
        vectors.append({"name": name, "files": packed, "line": line})
    VECTORS.write_text(json.dumps(vectors, indent=1) + "\n", "ascii")


if __name__ == "__main__":
    main()

"""Rows of a document as ESC/POS bytes, by python-escpos used as an encoder only.

The library believes it knows the printer's code page and forgets that `ESC @` resets it, so each document gets a
fresh encoder whose first bytes are `ESC @` and then the code page (upstream issue 729).
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from appliance.core.paper import Row

PROFILE = "TM-T88V"
CP1252_PAGE = 16  # ESC t 16 on Epson; clones number pages as they like
INITIALIZE = b"\x1b@"
CUTS = {"partial": b"\x1dV\x01", "full": b"\x1dV\x00", "none": b""}  # GS V, function A


def load(cache: str) -> Any:  # noqa: ANN401  # python-escpos is imported late and has no usable types
    """python-escpos' `Dummy` class, imported on first use: it costs 0.2 s, most of it parsing YAML.

    `cache` is a folder for its parsed form; a cache that a power cut tore is thrown away and made again.
    """
    with _quiet_import(cache):
        try:
            from escpos.printer import Dummy
        except (EOFError, pickle.UnpicklingError, ValueError, KeyError):
            for torn in Path(cache).glob("*.capabilities.pickle"):
                torn.unlink()
            from escpos.printer import Dummy
    return Dummy


@contextlib.contextmanager
def _quiet_import(cache: str) -> Iterator[None]:
    """Stops three things that importing the library does: configure logging, leave a folder in /tmp, parse again."""
    guard = logging.NullHandler()
    logging.getLogger().addHandler(guard)  # basicConfig does nothing once the root has a handler
    before = os.environ.get("ESCPOS_CAPABILITIES_PICKLE_DIR")
    with tempfile.TemporaryDirectory() as room:
        os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = cache or room
        default, tempfile.tempdir = tempfile.tempdir, room
        try:
            yield
        finally:
            tempfile.tempdir = default
            logging.getLogger().removeHandler(guard)
            if before is None:
                del os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"]
            else:
                os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = before


def encode(rows: Sequence[Row], dummy: Any, page: int, feed: int, cut: str = "partial") -> list[bytes]:  # noqa: ANN401
    """One `bytes` for the beginning, one a row, one for feed and cut: no command is ever split."""
    pen = dummy(profile=PROFILE)
    pieces = [_beginning(pen, page)]
    style = Row("")
    for row in rows:
        pieces.append(_row(pen, style, row))
        style = row
    pen.print_and_feed(feed)
    return [*pieces, _take(pen) + CUTS[cut]]


def _beginning(pen: Any, page: int) -> bytes:  # noqa: ANN401
    pen.charcode("CP1252")
    chosen = _take(pen).replace(b"\x1bt%c" % CP1252_PAGE, b"\x1bt%c" % page)
    return INITIALIZE + chosen


def _row(pen: Any, style: Row, row: Row) -> bytes:  # noqa: ANN401
    size, before = _size(row), _size(style)
    if row.bold != style.bold:
        pen.set(bold=row.bold)
    if size != before:
        pen.set(custom_size=True, width=size[0], height=size[1])
    if row.invert != style.invert:
        pen.set(invert=row.invert)
    pen.text(printable(row.text) + "\n")
    return _take(pen)


def _size(row: Row) -> tuple[int, int]:
    return (2 if row.double else 1, 2 if row.double or row.tall else 1)


def _take(pen: Any) -> bytes:  # noqa: ANN401
    output: bytes = pen.output
    pen.clear()
    return output


def printable(text: str) -> str:
    """CP1252 only, and no control character: a label must not be able to say `DLE DC4` and open the drawer."""
    flat = "".join(" " if ord(sign) < 32 or ord(sign) == 127 else sign for sign in text)
    return flat.encode("cp1252", "replace").decode("cp1252")


def segments(pieces: Sequence[bytes], rows: int) -> list[bytes]:
    """The pieces joined by `rows`: what is confirmed at once, and at most two of them are under way."""
    return [b"".join(pieces[at : at + rows]) for at in range(0, len(pieces), rows)]

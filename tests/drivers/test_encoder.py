"""Rows as bytes: one command a piece, no control character from a label, and a library that leaves no traces."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from appliance.core.paper import Row
from appliance.drivers.printer.encoder import encode, load, printable, segments

DUMMY = load("")


def test_a_label_cannot_carry_a_command() -> None:
    """DLE DC4 in a catalogue would open the drawer."""
    pieces = encode([Row("Prix\x10\x14\x01\x00\x01\x1b@")], DUMMY, 16, 4)

    assert pieces[1] == b"Prix     " + b" @\n"


def test_signs_that_are_not_in_the_page_become_question_marks() -> None:
    assert printable("Café 中 €\x81") == "Café ? €?"


def test_a_clone_numbers_its_pages_otherwise() -> None:
    assert encode([], DUMMY, 71, 4)[0] == b"\x1b@\x1bt\x47"


def test_each_document_begins_by_setting_everything() -> None:
    first = encode([Row("a", bold=True, invert=True)], DUMMY, 16, 4)
    second = encode([Row("b")], DUMMY, 16, 4)

    assert first[-1] == b"\x1bd\x04\x1dV\x01"
    assert second[:2] == [b"\x1b@\x1bt\x10", b"b\n"]


def test_segments_keep_every_piece_in_order() -> None:
    pieces = [bytes([number]) for number in range(20)]

    assert b"".join(segments(pieces, 8)) == b"".join(pieces)
    assert [len(segment) for segment in segments(pieces, 8)] == [8, 8, 4]


def run(code: str, folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "TMPDIR": str(folder)}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment).stdout.strip()


def test_importing_the_library_leaves_logging_and_the_temporary_folder_alone(tmp_path: Path) -> None:
    code = (
        "import logging; from appliance.drivers.printer.encoder import load;"
        "load(''); print(logging.getLogger().handlers)"
    )

    assert run(code, tmp_path) == "[]"
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_a_power_cut_tore_is_made_again(tmp_path: Path) -> None:
    code = f"from appliance.drivers.printer.encoder import load; print(load({str(tmp_path)!r}).__name__)"
    first = run(code, tmp_path)
    (cache,) = tmp_path.glob("*.pickle")
    whole = cache.read_bytes()
    cache.write_bytes(whole[: len(whole) // 2])

    assert [first, run(code, tmp_path)] == ["Dummy", "Dummy"]
    assert cache.read_bytes() == whole

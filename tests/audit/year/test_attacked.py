"""What is done to the files of a lived year, with tears, versions and a key a segment: who judges names one place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from appliance.audit.archive_period import Asked
from tests.audit.archiving import contents
from tests.audit.year import proof
from tests.audit.year.life import SMALL
from tests.demo.judges import Judges, judges
from tests.verifier import attacks

JOURNAL = (
    "flip_a_byte_and_sum_again",
    "drop_a_frame_with_right_places",
    "duplicate_a_frame",
    "cut_the_end",
    "lose_a_segment",
    "cross_two_chains",
    "sign_with_another_key",
    "another_label_at_equal_totals",
    "header_of_a_stranger",
)
ARCHIVE = ("a_csv_replaced", "a_member_left_out", "a_journal_byte", "signed_by_a_stranger", "bytes_after")


class Two(NamedTuple):
    """A till's data folder and the archive of its second month; the same of another till."""

    home: Path
    kept: proof.Kept
    other: Path
    strange: proof.Kept


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    found: list[Path | proof.Kept] = []
    for seed in (1, 2):
        folder = tmp_path_factory.mktemp("year")
        life = proof.lived(folder / "data", date(2026, 12, 29), 6, 15, SMALL, seed)
        kept = proof.archived(life.till, Asked("month"), folder / "archives")
        life.till.stop()
        found += [folder / "data", kept]
    return Two(*found)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def all_three() -> Iterator[Judges]:
    with judges() as found:
        yield found


@pytest.mark.browser
@pytest.mark.parametrize("name", JOURNAL)
def test_journal(name: str, two: Two, all_three: Judges, tmp_path: Path) -> None:
    home = tmp_path / "till"
    shutil.copytree(two.home / "journal", home / "journal")
    shutil.copy(two.home / "anchor", home / "anchor")
    attacks.JOURNAL[name](home, two.other)

    assert one_place(all_three, home) != ""


@pytest.mark.browser
@pytest.mark.parametrize("name", ARCHIVE)
def test_archive(name: str, two: Two, all_three: Judges, tmp_path: Path) -> None:
    """Of a month in the middle: its first segment begins before it, its key is a later one."""
    honest = two.kept.path.read_bytes()
    key = attacks.STRANGER  # the till's own is not to be had
    forged = attacks.ARCHIVE[name](contents(two.kept.path), honest, key, contents(two.strange.path))
    path = tmp_path / two.kept.path.name
    path.write_bytes(forged)

    assert one_place(all_three, two.kept.path) == ""
    assert one_place(all_three, path) != ""


def one_place(all_three: Judges, path: Path) -> str:
    said = all_three.of(path)
    assert len({each.broken for each in said}) == 1, said
    return said[0].broken

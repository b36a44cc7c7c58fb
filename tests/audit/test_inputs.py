"""`sceau verify` with one input or several: lines, JSON, exit codes, help, progress."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import pytest

from appliance.audit.command import verify_main
from appliance.audit.fork import compare
from appliance.audit.source import find
from appliance.core import event as ev
from appliance.storage import chain, segment
from appliance.storage.record import encode
from bench.verify import Till
from tests.audit.scribe import Scribe, days, key_of


@pytest.fixture
def journal(tmp_path: Path) -> Scribe:
    scribe = Scribe(tmp_path / "till")
    days(scribe, 12)
    scribe.save(anchored=True)
    return scribe


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_one(journal: Scribe, capsys: pytest.CaptureFixture[str]) -> None:
    """One input needs no name before its lines."""
    assert verify_main([str(journal.home)]) == 0
    assert said(capsys)[-1] == f"intact: {journal.seq} records, 12 tickets, head {journal.head.hex()}"


def test_several(journal: Scribe, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line begins with its path; a prefix of a journal, or one segment of it, is no fork."""
    shutil.copytree(journal.home, tmp_path / "copy")
    (tmp_path / "copy" / "anchor").unlink()
    (tmp_path / "copy" / "journal" / segment.name(len(journal.files))).write_bytes(bytes(journal.size))
    one = journal.home / "journal" / segment.name(2)
    paths = [str(journal.home), str(tmp_path / "copy"), str(one)]

    assert verify_main(["--quick", *paths]) == 0
    lines = said(capsys)
    assert [line.split(": ")[0] for line in lines[1::2]] == paths
    assert all(": intact: " in line for line in lines[1::2])


def test_worst_code(journal: Scribe, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Broken counts more than unreadable, unreadable more than intact; all are checked."""
    good, none, bad = journal.home, tmp_path / "none", tmp_path / "bad"
    shutil.copytree(good, bad)
    data = bytearray((bad / "journal" / segment.name(1)).read_bytes())
    data[600] ^= 1
    (bad / "journal" / segment.name(1)).write_bytes(data)

    assert verify_main([str(good), str(none)]) == 2
    assert verify_main([str(bad), str(none), str(good)]) == 1
    assert verify_main(["--chain", "00" * 16, str(good)]) == 1
    assert verify_main(["--chain", journal.genesis[:16].hex(), str(good)]) == 0
    assert verify_main(["--chain", "nonsense", str(good)]) == 2
    assert "is no chain id" in capsys.readouterr().err


def apart(scribe: Scribe, till: Till, how: str) -> bytes:
    """One more login; the head right behind it, where its journal parts from others."""
    records, before = till.sealed([till.record(ev.LOGIN, {1: how, 2: "cashier"})]), scribe.head
    scribe.frame(records)
    scribe.save()
    return chain.link(before, encode(records[0]))


def test_json(journal: Scribe, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object an input with everything that is known, and one for a fork with both heads."""
    other = Scribe(tmp_path / "other")
    till = days(other, 12)
    heads = [apart(other, till, "pin")]
    till = days(mine := Scribe(tmp_path / "mine"), 12)
    heads.insert(0, apart(mine, till, "nfc"))

    assert verify_main(["--json", str(journal.home), str(mine.home), str(other.home)]) == 1
    first, second, third, fork = map(json.loads, said(capsys))
    assert (first["path"], first["verdict"], first["code"]) == (str(journal.home), "intact", 0)
    assert (first["records"], first["tickets"], first["tears"]) == (journal.seq, 12, 0)
    assert (first["head"], first["chain_id"]) == (journal.head.hex(), journal.genesis[:16].hex())
    assert (first["predecessor"], second["seq"], third["line"].split(":")[0]) == (None, None, "intact")
    assert (fork["verdict"], fork["seq"], fork["chain_id"]) == ("fork", journal.seq, first["chain_id"])
    assert [each["head"] for each in fork["heads"]] == [head.hex() for head in heads]


def test_fork_inside_a_frame(tmp_path: Path) -> None:
    """Where two journals part is found by record, however the frames fall."""
    scribes = [Scribe(tmp_path / name) for name in ("a", "b")]
    for scribe, why in zip(scribes, ("person", "idle"), strict=True):
        till = days(scribe, 2)
        more = [till.record(ev.LOGIN, {1: "pin", 2: "cashier"}), till.record(ev.LOGOUT, {1: why})]
        if why == "idle":
            scribe.frame(more)
        else:
            scribe.frame(more[:1])
            scribe.frame(more[1:])
        scribe.save()
    fork = compare(find(scribes[0].home), find(scribes[1].home))

    assert fork
    assert (fork.seq, fork.one, fork.other) == (scribes[0].seq - 1, scribes[0].head, scribes[1].head)


def test_fork_with_a_broken_one(journal: Scribe, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a broken journal proves up to its break is held against the other one."""
    other = Scribe(tmp_path / "other")
    till = days(other, 2)
    parted = other.seq - 5  # it closes its day where the first one goes on selling
    other.frame(till.sealed([till.record(ev.LOGOUT, {1: "idle"})]), key=key_of(99))
    other.save()

    assert verify_main([str(journal.home), str(other.home)]) == 1
    lines = said(capsys)
    assert ": broken: record " in lines[-2]
    assert f"parts at record {parted}" in lines[-1]


def test_two_chains(journal: Scribe, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Journals of two tills have nothing to part from."""
    other = Scribe(tmp_path / "other")
    other.segment(key_of(5))
    from bench.verify import Till

    other.frame(Till(key_of(5)).birth())

    assert verify_main([str(journal.home), str(other.save())]) == 0
    assert not any("fork" in line for line in said(capsys))


@pytest.mark.parametrize(
    "argv", [[], ["--processes", "0", "x"], ["--processes", "two", "x"], ["--quick", "--paranoid", "x"]]
)
def test_wrong_use(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong arguments are exit 2 with a line that names them."""
    with pytest.raises(SystemExit) as stopped:
        verify_main(argv)

    assert stopped.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Help names every option and what each exit code means."""
    with pytest.raises(SystemExit) as stopped:
        verify_main(["--help"])
    text = capsys.readouterr().out

    assert stopped.value.code == 0
    for word in ("PATH", "--quick", "--paranoid", "--chain", "--json", "--processes", "exit code", "coherence"):
        assert word in text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("processes", ["1", "2"])
def test_progress(journal: Scribe, monkeypatch: pytest.MonkeyPatch, processes: str) -> None:
    """On a terminal, percent of the bytes, rising to the end, then the line is wiped; elsewhere nothing."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    verify_main(["--processes", processes, str(journal.home)])
    shown = terminal.getvalue().split("\r")
    percents = [int(part.split("]")[1].split("%")[0]) for part in shown if "%" in part]

    assert percents == sorted(set(percents))
    assert shown[-1] == "\x1b[K"
    assert len(percents) > 1


def test_no_progress_into_a_file(journal: Scribe, capsys: pytest.CaptureFixture[str]) -> None:
    """A log gets the verdict and nothing else."""
    verify_main([str(journal.home)])

    assert capsys.readouterr().err == ""

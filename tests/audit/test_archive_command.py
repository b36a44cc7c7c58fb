"""`sceau archive` and `sceau purge` over a day of the real till, with the rules of the core."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from appliance.audit import manifest as statement
from appliance.audit.archive import Signing
from appliance.audit.archive_command import archive_main, purge_main
from appliance.audit.command import dump_main, verify_main
from appliance.command import main
from appliance.core import event as ev
from appliance.core import signed
from appliance.core.event import Event, Value
from appliance.core.fold import apply
from appliance.core.ledger import Ledger
from appliance.core.snapshot import restore
from appliance.storage import keys, medium
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.record import Record
from appliance.storage.seal import sealer_for
from tests.audit.archiving import contents, packed, resigned

DAY = """
login "Sophie"
open day float 100.00
ring "Café"
pay cash 2.00
print yes
ring "Café"
pay card 1.50
print no
close day
"""


class Locked:
    """The till's journal under its lock."""

    def __init__(self, data: Path) -> None:
        disk = OsDisk()
        self._ring = keys.load(data, disk, sealer_for())
        self.journal = Journal.open(data, disk, self._ring)
        self._ledger = Ledger()
        for sealed in self.journal.past(ev.SNAPSHOT, lambda record: restore(Event(*record)) is not None):
            known = restore(Event(*sealed.record)) if sealed.record.kind == ev.SNAPSHOT else None
            self._ledger = known or apply(self._ledger, Event(*sealed.record))

    @property
    def key(self) -> Signing:
        return self._ring

    @property
    def now(self) -> int:
        return self._ledger.t

    @property
    def software(self) -> str:
        return self._ledger.software

    def record(self, kind: int, body: dict[int, Value]) -> int:
        fact = self._record(self.journal.next_seq, kind, body)
        entries: list[Value] = []
        for each in signed.types(kind, body):
            link = self._ledger.seals.get(each, signed.Link())
            text = signed.string(Event(*fact), each, link.number + 1, link.signature)
            entries.append([each, link.number + 1, 1, self._ring.sign(text.encode())])
        seal = self._record(fact.seq + 1, ev.SEAL, {1: fact.seq, 2: entries})
        self.journal.append([fact, seal])
        for record in (fact, seal):
            self._ledger = apply(self._ledger, Event(*record))
        return fact.seq

    def _record(self, seq: int, kind: int, body: dict[int, Value]) -> Record:
        return Record(seq, self._ledger.t, 60, 0, self._ledger.till, "", 0, kind, body)


@contextmanager
def tills(data: Path) -> Iterator[Locked]:
    till = Locked(data)
    try:
        yield till
    finally:
        till.journal.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("played")
    (home / "day.flow").write_text(DAY, "utf-8")
    assert main(["flow", str(home / "day.flow"), "--data", str(home / "data")]) == 0
    assert archive_main(["create", str(home / "data"), "--level", "day"], tills) == 0
    return home / "data"


@pytest.fixture
def data(played: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(played, tmp_path / "data"))


def only(data: Path) -> Path:
    (found,) = (data / "archives").iterdir()
    return found


def test_it_is_recorded_and_holds(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The journal with its new record, and the archive: by the full rules of the till."""
    assert verify_main([str(data), str(only(data))]) == 0
    assert archive_main(["check", str(only(data))], tills) == 0
    said = capsys.readouterr().out
    assert said.count("intact: ") == 3
    assert "2 tickets" in said
    assert "archive of 12345678200010, till 1: 2026-11-21 to 2026-11-21" in said
    assert dump_main([str(only(data))]) == 0
    assert capsys.readouterr().out.encode() == contents(only(data))["data/records.jsonl"]


def test_made_again_from_the_same_records(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By dates, in another folder: what was recorded since is not in it, but for the control document's own check."""
    words = ["create", str(data), "--from", "2026-11-21", "--to", "2026-11-21", "--out", str(data.parent / "out")]
    assert archive_main(words, tills) == 0
    (other,) = (data.parent / "out").iterdir()
    one, two = contents(only(data)), contents(other)

    assert {name for name in one if one[name] != two[name]} == {
        statement.COSE_NAME,
        statement.JSON_NAME,
        "control/control.json",
        "control/control.pdf",
    }


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--level", "month"], "nothing is closed in this period"),
        (["--from", "2026-11-21"], "say which period"),
        ([], "say which period"),
        (["--level", "day", "--out", "/nowhere/at/all"], "is not there: name a folder that is"),
        (["--from", "2026-01-01", "--to", "2027-06-01"], "more than 12 months"),
        (["--level", "day"], "is there already"),
    ],
)
def test_refusals(data: Path, words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert archive_main(["create", str(data), *words], tills) == 2
    assert why in capsys.readouterr().err
    assert verify_main([str(data)]) == 0


@pytest.fixture
def stick(data: Path) -> Iterator[Path]:
    """A folder on another device than the data."""
    memory = Path("/dev/shm")  # noqa: S108 - a device of its own on every Linux
    assert memory.stat().st_dev != data.stat().st_dev, "these tests need /dev/shm to be a device of its own"
    with TemporaryDirectory(dir=memory) as place:
        yield Path(place)


def test_copy_and_list(data: Path, stick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list says where each archive is; a folder of the till's own storage is refused."""
    assert archive_main(["copy", str(data), str(only(data)), str(data.parent)], tills) == 2
    assert "is on the till's own storage" in capsys.readouterr().err
    assert archive_main(["list", str(data)], tills) == 0
    assert "on no other medium: copy it" in capsys.readouterr().out

    assert archive_main(["copy", str(data), str(only(data)), str(stick)], tills) == 0
    number = (stick / medium.OWN_ID).read_text("ascii").strip()
    assert (stick / only(data).name).read_bytes() == only(data).read_bytes()
    assert archive_main(["list", str(data)], tills) == 0
    assert f"on {number}" in capsys.readouterr().out.splitlines()[-1]
    assert verify_main([str(data)]) == 0


def test_a_copy_that_nobody_recorded(data: Path, stick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strange = only(data).rename(data / "archives" / "other.zip")

    assert archive_main(["copy", str(data), str(strange), str(stick)], tills) == 2
    assert "is no archive that this till recorded" in capsys.readouterr().err


def test_check_says_where(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A CSV that lies, a file that is no archive, another chain."""
    path = only(data)
    members = contents(path)
    label = "Café".encode()
    path.write_bytes(packed({**members, "data/ticket.csv": members["data/ticket.csv"].replace(label, b"Cafe.")}))
    assert archive_main(["check", str(path)], tills) == 1
    assert "broken: data/ticket.csv: " in capsys.readouterr().out
    assert verify_main([str(path)]) == 1
    assert archive_main(["check", str(data)], tills) == 2
    assert archive_main(["check", str(path), "--chain", "0" * 32], tills) == 1


def test_the_rules_of_the_till_hold_in_an_archive(data: Path, tmp_path: Path) -> None:
    """Signed by the till's own key: totals that the records do not have are refused all the same."""
    key = keys.Key(sealer_for().open((data / "key").read_bytes()))
    members = contents(only(data))
    path = tmp_path / "lie.zip"
    path.write_bytes(resigned(members, key, lambda it: it._replace(perpetual=(100, 100, 450, 450))))

    assert verify_main([str(path)]) == 1
    path.write_bytes(resigned(members, key))
    assert verify_main([str(path)]) == 0


def test_purge_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One archive on no other medium: nothing may go, and the sentence says what is missing."""
    assert purge_main([str(data), str(only(data)), "--do"], tills) == 2
    assert "was read back on 0 of the 2 other media" in capsys.readouterr().err
    assert verify_main([str(data)]) == 0


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["create", "--help"], ["check", "--help"], ["copy", "--help"], ["list", "--help"]):
        with pytest.raises(SystemExit) as ended:
            archive_main(words, tills)
        assert ended.value.code == 0
    assert "a folder on the medium" in capsys.readouterr().out

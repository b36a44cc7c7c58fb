"""Exports: every ticket, line, payment and tax, once, in every format; whole or not at all; known to the journal."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree

import pytest

from appliance.audit.control import Proof
from appliance.audit.control_gather import gather
from appliance.audit.export import FORMATS, Broken, Format, Refusal, Source, export
from appliance.audit.export_command import export_main
from appliance.audit.export_csv import text
from appliance.audit.export_tables import TABLES, decimal
from appliance.audit.reading import Period, Reading
from appliance.audit.replay import Replay
from appliance.audit.report import report_main
from appliance.audit.source import Unreadable
from appliance.core import event as ev
from appliance.storage.record import Value
from tests.audit.story import Story
from tests.audit.test_purge import Story as Purged
from tests.audit.test_replay import FIRST, busy, quarter

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "samples/epicerie"
ALL = Period()
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Tables = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return quarter().save(tmp_path_factory.mktemp("quarter"))


def made(home: Path, name: str, folder: Path, period: Period = ALL) -> bytes:
    return export(home, name, period, folder / "out", shop=SHOP).path.read_bytes()


def from_csv(data: bytes) -> Tables:
    """By the columns' machine names; a comma is a point again."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for table, columns in TABLES.items():
            said = archive.read(f"{table}.csv").decode("utf-8-sig")
            head, *rows = csv.reader(io.StringIO(said, newline=""), delimiter=";")
            assert head == [column.title for column in columns]
            found[table] = [_named(table, row) for row in rows]
    return found


def _named(table: str, row: list[str]) -> dict[str, str]:
    decimals = ("money", "rate", "quantity")
    both = zip(TABLES[table], row, strict=True)
    return {c.name: x.replace(",", ".") if c.sort in decimals else x for c, x in both if x}


def from_json(data: bytes) -> Tables:
    whole = json.loads(data)
    return {
        table: [{name: str(x) for name, x in row.items() if x not in (None, "")} for row in whole[table]]
        for table in TABLES
    }


def from_xml(data: bytes) -> Tables:
    root = ElementTree.fromstring(data)  # noqa: S314 - our own
    return {table: [dict(row.attrib) for row in root.findall(f"{table}/ligne")] for table in TABLES}


def from_xlsx(data: bytes) -> Tables:
    """A cell is the number or the text that a spreadsheet shows."""
    found: Tables = {}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        for nth, (table, columns) in enumerate(TABLES.items(), start=1):
            sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{nth}.xml"))  # noqa: S314 - our own
            _, *rows = sheet.iter(f"{SHEET}row")
            found[table] = [_cells(row, columns) for row in rows]
    return found


def _cells(row: Any, columns: Any) -> dict[str, str]:
    said = {}
    for cell in row.iter(f"{SHEET}c"):
        column = columns[ord(cell.get("r").rstrip("0123456789")) - ord("A")]
        shown = "".join(each.text or "" for each in cell.iter() if each.tag in (f"{SHEET}v", f"{SHEET}t"))
        said[column.name] = _shown(shown, column.sort)
    return said


def _shown(shown: str, sort: str) -> str:
    if sort == "date":
        return date.fromordinal(date(1899, 12, 30).toordinal() + int(shown)).isoformat()
    places = {"money": 2, "rate": 2, "quantity": 3}.get(sort)
    return f"{float(shown):.{places}f}" if places else shown


READERS = {"csv": from_csv, "json": from_json, "xml": from_xml, "xlsx": from_xlsx}


@pytest.mark.parametrize("name", READERS)
def test_every_format_says_the_same(home: Path, tmp_path: Path, name: str) -> None:
    """Each row of each table, cell by cell, as the JSON has it; and what the records themselves hold."""
    tables = READERS[name](made(home, name, tmp_path))

    assert tables == from_json(made(home, "json", tmp_path))
    tickets = [record.body for record in quarter().records if record.kind == ev.TICKET]
    assert [row["total_ttc"] for row in tables["tickets"]] == [decimal(_int(body[4]), "money") for body in tickets]
    assert len(tables["lignes"]) == sum(len(_list(body[5])) for body in tickets)


def _int(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _list(value: Value) -> list[Any]:
    assert isinstance(value, list)
    return value


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def test_sums_agree_with_each_other(home: Path, tmp_path: Path) -> None:
    """Lines, taxes, payments, days and months of the export add up to the same, per rate and per means."""
    tables = from_xml(made(home, "xml", tmp_path))
    days = [row for row in tables["totaux"] if row["niveau"] == "jour"]
    months = [row for row in tables["totaux"] if row["niveau"] == "mois"]
    total = sum(cents(row["total_ttc"]) for row in tables["tickets"])

    assert total == 10 * 2219
    for rows, name in (
        (tables["lignes"], "ttc"),
        (tables["taxes"], "ttc"),
        (tables["paiements"], "montant"),
        (days, "total_ttc"),
        (months, "total_ttc"),
    ):
        assert sum(cents(row[name]) for row in rows) == total
    for row in tables["lignes"]:
        assert cents(row["ht"]) + cents(row["tva"]) == cents(row["ttc"])
    day_rates = [row for row in tables["totaux_taxes"] if row["niveau"] == "jour"]
    assert per(tables["lignes"], "taux", "tva") == per(day_rates, "taux", "tva")
    day_means = [row for row in tables["totaux_moyens"] if row["niveau"] == "jour"]
    paid = per(tables["paiements"], "moyen", "montant")
    paid["Espèces"] += paid.pop("Rendu")
    assert paid == per(day_means, "moyen", "montant")


def per(rows: list[dict[str, str]], key: str, name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row[key]] = found.get(row[key], 0) + cents(row[name])
    return found


def test_a_refund_and_a_correction_say_what_they_are(home: Path, tmp_path: Path) -> None:
    tables = from_json(made(home, "json", tmp_path))
    refund = next(row for row in tables["tickets"] if row["type"] == "Remboursement")
    fixes = [row for row in tables["paiements"] if row.get("correction")]

    assert (refund["ticket_origine"], refund["motif"], refund["total_ttc"]) == ("1", "article rendu", "-21.39")
    assert [(row["moyen"], row["montant"]) for row in fixes[:2]] == [("Carte", "-2.20"), ("Chèque", "2.20")]


@pytest.mark.parametrize("name", READERS)
def test_a_period(home: Path, tmp_path: Path, name: str) -> None:
    """December of the quarter, business dates inclusive."""
    tables = READERS[name](made(home, name, tmp_path, Period("2026-12-01", "2026-12-31")))

    assert {row["journee"][:7] for row in tables["tickets"]} == {"2026-12"}
    assert [row["periode"] for row in tables["totaux"] if row["niveau"] == "mois"] == ["2026-12"]
    assert len(tables["tickets"]) == 16


@pytest.mark.parametrize("name", [*READERS, "fec", "ereporting", "ereporting-xml"])
def test_same_journal_same_bytes(home: Path, tmp_path: Path, name: str) -> None:
    assert made(home, name, tmp_path) == made(home, name, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


class Kept:
    """What a daemon would record."""

    def __init__(self) -> None:
        self.acts: list[tuple[int, dict[int, Value]]] = []

    def record(self, kind: int, body: dict[int, Value]) -> int:
        self.acts.append((kind, body))
        return 77


@pytest.mark.parametrize(("name", "code"), [("csv", 110), ("fec", 180), ("ereporting", 110)])
def test_the_jet_keeps_it(home: Path, tmp_path: Path, name: str, code: int) -> None:
    """The code of the export, what it was, the SHA-256 of the file that left; short enough for a record."""
    kept = Kept()
    said = export(home, name, Period("2026-11-01", "2026-11-30"), tmp_path / "out", shop=SHOP, recorder=kept)
    digest = hashlib.sha256((tmp_path / "out").read_bytes()).hexdigest()

    assert kept.acts == [(ev.JET, {1: code, 2: f"{name} 2026-11-01/2026-11-30 sha256 {digest}", 3: None})]
    assert (said.record, said.sha256, len(said.text) < 200) == (77, digest, True)


def test_nothing_is_written_of_a_broken_journal(tmp_path: Path) -> None:
    """Nor recorded; and what stood under that name stays."""
    home = busy(Story(), FIRST).close().save(tmp_path / "home")
    path = home / "journal" / "00000001.seg"
    data = bytearray(path.read_bytes())
    data[len(data.rstrip(b"\0")) // 2] ^= 1
    path.write_bytes(data)
    (tmp_path / "out").write_text("before")
    kept = Kept()
    for name in FORMATS:
        with pytest.raises(Broken):
            export(home, name, ALL, tmp_path / "out", shop=SHOP, recorder=kept)

    assert ((tmp_path / "out").read_text(), kept.acts) == ("before", [])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home", "out"]


def write_norm(source: Source, file: BinaryIO) -> None:
    """A format that somebody else brings: the numbers of the tickets."""
    numbers = [str(record.body[1]) for record in source.records() if record.kind == ev.TICKET]
    if not numbers:
        raise Refusal("no ticket is there: name a longer period")
    file.write(" ".join(numbers).encode())


def test_a_format_is_one_line_of_a_table(home: Path, tmp_path: Path) -> None:
    """The normed restitution, once there is one: a name, a function, nothing else."""
    formats = {**FORMATS, "norme": Format("tests.audit.test_export:write_norm", 110, ".txt", "an example")}
    export(home, "norme", ALL, tmp_path / "out", formats=formats)

    assert (tmp_path / "out").read_text().split() == [str(each) for each in range(1, 41)]
    with pytest.raises(Refusal, match="'norme' is no format: use csv, json"):
        export(home, "norme", ALL, tmp_path / "out")
    with pytest.raises(Refusal, match="longer period"):
        export(Story().save(tmp_path / "new"), "norme", ALL, tmp_path / "out2", formats=formats)


@pytest.mark.parametrize(
    ("value", "said"),
    [("=1+1", "'=1+1"), ("-2", "'-2"), ("@a", "'@a"), ('a;"b"', '"a;""b"""'), ("Café", "Café"), ("", "")],
)
def test_a_text_is_never_a_formula(value: str, said: str) -> None:
    assert text(value) == said


def test_a_label_that_looks_like_a_formula(tmp_path: Path) -> None:
    """In a workbook it is a text, not a formula."""
    story = Story().open(FIRST)
    order = story.order()
    line: list[Any] = [1, "=HYPERLINK(1)", 1000, 100, 100, 0, 100, 0, "", "goods", "piece", 0, 0]
    story.line(order, line)
    story.put(ev.PAYMENT, {1: order, 2: "Carte", 3: "card", 4: 100, 5: 100})
    story.ticket("sale", order, [line], [["Carte", "card", 100]])
    home = story.close().save(tmp_path / "home")
    book = made(home, "xlsx", tmp_path)

    assert from_xlsx(book)["lignes"][0]["libelle"] == "=HYPERLINK(1)"
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize(
    ("value", "sort", "said"),
    [
        (-5, "money", "-0.05"),
        (1240, "money", "12.40"),
        (1250, "quantity", "1.250"),
        (550, "rate", "5.50"),
        (7, "int", "7"),
    ],
)
def test_decimal(value: int, sort: Any, said: str) -> None:
    assert decimal(value, sort) == said


def test_command(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The SHA-256 is printed; a place that cannot be written, a period that runs backwards, no journal: 2."""
    out = tmp_path / "sales.zip"

    assert export_main([str(home), "--format", "csv", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert hashlib.sha256(out.read_bytes()).hexdigest() in said.out
    assert "is not in the till's journal" in said.err
    assert export_main([str(home), "--format", "csv", "--out", str(tmp_path / "no" / "x")]) == 2
    assert export_main([str(tmp_path), "--format", "csv", "--out", str(out)]) == 2
    assert export_main([str(home), "--format", "fec", "--out", str(out)]) == 2
    assert "--shop" in capsys.readouterr().err
    with pytest.raises(Unreadable, match="turn the two dates round"):
        Period.of("2026-12-01", "2026-11-01")


def test_behind_a_purge(tmp_path: Path) -> None:
    """What is left of a journal is exported and controlled; the replay begins with the first day that is whole."""
    story = Purged(tmp_path / "data")
    first = story.purged().order.last_record + 1
    records = list(Reading(story.home).records())
    tables = from_json(made(story.home, "json", tmp_path))
    control = gather(records, ALL, Proof(True, None, "", 0, "", "", pinned=False))

    assert records[0].seq == first
    assert {int(row["acte"]) for row in tables["tickets"]} == {r.seq for r in records if r.kind == ev.TICKET}
    assert (control.since, control.activated, control.witness) == (first, (0, 0), "C")
    assert control.perpetual == story.shop.perpetual
    opened = [record.body[1] for record in records if record.kind == ev.DAY_OPEN]
    assert [each.number for each in Replay().run(records) if each.what == "Z"] == opened


@pytest.mark.parametrize("kind", [ev.TICKET, ev.DAY_CLOSE])
def test_a_body_that_does_not_fit(tmp_path: Path, kind: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A chain may hold what no till writes: one line, no file, 1."""
    story = busy(Story(), FIRST).close()
    story.records = story.changed(story.last(kind).seq, 5 if kind == ev.TICKET else 12, "x")
    home = str(story.save(tmp_path / "home"))
    for name in FORMATS:
        expected = 0 if (kind, name) == (ev.TICKET, "fec") else 1
        out = tmp_path / f"{name}.out"
        if (kind, name[:4]) == (ev.DAY_CLOSE, "erep"):
            continue  # it reads no means
        assert export_main([home, "--format", name, "--out", str(out), "--shop", str(SHOP)]) == expected, name
        assert out.exists() is (expected == 0)
    assert report_main(["replay", home]) == 1
    assert report_main(["totals", home]) == (1 if kind == ev.DAY_CLOSE else 0)
    assert "Traceback" not in capsys.readouterr().err

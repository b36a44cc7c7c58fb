"""The control document: everything an officer asks, on every paper, the same each time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from appliance.audit import control_json
from appliance.audit.control import LISTED, SECTIONS, Control, Proof
from appliance.audit.control_command import control_main
from appliance.audit.control_gather import gather
from appliance.audit.control_pdf import fit, pdf
from appliance.audit.control_rows import rows
from appliance.audit.control_text import TITLES, blocks, lasted, verdict
from appliance.audit.reading import Period
from appliance.command import main
from appliance.core import event as ev
from appliance.storage.record import Record
from tests.audit.story import Story
from tests.audit.test_replay import FIRST, busy, quarter

CHAIN = "4f2a91c70b3ed81577a02c6fe94b1d30"
INTACT = Proof(True, None, "", 384, CHAIN, "c8" * 32, False)
BROKEN = Proof(False, 21, "it does not follow from the record before it", 0, CHAIN, "", False)
NOVEMBER = Period("2026-11-01", "2026-11-30")
ALL = Period()


def eventful(letter: str = "C") -> Story:
    """A day with every act that has a section of its own."""
    story = busy(Story(letter=letter), FIRST)
    story.put(ev.ORDER_VOID, {1: story.order(), 2: 450, 3: 2, 4: "client parti"})
    story.put(ev.START, {1: "0.2.0", 2: "power cut", 3: b""})
    story.put(ev.RECOVERED, {1: 512, 2: bytes(32)})
    story.put(ev.CLOCK, {1: 1000, 2: 61_500, 3: "jump", 4: 0})
    story.put(ev.DEFECT, {1: 3, 2: "an example", 3: 5, 4: "flash"})
    story.put(ev.RESUMED, {1: 1})
    story.put(ev.TRAINING_ON, {1: 1, 2: "02"})
    story.put(ev.TRAINING_OFF, {1: 1, 2: "02", 3: 2, 4: 900})
    story.put(ev.REFUSED, {1: "purge", 2: "aucune archive"})
    story.close(gap=-240)
    story.open(FIRST + timedelta(days=1)).close(counted=False)
    body: dict[int, Any] = {**story.last(ev.DAY_CLOSE).body, 31: [["means", 100, 90]]}
    story.records[-1] = story.records[-1]._replace(body=body)
    return story


def of(records: list[Record], period: Period = ALL, proof: Proof = INTACT) -> Control:
    return gather(records, period, proof)


def test_every_section_has_its_acts() -> None:
    """Each of the eventful day's acts stands where it must, with its sum."""
    found = of(eventful().records, proof=BROKEN).sections
    sums = {name: (section.count, section.amount) for name, section in found.items()}

    assert tuple(sums) == SECTIONS == tuple(TITLES)
    assert sums == {
        "altered": (1, 0),
        "lines": (1, -110),
        "orders": (1, -450),
        "changes": (1, 0),
        "discounts": (1, -149),
        "refunds": (1, -2139),
        "fixes": (1, 220),
        "duplicates": (1, 0),
        "drawer": (1, 0),
        "cash_in": (1, 5000),
        "cash_out": (1, -2000),
        "gaps": (1, -240),
        "uncounted": (1, 0),
        "differences": (1, 0),
        "cuts": (1, 0),
        "tears": (1, 0),
        "clock": (1, 0),
        "defects": (2, 0),
        "training": (2, 900),
        "refusals": (1, 0),
    }
    assert [entry.record for entry in found["altered"].entries] == [21]


def test_totals_of_a_period_and_since_the_start() -> None:
    """November of a quarter: its own sums, those since the activation, both perpetual ones."""
    control = of(quarter().records, NOVEMBER)

    assert (control.sums.tickets, control.sums.total) == (16, 4 * 2219)
    assert (control.perpetual, control.absolute) == (4 * 2219, 4 * (2219 + 2 * 2139))
    december = of(quarter().records, Period("2026-12-01", "2026-12-31"))
    assert (december.sums.total, december.whole.total, december.perpetual) == (4 * 2219, 8 * 2219, 8 * 2219)
    assert december.months == ["2026-12"]
    assert [each.number for each in december.days] == [5, 6, 7, 8]
    assert sum(row[1] for row in december.sums.means.values()) == december.sums.total
    assert sum(row[2] for row in december.sums.rates.values()) == december.sums.total


def test_a_document_does_not_change_with_what_comes_after() -> None:
    """November says the same in November and in January."""
    whole = quarter().records
    end = next(record.seq for record in whole if record.kind == ev.MONTH_CLOSE) + 1

    assert control_json.text(of(whole, NOVEMBER)) == control_json.text(of(whole[:end], NOVEMBER))


def test_activation_software_and_open_day() -> None:
    """The genesis dates the activation; each version in the period is named; a day that is open is said to be."""
    story = eventful()
    story.open(FIRST + timedelta(days=2))
    control = of(story.records)

    assert control.activated == (story.records[0].t, 60)
    assert [each.version for each in control.software] == ["0.1.0", "0.2.0"]
    assert control.open_day == "2026-11-04"
    assert [each.gap for each in control.days] == [-240, None]


def test_numbers_left_out_are_named() -> None:
    """A day, a ticket: what does not follow."""
    story = busy(Story(), FIRST).close()
    ticket = [record for record in story.records if record.kind == ev.TICKET][1]
    left = [record for record in story.records if record.seq != ticket.seq]

    assert of(left).missing == ["ticket 3 après 1"]


@pytest.mark.parametrize(
    ("letter", "says"), [("A", "A : compteur"), ("B", "B : compteur"), ("C", "n'est pas couverte")]
)
def test_witness(letter: str, says: str) -> None:
    """The longest time without it; class C is said not to meet the rule on a journal put back (INA-08)."""
    story = Story(letter=letter).open(FIRST)
    story.at(FIRST, 9)
    if letter != "C":
        story.put(ev.WITNESS, {1: letter, 2: 1})
    story.at(FIRST, 12).close()
    control = of(story.records)
    text = " ".join(row.text for row in rows(control, 48))

    assert says in " ".join(text.split())
    assert control.unwitnessed // 3_600_000 == (3 if letter != "C" else 4)


def test_what_is_not_there_is_said() -> None:
    """A period without a record is a document all the same."""
    control = of(quarter().records, Period("2030-01-01", "2030-01-31"))

    assert (control.first_record, control.sums.tickets, control.days) == (None, 0, [])
    assert "Journées closes (Z)" in {block.title for block in blocks(control)}
    assert pdf(control).startswith(b"%PDF-")


def test_behind_a_purge() -> None:
    """Sums since the first act that is here are never called those since the activation."""
    story = busy(Story(), FIRST).close()
    cut = len(story.records)
    busy(story, FIRST + timedelta(days=1)).close()
    control = of(story.records[cut:])
    text = " ".join(" ".join(row.text for row in rows(control, 48)).split())

    assert (control.since, control.whole.total, control.perpetual) == (cut, 2219, 2 * 2219)
    assert "Depuis l'activation" not in text
    assert "archivés puis purgés" in text


def test_long_lists_are_counted_whole() -> None:
    """What is listed is bounded, what is counted is not."""
    story = Story().open(FIRST)
    for _ in range(LISTED + 5):
        story.drawer()
    section = of(story.records).sections["drawer"]

    assert (section.count, len(section.entries)) == (LISTED + 5, LISTED)


def test_a_total_that_does_not_add_up_is_said() -> None:
    """The last closing's perpetual total is not the sum of the tickets."""
    story = busy(Story(), FIRST).close()
    control = of(story.changed(story.last(ev.DAY_CLOSE).seq, 25, 1))

    assert any("DISCORDANCE" in block.note for block in blocks(control))


def words(data: bytes) -> str:
    """The text of a PDF, blanks folded."""
    document = pypdfium2.PdfDocument(data)
    try:
        pages = [document[at].get_textpage().get_text_range() for at in range(len(document))]
    finally:
        document.close()
    return " ".join(" ".join(pages).replace("\u00a0", " ").split())


def test_pdf_says_it_all() -> None:
    """Every cell of every block is in the file, as text that can be searched."""
    control = of(eventful().records, proof=BROKEN)
    said = words(pdf(control)).replace(" ", "")
    wanted = [cell for block in blocks(control) for row in block.rows for cell in (block.title, *row)]

    assert [cell for cell in wanted if "".join(fit(cell).replace("\u00a0", " ").split()) not in said] == []
    assert "Journalaltéréàl'acten°21" in said
    assert "page1/" in said


def test_pdf_shows_a_verdict_by_shape_and_word() -> None:
    """Green and a tick, red and a cross: what stands in the panel differs in more than colour."""
    assert verdict(of(quarter().records))[:2] == ("good", "Journal intact")
    assert verdict(of(quarter().records, proof=BROKEN))[:2] == ("bad", "Journal altéré à l'acte n° 21")
    assert "authentique" in verdict(of(quarter().records, proof=INTACT._replace(pinned=True)))[1]


@pytest.mark.parametrize("seed", ["0", "1"])
def test_pdf_is_the_same_bytes(seed: str) -> None:
    """In another process, under another order of hashes."""
    program = (
        "import hashlib; from tests.audit.test_control import *; "
        "print(hashlib.sha256(pdf(of(eventful().records))).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": seed}
    )

    assert done.stdout.strip() == hashlib.sha256(pdf(of(eventful().records))).hexdigest(), done.stderr


def test_pdf_keeps_within_its_page() -> None:
    """A label of many long words folds; nothing stands outside the margins."""
    story = Story().open(FIRST)
    story.drawer("W" * 90).drawer("mot " * 40)
    document = pypdfium2.PdfDocument(pdf(of(story.records)))
    for at in range(len(document)):
        page = document[at].get_textpage()
        for nth in range(page.count_rects()):
            left, bottom, right, top = page.get_rect(nth)
            assert left >= 40
            assert right <= 556
            assert bottom >= 20
            assert top <= 842
    document.close()


@pytest.mark.parametrize("columns", [48, 42, 32])
def test_rows_fit_the_paper(columns: int) -> None:
    """No row is wider than the paper, every sign is one that printers have, every title is there."""
    control = of(eventful().records, proof=BROKEN)
    made = rows(control, columns)

    assert all(len(row.text) <= (columns // 2 if row.double else columns) for row in made)
    assert all(row.text.encode("cp1252") for row in made if row.text)
    text = " ".join(" ".join(row.text for row in made).split())
    assert [block.title for block in blocks(control) if block.title.upper().replace("’", "'") not in text] == []
    assert any(row.invert for row in made)


def test_json_is_canonical() -> None:
    """Sorted names, no floats, and it comes back as it went."""
    text = control_json.text(of(eventful().records))
    back: Any = json.loads(text, parse_float=lambda _: pytest.fail("a float"))

    assert json.dumps(back, ensure_ascii=False, sort_keys=True, indent=1) + "\n" == text
    assert back["sums"]["total"] == 2219
    assert back["sums"]["ht"] + back["sums"]["vat"] == 2219


@pytest.mark.parametrize(("ms", "said"), [(0, "0 h 0 min"), (5_400_000, "1 h 30 min"), (90_000_000, "1 j 1 h")])
def test_lasted(ms: int, said: str) -> None:
    assert lasted(ms) == said


DAY = 'login "Sophie"\nopen day float 100.00\nring "Café"\npay cash 2.00\nprint yes\nclose day\n'


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day of the real till."""
    folder = tmp_path_factory.mktemp("played")
    (folder / "day.flow").write_text(DAY, "utf-8")
    assert main(["flow", str(folder / "day.flow"), "--data", str(folder / "data")]) == 0
    return folder / "data"


def test_command(played: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On paper, as JSON, as PDF; a period that runs backwards and a place that is not there are refused."""
    capsys.readouterr()
    assert control_main([str(played)]) == 0
    assert "Journal intact" in capsys.readouterr().out
    assert control_main([str(played), "--json", "--pdf", str(tmp_path / "c.pdf")]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["sums"]["total"], said["proof"]["intact"], len(said["proof"]["chain"])) == (150, True, 32)
    assert said["proof"]["chain"][:4] in words((tmp_path / "c.pdf").read_bytes())
    assert control_main([str(played), "--chain", said["proof"]["chain"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["proof"]["pinned"] is True
    assert control_main([str(played), "--from", "2026-12-01", "--to", "2026-11-01"]) == 2
    assert control_main([str(tmp_path)]) == 2
    assert control_main([str(played), "--pdf", str(tmp_path / "no" / "c.pdf")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_command_on_a_broken_journal(played: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The document is made of what is proven, says where that ends, and the command says 1."""
    (tmp_path / "journal").mkdir()
    data = bytearray((played / "journal" / "00000001.seg").read_bytes())
    used = len(data.rstrip(b"\0"))
    data[used * 2 // 3] ^= 1
    (tmp_path / "journal" / "00000001.seg").write_bytes(data)

    assert control_main([str(tmp_path), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["proof"]["intact"], said["sections"]["altered"]["count"]) == (False, 1)
    assert said["proof"]["record"] == said["sections"]["altered"]["entries"][0]["record"]
    assert said["records"][1] == said["proof"]["record"] - 1
    assert (len(said["proof"]["chain"]), said["proof"]["head"]) == (32, "")


def test_without_details() -> None:
    """Sums and what must stay empty; no list of acts, no day by day."""
    control = of(eventful().records, proof=BROKEN)
    short, whole = ({each.title for each in blocks(control, details=more)} for more in (False, True))

    assert whole - short == {
        "Journées closes (Z)",
        *(TITLES[name] for name in SECTIONS if name not in ("altered", "differences", "defects")),
    }
    assert len(rows(control, 48, details=False)) < len(rows(control, 48))


def test_the_record_of_a_document() -> None:
    """The period that it holds when none was asked, and the hash of its JSON."""
    control = of(quarter().records)
    body = control_json.body(control, "paper")

    assert (body[1], body[2], body[4]) == ("2026-11-02", "2027-01-13", "paper")
    assert body[3] == hashlib.sha256(control_json.text(control).encode()).digest()

"""The paper as text and as a picture."""

from __future__ import annotations

from appliance.simulator.paper import CELL, MARGIN, PITCH, Line, Paper, Style


def sheet() -> Paper:
    paper = Paper(48)
    for line in (Line("one"), Line("TWO", Style(width=2, height=2, invert=True)), Line("")):
        paper.put(line)
    paper.cut()
    paper.put(Line("three"))
    return paper


def test_text_is_what_can_be_read() -> None:
    assert sheet().text() == "one\nTWO\n\nthree"


def test_documents_end_at_the_cut() -> None:
    assert [[line.text for line in document] for document in sheet().documents()] == [["one", "TWO", ""], ["three"]]


def test_tearing_leaves_nothing() -> None:
    paper = sheet()

    assert len(paper.tear()) == 5
    assert paper.text() == ""


def test_the_picture_is_as_wide_as_the_paper_and_as_long_as_its_lines() -> None:
    picture = sheet().picture()

    assert picture.size == (48 * CELL[0] + 2 * MARGIN, 2 * MARGIN + PITCH * (1 + 2 + 1 + 1 + 1))


def test_white_on_black_is_dark_as_far_as_the_text_goes() -> None:
    picture = sheet().picture()
    top = MARGIN + PITCH + 1
    row = picture.crop((0, top, picture.width, top + 1)).tobytes()
    dark = [x for x, grey in enumerate(row) if grey < 128]

    assert (dark[0], len(dark)) == (MARGIN, 3 * 2 * CELL[0])

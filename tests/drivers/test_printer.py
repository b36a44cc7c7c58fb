"""The printer's driver and a virtual printer over a real pty: what is said, printed, and never sent twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.core.paper import Row
from appliance.ports import Health, Level, Lost, Printed
from appliance.simulator.printer import Model
from tests.drivers.bench import printer_bench

ALL = list(range(20))


def test_confirms_a_document_that_is_on_paper(tmp_path: Path) -> None:
    with printer_bench(tmp_path) as bench:
        bench.print("A")
        bench.loop.until(lambda: bool(bench.ended))

        assert bench.ended == [("A", Printed.CONFIRMED)]
        assert bench.printed("A") == ALL
        assert bench.device.paper.lines[-1].cut
        assert bench.device.unknown == []


def test_prints_french_as_it_is_written(tmp_path: Path) -> None:
    text = "Pâte à œufs « É È Ç » — 4,25 €"
    with printer_bench(tmp_path) as bench:
        bench.till.print([Row(text, bold=True), Row("TOTAL", double=True), Row("x", tall=True, invert=True)], print)
        bench.loop.until(lambda: not bench.till.waiting)
        lines = bench.device.paper.lines

        assert [line.text for line in lines[:3]] == [text, "TOTAL", "x"]
        assert [(line.style.width, line.style.height) for line in lines[:3]] == [(1, 1), (2, 2), (1, 2)]
        assert [line.style.bold for line in lines[:3]] == [True, False, False]
        assert lines[2].style.invert


def test_paper_out_in_mid_document_prints_each_line_once(tmp_path: Path) -> None:
    with printer_bench(tmp_path) as bench:
        bench.device.after_lines(3, lambda: bench.device.set_paper("out"))
        bench.print("A")
        bench.loop.run(60_000)

        assert bench.till.health == Health(Level.DOWN, "paper-out")
        assert (bench.till.waiting, bench.till.began, bench.ended) == (1, True, [])
        assert bench.printed("A") == [0, 1, 2]

        bench.device.set_paper("ok")
        bench.loop.run(3000)

        assert bench.ended == [("A", Printed.CONFIRMED)]
        assert bench.printed("A") == ALL


def test_power_loss_in_mid_document_loses_it_and_keeps_the_next(tmp_path: Path) -> None:
    with printer_bench(tmp_path) as bench:
        bench.device.after_lines(3, bench.device.switch_off)
        bench.print("A")
        bench.print("B")
        bench.loop.run(10_000)

        assert bench.till.health.code == "off"
        assert bench.ended == [("A", Printed.LOST)]

        bench.device.switch_on()
        bench.loop.run(5000)

        assert bench.ended == [("A", Printed.LOST), ("B", Printed.CONFIRMED)]
        assert (bench.printed("A"), bench.printed("B")) == ([0, 1, 2], ALL)


def test_an_id_confirms_only_what_stands_before_it(tmp_path: Path) -> None:
    """The first of two segments is on paper and confirmed when the power goes."""
    with printer_bench(tmp_path) as bench:
        bench.device.after_lines(10, bench.device.switch_off)
        bench.print("A", 12)
        bench.loop.run(10_000)

        assert bench.ended == [("A", Printed.LOST)]
        assert bench.printed("A") == ALL[:10]


def test_a_blink_of_power_that_no_question_saw_is_found_by_the_missing_id(tmp_path: Path) -> None:
    with printer_bench(tmp_path) as bench:
        bench.device.after_lines(3, lambda: (bench.device.switch_off(), bench.device.switch_on()))
        bench.print("A")
        bench.loop.until(lambda: bool(bench.ended))

        assert bench.ended == [("A", Printed.LOST)]
        assert bench.printed("A")[:3] == [0, 1, 2]
        assert len(set(bench.printed("A"))) == len(bench.printed("A"))


def test_the_cable_pulled_in_mid_document_loses_it(tmp_path: Path) -> None:
    with printer_bench(tmp_path) as bench:
        bench.device.after_lines(3, bench.device.unplug)
        bench.print("A")
        bench.loop.run(3000)

        assert bench.ended == [("A", Printed.LOST)]
        assert bench.till.health.code == "off"

        bench.device.plug()
        bench.print("B")
        bench.loop.run(5000)

        assert bench.till.health.code == "ok"
        assert bench.ended[1:] == [("B", Printed.CONFIRMED)]


@pytest.mark.parametrize("fault", ["paper", "cover", "jam", "off", "unplugged"])
def test_a_document_that_has_not_begun_waits_for_the_end_of_the_fault(tmp_path: Path, fault: str) -> None:
    code = {"paper": "paper-out", "cover": "cover-open", "jam": "error", "off": "off", "unplugged": "off"}[fault]
    with printer_bench(tmp_path) as bench:
        device = bench.device
        switches = {
            "paper": (lambda: device.set_paper("out"), lambda: device.set_paper("ok")),
            "cover": (lambda: device.set_cover(opened=True), lambda: device.set_cover(opened=False)),
            "jam": (lambda: device.set_jam(jammed=True), lambda: device.set_jam(jammed=False)),
            "off": (device.switch_off, device.switch_on),
            "unplugged": (device.unplug, device.plug),
        }
        switches[fault][0]()
        bench.loop.run(3000)
        bench.print("A")
        bench.loop.run(60_000)

        assert bench.till.health.code == code
        assert (bench.till.waiting, bench.till.began, bench.ended) == (1, False, [])

        switches[fault][1]()
        bench.loop.run(5000)

        assert bench.ended == [("A", Printed.CONFIRMED)]
        assert bench.printed("A") == ALL


def test_paper_near_its_end_asks_for_care_and_prints(tmp_path: Path) -> None:
    with printer_bench(tmp_path) as bench:
        bench.device.set_paper("near-end")
        bench.print("A")
        bench.loop.run(5000)

        assert bench.till.health == Health(Level.CARE, "near-end")
        assert bench.ended == [("A", Printed.CONFIRMED)]


def test_without_automatic_status_the_questions_are_enough(tmp_path: Path) -> None:
    with printer_bench(tmp_path, Model(automatic=False)) as bench:
        bench.device.set_paper("out")
        bench.loop.run(1000)

        assert bench.till.health.code == "paper-out"

        bench.device.set_paper("ok")
        bench.loop.run(1000)

        assert bench.codes == ["ok", "paper-out", "ok"]


@pytest.mark.parametrize(
    ("model", "ending"),
    [(Model(ids=False), Printed.REACHED), (Model(ids=False, barrier=False), Printed.UNCONFIRMED)],
)
def test_says_no_more_than_the_printer_can(tmp_path: Path, model: Model, ending: Printed) -> None:
    with printer_bench(tmp_path, model) as bench:
        bench.print("A")
        bench.print("B", 60)
        bench.loop.run(20_000)

        assert bench.ended == [("A", ending), ("B", ending)]
        assert (bench.printed("A"), bench.printed("B")) == (ALL, list(range(60)))


def test_without_confirmation_a_fault_still_holds_the_answer_back(tmp_path: Path) -> None:
    with printer_bench(tmp_path, Model(ids=False, barrier=False)) as bench:
        bench.device.after_lines(3, lambda: bench.device.set_paper("out"))
        bench.print("A")
        bench.loop.run(30_000)

        assert bench.ended == []

        bench.device.set_paper("ok")
        bench.loop.run(5000)

        assert bench.ended == [("A", Printed.UNCONFIRMED)]
        assert bench.printed("A") == ALL


def test_a_long_document_never_fills_the_printers_buffer(tmp_path: Path) -> None:
    """So the line stays free for questions and for the drawer, even while the paper is out."""
    with printer_bench(tmp_path) as bench:
        bench.print("A", 400)
        bench.device.set_paper("out")
        bench.loop.run(5000)
        bench.till.kick()
        bench.loop.settle()

        assert bench.device.drawer.pulses == 1
        assert bench.device._buffered < 2048


def test_the_drawer_opens_at_once_without_paper_and_in_mid_document(tmp_path: Path) -> None:
    with printer_bench(tmp_path) as bench:
        bench.device.after_lines(3, lambda: bench.device.set_paper("out"))
        bench.print("A")
        bench.loop.run(1000)
        bench.till.kick()
        bench.loop.settle()

        assert bench.device.drawer.pulses == 1
        assert bench.drawer == [False, True]

        bench.device.shut_drawer()
        bench.device.set_paper("ok")
        bench.loop.run(3000)

        assert bench.drawer == [False, True, False]
        assert bench.printed("A") == ALL


@pytest.mark.parametrize("state", ["off", "unplugged", "jammed"])
def test_a_pulse_that_cannot_go_out_is_refused_and_never_kept(tmp_path: Path, state: str) -> None:
    with printer_bench(tmp_path) as bench:
        device = bench.device
        {"off": device.switch_off, "unplugged": device.unplug, "jammed": lambda: device.set_jam(jammed=True)}[state]()
        bench.loop.run(3000)

        with pytest.raises(Lost, match="drawer"):
            bench.till.kick()

        {"off": device.switch_on, "unplugged": device.plug, "jammed": lambda: device.set_jam(jammed=False)}[state]()
        bench.loop.run(5000)

        assert bench.till.health.code == "ok"
        assert device.drawer.pulses == 0


def test_a_printer_that_queues_its_pulse_is_not_asked_while_it_stands(tmp_path: Path) -> None:
    with printer_bench(tmp_path, pulse="queued") as bench:
        bench.till.kick()
        bench.loop.settle()

        assert bench.device.drawer.pulses == 1

        bench.device.set_paper("out")
        bench.loop.settle()
        with pytest.raises(Lost, match="queues the pulse"):
            bench.till.kick()
        bench.device.set_paper("ok")
        bench.loop.run(3000)

        assert bench.device.drawer.pulses == 1


@pytest.mark.parametrize(("option", "seen"), [("high", [False, True]), ("low", [True, False]), ("none", [])])
def test_the_drawers_switch_has_a_polarity_or_is_not_there(tmp_path: Path, option: str, seen: list[bool]) -> None:
    with printer_bench(tmp_path, drawer_open=option) as bench:
        bench.till.kick()
        bench.loop.settle()

        assert bench.drawer == seen


def test_the_drawer_stands_by_itself_in_the_table(tmp_path: Path) -> None:
    with printer_bench(tmp_path) as bench:
        drawer = bench.driver("drawer")
        with pytest.raises(Lost, match="attached"):
            drawer.kick()
        drawer.attach(bench.till)
        bench.device.set_paper("out")
        bench.loop.settle()
        drawer.kick()
        bench.loop.settle()

        assert (drawer.health.code, bench.device.drawer.pulses) == ("ok", 1)

        bench.device.switch_off()
        bench.loop.run(3000)

        assert drawer.health.code == "off"


def test_a_port_that_comes_later_is_found(tmp_path: Path) -> None:
    with printer_bench(tmp_path) as bench:
        bench.till.close()
        bench.device.unplug()
        bench.till.open()
        bench.loop.run(5000)

        assert bench.till.health.level is Level.DOWN
        assert "No such file" in bench.till.health.detail

        bench.device.plug()
        bench.loop.run(2000)

        assert bench.till.health.code == "ok"


def test_a_document_may_ask_for_the_next_when_it_ends(tmp_path: Path) -> None:
    with printer_bench(tmp_path) as bench:
        bench.till.print([Row("A 0")], lambda _: bench.print("B", 1))
        bench.loop.run(5000)

        assert bench.ended == [("B", Printed.CONFIRMED)]


def test_the_first_byte_of_each_document_is_seen_from_outside(tmp_path: Path) -> None:
    with printer_bench(tmp_path) as bench:
        events: list[str] = []
        bench.device.on_event = lambda name, _: events.append(name)
        bench.print("A", 1)
        bench.print("B", 1)
        bench.loop.run(3000)

        assert events == ["first-byte", "line", "cut", "first-byte", "line", "cut"]


def test_other_options_count_from_the_next_document_and_pulse(tmp_path: Path) -> None:
    """The pin, the knife and the page of accents, changed while the printer stands there: heard on the wire."""
    with printer_bench(tmp_path) as bench:
        bench.till.adopt({"drawer_pin": 5, "cut": "none", "page": 71, "columns": 42})
        bench.till.kick()
        bench.till.print([Row("é")], print)
        bench.loop.until(lambda: not bench.till.waiting)
        assert (bench.device.drawer.pulses, bench.till.columns) == (0, 42)
        assert bench.device.paper.lines[0].text != "é"
        assert not any(line.cut for line in bench.device.paper.lines)

        bench.till.adopt({"drawer_pin": 2, "cut": "full", "page": 16})
        bench.till.kick()
        bench.print("B")
        bench.loop.until(lambda: bool(bench.ended))
        assert bench.device.drawer.pulses == 1
        assert bench.device.paper.lines[-1].cut

        with pytest.raises(ValueError, match="cut"):
            bench.till.adopt({"cut": "sideways"})

"""The scanner's driver on a real socket: whole codes, or "" for a code that was lost, and never a part of one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.drivers.scanner.evdev import EvdevScanner
from appliance.ports import Lost
from appliance.simulator.scanner import Scanner
from tests.drivers.bench import Bench, bench

EAN = "3017620422003"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


@pytest.fixture
def scanner(desk: Bench) -> Iterator[EvdevScanner]:
    driver: EvdevScanner = desk.driver("scanner")
    driver.open()
    yield driver
    driver.close()


@pytest.mark.parametrize("layout", ["us", "fr"])
def test_reads_digits_whatever_keyboard_the_scanner_believes_in(
    desk: Bench, scanner: EvdevScanner, layout: str
) -> None:
    typing = Scanner(desk.hardware.scanner.wire, desk.clock, layout)
    typing.scan(EAN)
    typing.scan("2999000000012")

    assert scanner.read() == [EAN, "2999000000012"]
    assert scanner.read() == []


def test_letters_need_a_layout(desk: Bench) -> None:
    for layout, read in (("digits", [""]), ("fr", ["AZqwm9"]), ("us", ["QWaz9"])):
        driver: EvdevScanner = desk.driver("scanner", layout=layout)
        driver.open()
        Scanner(desk.hardware.scanner.wire, desk.clock, "fr").scan("AZqwm9")

        assert driver.read() == read or layout == "us"
        driver.close()


def test_a_pause_inside_a_code_loses_it_with_its_tail(desk: Bench, scanner: EvdevScanner) -> None:
    """The tail could be a valid code of its own."""
    desk.hardware.scanner.type(EAN[:5])
    desk.hardware.scanner.type(EAN[5:], end=True, wait=300)
    desk.clock.ms += 5000
    desk.hardware.scanner.scan(EAN)

    assert scanner.read() == ["", EAN]


def test_a_stray_key_of_long_ago_loses_only_itself(desk: Bench, scanner: EvdevScanner) -> None:
    desk.hardware.scanner.type("7")
    desk.clock.ms += 60_000
    desk.hardware.scanner.scan(EAN)

    assert scanner.read() == ["", EAN]


def test_events_that_the_kernel_dropped_lose_the_code(desk: Bench, scanner: EvdevScanner) -> None:
    desk.hardware.scanner.type(EAN[:5])
    desk.hardware.scanner.overflow()
    desk.hardware.scanner.type(EAN[9:], end=True)
    desk.clock.ms += 5000
    desk.hardware.scanner.scan(EAN)

    assert scanner.read() == ["", EAN]


def test_a_code_cut_by_the_cable_is_lost_and_then_the_device(desk: Bench, scanner: EvdevScanner) -> None:
    desk.hardware.scanner.type(EAN[:5])
    desk.hardware.scanner.unplug()

    assert [scanner.read(), scanner.read()] == [[], [""]]
    with pytest.raises(Lost, match="gone"):
        scanner.read()
    scanner.close()
    with pytest.raises(Lost, match="cannot be opened"):
        scanner.open()

    desk.hardware.scanner.plug()
    scanner.open()
    desk.hardware.scanner.scan(EAN)

    assert scanner.read() == [EAN]


def test_a_code_longer_than_any_is_lost(desk: Bench, scanner: EvdevScanner) -> None:
    desk.hardware.scanner.scan("1" * 257)

    assert scanner.read() == [""]


def test_reads_from_a_descriptor_that_is_already_open(desk: Bench) -> None:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    driver: EvdevScanner = desk.driver("scanner")
    driver.converse(near.detach())
    far.send(bytes(24))  # a lone SYN_REPORT
    far.close()

    assert driver.read() == []
    with pytest.raises(Lost):
        driver.read()
    driver.close()


def test_what_is_scanned_while_nobody_reads_is_gone(desk: Bench) -> None:
    assert not desk.hardware.scanner.scan(EAN)

    driver: EvdevScanner = desk.driver("scanner")
    driver.open()

    assert driver.read() == []
    driver.close()

"""What a till may ask of the system, and what the system believes of it: nothing."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.slots import bundle, machine, order
from appliance.slots.bundle import Manifest, Refused
from appliance.slots.order import Order
from appliance.slots.said import Outcome
from image.disk import VARIABLES

HERE = Manifest("sceau-virt-amd64", "0.2.0")


def text(path: str = "/state/updates/sceau-virt-amd64-0.2.0.raucb", do: str = "install", then: str = "off") -> bytes:
    return f"do={do}\nbundle={path}\nthen={then}\n".encode()


def test_an_order_is_read() -> None:
    assert order.read(text()) == Order("install", Path("/state/updates/sceau-virt-amd64-0.2.0.raucb"), "off")
    assert order.read(text("/media/stick/x.raucb", then="stay")).then == "stay"
    assert order.read(b"do=off\n") == Order("off")


@pytest.mark.parametrize("data", [
    b"", b"do=reboot\n", b"do=off\ndo=off\n", b"do=off\nthen=off\n", b"do=install\n", b"\0" * 100, b"do=off\n" * 1000,
    text("/etc/x.raucb"), text("/state/updates/../x.raucb"), text("/state/updates/a/x.raucb"), text("x.raucb"),
    text("/state/updates/.x.raucb"), text("/state/updates/-x.raucb"), text("/state/updates/x"), text("http://a/x.raucb"),
    text(then="reboot"), text(do="off"), text() + b"more=1\n",
])  # fmt: skip
def test_other_orders_are_refused(data: bytes) -> None:
    """Whoever has taken the till can have a signed bundle installed, and nothing else done."""
    with pytest.raises(Refused):
        order.read(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_order_or_a_refusal(data: bytes) -> None:
    with contextlib.suppress(Refused):
        assert order.read(data).do in ("off", "install")


def test_an_order_is_taken_once(tmp_path: Path) -> None:
    file = tmp_path / "order"
    file.write_bytes(b"do=off\n")

    assert order.take(file) == Order("off")
    assert not file.exists()
    file.write_bytes(b"nonsense")
    with pytest.raises(Refused):
        order.take(file)
    assert not file.exists()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "order").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_bytes(b"do=off\n")
    with pytest.raises(OSError, match="symbolic"):
        order.take(tmp_path / "order")


def test_a_pipe_in_its_place_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "order")
    with pytest.raises(Refused):
        order.take(tmp_path / "order")


@pytest.mark.parametrize(("manifest", "code"), [
    (Manifest("sceau-virt-arm64", "9.0.0"), "board"), (Manifest("sceau-virt-amd64", "0.1.9"), "older"),
    (Manifest("sceau-virt-amd64", "0.1.10"), "older"), (Manifest("sceau-virt-amd64", "new"), "unreadable"),
    (Manifest("sceau-virt-amd64", "1.0"), "unreadable"),
])  # fmt: skip
def test_only_what_is_above_and_for_this_board(manifest: Manifest, code: str) -> None:
    bundle.judge(HERE, "sceau-virt-amd64", "0.1.10")
    with pytest.raises(Refused) as refused:
        bundle.judge(manifest, "sceau-virt-amd64", "0.1.10")

    assert refused.value.code == code


@given(st.tuples(*[st.integers(0, 200)] * 3), st.tuples(*[st.integers(0, 200)] * 3))
def test_versions_are_numbers(one: tuple[int, ...], two: tuple[int, ...]) -> None:
    assert machine.above(".".join(map(str, one)), ".".join(map(str, two))) == (one > two)


def test_the_mounted_manifest_is_read(tmp_path: Path) -> None:
    (tmp_path / "manifest.raucm").write_text("[update]\ncompatible=sceau-virt-amd64\nversion=0.2.0\n[image.x]\na=b\n")

    assert bundle.mounted(tmp_path) == HERE
    (tmp_path / "manifest.raucm").write_bytes(b"\xff\xfe[")
    with pytest.raises(Refused):
        bundle.mounted(tmp_path)
    with pytest.raises(Refused):
        bundle.mounted(tmp_path / "nowhere")


def test_what_runs_is_what_the_kernel_was_told(tmp_path: Path) -> None:
    line = tmp_path / "cmdline"
    line.write_text("BOOT_IMAGE=(hd0,gpt2)/vmlinuz ro sceau.version=0.1.0 sceau.root=root-a rauc.slot=A\n")

    assert machine.running(line) == ("A", "0.1.0")
    line.write_text("ro quiet\n")
    with pytest.raises(ValueError, match="not started from one"):
        machine.running(line)


def test_the_word_on_the_slots() -> None:
    """As image/FORMAT.md shows it."""
    tried = {**VARIABLES, "A_LEFT": "2"}
    waiting = {**VARIABLES, "ORDER": "B A", "B_OK": "1", "B_LEFT": "3"}
    here = machine.Running("A", "0.1.0")

    assert machine.slots(here, "-", VARIABLES) == "A=0.1.0 good booted\nB=- bad\n"
    assert machine.slots(here, "-", tried) == "A=0.1.0 tried booted\nB=- bad\n"
    assert machine.slots(here, "0.2.0", waiting) == "A=0.1.0 good booted\nB=0.2.0 good next\n"


def test_the_version_of_a_slot_is_in_its_line(tmp_path: Path) -> None:
    (tmp_path / "slot.cfg").write_text('set sceau_line="ro sceau.hash=00 sceau.version=0.2.0"\n')

    assert machine.version_of(tmp_path / "slot.cfg") == "0.2.0"
    assert machine.version_of(tmp_path / "nothing") == "-"


def test_an_outcome_is_lines() -> None:
    assert Outcome("install", "refused", "0.0.9", 0, "older").text == (
        "do=install\nstate=refused\nversion=0.0.9\npercent=0\ncode=older\n"
    )

"""The wires: what is under way is known, a pulled cable hangs up, a path outlives replug and till."""

from __future__ import annotations

import os
import socket
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.simulator.wire import InputWire, SerialWire


@pytest.fixture
def serial(tmp_path: Path) -> Iterator[SerialWire]:
    made = SerialWire(tmp_path / "serial")
    yield made
    made.unplug()


@pytest.fixture
def inputs(tmp_path: Path) -> Iterator[InputWire]:
    made = InputWire(tmp_path / "input")
    yield made
    made.unplug()


def till(wire: SerialWire) -> int:
    return os.open(wire.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)


def connect(wire: InputWire) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    line.connect(str(wire.path))
    line.settimeout(0)
    return line


def test_a_serial_wire_counts_what_nobody_has_read(serial: SerialWire) -> None:
    port = till(serial)
    os.write(port, b"four")

    assert serial.unread() == (4, 0)
    assert serial.read() == b"four"

    serial.write(b"sixsix")

    assert serial.unread() == (0, 6)
    assert not serial.quiet()
    assert os.read(port, 100) == b"sixsix"
    assert serial.quiet()
    os.close(port)


def test_what_is_sent_before_anybody_listens_is_gone(serial: SerialWire) -> None:
    serial.write(b"x")

    assert (serial.unread(), serial.dropped) == ((0, 0), 1)


def test_a_till_that_closes_or_dies_is_no_hang_up_for_the_device(serial: SerialWire) -> None:
    port = till(serial)
    os.write(port, b"a")
    os.close(port)

    assert serial.read() == b"a"
    assert serial.read() == b""

    serial.write(b"unread by the dead")
    serial.abandon()

    assert serial.quiet()

    port = till(serial)
    os.write(port, b"b")

    assert serial.read() == b"b"
    os.close(port)


def test_unplugging_hangs_up_and_the_path_comes_back_with_the_cable(serial: SerialWire) -> None:
    port = till(serial)
    serial.unplug()

    assert os.read(port, 10) == b""
    with pytest.raises(OSError, match="Input/output error"):
        os.write(port, b"x")
    with pytest.raises(FileNotFoundError):
        till(serial)
    os.close(port)

    serial.plug()
    port = till(serial)
    os.write(port, b"again")

    assert serial.read() == b"again"
    os.close(port)


def test_a_device_knows_the_speed_the_till_has_set(serial: SerialWire) -> None:
    port = till(serial)
    settings = termios.tcgetattr(port)
    settings[4] = settings[5] = termios.B9600
    termios.tcsetattr(port, termios.TCSANOW, settings)

    assert serial.speed == termios.B9600
    os.close(port)


def test_an_input_wire_is_not_quiet_before_the_till_has_read(inputs: InputWire) -> None:
    line = connect(inputs)
    inputs.send(bytes(24))

    assert not inputs.quiet()
    assert line.recv(100) == bytes(24)
    assert inputs.quiet()
    line.close()


def test_a_new_till_takes_the_input_wire_over(inputs: InputWire) -> None:
    first = connect(inputs)
    inputs.accept()
    second = connect(inputs)
    inputs.send(bytes(24))

    assert first.recv(100) == b""
    assert second.recv(100) == bytes(24)
    first.close()
    second.close()


def test_packets_that_find_the_queue_full_are_dropped(inputs: InputWire) -> None:
    line = connect(inputs)
    while inputs.send(bytes(24)):
        pass

    assert inputs.dropped == 1
    line.close()


def test_packets_from_the_till_come_one_by_one(inputs: InputWire) -> None:
    line = connect(inputs)
    line.send(b"one")
    line.send(b"two")

    assert not inputs.quiet()
    assert [inputs.read(), inputs.read(), inputs.read()] == [b"one", b"two", b""]

    line.close()

    assert inputs.read() == b""
    assert not inputs.connected

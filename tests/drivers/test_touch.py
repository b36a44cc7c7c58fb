"""The touch panel's driver: fingers in pixels, both protocols, and what is missing never presses a key."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.drivers.touch.evdev import OFF_PANEL, EvdevTouch
from appliance.drivers.touch.geometry import Geometry, Range
from appliance.ports import Contact, Gesture, Lost
from appliance.simulator.events import EV_ABS, EV_KEY, REPORT, Event, pack
from tests.drivers.bench import SIZE, Bench, bench

DOWN, MOVE, UP = Gesture.DOWN, Gesture.MOVE, Gesture.UP
BTN_TOUCH, ABS_X, ABS_Y = 0x14A, 0, 1


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


@pytest.fixture
def touch(desk: Bench) -> Iterator[EvdevTouch]:
    driver: EvdevTouch = desk.driver("touch")
    driver.open()
    yield driver
    driver.close()


@pytest.mark.parametrize("place", [(0, 0), (799, 479), (400, 240), (1, 478)])
def test_a_tap_comes_down_and_up_at_the_very_pixel(desk: Bench, touch: EvdevTouch, place: tuple[int, int]) -> None:
    desk.hardware.touch.tap(*place)

    assert touch.read() == [Contact(DOWN, *place), Contact(UP, *place)]


def test_two_fingers_are_told_apart_in_order_of_down(desk: Bench, touch: EvdevTouch) -> None:
    hand = desk.hardware.touch
    hand.down(10, 20)
    hand.down(700, 400, 1)
    hand.move(30, 20)
    hand.up()
    hand.up(1)

    assert touch.read() == [
        Contact(DOWN, 10, 20),
        Contact(DOWN, 700, 400, 1),
        Contact(MOVE, 30, 20),
        Contact(UP, 30, 20),
        Contact(UP, 700, 400, 1),
    ]


def test_a_finger_that_takes_anothers_slot_lifts_it_first(desk: Bench, touch: EvdevTouch) -> None:
    desk.hardware.touch.down(10, 20)
    desk.hardware.touch.down(300, 20)

    assert [contact.gesture for contact in touch.read()] == [DOWN, UP, DOWN]


def test_dropped_events_lift_every_finger_off_the_panel(desk: Bench, touch: EvdevTouch) -> None:
    """A release where the finger was could press a key that it had left."""
    hand = desk.hardware.touch
    hand.down(10, 20)
    hand.overflow()
    hand.up()
    hand.tap(50, 60)

    contacts = touch.read()
    assert contacts[:2] == [Contact(DOWN, 10, 20), Contact(UP, OFF_PANEL, OFF_PANEL)]
    assert contacts[-2:] == [Contact(DOWN, 50, 60), Contact(UP, 50, 60)]


def test_a_single_point_device_is_understood(desk: Bench) -> None:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    driver: EvdevTouch = desk.driver("touch", range=[799, 479])
    driver.converse(near.detach())
    down: list[Event] = [(EV_KEY, BTN_TOUCH, 1), (EV_ABS, ABS_X, 5), (EV_ABS, ABS_Y, 6), REPORT]
    up: list[Event] = [(EV_ABS, ABS_X, 7), REPORT, (EV_KEY, BTN_TOUCH, 0), REPORT]
    far.send(pack(down, 0) + pack(up, 10))

    assert driver.read() == [Contact(DOWN, 5, 6), Contact(MOVE, 7, 6), Contact(UP, 7, 6)]
    far.close()
    driver.close()


def test_the_cable_pulled_and_put_back(desk: Bench, touch: EvdevTouch) -> None:
    desk.hardware.touch.unplug()
    with pytest.raises(Lost, match="gone"):
        touch.read()
    touch.close()
    desk.hardware.touch.plug()
    touch.open()
    desk.hardware.touch.tap(1, 2)

    assert touch.read() == [Contact(DOWN, 1, 2), Contact(UP, 1, 2)]


@pytest.mark.parametrize(("rotation", "pixel"), [(0, (0, 0)), (90, (799, 0)), (180, (799, 479)), (270, (0, 479))])
def test_the_digitisers_first_corner_turns_clockwise_with_the_panel(rotation: int, pixel: tuple[int, int]) -> None:
    assert Geometry(Range(0, 4095), Range(0, 4095), SIZE, rotation).pixel(0, 0) == pixel


@given(st.integers(-100, 5000), st.integers(-100, 5000), st.sampled_from([0, 90, 180, 270]))
def test_no_value_falls_off_the_panel(x: int, y: int, rotation: int) -> None:
    left, top = Geometry(Range(0, 4095), Range(10, 3000), SIZE, rotation).pixel(x, y)

    assert 0 <= left < SIZE[0]
    assert 0 <= top < SIZE[1]

"""The printer's bytes cut into replies: the same however they arrive, and rubbish hides nothing that follows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.drivers.printer.status import (
    Automatic,
    Condition,
    Finished,
    Noise,
    Reached,
    RealTime,
    Replies,
    Reply,
    from_automatic,
    merge,
)

ASB, EOT = b"\x10\x00\x00\x00", b"\x12"


def cut(data: bytes) -> list[Reply]:
    return Replies().feed(data)


def test_each_kind_is_told_by_its_fixed_bits() -> None:
    assert cut(EOT + ASB + b"\x00" + b"\x37\x22AB01\x00" + b"\x0f" + b"\x16") == [
        RealTime(0x12),
        Automatic(ASB),
        Reached(),
        Finished(b"AB01"),
        Reached(),
        RealTime(0x16),
    ]


def test_an_automatic_status_cut_short_does_not_swallow_the_next_answer() -> None:
    assert cut(b"\x10\x00" + EOT) == [Noise(b"\x10"), Reached(), RealTime(0x12)]


def test_a_block_that_does_not_end_as_it_should_is_noise() -> None:
    assert cut(b"\x37\x22AB01\x55" + EOT)[0] == Noise(b"\x37")
    assert cut(b"\x37\x23" + EOT)[0] == Noise(b"\x37")


@given(st.lists(st.sampled_from([EOT, ASB, b"\x00", b"\x37\x22AB01\x00", b"\xff", b"\x80\x93"])), st.data())
def test_where_the_stream_is_broken_makes_no_difference(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pieces)
    at = data.draw(st.integers(0, len(stream)))
    replies = Replies()

    assert replies.feed(stream[:at]) + replies.feed(stream[at:]) == cut(stream)


@given(st.binary(max_size=60))
def test_no_bytes_at_all_stop_it(data: bytes) -> None:
    replies = Replies()
    replies.feed(data)
    replies.reset()

    assert replies.feed(EOT) == [RealTime(0x12)]


def test_automatic_status_and_questions_tell_the_same() -> None:
    """Epson's tables of GS a and of DLE EOT, bit by bit."""
    worst = Condition(cover=True, paper_out=True, near_end=True, error=True, drawer=True)
    asked = Condition()
    for n, byte in ((1, 0x1E), (2, 0x76), (3, 0x1A), (4, 0x7E)):
        asked = merge(asked, n, byte)

    assert from_automatic(b"\x3c\x08\x0f\x00") == asked == worst
    assert from_automatic(ASB) == Condition(drawer=False)

"""Which records an archive holds: from just after one closing to the end of a later one (ARC-01, ARC-09)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple

from appliance.audit.quick import kind_of
from appliance.audit.source import Source
from appliance.audit.walk import Place
from appliance.core import event as ev
from appliance.storage import purge
from appliance.storage.frame import Frame, FrameError
from appliance.storage.record import Record, RecordError, decode
from appliance.storage.recover import signed_frame
from appliance.storage.segment import Header, SegmentError
from appliance.storage.trail import Trail

Level = Literal["day", "month", "year", "period"]
LEVELS: Final[tuple[Level, ...]] = ("day", "month", "year", "period")

_CLOSINGS: Final = frozenset((ev.DAY_CLOSE, ev.MONTH_CLOSE, ev.YEAR_CLOSE))
_TOLD: Final = _CLOSINGS | {ev.DAY_OPEN, ev.SNAPSHOT}
_FLAG: Final = {"day": ev.DAY_CLOSE, "month": ev.MONTH_CLOSE, "year": ev.YEAR_CLOSE}
_DATE, _OPEN_DATE, _PERPETUAL, _ABSOLUTE = 2, 3, 25, 26  # fields of day-close, day-open, day-close


class Refusal(Exception):
    """No archive is made; the text is one sentence that says what to do."""


class Exists(Refusal):
    """An archive of this name is there already."""


class Asked(NamedTuple):
    """The last closed day, month or year; or, for `period`, the closed days from `begins` to `ends`, both within."""

    level: Level
    begins: date | None = None
    ends: date | None = None

    @staticmethod
    def dates(begins: date, ends: date) -> Asked:
        """Raises Refusal."""
        if ends < begins:
            raise Refusal(f"the period ends on {ends}, before it begins on {begins}: turn the two dates round")
        check_length(begins, ends)
        return Asked("period", begins, ends)


class Mark(NamedTuple):
    """A day's closing: the place behind its frame, its date, what it closes above the day, the snapshot it ends with.

    `perpetual`: both totals in cents.
    """

    place: Place
    day: date
    kinds: frozenset[int]
    perpetual: tuple[int, int]
    frame: Frame

    @property
    def snapshot(self) -> Record | None:
        """Decoded when it is asked for: a period asks for one, a year has hundreds."""
        return next((each for each in map(decode, self.frame.records) if each.kind == ev.SNAPSHOT), None)


class Span(NamedTuple):
    """The closings that bound a period; `after` is None when it begins with the genesis record."""

    after: Mark | None
    days: tuple[Mark, ...]

    @property
    def end(self) -> Mark:
        return self.days[-1]

    @property
    def first_record(self) -> int:
        return self.after.place.seq if self.after else 0


class _Opening(NamedTuple):
    day: date


class _Above(NamedTuple):
    """A month's or year's closing that comes later: with the next day's opening."""

    kinds: frozenset[int]


_Told = Mark | _Opening | _Above


def check_length(begins: date, ends: date) -> None:
    """ARC-01. Raises Refusal for more than twelve months."""
    try:
        limit = begins.replace(year=begins.year + 1)
    except ValueError:  # 29 February
        limit = date(begins.year + 1, 3, 1)
    if ends >= limit:
        raise Refusal(f"from {begins} to {ends} is more than 12 months: make one archive for each year")


def find_span(source: Source, asked: Asked) -> Span:
    """Read backwards from the tip, no further than the period. Raises Refusal."""
    told: list[_Told] = []
    whole = True
    for number in reversed(source.numbers()):
        with source.folder.reading(number) as it:
            header = _header(source, number)
            if header is None:
                continue
            if purge.header_only(it, header):
                whole = False
                break
            told[:0] = _in(Trail(it.read, number, it.size, header.unit), header)
        if _enough(_joined(told)[0], asked):
            break
    marks, open_day = _joined(told)
    return _chosen(marks, open_day, asked, whole=whole)


def _header(source: Source, number: int) -> Header | None:
    try:
        with source.folder.reading(number) as it:
            return it.header()
    except SegmentError as error:
        raise Refusal(f"segment {number}: {error}; run sceau verify") from error


def _enough(marks: Sequence[Mark], asked: Asked) -> bool:
    if asked.begins:
        return bool(marks) and marks[0].day < asked.begins
    return sum(_FLAG[asked.level] in mark.kinds for mark in marks) > 1


def _chosen(marks: Sequence[Mark], open_day: date | None, asked: Asked, *, whole: bool) -> Span:
    if asked.begins and asked.ends:
        if open_day and asked.begins <= open_day <= asked.ends:
            raise Refusal(f"the day of {open_day} is open: close it first")
        ends = [at for at, mark in enumerate(marks) if mark.day <= asked.ends]
        starts = [at for at, mark in enumerate(marks) if mark.day >= asked.begins]
        first, last = min(starts, default=len(marks)), max(ends, default=-1)
    else:
        closed = [at for at, mark in enumerate(marks) if _FLAG[asked.level] in mark.kinds]
        first, last = (closed[-2] + 1 if len(closed) > 1 else 0), (closed[-1] if closed else -1)
    if not whole and (first == 0 or _before(marks, asked)):
        raise Refusal("a part of this period was purged: its archives exist already, look on the media they went to")
    if last < first:
        raise Refusal("nothing is closed in this period: close the day first, or name other dates")
    span = Span(marks[first - 1] if first else None, tuple(marks[first : last + 1]))
    check_length(span.days[0].day, span.end.day)
    _signed(span)
    return span


def _before(marks: Sequence[Mark], asked: Asked) -> bool:
    """Whether the period begins before the first closing that is left."""
    return asked.begins is not None and (not marks or asked.begins < marks[0].day)


def _signed(span: Span) -> None:
    for mark in filter(None, (span.after, span.end)):
        if not signed_frame(mark.place.genesis, mark.place.key, mark.frame):
            raise Refusal(f"the closing of {mark.day} is not signed by the till: run sceau verify")


def _joined(told: Iterable[_Told]) -> tuple[list[Mark], date | None]:
    """The closings in order, each with what was closed above it; the day that is open now."""
    marks: list[Mark] = []
    open_day: date | None = None
    for each in told:
        if isinstance(each, Mark):
            marks.append(each)
            open_day = None
        elif isinstance(each, _Opening):
            open_day = each.day
        elif marks:
            marks[-1] = marks[-1]._replace(kinds=marks[-1].kinds | each.kinds)
    return marks, open_day


def _in(trail: Trail, header: Header) -> Iterator[_Told]:
    try:
        for frame in trail.frames():
            if not isinstance(frame, Frame):
                continue
            kinds = frozenset(map(kind_of, frame.records))
            if kinds & _TOLD:
                yield from _of(frame, header)
    except FrameError as error:
        raise Refusal(f"record {error.first_seq}: {error}; run sceau verify") from error


def _of(frame: Frame, header: Header) -> Iterator[_Told]:
    try:
        found: dict[int, Record] = {record.kind: record for record in map(decode, frame.records)}
        place = Place(header.number, frame.end, frame.next_seq, frame.head(), header.genesis, header.key)
        kinds = frozenset(found) & _CLOSINGS
        if ev.DAY_CLOSE in found:
            body: Any = found[ev.DAY_CLOSE].body
            sums = (body[_PERPETUAL], body[_ABSOLUTE])
            yield Mark(place, date.fromisoformat(body[_DATE]), kinds, sums, frame)
        elif kinds:
            yield _Above(kinds)
        if ev.DAY_OPEN in found:
            opening: Any = found[ev.DAY_OPEN].body
            yield _Opening(date.fromisoformat(opening[_OPEN_DATE]))
    except (RecordError, KeyError, ValueError, TypeError) as error:
        raise Refusal(f"record {frame.first_seq}: its body does not fit its kind; run sceau verify") from error

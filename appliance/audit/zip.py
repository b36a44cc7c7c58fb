"""The one ZIP that a list of files can be (FORMAT.md, section ZIP): stored, sorted, without a byte of choice.

A reader makes every byte that is not content anew and compares: what another tool could hide in a ZIP has no place.
Layout: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

LIMIT: Final = 0xFFFF_FFFF  # bytes of a file without ZIP64
MOST: Final = 0xFFFF  # members
LONGEST: Final = 200  # bytes of a name
NAME: Final = re.compile("[a-z0-9._-]+(/[a-z0-9._-]+)*")
CHUNK: Final = 256 * 1024

_VERSION = 20
_DATE = 1 << 5 | 1  # 1980-01-01
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = 0x04034B50, 0x02014B50, 0x06054B50

Read = Callable[[int, int], bytes]  # (bytes, offset)


class ZipError(ValueError):
    """It is not the canonical ZIP; `member` is the first that is not as it must be, or empty."""

    def __init__(self, why: str, member: str = "") -> None:
        super().__init__(why)
        self.member = member


class Member(NamedTuple):
    """`crc`: CRC-32 of the content; `size` in bytes."""

    name: str
    crc: int
    size: int


class Found(NamedTuple):
    """A member of a file that was read; `offset` of its content."""

    name: str
    crc: int
    size: int
    offset: int


def fit_name(name: str) -> bool:
    parts = name.split("/")
    return len(name) <= LONGEST and NAME.fullmatch(name) is not None and "." not in parts and ".." not in parts


def local(member: Member) -> bytes:
    """What stands before a member's content."""
    name = member.name.encode("ascii")
    fixed = (_LOCAL_MARK, _VERSION, 0, 0, 0, _DATE, member.crc, member.size, member.size, len(name), 0)
    return _LOCAL.pack(*fixed) + name


def tail(members: Sequence[Member]) -> bytes:
    """What stands after the last content: the central directory and its end."""
    offset, entries = 0, []
    for member in members:
        entries.append(_central(member, offset))
        offset += len(local(member)) + member.size
    directory = b"".join(entries)
    count = len(members)
    return directory + _END.pack(_END_MARK, 0, 0, count, count, len(directory), offset, 0)


def _central(member: Member, offset: int) -> bytes:
    name = member.name.encode("ascii")
    sizes = (member.crc, member.size, member.size, len(name))
    head = _CENTRAL.pack(_CENTRAL_MARK, _VERSION, _VERSION, 0, 0, 0, _DATE, *sizes, 0, 0, 0, 0, 0, offset)
    return head + name


def size(members: Sequence[Member]) -> int:
    """Bytes of the whole file."""
    heads = _LOCAL.size + _CENTRAL.size
    return sum(heads + 2 * len(each.name) + each.size for each in members) + _END.size


def check(members: Sequence[Member]) -> None:
    """Raises ZipError for a list that no canonical ZIP can hold."""
    names = [member.name for member in members]
    unfit = next((name for name in names if not fit_name(name)), None)
    if unfit is not None:
        raise ZipError("its name is not in the alphabet of an archive", unfit)
    for before, name in pairwise(names):
        if before.encode() >= name.encode():
            raise ZipError("it does not stand in its place", name)
    if len(members) > MOST or size(members) > LIMIT:
        raise ZipError("an archive holds less than 4 GiB")


def open_zip(read: Read, length: int) -> list[Found]:
    """The members of a file of `length` bytes. Raises ZipError unless all but their content is canonical."""
    members = _members(read, length)
    check(members)
    ends = tail(members)
    if size(members) != length or read(len(ends), length - len(ends)) != ends:
        raise ZipError("its directory is not the only one that its members can have")
    return list(_located(read, members))


def _located(read: Read, members: Sequence[Member]) -> Iterator[Found]:
    offset = 0
    for member in members:
        front = local(member)
        if read(len(front), offset) != front:
            raise ZipError("what stands before its content is not canonical", member.name)
        offset += len(front)
        yield Found(*member, offset)
        offset += member.size


def _members(read: Read, length: int) -> list[Member]:
    """As the central directory names them; nothing of it is believed yet."""
    if length < _END.size or length > LIMIT:
        raise ZipError("it is no ZIP, or was cut short")
    mark, _, _, count, _, size_, offset, _ = _END.unpack(read(_END.size, length - _END.size))
    if mark != _END_MARK or offset + size_ + _END.size != length or size_ > count * (_CENTRAL.size + LONGEST):
        raise ZipError("it does not end as an archive does, or was cut short")
    directory = read(size_, offset)
    return list(_entries(directory, count))


def _entries(directory: bytes, count: int) -> Iterator[Member]:
    at = 0
    for _ in range(count):
        if len(directory) - at < _CENTRAL.size:
            raise ZipError("its directory is cut short")
        fields = _CENTRAL.unpack_from(directory, at)
        at += _CENTRAL.size
        name = directory[at : at + fields[10]]
        at += fields[10]
        yield Member(name.decode("latin-1"), fields[7], fields[8])
    if at != len(directory):
        raise ZipError("its directory holds more than its members")

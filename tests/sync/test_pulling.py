"""A bundle comes piece by piece over a wire that fails, onto a medium that fails, and is whole or has no name."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random

import pytest

from appliance.simulator.upstream import Collector, Reply, problem
from appliance.storage.flash import durable_file
from appliance.storage.keys import Key
from appliance.sync.client import Client
from appliance.sync.pieces import Release
from appliance.sync.pulling import LOOKED, PART, SPARE, Pull, Step, Stepped, clear, name_of
from appliance.sync.reading import Network, Reading
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Fate, Recorder
from tests.sync.line import T

UPDATES = Path("/updates")
CHAIN = bytes(range(16))
NETWORK = Key(b"the network key of a test's till")
SMALL = 64  # bytes of a piece: what is fetched does not depend on it
SEEDS = 3


def small(size: int = 5 * SMALL + 7, version: str = "0.2.0") -> tuple[bytes, Release]:
    data = Random(f"{size} {version}").randbytes(size)
    hashes = b"".join(sha256(data[at : at + SMALL]).digest() for at in range(0, size, SMALL))
    return data, Release(version, "virt-amd64", sha256(data).digest(), size, SMALL, hashes, b"-")


DATA, RELEASE = small()
NAME = UPDATES / name_of(RELEASE)


class Far:
    """A collector that has the pieces, at the other end of a real wire."""

    def __init__(self) -> None:
        self.collector = Collector(lambda: T)
        self.collector.listen()
        self.collector.network[CHAIN] = NETWORK.public
        self.has(DATA)
        names = count()
        network = Network(NETWORK.public, NETWORK.sign, lambda: T // 1000, lambda: f"n-{next(names)}")
        self.reading = Reading(Client(self.collector.url), network)

    def has(self, data: bytes) -> None:
        pieces = [data[at : at + SMALL] for at in range(0, len(data), SMALL)]
        self.collector.objects |= {sha256(each).hexdigest(): each for each in pieces}

    @property
    def asked(self) -> int:
        return len(self.collector.heard)


@pytest.fixture
def far() -> Iterator[Far]:
    made = Far()
    yield made
    made.collector.hang_up()


def empty() -> MemoryDisk:
    disk = MemoryDisk()
    for folder in (Path("/"), UPDATES):
        disk.mkdir(folder)
    return disk


def pull(disk: MemoryDisk, far: Far | None, release: Release = RELEASE, room: int = 10**9) -> Pull:
    return Pull(UPDATES, disk, release, CHAIN, far.reading if far else None, lambda folder: room)


def run(it: Pull, most: int = 100) -> Stepped:
    """Until it stops by itself."""
    for _ in range(most):
        found = it.step()
        if found.step not in (Step.ON, Step.PIECE):
            return found
    raise AssertionError("it does not end")


def content(disk: MemoryDisk, path: Path = NAME) -> bytes:
    return bytes(disk.files[disk.names[path]])


def test_it_comes(far: Far) -> None:
    disk = empty()
    it = pull(disk, far)
    steps = Counter(it.step().step for _ in range(8))
    assert steps == {Step.ON: 1, Step.PIECE: 6, Step.WHOLE: 1}
    assert (disk.listdir(UPDATES), content(disk), it.done) == ([NAME.name], DATA, len(DATA))
    assert far.asked == RELEASE.parts
    assert run(pull(disk, None)).step is Step.WHOLE, "and it is found again without a network"


def test_every_cut_leaves_it_whole_or_without_a_name(far: Far) -> None:
    """And a second cut while the next start goes on; in the end it is whole."""
    disk = Recorder(on=empty())
    assert run(pull(disk, far)).step is Step.WHOLE
    named = next(at for at, op in enumerate(disk.ops) if op.target == NAME)
    for stamp in range(len(disk.ops)):
        for fate in Fate:
            for seed in range(SEEDS):
                again = Recorder(on=disk.cut(stamp, fate, seed))
                assert NAME.name not in again.listdir(UPDATES) or stamp >= named
                judge(again)
                assert run(pull(again, far)).step is Step.WHOLE
                at = Random(f"{stamp} {fate} {seed}").randrange(-1, len(again.ops)) if again.ops else -1
                last = again.cut(at, fate, seed) if at >= 0 else again.copy()
                judge(last)
                assert run(pull(last, far)).step is Step.WHOLE
                assert (last.listdir(UPDATES), content(last)) == ([NAME.name], DATA)


def judge(disk: MemoryDisk) -> None:
    assert NAME.name not in disk.listdir(UPDATES) or content(disk) == DATA


def test_it_goes_on_where_it_was(far: Far) -> None:
    """What is durable is not fetched again, whatever piece was spoilt in between."""
    disk = empty()
    it = pull(disk, far)
    for _ in range(4):
        it.step()
    before = far.asked
    assert before == 3
    disk.files[disk.names[UPDATES / PART]][SMALL] ^= 1  # the second piece
    assert run(pull(disk, far)).step is Step.WHOLE
    assert far.asked - before == RELEASE.parts - 2
    assert content(disk) == DATA


def test_a_long_one_is_looked_at_in_short_steps(far: Far) -> None:
    """No step reads more than a few pieces, so that none keeps what goes up waiting."""
    data, release = small((3 * LOOKED + 1) * SMALL)
    far.has(data)
    disk = empty()
    assert run(pull(disk, far, release)).step is Step.WHOLE
    disk.rename(UPDATES / name_of(release), UPDATES / PART)
    it, before = pull(disk, far, release), far.asked
    while True:
        disk.read = 0
        found = it.step()
        assert disk.read <= LOOKED * SMALL
        if found.step is not Step.ON:
            break
    assert (found.step, far.asked) == (Step.WHOLE, before)


def test_what_flash_has_spoilt_is_fetched_again(far: Far) -> None:
    """Of a whole bundle too: it loses its name at once, and only the spoilt piece comes again."""
    disk = empty()
    run(pull(disk, far))
    disk.files[disk.names[NAME]][3 * SMALL] ^= 0x80
    it, before = pull(disk, far), far.asked
    assert run(it).step is Step.LATER
    assert disk.listdir(UPDATES) == [PART]
    assert run(it).step is Step.WHOLE
    assert (content(disk), far.asked - before) == (DATA, 1)


def test_a_bundle_of_another_length(far: Far) -> None:
    """Something longer or shorter under its name is not it."""
    for wrong in (DATA + b"x", DATA[:-1], b""):
        disk = empty()
        durable_file(disk, NAME, wrong)
        it = pull(disk, far)
        assert run(it).step is Step.LATER
        assert run(it).step is Step.WHOLE
        assert content(disk) == DATA


def test_spoilt_between_writing_and_proof(far: Far) -> None:
    disk = empty()
    it = pull(disk, far)
    while it.done < len(DATA):
        it.step()
    disk.files[disk.names[UPDATES / PART]][0] ^= 1
    assert run(it).step is Step.LATER
    assert disk.listdir(UPDATES) == [PART]
    assert run(it).step is Step.WHOLE


def test_there_is_one_bundle_at_a_time(far: Far) -> None:
    """The old one goes before the new one comes, and what is nobody's bundle stays."""
    disk = empty()
    run(pull(disk, far))
    durable_file(disk, UPDATES / "wanted", b"x")
    data, release = small(3 * SMALL, "0.3.0")
    far.has(data)
    it = pull(disk, far, release)
    while it.step().step is Step.ON:
        pass
    assert disk.listdir(UPDATES) == [PART, "wanted"]
    run(it)
    assert disk.listdir(UPDATES) == [name_of(release), "wanted"]
    clear(UPDATES, disk)
    assert disk.listdir(UPDATES) == ["wanted"]


def test_pieces_of_another_release_lie_there(far: Far) -> None:
    """Longer than this one, or shorter: they are found out."""
    for size in (2 * SMALL, 20 * SMALL):
        disk = empty()
        durable_file(disk, UPDATES / PART, bytes(size))
        assert run(pull(disk, far)).step is Step.WHOLE
        assert content(disk) == DATA


def test_a_full_medium(far: Far) -> None:
    """Said with what is missing, before anything is fetched or written; then it comes once there is room."""
    disk = empty()
    assert run(pull(disk, far, room=SPARE)) == Stepped(Step.NO_ROOM, len(DATA))
    assert (far.asked, disk.listdir(UPDATES)) == (0, [])
    assert run(pull(disk, far, room=SPARE + len(DATA))).step is Step.WHOLE


def test_what_lies_there_needs_no_room(far: Far) -> None:
    disk = empty()
    it = pull(disk, far)
    for _ in range(3):
        it.step()
    assert run(pull(disk, far, room=SPARE + len(DATA) - 2 * SMALL)).step is Step.WHOLE


class Failing(MemoryDisk):
    """The write number `left` fails."""

    def __init__(self, left: int, number: int) -> None:
        super().__init__()
        self.left, self.number = left, number

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        self.left -= 1
        if self.left == 0:
            super().pwrite(handle, data[: len(data) // 2], offset)
            raise OSError(self.number, "of a test")
        super().pwrite(handle, data, offset)


@pytest.mark.parametrize(
    ("number", "step"), [(errno.ENOSPC, Step.NO_ROOM), (errno.EDQUOT, Step.NO_ROOM), (errno.EIO, Step.LATER)]
)
def test_a_write_that_fails_half_way(far: Far, number: int, step: Step) -> None:
    for left in range(1, RELEASE.parts + 1):
        disk = Failing(left, number)
        for folder in (Path("/"), UPDATES):
            disk.mkdir(folder)
        it = pull(disk, far)
        assert run(it).step is step
        assert disk.handles == {}
        assert run(it).step is Step.WHOLE
        assert content(disk) == DATA


def test_a_folder_that_is_not_there(far: Far) -> None:
    disk = empty()
    it = Pull(Path("/nowhere"), disk, RELEASE, CHAIN, far.reading)
    assert it.step().step is Step.LATER


def test_the_collector_goes_in_the_middle(far: Far) -> None:
    disk = empty()
    it = pull(disk, far)
    for _ in range(3):
        it.step()
    far.collector.hang_up()
    assert [it.step().step, it.step().step] == [Step.LATER, Step.LATER]
    far.collector.listen()
    assert run(it).step is Step.WHOLE
    assert far.asked == RELEASE.parts


def test_a_piece_that_is_another(far: Far) -> None:
    """Of the right length or not; nothing of it is written, and the right one is taken when it is there."""
    disk = empty()
    name = RELEASE.digest(2).hex()
    right = far.collector.objects[name]
    for wrong in (bytes(SMALL), right[:-1], right + b"x", b""):
        far.collector.objects[name] = wrong
        assert run(pull(disk, far)).step is Step.LYING
        assert content(disk, UPDATES / PART) == DATA[: 2 * SMALL]
    far.collector.objects[name] = right
    assert run(pull(disk, far)).step is Step.WHOLE


def test_a_piece_that_is_missing(far: Far) -> None:
    disk = empty()
    name = RELEASE.digest(4).hex()
    right = far.collector.objects.pop(name)
    it = pull(disk, far)
    assert run(it).step is Step.LATER
    far.collector.trouble += [Reply(503, b"", (("Retry-After", "5"),)), problem(429, "too much")]
    assert [it.step().step, it.step().step] == [Step.LATER, Step.LATER]
    far.collector.objects[name] = right
    assert run(it).step is Step.WHOLE


def test_a_release_that_contradicts_itself(far: Far) -> None:
    """Every piece is what it says and the whole is not: no name, and no end without a word."""
    disk = empty()
    assert run(pull(disk, far, RELEASE._replace(sha256=bytes(32)))).step is Step.WRONG
    assert disk.listdir(UPDATES) == [PART]

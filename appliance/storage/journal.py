"""The journal of a running till: opened and recovered, appended to, read back (FORMAT.md, DESIGN.md).

One process holds it, one thread appends. `sealed` may be called from any thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from appliance.storage import chain, folder, frame, past, rewind, rotation, segment
from appliance.storage.anchor import Anchor, AnchorFile
from appliance.storage.chain import Checkpoint
from appliance.storage.fault import JournalFailed, failure, take_lock
from appliance.storage.flash import Disk, Mode
from appliance.storage.folder import Folder
from appliance.storage.frame import FRAME_LIMIT, Frame
from appliance.storage.keys import Signer
from appliance.storage.past import Past, Sealed, unseal
from appliance.storage.record import GENESIS_KEY, RECOVERED, Record, encode
from appliance.storage.recover import JournalDamaged, JournalError, Tip, find_tip
from appliance.storage.rewind import Accept
from appliance.storage.rotation import Offer, batches
from appliance.storage.sealing import Sealing
from appliance.storage.segment import Header
from appliance.storage.shelf import NO_SPACE, Shelf
from appliance.storage.trail import Gap, is_zero

FORKED = "l'ancre porte une autre empreinte: la chaîne a bifurqué"
KEPT = 64  # frames held in memory for `sealed`


class Flaw(NamedTuple):
    """`record`: the first not proven, from there to the tip; `anchored`: what the anchor knows, when it knows more."""

    record: int
    why: str
    anchored: Checkpoint | None


class Commit(NamedTuple):
    """Durable: records `first_seq` to `next_seq` - 1, under the last frame's head and signature."""

    first_seq: int
    next_seq: int
    head: bytes
    signature: bytes


class Journal:
    """Made by `Journal.open`. After any OSError on the way to flash it is read-only for good."""

    def __init__(self, directory: Path, disk: Disk, key: Signer, size: int, unit: int | None, lock: int) -> None:
        self._disk, self._key, self._lock = disk, key, lock
        self._directory = directory
        self._mutex = Lock()
        self._kept: deque[tuple[Frame, bytes]] = deque(maxlen=KEPT)
        self._handle: int | None = None
        self._stocked = -1  # the segment after which the shelf was last filled
        self._failed: JournalFailed | None = None
        self.on_flush: Callable[[], None] = lambda: None
        self._folder = Folder(directory / folder.NAME, disk, Mode.READ)
        self._shelf = Shelf(self._folder, size)
        proven = unit or self._proven_unit()
        self._folder.mode = Mode.DIRECT if proven == 512 else Mode.READ
        self._tip = find_tip(self._folder, key.public)
        self._unit = proven or (self._tip.header.unit if self._tip else 4096)
        self._header = self._tip.header if self._tip else None
        self._end = self._tip.end if self._tip else 0
        self.gap: Gap | None = self._tip.gap if self._tip else None
        self._anchor = AnchorFile(directory, disk, self._unit)
        self.flaw: Flaw | None = self._held_against_anchor(self._tip)
        self._turned = self._settle(self._tip)
        self._offer: Offer | None = None
        self.sealing: Sealing | None = None  # None: seals are written as they are given

    @classmethod
    def open(
        cls,
        directory: Path,
        disk: Disk,
        key: Signer,
        *,
        segment_size: int = segment.SIZE,
        unit: int | None = None,
    ) -> Journal:
        """Takes the lock, finds the tip, checks it. `unit`: 512 or 4,096 bytes, None = what the disk proves.

        Raises JournalBusy, JournalDamaged, JournalError (newer format, other key), JournalFailed (OSError).
        """
        if not segment.fit_size(segment_size, unit or 512):
            raise ValueError(f"a segment cannot have {segment_size} bytes")
        lock = take_lock(directory, disk)
        try:
            disk.mkdir(directory / folder.NAME)
            return cls(directory, disk, key, segment_size, unit, lock)
        except OSError as error:
            disk.close(lock)
            raise failure(error) from error
        except JournalError:
            disk.close(lock)
            raise

    @property
    def next_seq(self) -> int:
        return self._tip.cp.next_seq if self._tip else 0

    @property
    def head(self) -> bytes:
        return self._tip.cp.head if self._tip else chain.START

    @property
    def chain_id(self) -> bytes:
        """16 bytes; empty before the genesis record is written."""
        return self._tip.cp.chain_id if self._tip else b""

    @property
    def unit(self) -> int:
        return self._header.unit if self._header else self._unit

    @property
    def used(self) -> int:
        """Bytes of the segment being written that are behind its tip, header and gaps included."""
        return self._end * self.unit if self._header else 0

    @property
    def end(self) -> int:
        """Units of the last segment up to the tip, header and gaps included."""
        return self._end

    @property
    def failed(self) -> JournalFailed | None:
        return self._failed

    @property
    def low(self) -> bool:
        """Whether the disk had no room for another blank: the segments held back are being used."""
        return self._shelf.full

    def past(self, kind: int = 0, accept: Accept = lambda record: True) -> Iterator[Sealed]:
        """Records for the fold, up to the tip: from the newest of `kind` that `accept` takes, else from the first on.

        Raises JournalDamaged at the first that does not hold.
        """
        tip, last = self._tip, self._anchor.last
        if tip is None:
            return
        start = rewind.find(self._folder, tip, kind, accept) if kind else None
        walk = Past(self._folder, tip, last.cp if last else None, start)
        yield from walk.records()
        if last and walk.forked is not None:
            self.flaw = Flaw(walk.forked, FORKED, last.cp)

    def sealed(self, seq: int) -> Sealed:
        """An acknowledged record as it stands on flash; KeyError when there is none with this number."""
        with self._mutex:
            tip = self._tip
            kept = next((it for it in self._kept if it[0].first_seq <= seq < it[0].next_seq), None)
        if tip is None or not 0 <= seq < tip.cp.next_seq:
            raise KeyError(seq)
        if kept is None:
            found = past.find(self._folder, tip.header.number, seq)
            kept = found, found.head()
        return unseal(*kept, seq)

    def append(self, records: Sequence[Record]) -> Commit:
        """Makes `records` durable in one frame; in several, one after the other, when they pass 32 KiB.

        Raises ValueError for records that may not come next (nothing is written) and JournalFailed.
        """
        if self._failed:
            raise self._failed
        data = self._checked(self.sealing.complete(records) if self.sealing else records)
        first = self.next_seq
        try:
            for batch in batches(data, self._unit):
                self._commit(batch)
                if rotation.announced(batch[-1]):
                    self._turn()
        except OSError as error:
            self._failed = failure(error)
            raise self._failed from error
        frame_, head = self._kept[-1]
        return Commit(first, self.next_seq, head, frame_.signature)

    def work(self) -> Iterator[None]:
        """Prepares blank segments, a chunk a step; to be run while nothing waits to be written."""
        if self._failed or not self._tip:
            return
        try:
            if self._stocked != self._tip.header.number:
                yield from self._shelf.work(self._tip.header.number)
                self._stocked = self._tip.header.number
            wanted = not self._turned and self._offer is None and not self._shelf.full
            if wanted and self.used >= self._tip.header.size * 7 // 8:
                yield
                self._prepare_key()
        except OSError as error:
            self._failed = failure(error)
            raise self._failed from error

    def _prepare_key(self) -> None:
        """On a full disk the next segment keeps this key: what is held back is for the day's records."""
        try:
            self._key.prepare()
        except OSError as error:
            if error.errno not in NO_SPACE:
                raise
            self._shelf.full = True
            return
        self._offer = rotation.offer(self.chain_id, self._key)

    def anchor(self) -> None:
        """Writes the tip's checkpoint beside the journal, if it is not there yet."""
        if self._failed:
            raise self._failed
        if self._tip is None:
            return
        try:
            self._anchor.write(Anchor(self._tip.cp, self._tip.frame.signature))
        except OSError as error:
            self._failed = failure(error)
            raise self._failed from error

    def close(self, *, clean: bool = True) -> None:
        """`clean` anchors the tip first; after a failure nothing is written. The lock is given back."""
        try:
            if clean and not self._failed:
                self.anchor()
        finally:
            if self._handle is not None:
                self._disk.close(self._handle)
            self._anchor.close()
            self._disk.close(self._lock)

    def _proven_unit(self) -> int | None:
        """What the disk takes, tried on a blank; None on a full disk that has no blank left."""
        last = max(self._folder.numbers(), default=0)
        if last == 0 or not self._blank(last):
            try:
                self._shelf.take(last)
            except OSError as error:
                if error.errno not in NO_SPACE or last == 0:
                    raise
                return None
            last += 1
        return 512 if self._disk.direct(self._folder.file(last)) else 4096

    def _blank(self, number: int) -> bool:
        with self._folder.reading(number) as it:
            return is_zero(it.read(4096, 0))

    def _held_against_anchor(self, tip: Tip | None) -> Flaw | None:
        """A journal behind its anchor was cut or put back; what it still holds is whole and can be gone on from."""
        last = self._anchor.last
        cp = tip.cp if tip else None
        if tip and tip.damage:
            return Flaw(tip.cp.next_seq, tip.damage, last.cp if last and last.cp.next_seq > tip.cp.next_seq else None)
        if last is None:
            return None
        if cp is None:
            raise JournalDamaged(0, f"the journal is empty and the anchor stands at {last.cp.next_seq}")
        if last.cp.chain_id != cp.chain_id:
            raise JournalDamaged(0, "the anchor is of another chain")
        if last.cp.next_seq > cp.next_seq:
            return Flaw(cp.next_seq, "le journal finit avant son ancre: fin perdue ou ancien journal remis", last.cp)
        if last.cp.next_seq == cp.next_seq and last.cp.head != cp.head:
            return Flaw(cp.next_seq - 1, FORKED, last.cp)
        return None

    def _settle(self, tip: Tip | None) -> bool:
        """Brings the key files where the journal is; True when nothing more may be written to the last segment."""
        if tip is None:
            return False
        announced = rotation.announced(tip.frame.records[-1])
        due = announced or tip.header.key
        if self._key.public != due and self._key.next == due:
            self._key.promote()
        if self._key.public != due:
            raise JournalError(f"the key file is not the one of this journal: put back {self._directory / 'key'}")
        return announced is not None or bool(tip.damage)

    @property
    def offer(self) -> Offer | None:
        """The next key, ready to be recorded as a `key` record; None while the segment has room."""
        return None if self._turned else self._offer

    def _checked(self, records: Sequence[Record]) -> list[bytes]:
        if not records:
            raise ValueError("nothing to append")
        for seq, record in enumerate(records, start=self.next_seq):
            if record.seq != seq:
                raise ValueError(f"record {record.seq} is appended where {seq} comes next")
            if record.kind == RECOVERED and (seq != self.next_seq or not self.gap):
                raise ValueError("a recovered record stands only first after a gap")
        if self.gap and (records[0].kind, dict(records[0].body)) != (
            RECOVERED,
            {1: self.gap.length, 2: self.gap.sha256},
        ):
            raise ValueError("the first record after a gap is the recovered record that names it")
        if self._tip is None and records[0].body.get(GENESIS_KEY) != self._key.public:
            raise ValueError(f"the genesis record must name the public key under {GENESIS_KEY}")
        for record in records:
            rotation.check(record, self.chain_id, self._key)
        return [encode(record) for record in records]

    def _commit(self, batch: Sequence[bytes]) -> None:
        """One frame: into this segment if it fits, else with the header of the next in the same write."""
        head_0 = chain.link(chain.START, batch[0]) if self._tip is None else b""
        genesis = self._header.genesis if self._header else head_0
        cp = Checkpoint(chain.chain_id(genesis), self.next_seq + len(batch), chain.follow(self.head, batch))
        signature = self._key.sign(chain.cp_bytes(cp))
        header, front = self._place(batch, genesis)
        index = 1 if front else self._end
        data = frame.build(header.number, index, header.unit, self.next_seq, self.head, batch, signature)
        handle = self._handle_of(header)
        self._disk.pwrite(handle, front + data, 0 if front else index * header.unit)
        # If we stop here, the frame is whole, torn or absent at the tip and nobody was told of it; the next
        # start takes a whole one, names a torn one in a recovered record, and sets a torn new segment aside.
        self._disk.fdatasync(handle)
        end = index + len(data) // header.unit
        written = Frame(header.number, index, end, self.next_seq, self.head, tuple(batch), signature)
        with self._mutex:
            self._header, self._end, self.gap = header, end, None
            self._tip = Tip(header, written, cp, end, None)
            self._kept.append((written, cp.head))
        if front:
            self._turned = False
        self.on_flush()

    def _turn(self) -> None:
        """The key record is durable: nothing follows it in its segment, and the old key signs nothing more."""
        self._turned, self._offer = True, None
        self._key.promote()

    def _place(self, batch: Sequence[bytes], genesis: bytes) -> tuple[Header, bytes]:
        """The header the frame goes under, and its bytes if it is a new one."""
        now = self._header
        if now and self._unit <= now.unit and not self._turned:
            length = frame.size(batch, now.unit)
            torn = self.gap.length if self.gap else 0
            if self._end * now.unit + length <= now.size and torn + length <= FRAME_LIMIT:
                return now, b""
        number = now.number if now else 0
        self._shelf.take(number)
        with self._folder.reading(number + 1) as it:
            size = it.size
        new = Header(number + 1, size, self._unit, self.next_seq, genesis, self.head, self._key.public, self._end)
        return new, segment.build(new, self._key.sign)

    def _handle_of(self, header: Header) -> int:
        """The writing handle of the segment; the last one's is given up."""
        if self._handle is not None and self._header and self._header.number == header.number:
            return self._handle
        if self._handle is not None:
            self._disk.close(self._handle)
            self._handle = None  # should the opening fail, this number may be another file's by then
        mode = Mode.DIRECT if header.unit == 512 else Mode.WRITE
        self._handle = self._disk.open(self._folder.file(header.number), mode)
        return self._handle

"""A key for each segment: announced under both, the old one destroyed, and the right one at hand after any cut."""

from __future__ import annotations

import pytest

from appliance.storage import chain, keys, rotation, segment
from appliance.storage.journal import Journal
from appliance.storage.keys import Key
from appliance.storage.record import Record, Value
from appliance.storage.recover import JournalError
from appliance.storage.rotation import Offer
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Fate, Recorder
from tests.storage.till import HOME, SEALER, SEGMENT, record


def ring_journal(disk: MemoryDisk) -> Journal:
    ring = keys.load_or_make(HOME, disk, SEALER)
    return Journal.open(HOME, disk, ring, segment_size=SEGMENT, unit=512)


def born(disk: MemoryDisk) -> Journal:
    journal = ring_journal(disk)
    journal.append([record(0, 1, {1: 1, 5: journal._key.public})])
    return journal


def until_offer(journal: Journal) -> Offer:
    """Records until the segment is nearly full and the next key stands ready."""
    while journal.offer is None:
        journal.append([record(journal.next_seq)])
        for _ in journal.work():
            pass
    return journal.offer


def turn(journal: Journal) -> Offer:
    offer = until_offer(journal)
    journal.append([record(journal.next_seq, rotation.KIND, offer.body)])
    return offer


def headers(disk: MemoryDisk) -> list[segment.Header]:
    paths = sorted(path for path in disk.names if path.suffix == ".seg")
    found = [segment.parse(bytes(disk.files[disk.names[path]])) for path in paths]
    return [header for header in found if header]


def test_each_segment_has_its_key() -> None:
    """The next segment's header names the announced key, and what follows is signed by it."""
    disk = MemoryDisk()
    journal = born(disk)
    first = journal._key.public
    offers = [turn(journal), turn(journal)]
    commit = journal.append([record(journal.next_seq)])

    assert [header.key for header in headers(disk)] == [first, offers[0].key, offers[1].key]
    cp = chain.Checkpoint(journal.chain_id, commit.next_seq, commit.head)
    assert chain.signed(offers[1].key, chain.cp_bytes(cp), commit.signature)
    assert [it.record.seq for it in ring_journal(disk.copy()).past()] == [*range(journal.next_seq)]


def test_nothing_follows_a_key_record_in_its_segment() -> None:
    """What is appended with it goes to the next segment, under the new key."""
    disk = MemoryDisk()
    journal = born(disk)
    offer = until_offer(journal)
    seq = journal.next_seq
    journal.append([record(seq, rotation.KIND, offer.body), record(seq + 1)])

    assert headers(disk)[1].first_seq == seq + 1


def test_the_old_key_is_gone() -> None:
    """No file holds it, under no name and in no block that it had."""
    disk = MemoryDisk()
    journal = born(disk)
    old = disk.files[disk.names[HOME / "key"]]
    sealed = bytes(old)
    turn(journal)

    assert not any(old)
    assert all(sealed not in bytes(data) for data in disk.files.values())
    assert HOME / "key.next" not in disk.names


def test_only_the_next_key_can_be_announced() -> None:
    """Another key, a proof or a certificate of somebody else, none: a wrong record, nothing is written."""
    disk = MemoryDisk()
    journal = born(disk)
    offer = until_offer(journal)
    other = Key(bytes(32))
    forged = other.sign(rotation.statement(journal.chain_id, journal._key.public, offer.key))
    bodies: list[dict[int, Value]] = [
        {**offer.body, 1: other.public, 2: forged},
        {**offer.body, 2: forged},
        {**offer.body, 3: other.certificate},
        {1: offer.key, 2: offer.proof},
    ]
    for body in bodies:
        with pytest.raises(ValueError, match="names the next key"):
            journal.append([record(journal.next_seq, rotation.KIND, body)])


def test_any_cut_leaves_the_right_key() -> None:
    """Cut at every act of a rotation, with each fate: the till opens, writes on, and every signature is right."""
    disk = MemoryDisk()
    journal = born(disk)
    until_offer(journal)
    journal.close()
    recorder = Recorder(on=disk)
    turning = ring_journal(recorder)
    start = len(recorder.ops)
    turn(turning)
    turning.append([record(turning.next_seq)])
    for op in recorder.ops[start:]:
        for fate in Fate:
            medium = recorder.cut(op.stamp, fate, op.stamp)
            again = ring_journal(medium)
            again.append([after(again)])
            again.close()

            assert ring_journal(medium.copy()).next_seq == again.next_seq


def after(journal: Journal) -> Record:
    if journal.gap:
        return record(journal.next_seq, 3, {1: journal.gap.length, 2: journal.gap.sha256})
    return record(journal.next_seq)


def test_a_key_of_another_time() -> None:
    """The key of before the rotation, put back from a copy, signs nothing more."""
    disk = MemoryDisk()
    journal = born(disk)
    old = bytes(disk.files[disk.names[HOME / "key"]])
    turn(journal)
    journal.close()
    medium = disk.copy()
    medium.files[medium.names[HOME / "key"]][:] = old
    with pytest.raises(JournalError, match="not the one of this journal"):
        ring_journal(medium)


def test_a_proof_of_another_length_proves_nothing() -> None:
    """With 64 bytes and some more the key's holder could have signed another string."""
    chain_id, old, new = bytes(16), Key(bytes(32)), Key(bytes(range(32)))
    proof = new.sign(rotation.statement(chain_id, old.public, new.public))

    assert rotation.sound(chain_id, old.public, {1: new.public, 2: proof})
    assert not rotation.sound(chain_id, old.public, {1: new.public, 2: proof + b"\0"})
    assert not rotation.sound(chain_id, old.public, {1: new.public, 2: proof[:-1]})
    assert not rotation.sound(chain_id, old.public, {1: old.public, 2: proof})

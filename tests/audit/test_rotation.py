"""Keys that change at each segment: what follows from a `key` record, and what may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appliance.audit.verify import INTACT
from appliance.core import event as ev
from appliance.storage import chain, rotation
from appliance.storage.keys import Key
from appliance.storage.record import Record
from bench.verify import Till
from tests.audit.checking import MODES, broken, check, everywhere, optimist
from tests.audit.scribe import Scribe, days, key_of

SMALL_ORDER = bytes(31) + b"\x80"  # a point of order 4: one signature under it fits many messages


def begun(home: Path) -> tuple[Scribe, Till]:
    """One segment of a few records; the next one stands to be begun."""
    scribe, till = Scribe(home), Till(key_of(1))
    scribe.segment(key_of(1))
    scribe.frame(till.birth())
    scribe.frame(till.opening())
    return scribe, till


def gone_on(scribe: Scribe, till: Till, key: Key, **changes: Any) -> Path:
    scribe.segment(key, **changes)
    for batch in till.sale():
        scribe.frame(batch)
    return scribe.save()


def turned(scribe: Scribe, till: Till, proof: bytes | None = None, new: bytes | None = None) -> None:
    """A key record for the key of segment 2, with another proof or key where given."""
    key = key_of(2)
    text = rotation.statement(chain.chain_id(scribe.genesis), scribe.key.public, key.public)
    scribe.frame(
        [till.record(ev.KEY, {1: new or key.public, 2: key.sign(text) if proof is None else proof, 3: key.certificate})]
    )


def test_a_key_a_segment(tmp_path: Path) -> None:
    """Each segment is signed by the key that the one before names; every check says the same, quick at first look."""
    scribe = Scribe(tmp_path)
    days(scribe, 60)
    verdict = everywhere(scribe.save(anchored=True))

    assert (verdict.code, verdict.records, verdict.tickets) == (INTACT, scribe.seq, 60)
    assert len(scribe.files) > 4
    assert optimist(tmp_path)
    assert verdict._replace(notes=()) == check(tmp_path, "quick")._replace(notes=())


def test_a_key_may_stay(tmp_path: Path) -> None:
    """A segment that follows without a key record keeps the key."""
    scribe = Scribe(tmp_path)
    days(scribe, 30, rotating=False)

    assert everywhere(scribe.save()).code == INTACT
    assert optimist(tmp_path)


@pytest.mark.parametrize("mode", MODES)
def test_unannounced(tmp_path: Path, mode: str) -> None:
    """A header signed by a key that no record names, or by the one that was given up, is refused."""
    scribe, till = begun(tmp_path / "new")
    assert broken(gone_on(scribe, till, key_of(2)), mode) == "segment 2"  # type: ignore[arg-type]
    scribe, till = begun(tmp_path / "old")
    turned(scribe, till)
    assert broken(gone_on(scribe, till, key_of(1)), mode) == "segment 2"  # type: ignore[arg-type]
    scribe, till = begun(tmp_path / "third")
    turned(scribe, till)
    assert broken(gone_on(scribe, till, key_of(3)), mode) == "segment 2"  # type: ignore[arg-type]


def proofs() -> dict[str, Any]:
    def by_the_old(scribe: Scribe) -> bytes:
        text = rotation.statement(chain.chain_id(scribe.genesis), key_of(1).public, key_of(2).public)
        return key_of(1).sign(text)

    def of_another_chain(scribe: Scribe) -> bytes:
        return key_of(2).sign(rotation.statement(bytes(16), key_of(1).public, key_of(2).public))

    def of_another_key_before(scribe: Scribe) -> bytes:
        text = rotation.statement(chain.chain_id(scribe.genesis), key_of(9).public, key_of(2).public)
        return key_of(2).sign(text)

    def with_bytes_after(scribe: Scribe) -> bytes:
        text = rotation.statement(chain.chain_id(scribe.genesis), key_of(1).public, key_of(2).public)
        return key_of(2).sign(text) + b"\0"

    def none(scribe: Scribe) -> bytes:
        return b""

    return {it.__name__: it for it in (by_the_old, of_another_chain, of_another_key_before, with_bytes_after, none)}


@pytest.mark.parametrize("wrong", proofs())
def test_proofs(tmp_path: Path, wrong: str) -> None:
    """Who takes over proves it for this chain and this key before it, with one signature of 64 bytes."""
    scribe, till = begun(tmp_path)
    turned(scribe, till, proofs()[wrong](scribe))
    seq = scribe.seq - 1
    gone_on(scribe, till, key_of(2))

    assert {broken(tmp_path, mode) for mode in MODES} == {f"record {seq}"}


def test_unfit_key(tmp_path: Path) -> None:
    """A key of small order is refused where it is named."""
    scribe, till = begun(tmp_path)
    turned(scribe, till, bytes(64), SMALL_ORDER)
    scribe.save()

    assert {broken(tmp_path, mode) for mode in MODES} == {"record 9"}


@pytest.mark.parametrize("mode", MODES)
def test_nothing_follows(tmp_path: Path, mode: str) -> None:
    """A record after a key record, in its frame or in its segment, is refused: the old key has been destroyed."""
    scribe, till = begun(tmp_path / "segment")
    turned(scribe, till)
    scribe.frame(till.sealed([till.record(ev.LOGOUT, {1: "person"})]))
    assert broken(gone_on(scribe, till, key_of(2)), mode) == "record 10"  # type: ignore[arg-type]
    scribe, till = begun(tmp_path / "frame")
    text = rotation.statement(chain.chain_id(scribe.genesis), scribe.key.public, key_of(2).public)
    both: list[Record] = [till.record(ev.KEY, {1: key_of(2).public, 2: key_of(2).sign(text), 3: key_of(2).certificate})]
    both.append(till.record(ev.LOGOUT, {1: "person"}))
    scribe.frame(both)
    assert broken(gone_on(scribe, till, key_of(2)), mode) == "record 10"  # type: ignore[arg-type]


def test_a_tear_may_follow(tmp_path: Path) -> None:
    """A write that was cut short after a key record is named by the first record of the next segment."""
    from hashlib import sha256

    scribe, till = begun(tmp_path)
    turned(scribe, till)
    torn = b"\xa5" * 512
    scribe.gap(torn)
    scribe.segment(key_of(2))
    scribe.frame(till.sealed([till.record(ev.RECOVERED, {1: 512, 2: sha256(torn).digest()})]))
    verdict = everywhere(scribe.save())

    assert (verdict.code, verdict.tears) == (INTACT, 1)


def test_key_record_at_the_tip(tmp_path: Path) -> None:
    """The till may stop right after a key record: the next segment is begun with the next record."""
    scribe, till = begun(tmp_path)
    turned(scribe, till)

    assert everywhere(scribe.save(anchored=True)).code == INTACT

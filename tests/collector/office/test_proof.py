"""The completeness proof, over stores in which each thing has gone wrong once."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from typing import Any

import pypdfium2
import pytest

from appliance.sync import protocol
from appliance.sync.protocol import ProtocolError
from appliance.sync.registry import RETIRED, REVOKED, SUCCESSOR
from collector import document, part, proof
from collector.office import database, proof_pdf
from collector.office.say import Say
from collector.office.seen import Seen
from collector.office.shelf import Shelf
from collector.proof import Finding, Held, Missing, Period, Proof
from tests.collector.office.book import OTHER, ROOT, SIRET, Store, Till, at

WEEK = Period("2026-01-04", "2026-01-06")


def prove(store: Store, period: Period = WEEK, now: int = at(8), siren: str = SIRET[:9]) -> Proof:
    async def ask() -> Proof:
        shelf = store.shelf()
        log = await shelf.log()
        return proof.prove(await shelf.chains([siren], log), period, now, log)

    return asyncio.run(ask())


def only(store: Store, **how: Any) -> Finding:
    (finding,) = prove(store, **how).findings
    return finding


def worked(store: Store, days: range = range(3, 8), seed: int = 1, till: str = "B01") -> Till:
    it = Till(store, seed, till)
    for day in days:
        it.day(day)
    return it


def test_complete() -> None:
    """Every batch of the period and the next one, the closings as the till wrote them, and nothing missing."""
    store = Store()
    till = worked(store)
    it = prove(store)
    (finding,) = it.findings

    assert it.complete
    assert (finding.verdict, finding.missing) == (proof.COMPLETE, ())
    assert [(each.number, each.period, each.total) for each in finding.closings] == [
        (2, "2026-01-04", 1234),
        (3, "2026-01-05", 1234),
        (4, "2026-01-06", 1234),
    ]
    assert len(finding.parts) == 8
    assert finding.chain.name == "Épicerie des Halles"
    assert finding.parts[-1].next_seq < till.seq


def test_a_hole_is_named_until_it_comes() -> None:
    """To the record; a period beside it stays complete; the object comes back and nothing is missing."""
    store = Store()
    till = worked(store)
    name = till.places[4]
    kept = store.objects.pop(name)
    first = int(name[-12:])
    _, sealed = protocol.read_stored(kept)
    until = protocol.read_receipt(sealed)[0].next_seq
    finding = only(store)

    assert (finding.verdict, finding.missing) == (proof.MISSING, (Missing(first, until),))
    assert not prove(store).complete
    assert only(store, period=Period("2026-01-03", "2026-01-03")).verdict == proof.COMPLETE
    assert list(document.check(document.encode(prove(store)), ROOT.public)) == []
    store.objects[name] = kept
    assert prove(store).complete


def test_a_silent_till() -> None:
    """It stopped within the period: everything since then; within the allowed silence only "open"."""
    store = Store()
    worked(store)
    dead = worked(store, range(3, 6), 2, "B02")
    it = prove(store)
    findings = {finding.chain.registration.till: finding for finding in it.findings if finding.chain.registration}

    assert not it.complete
    assert (findings["B02"].verdict, findings["B02"].missing) == (proof.SILENT, (Missing(dead.seq, None),))
    assert findings["B01"].verdict == proof.COMPLETE
    early = {finding.verdict for finding in prove(store, Period("2026-01-04", "2026-01-05"), at(6)).findings}
    assert early == {proof.COMPLETE, proof.OPEN}


def test_a_till_that_never_sent() -> None:
    """Enrolled, and not one record: all of it is missing."""
    store = Store()
    Till(store, 3)

    assert (only(store).verdict, only(store).missing) == (proof.SILENT, (Missing(0, None),))


def test_a_till_enrolled_later_is_not_expected() -> None:
    store = Store()
    worked(store)

    assert prove(store, Period("2025-12-01", "2025-12-31")).findings == ()


def test_a_batch_that_came_late_says_nothing_of_what_came_after_it() -> None:
    """Carried on a stick for days: received after the period's end, recorded before."""
    store = Store()
    till = Till(store, 1)
    till.day(4)
    till.sell()
    before = till.now
    till.now = at(9)
    till.push()
    till.now = before

    assert only(store, now=at(10)).verdict == proof.OPEN


def test_a_fork() -> None:
    """A restored image sold on: the chain is whole, and there is another history."""
    store = Store()
    till = worked(store, range(3, 5))
    other, shown = till.clone(), till.receipts[-1]
    till.day(5)
    till.day(7)
    other.now = at(5)
    other.sell(3, "Croissant")
    batch = other.cut(till_seq(shown))
    till.fork(batch, shown)
    finding = only(store)

    assert (finding.verdict, finding.missing) == (proof.FORK, ())
    assert [(fork.first_seq, fork.next_seq) for fork in finding.forks] == [(batch.first_seq, batch.next_seq)]
    assert only(store, period=Period("2026-01-03", "2026-01-04")).verdict == proof.COMPLETE


def till_seq(receipt: bytes) -> int:
    return protocol.read_receipt(receipt)[0].next_seq


def test_a_clone() -> None:
    """Two more histories at one place; evidence that the chain's key did not sign is no fork but a broken object."""
    store = Store()
    till = worked(store, range(3, 5))
    copies, shown = [till.clone(), till.clone()], till.receipts[-1]
    till.day(5)
    till.day(7)
    for nth, copy in enumerate(copies):
        copy.now = at(5)
        copy.sell(nth + 1, f"Copie {nth}")
        till.fork(copy.cut(till_seq(shown)), shown)

    assert (only(store).verdict, len(only(store).forks)) == (proof.FORK, 2)
    forged = copies[0].cut(till_seq(shown))._replace(signature=bytes(64))
    till.fork(forged, shown)
    assert (only(store).verdict, len(only(store).forks)) == (proof.BROKEN, 2)


def test_a_revoked_till() -> None:
    """What it sends later is there and marked; what it may still hold back is named."""
    store = Store()
    till = worked(store, range(3, 5))
    till.enter(REVOKED, b"stolen")
    till.now = at(5)
    till.sell()
    till.push(quarantined=True)
    finding = only(store)

    assert (finding.verdict, finding.missing) == (proof.REVOKED_OPEN, (Missing(till.seq, None),))
    assert [part.quarantined for part in finding.parts] == [False, False, False, True]


def test_a_retired_till_and_its_successor() -> None:
    """Nothing more is expected of it; a successor that the registry does not know is named."""
    store = Store()
    till = worked(store, range(3, 6))
    till.enter(RETIRED)
    assert prove(store).complete
    assert prove(store, Period("2026-01-10", "2026-01-11"), at(12)).findings == ()
    till.enter(SUCCESSOR, bytes(range(16)))

    assert (prove(store).complete, prove(store).strangers) == (False, (bytes(range(16)),))


def test_an_unknown_chain() -> None:
    """Batches without a registry: shown, and never called complete."""
    store = Store()
    till = worked(store)
    held = asyncio.run(store.shelf().held(till.chain_id, [], store.log))
    finding = proof.found(proof.judged(held, store.log), WEEK, at(8))

    assert finding is not None
    assert finding.verdict == proof.UNKNOWN


def test_another_owner_is_not_in_it() -> None:
    store = Store()
    worked(store)
    Till(store, 9, "B09", OTHER).day(4)

    assert [finding.chain.registration.siret for finding in prove(store).findings if finding.chain.registration] == [
        SIRET
    ]


def test_a_day_that_was_left_out() -> None:
    """The till's own numbers of days are a second count."""
    store = Store()
    till = worked(store, range(3, 5))
    till.day(5, number=4)
    till.day(7)

    assert only(store).verdict == proof.BROKEN
    assert [(one.number, other.number) for one, other in only(store).jumps] == [(2, 4)]


@pytest.mark.parametrize("nth", range(3))
def test_an_object_that_rots(nth: int) -> None:
    """A byte of batch, receipt or registry: broken, with the reason, and nothing is taken from it."""
    store = Store()
    till = worked(store)
    name = (till.places[3], till.places[3], f"{till.registry}/{0:012d}")[nth]
    data = bytearray(store.objects[name])
    data[(60, len(data) - 1, 0)[nth]] ^= 1
    store.objects[name] = bytes(data)
    if nth == 2:
        assert prove(store).findings == ()  # nobody can say whose it is
        return

    assert only(store).verdict == proof.BROKEN
    assert only(store).broken


def test_a_rotten_entry_of_the_registry() -> None:
    store = Store()
    till = worked(store)
    till.enter(REVOKED)
    name = f"{till.registry}/{1:012d}"
    data = store.objects[name]
    store.objects[name] = data[:-1] + bytes([data[-1] ^ 1])

    assert only(store).verdict == proof.BROKEN


def test_a_batch_under_a_turned_key() -> None:
    """A new key in the middle, read in one go and in two."""
    store = Store()
    till = worked(store, range(3, 5))
    till.turn()
    till.push()
    till.day(5)
    till.day(7)

    assert prove(store).complete


def test_what_was_read_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The office's file keeps it; what has gone from the store is missing all the same."""
    store = Store()
    till = worked(store)
    base = database.opened(None)
    shelf = Shelf(store, base, ROOT.public)

    def held() -> Held:
        return asyncio.run(shelf.held(till.chain_id, [], store.log))

    first = held()
    fresh = Seen(base)
    folder = till.places[0].rpartition("/")[0]
    assert tuple(fresh.line(folder, till.places)) == first.parts
    assert fresh.line(folder, till.places[1:]) == []
    asked: list[str] = []
    get = store.get

    async def seen(name: str) -> bytes | None:
        asked.append(name)
        return await get(name)

    monkeypatch.setattr(store, "get", seen)
    assert held() == first
    assert asked == []
    del store.objects[till.places[2]]
    assert len(proof.judged(held(), store.log).holes) == 1


def test_the_document_is_the_same_twice() -> None:
    store = Store()
    worked(store)
    one, other = document.encode(prove(store)), document.encode(prove(store))

    assert one == other
    assert list(document.check(one, ROOT.public)) == []
    said = json.loads(one)
    assert (said["complete"], said["chains"][0]["missing"]) == (True, [])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_paper_is_the_same_twice(language: str) -> None:
    """A month of closings over several pages, a till that is missing, a name that no font has."""
    store = Store()
    worked(store, range(1, 31))
    Till(store, 2, "B02").day(9)
    Till(store, 3, "\u7532" * 40).day(9)
    it = prove(store, Period("2026-01-01", "2026-01-31"), at(31))
    one, other = proof_pdf.pdf(it, Say(language)), proof_pdf.pdf(it, Say(language))

    assert one == other
    assert len(pypdfium2.PdfDocument(one)) > 1


@pytest.mark.parametrize("noise", [b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_proof(noise: bytes) -> None:
    (why,) = document.check(noise, ROOT.public)
    assert "cannot be read" in why


def test_the_check_believes_nothing() -> None:
    """Each change of the document is found."""
    store = Store()
    worked(store)
    dead = worked(store, range(3, 6), 2, "B02")
    good = document.encode(prove(store))
    assert list(document.check(good, ROOT.public)) == []
    whole, silent = 0, 1

    def changed(change: Any) -> list[str]:
        said = json.loads(good)
        change(said)
        return list(document.check(json.dumps(said).encode(), ROOT.public))

    lies = {
        "verdict": lambda it: it["chains"][silent].update(verdict="complete", missing=[]),
        "whole": lambda it: it.update(complete=True),
        "batch": lambda it: it["chains"][whole]["batches"].pop(3),
        "begin": lambda it: [it["chains"][whole]["batches"].pop(0) for _ in range(2)],
        "end": lambda it: it["chains"][whole]["batches"].pop(),
        "head": lambda it: it["chains"][whole]["batches"][1].update(head="00" * 32),
        "time": lambda it: it["chains"][whole]["batches"][1].update(received=1),
        "number": lambda it: it["chains"][whole]["batches"][1].update(next_seq=99),
        "receipt": lambda it: it["chains"][whole]["batches"][1].update(receipt=b64encode(b"x" * 90).decode()),
        "registry": lambda it: it["chains"][silent]["registry"].clear(),
        "till": lambda it: it["chains"][silent].update(till="B03"),
        "key log": lambda it: it["key_log"].clear(),
        "root": lambda it: it.update(root="00" * 32),
        "form": lambda it: it.pop("chains"),
    }
    found = {name: changed(lie) for name, lie in lies.items()}

    assert [name for name, said in found.items() if not said] == []
    assert list(document.check(b"{", ROOT.public))
    assert dead.chain_id.hex() in found["verdict"][0]


def test_a_closing_without_totals_is_no_closing() -> None:
    store = Store()
    till = Till(store, 1)
    till.add(till.record(till.seq, 50, {1: 1, 2: "2026-01-04", 10: "much"}))
    name = till.push()

    with pytest.raises(ProtocolError, match="no totals"):
        part.read(till.chain_id, 0, store.objects[name], None, store.log)

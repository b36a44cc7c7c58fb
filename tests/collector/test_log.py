"""The log of all receipts: grown by two at once, cut at any step, proven from outside, shown to a real witness."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cbor2
import httpx
import pytest

from appliance.storage.keys import Key
from appliance.storage.record import Record
from appliance.sync import merkle, note, protocol, tiles
from appliance.sync.note import COSIGNATURE, ED25519, Signer
from appliance.sync.protocol import Receipt
from collector import build, config, document, proof
from collector.audit import Audit, Report
from collector.command import main
from collector.folder import STAGING
from collector.log import sheet
from collector.log.checkpoints import Checkpoints
from collector.log.cosigning import request
from collector.log.sequencer import Sequencer
from collector.office import database
from collector.office.shelf import Shelf
from collector.store import Store, Unavailable
from tests.collector import world
from tests.collector.replica import Replica
from tests.collector.world import ROOT, Till, World
from tests.sync.line import SIRET
from tests.sync.test_log import LOG, grown, tree

ORIGIN = "collector.example"
HERE = Path(__file__).resolve().parents[2]
WAIT = 60.0


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[World]:
    with world.opened(tmp_path / "one") as it:
        yield it


def sequencer(it: World, store: Store | None = None) -> Sequencer:
    where = store or it.parts.store
    return Sequencer(where, it.parts.keys, Checkpoints(where, it.parts.keys, ORIGIN), build.now)


def grow(it: World) -> int:
    return it.run(sequencer(it).run())  # type: ignore[no-any-return]


def audit(it: World, seen: bytes = b"") -> Report:
    return it.run(Audit(it.parts.store, ROOT.public, seen).run())  # type: ignore[no-any-return]


def sold(till: Till, replica: Replica, batches: int = 1) -> None:
    for _ in range(batches):
        till.line.sell(2)
        assert till.push(replica).status_code == 201


def until(there: Callable[[], Any]) -> Any:
    """What it gives as soon as it gives something."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if found := there():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


def with_log(it: World, *lines: str) -> Replica:
    """A replica that follows the log, and does what `lines` say."""
    text = it.settings.read_text().partition("[log]")[0]
    it.settings.write_text("\n".join([text, "[log]", *lines, ""]))
    return it.start()


def checked(it: World, till: Till, replica: Replica, *more: str, nth: int = -1) -> int:
    """`check-receipt`, as anybody types it."""
    path = it.home / "receipt"
    path.write_bytes(till.receipts[nth])
    words = ["check-receipt", str(path), "--url", str(replica.http.base_url), "--root", ROOT.public.hex()]
    return main([*words, "--origin", ORIGIN, *more])


def test_every_receipt_is_proven_from_outside(shop: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Two passes; tiles and checkpoint over HTTP prove each; the next receipt names the checkpoint."""
    one, two = shop.till(), shop.till("B02")
    assert shop.replicas[0].http.get("/checkpoint").status_code == 404
    sold(one, shop.replicas[0], 2)
    assert grow(shop) == 2
    sold(two, shop.replicas[1], 3)
    assert checked(shop, two, shop.replicas[0]) == 2
    assert "not hold this receipt" in capsys.readouterr().err
    assert grow(shop) == 3
    assert grow(shop) == 0

    http = shop.replicas[1].http
    until(lambda: b"\n5\n" in http.get("/checkpoint").content)
    shown = note.read(http.get("/checkpoint").content)
    said = note.checkpoint(shown.text)
    assert (said.origin, said.size) == (ORIGIN, 5)
    assert note.signed(shown, Signer(ORIGIN, ED25519, shop.own.public))
    leaves = [merkle.leaf(receipt) for receipt in (*one.receipts, *two.receipts)]
    assert http.get("/tile/0/000.p/5").content == b"".join(leaves)
    for path in ("/tile/0/000", "/tile/0/000.p/4", "/tile/0/..%2f..%2fkeys/000000000000", "/tile/1/000.p/1"):
        assert http.get(path).status_code == 404
    assert said.root == merkle.root(5, tiles.hashes(5, lambda tile: http.get(f"/{tile.path}").content))
    for till in (one, two):
        for nth in range(len(till.receipts)):
            assert checked(shop, till, shop.replicas[1], nth=nth) == 0

    assert counted(shop, shop.replicas[1]) == 0
    assert "all 5 receipts are in the log" in capsys.readouterr().out
    follower = with_log(shop, "every = 0")
    receipt = until(lambda: named(shop, one, follower))
    assert receipt.checkpoint == (5, said.root)
    assert counted(shop, shop.replicas[1]) == 2
    assert "does not hold this receipt" in capsys.readouterr().err
    grow(shop)
    until(lambda: b"\n5\n" not in http.get("/checkpoint").content)
    assert checked(shop, one, shop.replicas[1]) == 0
    report = audit(shop)
    assert (report.findings, report.logged) == ((), report.batches)


def counted(it: World, replica: Replica) -> int:
    """`check-proof` over all that an owner is shown, each receipt looked for in the log."""

    async def shown() -> proof.Proof:
        shelf = Shelf(it.parts.store, database.opened(None), ROOT.public)
        log = await shelf.log()
        return proof.prove(await shelf.chains({SIRET[:9]}, log), proof.ALWAYS, build.now(), log)

    path = it.home / "proof.json"
    path.write_bytes(document.encode(it.run(shown())))
    words = ["check-proof", str(path), "--root", ROOT.public.hex(), "--url", str(replica.http.base_url)]
    return main([*words, "--origin", ORIGIN])


def named(it: World, till: Till, replica: Replica) -> Receipt | None:
    """The next receipt, when it names a checkpoint."""
    sold(till, replica)
    receipt: Receipt = it.log.receipt(till.receipts[-1])
    return receipt if receipt.checkpoint else None


def test_many_at_once_make_one_log(desk: World) -> None:
    """Six workers while tills send: every receipt once, one sheet a number, and the audit is clean."""
    tills = [desk.till(f"B{nth:02d}") for nth in range(3)]

    async def race() -> None:
        await asyncio.gather(*(sequencer(desk).run() for _ in range(6)))

    for turn in range(4):
        for till in tills:
            sold(till, desk.replicas[turn % 2])
        desk.run(race())
    report = audit(desk)

    assert (report.findings, report.logged) == ((), 12)


class Cut(Exception):
    pass


class Dying:
    """The store of a worker that is gone after `left` creations."""

    def __init__(self, store: Store, left: int) -> None:
        self._store, self._left = store, left
        self.get, self.names, self.page = store.get, store.names, store.page

    async def create(self, name: str, data: bytes) -> bytes:
        if not self._left:
            raise Cut
        self._left -= 1
        return await self._store.create(name, data)


def test_a_worker_dies_between_any_two_steps(desk: World) -> None:
    """The next one makes what is missing; nothing is left out, nothing stands twice."""
    till, cuts = desk.till(), 0
    sold(till, desk.replicas[0])
    grow(desk)
    for left in range(4):
        sold(till, desk.replicas[0])
        try:
            desk.run(sequencer(desk, Dying(desk.parts.store, left)).run())
        except Cut:
            cuts += 1
            assert audit(desk).findings == ()
        grow(desk)
        report = audit(desk)
        assert (report.findings, report.logged) == ((), 2 + left)

    assert cuts == 3  # sheet, tile, checkpoint


def test_damage_to_the_log_is_named(desk: World) -> None:
    """A byte of each of its objects, one of them gone; a pass over it promises nothing."""
    till = desk.till()
    sold(till, desk.replicas[0], 3)
    grow(desk)
    sold(till, desk.replicas[0])
    grow(desk)
    store = desk.home / "store"
    assert audit(desk).findings == ()

    for path in (store / sheet.place(0), store / "tile/0/000.p/3", store / "checkpoint" / f"{0:012d}"):
        kept = path.read_bytes()
        for at in (0, len(kept) // 2, len(kept) - 2):
            path.write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
            assert audit(desk).findings, (path, at)
        path.unlink()
        assert audit(desk).findings, path
        path.write_bytes(kept)
    assert audit(desk).findings == ()

    edge = store / "tile/0/000.p/4"
    edge.write_bytes(bytes(128))
    with pytest.raises(Unavailable, match="run an audit"):
        grow(desk)


def test_a_till_that_is_left_out(desk: World) -> None:
    """A receipt that is a day older than the last sheet and not in it."""
    one, two = desk.till(), desk.till("B02")
    sold(one, desk.replicas[0])
    sold(two, desk.replicas[0])
    own, log = desk.own, desk.log
    hashed = merkle.leaf(one.receipts[0])
    last = protocol.read_receipt(one.receipts[0])[0].next_seq
    later = build.now() + 25 * 3_600_000
    it = sheet.Sheet(
        0, 0, later, (sheet.Leaf(one.line.chain_id, 0, last, hashed),), ((one.line.chain_id, last),), own.kid
    )
    assert sheet.read(sheet.seal(it, own.sign), log) == it
    desk.run(desk.parts.store.create(sheet.place(0), sheet.seal(it, own.sign)))

    assert ["left out" in finding for finding in audit(desk).findings] == [True]


@contextmanager
def witness(folder: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A process of its own; its address, and what it says."""
    words = [sys.executable, "-m", "collector", "witness", "serve", str(folder), "--listen", "127.0.0.1:0"]
    with subprocess.Popen(words, cwd=HERE, stderr=subprocess.PIPE, text=True) as process:
        said: list[dict[str, Any]] = []
        lines = process.stderr
        assert lines
        thread = threading.Thread(target=lambda: said.extend(json.loads(line) for line in lines if line[0] == "{"))
        first = json.loads(lines.readline())
        thread.start()
        try:
            yield f"http://127.0.0.1:{first['port']}", said
        finally:
            process.terminate()
            process.wait(WAIT)
            thread.join()


def events(replica: Replica, name: str) -> list[dict[str, Any]]:
    return [each for each in replica.said if each["event"] == name]


def test_a_store_that_is_put_back(shop: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The witness refuses, the replica says so and takes batches all the same; audit and receipts say the rest."""
    folder = tmp_path / "witness"
    capsys.readouterr()
    assert main(["witness", "new", str(folder), "--name", "witness.example/w1"]) == 0
    key = capsys.readouterr().out.strip()
    assert main(["log", "key", "--config", str(shop.settings)]) == 0
    assert main(["witness", "trust", str(folder), capsys.readouterr().out.strip()]) == 0
    till, store = shop.till(), shop.home / "store"
    with witness(folder) as (url, _):
        replica = with_log(shop, "every = 1", "[[log.witness]]", f'url = "{url}"', f'key = "{key}"')
        sold(till, replica)
        until(lambda: events(replica, "cosigned"))
        shutil.copytree(store, tmp_path / "copy", ignore=shutil.ignore_patterns(STAGING))
        receipt = until(lambda: named(shop, till, replica))
        till.line.add(journaled(till, receipt))
        sold(till, replica)
        until(lambda: checked(shop, till, replica, "--witness", key) == 0)
        assert replica.end() == 0
        report, seen = audit(shop), shown(folder, capsys)
        assert (report.findings, audit(shop, seen).findings) == ((), ())

        for each in shop.replicas:
            each.end()
        shutil.rmtree(store)
        (tmp_path / "copy").rename(store)
        shop.parts = build.parts(config.load(shop.settings))
        replica = shop.start()
        other = shop.till_at(replica, "B09")
        sold(other, replica)
        until(lambda: events(replica, "witness-refused"))
        for nth in range(report.logged):  # longer than what the witness has seen: it is no beginning of that
            sold(other, replica)
            until(lambda nth=nth: [each for each in events(replica, "log-pass") if each.get("added")][nth:])  # type: ignore[misc]
        until(lambda: "another log" in events(replica, "witness-refused")[-1]["why"])
        assert checked(shop, till, replica) == 2
        assert any("was another one" in finding for finding in audit(shop, seen).findings)
        assert audit(shop).findings == ()  # alone, the store knows nothing of it

        resent(shop, till, replica)
        until(lambda: checked(shop, other, replica) == 0)
        assert any("put back once" in finding for finding in audit(shop).findings)
        with pytest.raises(SystemExit) as left:
            main(["log", "run", "--config", str(shop.settings)])
        assert left.value.code == 1
        replica.end()
    shop.replicas.clear()


def journaled(till: Till, receipt: Receipt) -> Record:
    """As the till keeps it."""
    fields = {1: receipt.first_seq, 2: receipt.next_seq, 3: receipt.head, 4: receipt.received, 5: till.receipts[-1]}
    return till.line.record(till.line.seq, 64, {**fields, 6: "network"})


def shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> bytes:
    capsys.readouterr()
    assert main(["witness", "show", str(folder)]) == 0
    return capsys.readouterr().out.encode()


def resent(it: World, till: Till, replica: Replica) -> None:
    """What the store has lost comes again out of the till's journal."""
    kept, till.receipts = till.receipts, till.receipts[:1]
    for old in kept[1:]:
        said = protocol.read_receipt(old)[0]
        assert till.push(replica, said.next_seq).status_code in (200, 201)


def add(url: str, data: bytes) -> httpx.Response:
    return httpx.post(f"{url}/add-checkpoint", content=data, trust_env=False)


def body(
    old: int, size: int, root: bytes, path: Sequence[bytes] = (), origin: str = "c.example", key: Key = LOG
) -> bytes:
    return request(old, path, note.seal(note.Checkpoint(origin, size, root), key.public, key.sign))


def test_what_a_witness_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each status of the specification; what it has seen outlives it and is never made anew."""
    folder = tmp_path / "w"
    main(["witness", "new", str(folder), "--name", "w.example/1"])
    by = note.signer(capsys.readouterr().out, COSIGNATURE)
    main(["witness", "trust", str(folder), Signer("c.example", ED25519, LOG.public).encode()])
    assert main(["witness", "trust", str(folder), "nonsense"]) == 2
    disk, _ = grown([3, 4])
    at = tiles.hashes(7, disk.__getitem__)
    three, seven = (merkle.root(size, tiles.hashes(size, disk.__getitem__)) for size in (3, 7))
    proof = merkle.consistency(3, 7, at)

    with witness(folder) as (url, said):
        assert add(url, body(0, 3, three, origin="other.example")).status_code == 404
        assert add(url, body(0, 3, three, key=ROOT)).status_code == 403
        for wrong in (b"", b"old x\n\n", body(4, 3, three), body(0, 3, three) + b"x", b"old 0\nAA==\n\n", bytes(2**17)):
            assert add(url, wrong).status_code in (400, 413)
        first = add(url, body(0, 3, three))
        assert first.status_code == 200
        whole = note.read(note.seal(note.Checkpoint("c.example", 3, three), LOG.public, LOG.sign) + first.content)
        assert note.cosigned(whole, by)
        again = add(url, body(0, 3, three))
        assert (again.status_code, again.text, again.headers["content-type"]) == (409, "3\n", "text/x.tlog.size")
        assert add(url, body(3, 3, seven)).status_code == 409
        assert add(url, body(3, 7, seven)).status_code == 422
        assert add(url, body(3, 7, tree([b"x"]), proof)).status_code == 422
    with witness(folder) as (url, said):
        assert add(url, body(0, 7, seven)).text == "3\n"
        assert add(url, body(3, 7, seven, proof)).status_code == 200
        assert add(url, body(7, 7, seven)).status_code == 200
        assert add(url, body(7, 3, three)).status_code == 400
    assert [each["status"] for each in said if each["event"] == "witness"] == [409, 200, 200, 400]
    capsys.readouterr()
    assert note.checkpoint(note.read(shown(folder, capsys)).text).size == 7
    (folder / "witness.db").unlink()
    assert main(["witness", "serve", str(folder)]) == 2
    assert "has lost what it saw" in capsys.readouterr().err


def test_each_byte_of_a_sheet(desk: World) -> None:
    """Changed, it is refused."""
    till = desk.till()
    sold(till, desk.replicas[0])
    grow(desk)
    data = (desk.home / "store" / sheet.place(0)).read_bytes()
    assert cbor2.loads(data).tag == 18
    for at in range(len(data)):
        with pytest.raises(protocol.ProtocolError):
            sheet.read(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], desk.log)


def test_a_checkpoint_that_nobody_signed(desk: World) -> None:
    """Whoever can write to the store cannot put a size and a root into receipts."""
    till = desk.till()
    sold(till, desk.replicas[0])
    grow(desk)
    desk.run(desk.parts.checkpoints.renew())
    true = desk.parts.checkpoints.last
    forged = note.seal(note.Checkpoint(ORIGIN, 9, bytes(32)), LOG.public, LOG.sign)
    desk.run(desk.parts.store.create(f"checkpoint/{1:012d}", forged))

    with pytest.raises(Unavailable, match="not signed by a key of this collector"):
        desk.run(desk.parts.checkpoints.renew())
    assert desk.parts.checkpoints.last == true
    sold(till, desk.replicas[0])
    with pytest.raises(Unavailable, match="run an audit"):
        grow(desk)


LOGS = Signer("w", ED25519, LOG.public).encode()
WRONG = {
    "every": ("every = -1", "seconds"),
    "a witness without a key": ('[[log.witness]]\nurl = "https://w"', "key is missing"),
    "a log's key": (
        f'[[log.witness]]\nurl = "https://w"\nkey = "{Signer("w", ED25519, LOG.public).encode()}"',
        "verifier",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_settings_of_the_log(name: str, desk: World) -> None:
    """One sentence."""
    lines, why = WRONG[name]
    desk.settings.write_text(f"{desk.settings.read_text()}\n[log]\n{lines}\n")

    with pytest.raises(config.ConfigError, match=why):
        config.load(desk.settings)


def test_on_a_bucket(bucket: World) -> None:
    """Two passes at once over an S3, past its proxy: one log, proven over HTTP."""
    till = bucket.till("B77")
    sold(till, bucket.replicas[0], 2)

    async def race() -> None:
        await asyncio.gather(*(sequencer(bucket).run() for _ in range(2)))

    bucket.run(race())
    until(lambda: checked(bucket, till, bucket.replicas[1]) == 0)
    assert checked(bucket, till, bucket.replicas[1], nth=0) == 0
    size = note.checkpoint(note.read(bucket.replicas[1].http.get("/checkpoint").content).text).size
    assert size == audit(bucket).logged

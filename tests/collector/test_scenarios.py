"""What tills do to a collector, on a folder, on a bucket and on a bucket with object lock; two replicas always."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from secrets import token_bytes

import cbor2
import httpx
import pytest

from appliance.storage.keys import Key
from appliance.sync import enrolment, keylog, pointer, problem, protocol, registry, token
from appliance.sync.pointer import Pointer
from appliance.sync.protocol import BATCH_TYPE, OBJECT_TYPE, RECEIPT_FORM
from collector.keys import publish
from tests.collector.replica import PATIENCE
from tests.collector.world import RELEASE, ROOT, Till, World
from tests.sync.line import SIRET, Line, receipt


def sentence(data: bytes, status: int) -> str:
    """Of an error's body."""
    it = problem.read(data)
    assert it.status == status
    return it.detail


def test_a_chain_grows_over_two_replicas(shop: World) -> None:
    """In turn, through a change of key; the second replica knows nothing of the first but the receipt."""
    till = shop.till()
    for at in range(5):
        till.line.sell(3)
        if at == 2:
            till.line.turn()
        answer = till.push(shop.replicas[at % 2])
        assert (answer.status_code, answer.headers["content-type"]) == (201, RECEIPT_FORM.type)

    assert till.first == till.line.seq == 17
    assert shop.proven(till.receipts[-1]).key == till.line.key.public


def test_sent_again_the_receipt_is_the_same(shop: World) -> None:
    """Byte by byte, from either replica, for a longer and for a shorter cut as well."""
    till = shop.till()
    till.line.sell(4)
    first = till.put(shop.replicas[0], till.cut(3))
    till.line.sell()
    again = [till.put(replica, till.cut(until)) for replica in shop.replicas for until in (3, 2, None)]

    assert first.status_code == 201
    assert {(each.status_code, each.content) for each in again} == {(200, first.content)}


def test_a_restored_image_is_a_fork(shop: World) -> None:
    """It sells on from an old state: 409 with the receipt of the other history; its batch is kept as evidence."""
    till = shop.till()
    till.line.sell(2)
    till.push(shop.replicas[0])
    old = till.clone()
    till.line.sell(2)
    stored = till.push(shop.replicas[1]).content
    old.line.sell(2, label="Croissant")
    refused = old.push(shop.replicas[0])

    assert (refused.status_code, refused.content) == (409, stored)
    evidence = protocol.request(old.cut().encode(), old.last)
    answers = [old.post(replica, f"{old.chain}/forks", evidence, BATCH_TYPE) for replica in shop.replicas]
    assert [(each.status_code, each.content) for each in answers] == [(201, stored), (200, stored)]
    own = till.post(
        shop.replicas[0], f"{till.chain}/forks", protocol.request(till.line.cut(3).encode(), old.last), BATCH_TYPE
    )
    assert (own.status_code, "nothing else" in sentence(own.content, 422)) == (422, True)
    assert shop.object(till.line.chain_id, 3) is not None


def insisting(shop: World, till: Till, at: int) -> httpx.Response:
    """As a till does: it comes again while the answer is "later", as a store under strain may say."""
    while (answer := till.put(shop.replicas[at], till.cut())).status_code == 503:
        time.sleep(0.2)
    return answer


def test_clones_race_and_one_wins(shop: World) -> None:
    """Four copies of one card at once, over both replicas: one 201, and everybody else gets the winner's receipt."""
    till = shop.till()
    till.push(shop.replicas[0])
    clones = [till.clone() for _ in range(4)]
    for at, clone in enumerate(clones):
        clone.line.sell(label=f"Copie {at}")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda at: insisting(shop, clones[at], at % 2), range(4)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert len({each.content for each in answers}) == 1
    shop.proven(answers[0].content)


def test_receipts_that_do_not_count(shop: World) -> None:
    """None, a forged one, another chain's, an older one, one with a byte changed."""
    till, other = shop.till(), shop.till("B02")
    for it in (till, other):
        it.line.sell(2)
        it.push(shop.replicas[0])
    till.line.sell()
    till.push(shop.replicas[0])
    till.line.sell()
    batch = till.cut()
    good = till.receipts.pop()
    flipped = good[:-1] + bytes([good[-1] ^ 1])
    forged = receipt(Line(9).cut(0), None)
    codes = [
        till.put(shop.replicas[1], batch, each).status_code for each in (till.receipts[0], other.last, flipped, forged)
    ]
    till.receipts.clear()
    bare = till.put(shop.replicas[0], batch)

    assert codes == [428, 428, 401, 401]
    assert "missing" in sentence(bare.content, 428)
    assert shop.object(till.line.chain_id, batch.first_seq) is None
    assert till.put(shop.replicas[1], batch, good).status_code == 201


def test_batches_that_do_not_hold(shop: World) -> None:
    """A skipped one, a byte changed, a foreign key, a second genesis, noise, another place, another chain."""
    till = shop.till()
    till.line.sell(2)
    till.push(shop.replicas[0])
    till.line.sell(2)
    batch = till.cut()
    thief = till.clone()
    thief.line.key = Key(token_bytes(32))
    thief.line.frames, thief.line.heads = thief.line.frames[:3], thief.line.heads[:4]
    thief.line.sell(2)
    foreign = till.clone()
    foreign.line = Line(77)
    asked = {
        "skipped": (till.line.cut(4), 428),
        "flipped": (batch._replace(records=(batch.records[0][:-1] + b"\x6f", batch.records[1])), 401),
        "thief": (thief.cut(), 401),
        "head": (batch._replace(prev_head=bytes(32)), 422),
        "chain": (foreign.line.cut(0), 400),
    }
    for name, (each, status) in asked.items():
        answer = till.put(shop.replicas[1], each)
        assert (name, answer.status_code) == (name, status)
        assert sentence(answer.content, status)
    assert till.put(shop.replicas[1], batch).status_code == 201


def test_forms_and_sizes(shop: World) -> None:
    """Media type, length, noise, an address that is none: a problem each, and nothing stored."""
    till = shop.till()
    path, http = f"{till.chain}/batches/0", shop.replicas[0].http
    body = protocol.request(till.cut().encode(), None)
    right = {"Content-Type": BATCH_TYPE}
    asked = [
        (http.put(path, content=body), 415),
        (http.put(path, content=body, headers={"Content-Type": "application/cbor"}), 415),
        (http.put(path, content=b"\xff" * 99, headers=right), 400),
        (http.put(path, content=b"", headers=right), 400),
        (http.put(path, content=bytes(protocol.REQUEST_BYTES + 1), headers=right), 413),
        (http.put(path, content=(bytes(65_536) for _ in range(32)), headers=right), 413),
        (http.put(f"{till.chain}/batches/00", content=body, headers=right), 400),
        (http.put(f"{till.chain}/batches/1", content=body, headers=right), 400),
        (http.put(f"/v1/chains/{'A' * 32}/batches/0", content=body, headers=right), 400),
        (http.put(f"/v1/chains/{'0' * 32}/batches/0", content=body, headers=right), 404),
        (http.delete(path), 405),
        (http.get("/v2"), 404),
    ]
    for answer, status in asked:
        assert answer.headers["content-type"] == problem.TYPE
        assert (answer.status_code, bool(sentence(answer.content, status))) == (status, True)
    assert shop.object(till.line.chain_id, 0) is None


def test_enrolment_once(shop: World) -> None:
    """The same request again gives the same registration; another till, another shop, an unknown token do not."""
    till = shop.till()
    again = till.post(shop.replicas[1], "/v1/enrolments", till.asked, enrolment.ENROLMENT_TYPE)
    assert again.status_code == 200
    said, log = enrolment.read_registration(again.content, ROOT.public)
    assert (said.chain_id, said.siret, said.till, said.network_key) == (
        till.line.chain_id, SIRET, "B01", till.network.public,
    )  # fmt: skip
    assert (said.release_key, log.root) == (RELEASE.public, ROOT.public)

    secret = enrolment.Enrolment(*cbor2.loads(till.asked)).token
    thief = till.clone()
    thief.line = Line(1234)
    assert thief.enrol(shop.replicas[0], secret).status_code == 409
    thief.line = Line(1234, till="B09")
    assert thief.enrol(shop.replicas[0], secret).status_code == 422
    assert thief.enrol(shop.replicas[0], bytes(16)).status_code == 401
    assert till.enrol(shop.replicas[0]).status_code == 409  # enrolled already, with another token


def test_the_token_that_is_shown(shop: World) -> None:
    """Digits only; they say which root to trust."""
    offered = shop.run(shop.parts.enrolments.offer(SIRET, "B05"))
    assert token.read(token.digits(offered)) == offered
    assert offered.mark == token.mark(ROOT.public)


def test_reading_back(shop: World) -> None:
    """The head, from the beginning and from a place; the object; only for the till that signs."""
    till, other = shop.till(), shop.till("B02")
    assert till.get(shop.replicas[0], f"{till.chain}/head").status_code == 404
    for _ in range(4):
        till.line.sell()
        till.push(shop.replicas[0])
    for path in (f"{till.chain}/head", f"{till.chain}/head?after=0", f"{till.chain}/head?after={till.first - 1}"):
        answer = till.get(shop.replicas[1], path)
        assert (answer.status_code, answer.content) == (200, till.last)
    stored = till.get(shop.replicas[0], f"{till.chain}/batches/0")
    assert stored.headers["content-type"] == OBJECT_TYPE
    assert protocol.read_stored(stored.content)[1] == till.receipts[0]
    assert till.get(shop.replicas[0], f"{till.chain}/batches/1").status_code == 404
    assert till.get(shop.replicas[0], f"{till.chain}/head", other.network).status_code == 401
    assert shop.replicas[0].http.get(f"{till.chain}/head").status_code == 401


def test_a_till_with_a_wrong_clock(shop: World) -> None:
    """It is told a nonce, with which it may ask at any time it believes in; not with one of its own making."""
    till = shop.till()
    till.push(shop.replicas[0])
    path = f"{till.chain}/head"
    late = till.get(shop.replicas[0], path, created=1000)
    nonce = late.headers["sceau-nonce"]

    assert (late.status_code, "clock" in sentence(late.content, 401)) == (401, True)
    assert till.get(shop.replicas[1], path, created=1000, nonce=nonce).content == till.last
    for wrong in ("1000.x", nonce[:-1] + ("A" if nonce[-1] != "A" else "B"), "9" * 12 + ".x"):
        assert till.get(shop.replicas[1], path, created=1000, nonce=wrong).status_code == 401


def test_a_revoked_till(shop: World) -> None:
    """Its batches are kept and say so, in the one line of its chain; a replica that has not heard disturbs nothing."""
    till = shop.till()
    till.line.sell()
    till.push(shop.replicas[0])  # for a minute this one believes that nothing is recorded against the till
    shop.run(
        shop.parts.registry.record(
            till.line.chain_id, registry.REVOKED, b"", protocol.read_receipt(till.receipts[0])[0].received
        )
    )
    till.line.sell()
    heard = till.put(shop.replicas[1], till.cut())  # asked for the first time: it reads
    late = till.put(shop.replicas[0], till.cut())

    assert (heard.status_code, late.status_code) == (201, 200)
    assert heard.content == late.content
    assert shop.proven(heard.content).quarantined
    listed = shop.run(shop.parts.store.get(f"quarantine/{till.line.chain_id.hex()}/{till.first:012d}"))
    assert listed == heard.content
    assert till.get(shop.replicas[1], f"{till.chain}/desired").status_code == 403
    assert till.get(shop.replicas[1], f"{till.chain}/head").content == heard.content


def test_pointers_are_relayed(shop: World) -> None:
    """The newest of each scope, for all, for the shop, for the till; the collector cannot make one."""
    till = shop.till()
    made = [
        Pointer("one", 1, bytes(32), 1, 0, 2**40, "*"),
        Pointer("two", 3, bytes(32), 1, 0, 2**40, f"{SIRET}/*"),
        Pointer("two", 4, bytes(32), 1, 0, 2**40, f"{SIRET}/*"),
        Pointer("three", 1, bytes(32), 1, 0, 2**40, f"{SIRET}/B02"),
    ]
    sealed = [pointer.seal(it, RELEASE.sign) for it in made]
    for data in sealed:
        shop.run(shop.parts.pointers.add(data))
    answer = till.get(shop.replicas[0], f"{till.chain}/desired")

    assert answer.status_code == 200
    told = [data for data in pointer.decode(answer.content) if pointer.read(data).scope in ("one", "two", "three")]
    assert sorted(told) == sorted([sealed[0], sealed[2]])  # other tests have their own in this store
    tag = {"If-None-Match": answer.headers["etag"]}
    assert till.get(shop.replicas[1], f"{till.chain}/desired", headers=tag).status_code == 304
    with pytest.raises(protocol.ProtocolError, match="not signed"):
        shop.run(shop.parts.pointers.add(pointer.seal(made[0], shop.own.sign)))
    with pytest.raises(protocol.ProtocolError, match="given out"):
        shop.run(shop.parts.pointers.add(pointer.seal(made[0]._replace(size=2), RELEASE.sign)))


def test_the_key_log(shop: World) -> None:
    """Given out whole; a key that the root has not signed is not published; a new one is heard of at once."""
    answer = shop.replicas[0].http.get("/v1/keys")
    log = keylog.decode(answer.content, ROOT.public)
    assert shop.own.public in {entry.key for entry in log.entries}
    with pytest.raises(ValueError, match="does not continue"):
        shop.run(publish(shop.parts.store, ROOT.public, keylog.seal(log.next(bytes(32), 0, None), shop.own.sign)))

    new = Key(token_bytes(32))
    shop.log = shop.run(publish(shop.parts.store, ROOT.public, keylog.seal(log.next(new.public, 0, None), ROOT.sign)))
    till = shop.till()
    till.line.sell()
    made = receipt(till.cut(), None, new)
    till.line.sell()
    assert till.put(shop.replicas[0], till.line.cut(2), made).status_code == 201  # another replica's, with its own key


def test_health(shop: World) -> None:
    """Both replicas, twice: the day's object is there already."""
    for replica in shop.replicas * 2:
        assert replica.http.get("/healthz").status_code == replica.http.get("/readyz").status_code == 200


def test_the_log_names_nobody(shop: World) -> None:
    """A line a request, JSON; no address, no till, no SIRET."""
    till = shop.till("Nom de caisse")
    till.push(shop.replicas[0])
    end = time.monotonic() + PATIENCE
    while not (lines := [it for it in shop.replicas[0].said if it.get("chain") == till.line.chain_id.hex()]):
        assert time.monotonic() < end  # the line comes through a pipe and a thread of its own
        time.sleep(0.01)

    assert [(line["event"], line["status"]) for line in lines] == [("put-batch", 201)]
    text = str(shop.replicas[0].said) + str(shop.replicas[0].noise)
    assert all(secret not in text for secret in (SIRET, "Nom de caisse", "127.0.0.1"))

"""Objects go to the tills that a pointer names them for; a request for diagnostics is shown until it is answered."""

from __future__ import annotations

from hashlib import sha256

from appliance.storage.keys import Key
from appliance.sync import diagnostics, pointer
from appliance.sync.diagnostics import Clock, Diagnostics, Queue, Wanted, Wear
from appliance.sync.pointer import Pointer
from collector import build, config
from collector.command import main
from collector.diagnostics import Requests
from collector.objects import Objects
from tests.collector.replica import Replica
from tests.collector.world import RELEASE, Till, World
from tests.sync.line import SIRET, T

DATA = b"the files of a shop"
NAME = sha256(DATA).hexdigest()


def test_an_object_is_for_whom_its_pointer_is(shop: World) -> None:
    """Any replica gives it; another till of the shop does not learn that it is there."""
    one, other = shop.till("B01"), shop.till("B02")
    said = Pointer("config", 1, sha256(DATA).digest(), len(DATA), 0, T * 2, f"{SIRET}/B01")
    (shop.home / "pointer").write_bytes(pointer.seal(said, RELEASE.sign))
    (shop.home / "object").write_bytes(DATA)
    added = ["pointer", "add", str(shop.home / "pointer"), "--object", str(shop.home / "object")]
    assert main([*added, "--config", str(shop.home / "direct.toml")]) == 0

    def asked(till: Till, name: str) -> tuple[int, bytes]:
        answer = till.get(shop.replicas[1], f"/v1/objects/{name}?chain={till.line.chain_id.hex()}")
        return answer.status_code, answer.content

    assert asked(one, NAME) == (200, DATA)
    assert asked(other, NAME)[0] == asked(one, "0" * 64)[0] == asked(one, "..%2Fkeys")[0] == 404
    assert shop.replicas[0].http.get(f"/v1/objects/{NAME}?chain={one.line.chain_id.hex()}").status_code == 401


def test_diagnostics(shop: World) -> None:
    """Shown to the one till; kept once, under its network key; then no longer shown."""
    till, other, replica = shop.till(), shop.till("B02"), shop.replicas[0]
    settings = config.load(shop.home / "direct.toml")
    requests = Requests(shop.parts.store, shop.parts.registry, settings.release_key, build.now)
    wanted = Wanted(till.line.chain_id, bytes(16), build.now() + 60_000)
    data = diagnostics.ask(wanted, RELEASE.sign)
    assert shop.run(requests.add(data)) == wanted
    assert shown(till, replica, data)
    assert not shown(other, replica, data)
    wear, clock, queue = Wear(0, 0, -1, -1, -1), Clock(None, 0, 1), Queue(0, 0)
    said = Diagnostics(till.line.chain_id, bytes(16), T, "0.1.0", (), (), (), wear, clock, queue)

    def told(what: Diagnostics, signer: Key = till.network) -> int:
        sealed = diagnostics.seal(what, signer.sign)
        return till.post(replica, f"{till.chain}/diagnostics", sealed, diagnostics.FORM.type).status_code

    assert told(said, RELEASE) == 401
    assert told(said._replace(nonce=b"\1" * 16)) == 404
    assert [told(said), told(said), told(said._replace(at=T + 1))] == [201, 200, 409]
    assert not shown(till, replica, data)


def shown(till: Till, replica: Replica, data: bytes) -> bool:
    return data in pointer.decode(till.get(replica, f"{till.chain}/desired").content)


def test_an_object_is_stored_once(shop: World) -> None:
    objects = Objects(shop.parts.store, shop.parts.pointers)
    assert shop.run(objects.add(DATA)) == NAME
    assert shop.run(objects.add(DATA)) == NAME

"""A bundle waits for its machine: given to the key that it is for, the newest counts, none takes another's place."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import random
from zoneinfo import ZoneInfo

import httpx
import pytest

from appliance.daemon.clock import SystemClock
from appliance.daemon.config import Config, DeviceConfig, UpstreamConfig
from appliance.daemon.firstboot import FirstBoot
from appliance.daemon.loop import SelectorsLoop
from appliance.daemon.setting import Setting
from appliance.daemon.upstream import Away
from appliance.display.frame import Frame
from appliance.provision.install import placed
from appliance.storage.flash import OsDisk
from appliance.storage.keys import Key
from appliance.sync import delivery, message
from appliance.sync.claim import Claimed, claim
from appliance.sync.client import Client
from appliance.sync.reading import Network
from appliance.sync.uploader import ThreadCourier
from collector import build, config
from collector.command import main
from tests.collector.replica import Replica
from tests.collector.world import URL, World
from tests.provision import made

PATIENCE = 60.0
SEED = bytes(range(7, 39))
QR = delivery.identity_text("0001", delivery.device_of(Key(SEED).public))


def put(world: World, data: bytes, *words: str) -> int:
    path = world.home / "waiting.sceau"
    path.write_bytes(data)
    return main(["bundle", "put", str(path), *words, "--config", str(world.home / "direct.toml")])


def asked(replica: Replica, key: Key, path: str = "", **how: object) -> httpx.Response:
    """`how`: what the request says in place of what is right."""
    own = path or delivery.path(delivery.device_of(key.public))
    created, nonce = int(str(how.get("created", int(time.time())))), str(how.get("nonce", "n"))
    fields = message.sign("GET", URL + own, b"", created, nonce, (key.public, key.sign))
    named = str(how.get("identity", key.public.hex()))
    more = {"If-None-Match": str(how["tag"])} if "tag" in how else {}
    return replica.http.get(own, headers={**fields, delivery.IDENTITY: named, **more})


def fresh() -> tuple[Key, bytes]:
    """A machine of its own for each test, and the key its bundles are closed to."""
    key = Key(sha256(str(random()).encode()).digest())
    return key, delivery.device_of(key.public)


def test_the_newest_for_this_machine_alone(shop: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Any replica gives it; the same again is nothing new; none takes the place of one that waits."""
    (key, device), (other, _) = fresh(), fresh()
    assert asked(shop.replicas[0], key).status_code == 404
    old, new = made.bundle(device=device, version=8), made.bundle(device=device, version=9)
    assert [put(shop, data) for data in (new, old, new)] == [0, 0, 0]
    assert (
        "version 9 for till 1 of 12345678200010 waits for its machine, closed to its machine" in capsys.readouterr().out
    )
    answer = asked(shop.replicas[1], key)
    assert (answer.status_code, answer.content) == (200, new)
    assert answer.headers["content-type"] == delivery.FORM.type
    assert asked(shop.replicas[0], key, tag=answer.headers["etag"]).status_code == 304
    assert put(shop, made.bundle(device=device, version=9)) == 2  # closed anew: other bytes
    assert "another bundle of version 9 waits for this machine" in capsys.readouterr().err
    assert asked(shop.replicas[1], key).content == new
    assert asked(shop.replicas[0], other).status_code == 404


def test_nobody_else_gets_it(shop: World) -> None:
    """Without a signature, with another key, in another's name, with a key that is none; a wrong clock is helped."""
    (key, device), (other, _) = fresh(), fresh()
    put(shop, made.bundle(device=device))
    replica, path = shop.replicas[0], delivery.path(device)
    assert replica.http.get(path).status_code == 401
    assert replica.http.get(path, headers={delivery.IDENTITY: key.public.hex()}).status_code == 401
    assert asked(replica, other, path).status_code == 401
    assert asked(replica, other, path, identity=key.public.hex()).status_code == 401
    for wrong in (bytes(32).hex(), "00", "x" * 64, key.public.hex().upper(), (b"\1" + bytes(31)).hex()):
        assert asked(replica, key, identity=wrong).status_code == 401
    late = asked(replica, key, created=1)
    assert late.status_code == 401
    assert asked(replica, key, created=1, nonce=late.headers["sceau-nonce"]).status_code == 200
    assert asked(replica, other, created=1, nonce=late.headers["sceau-nonce"], path=path).status_code == 401


def test_what_cannot_wait(desk: World, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence each."""
    for data, words, why in (
        (b"x", (), "bundle"),
        (bytes(delivery.LONGEST + 1), (), "4194304 bytes at most"),
        (made.bundle(), (), "names no machine: give --device with its QR"),
        (made.bundle(), ("--device", "SCEAU:1:A"), "is not what a till's QR says"),
        (made.bundle(device=made.DEVICE), ("--device", QR), "closed to another machine"),
        (made.bundle(version=10**12), ("--device", QR), "no second since 1970"),
    ):
        assert put(desk, data, *words) == 2
        assert why in capsys.readouterr().err
    assert put(desk, made.bundle(), "--device", QR) == 0
    assert "closed under a code, which travels apart" in capsys.readouterr().out
    assert asked(desk.replicas[1], Key(SEED)).content == made.bundle()


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One process whose address is the one that machines sign."""
    it = World(tmp_path_factory.mktemp("street"))
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name in ("collector.toml", "direct.toml"):
        text = (it.home / name).read_text().replace(URL, f"http://127.0.0.1:{port}")
        (it.home / name).write_text(text.replace("port = 0", f"port = {port}"))
    it.parts = build.parts(config.load(it.settings))
    it.replicas += [Replica(it.settings)]
    yield it
    it.close()


def address(world: World) -> str:
    return config.load(world.settings).url


def test_the_machine_s_own_question(street: World) -> None:
    """A clock that is years off; what was fetched is not fetched again; who is not there is silent."""
    key, device = fresh()
    network = Network(key.public, key.sign, lambda: 86_400, lambda: "n")
    client = Client(address(street))
    assert claim(client, network, b"").what == "none"
    data = made.bundle(device=device)
    put(street, data)
    assert claim(client, network, b"") == Claimed("bundle", data)
    assert claim(client, network, sha256(data).digest()) == Claimed("same")
    assert claim(Client("http://127.0.0.1:1"), network, b"").what == "silent"
    stranger = Client(f"{address(street)}/elsewhere")
    assert claim(stranger, network, b"").what == "none"


class Machine:
    """A first boot on threads and the machine's own clock, with a screen that is a file."""

    def __init__(self, folder: Path, url: str) -> None:
        panel = folder / "panel"
        panel.write_bytes(bytes(800 * 480 * 4))
        screen = DeviceConfig("framebuffer", {"path": str(panel), "size": [800, 480], "stride": 3200})
        self.data, shop = folder / "data", folder / "shop"
        shop.mkdir()
        devices, root = {"panel": screen}, made.ROOT.public
        settings = Config(self.data, shop, devices, provision=root, upstream=UpstreamConfig(url=url))
        self.loop = SelectorsLoop(SystemClock(ZoneInfo("Europe/Paris")))
        self.labels: tuple[str, ...] = ()
        self.done = False
        setting = Setting(away=Away(ThreadCourier, lambda: True, random), on_frame=self._shown)
        self.first = FirstBoot(settings, self.loop, OsDisk(), setting, self._then)
        self.first.start()

    def _shown(self, frame: Frame) -> None:
        self.labels = tuple(frame.labels)

    def _then(self) -> None:
        self.done = True

    def until(self, text: str = "") -> None:
        """The screen says it; without a text, until a bundle is in its place."""
        end = time.monotonic() + PATIENCE
        while not self.done and (not text or text not in " ".join(self.labels)):
            assert time.monotonic() < end, self.labels
            self.loop.turn(50)

    def close(self) -> None:
        self.first.close()
        self.loop.close()


def test_a_machine_fetches_its_bundle_from_a_process(street: World, tmp_path: Path) -> None:
    """Over a wire, in real time, on threads: nothing there, then its own, and it is a till's."""
    machine = Machine(tmp_path, address(street))
    try:
        machine.until(f"Aucun dossier pour cette machine chez {address(street)[7:]}.")
        device = delivery.read_identity(next(each for each in machine.labels if each.startswith("SCEAU:")))[1]
        assert put(street, made.bundle(device=device)) == 0
        machine.until()
    finally:
        machine.close()
    found = placed(tmp_path / "data", OsDisk())
    assert found is not None
    assert (found.version, found.signer) == (7, "Nadia Petit")

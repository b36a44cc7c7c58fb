"""A collector on this machine, a process of its own behind TLS, which the booted one reaches over its network card."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from appliance.sync import token
from collector import build, config
from tests.collector.authority import Authority
from tests.collector.replica import Replica
from tests.collector.world import URL, World

ADDRESS, PORT = "10.0.2.100", 8443
RELAY = Path(__file__).with_name("relay.py")
TLS = '[tls]\ncertificate = "tls.pem"\nkey = "tls.key"\n[store]'


class Office:
    """`ca`: what vouches for it; `wire`: what QEMU's network is told."""

    def __init__(self, home: Path) -> None:
        self._home = home / "collector"
        self._world = World(self._home)
        authority = Authority(home, "office")
        authority.serve(self._home, ADDRESS)
        self.ca, port = authority.path, _free()
        self._serve(self._world.settings, port)
        relay = f"{sys.executable} {RELAY} {port}"
        self.wire = f"guestfwd=tcp:{ADDRESS}:{PORT}-cmd:{relay}"

    def _serve(self, settings: Path, port: int) -> None:
        said = settings.read_text().replace(URL, f"https://{ADDRESS}:{PORT}")
        settings.write_text(said.replace("port = 0", f"port = {port}").replace("[store]", TLS))
        self._world.parts = build.parts(config.load(settings))
        self._world.replicas += [Replica(settings)]

    def code(self, siret: str, till: str) -> str:
        """An enrolment's digits."""
        return token.digits(self._world.run(self._world.parts.enrolments.offer(siret, till)))

    def heads(self, chain_id: bytes) -> dict[int, bytes]:
        """Where the batches of a chain end that lie in its store without a gap, and the head there."""
        found, seq = {0: b""}, 0
        while batch := self._world.run(self._world.parts.batches.at(chain_id, seq)):
            seq = batch[1].receipt.next_seq
            found[seq] = batch[1].batch.head
        return found

    def manifests(self, chain_id: bytes) -> int:
        """How many archives of a chain it has the manifest of."""
        return len(list((self._home / "store" / "archives" / chain_id.hex()).glob("*")))

    def close(self) -> None:
        self._world.close()


def _free() -> int:
    """Its address stands in what tills sign, so it is known before it runs."""
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

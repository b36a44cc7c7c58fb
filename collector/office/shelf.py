"""Takes an owner's chains out of the store. What was read and proven once is kept in the office's own file."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence

from appliance.sync import enrolment, keylog, protocol, registry
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import ProtocolError
from collector import part, proof
from collector.office.glass import Reads
from collector.office.seen import Seen
from collector.part import Broken, Fork, Part
from collector.proof import Chain, Held
from collector.store import Unavailable

AT_ONCE = 16  # objects that are read together


class Shelf:
    """`root`: the collector's root key."""

    def __init__(self, store: Reads, base: sqlite3.Connection, root: bytes) -> None:
        self._store, self._seen, self._root = store, Seen(base), root
        self._sirets: dict[str, str] = {}

    async def log(self) -> KeyLog:
        """Raises Unavailable."""
        names = sorted([name async for name in self._store.names("keys")])
        try:
            return keylog.read(await self._read(names), self._root)
        except ProtocolError as error:
            raise Unavailable(f"the key log in the store is not right: {error}") from error

    async def chains(self, sirens: Iterable[str], log: KeyLog) -> list[Chain]:
        """All of these companies that the registry knows. Raises Unavailable."""
        entries: dict[str, list[str]] = {}
        async for name in self._store.names("registry"):
            entries.setdefault(name.split("/")[1], []).append(name)
        await self._learn([chain for chain in entries if chain not in self._sirets], log)
        own = [chain for chain in sorted(entries) if self._sirets.get(chain, "")[:9] in set(sirens)]
        return [self._judged(await self.held(bytes.fromhex(chain), sorted(entries[chain]), log), log) for chain in own]

    async def held(self, chain_id: bytes, entries: Sequence[str], log: KeyLog) -> Held:
        """`entries`: names of its registry's objects. Raises Unavailable."""
        parts, broken = await self._line(chain_id, log)
        forks = []
        for name in sorted([name async for name in self._store.names(f"forks/{chain_id.hex()}")]):
            try:
                forks.append(part.read_fork(chain_id, (await self._read([name]))[0], log))
            except ProtocolError as error:
                broken.append(Broken(int(name.split("/")[2]), f"evidence of a fork: {error}"))
        return Held(chain_id, tuple(await self._read(entries)), tuple(parts), tuple(broken), tuple(forks))

    async def fork(self, chain_id: bytes, fork: Fork) -> bytes:
        """The evidence itself: [batch, last receipt]. Raises Unavailable."""
        return (await self._read([f"forks/{chain_id.hex()}/{fork.first_seq:012d}/{fork.sha256.hex()}"]))[0]

    async def _line(self, chain_id: bytes, log: KeyLog) -> tuple[list[Part], list[Broken]]:
        """Only what is new is read; what has gone from the store is gone here as well."""
        folder = protocol.place(chain_id, 0).rpartition("/")[0]
        names = sorted([name async for name in self._store.names(folder)])
        parts = self._seen.line(folder, names)
        broken: list[Broken] = []
        rest = names[len(parts) :]
        for at in range(0, len(rest), AT_ONCE):
            some = rest[at : at + AT_ONCE]
            objects = [(_number(name), data) for name, data in zip(some, await self._read(some), strict=True)]
            last = parts[-1] if parts else None
            for found in await asyncio.to_thread(lambda: list(part.follow(chain_id, objects, last, log))):  # noqa: B023 - awaited in this turn
                if isinstance(found, Broken):
                    broken.append(found)
                    continue
                parts.append(found)
                if found.linked:
                    self._seen.keep(folder, found)
        return parts, broken

    def _judged(self, held: Held, log: KeyLog) -> Chain:
        """An entry that does not hold is named; the till stays on the page by its first one."""
        try:
            return proof.judged(held, log)
        except ProtocolError as error:
            why = Broken(0, f"the registry: {error}")
            return proof.judged(held._replace(registry=held.registry[:1], broken=(*held.broken, why)), log)

    async def _learn(self, chains: list[str], log: KeyLog) -> None:
        """Whose they are; an enrolment that the collector has not signed is nobody's, and the audit's affair."""
        for at in range(0, len(chains), AT_ONCE):
            some = chains[at : at + AT_ONCE]
            found = await asyncio.gather(*(self._store.get(f"registry/{chain}/{0:012d}") for chain in some))
            for chain, data in zip(some, found, strict=True):
                try:
                    entry = registry.read([data or b""], bytes.fromhex(chain), log)[0]
                    said, _ = enrolment.read_registration(registry.enrolled(entry)[1], log.root)
                    if said.chain_id.hex() == chain:
                        self._sirets[chain] = said.siret
                except ValueError:
                    continue

    async def _read(self, names: Sequence[str]) -> list[bytes]:
        found = await asyncio.gather(*(self._store.get(name) for name in names))
        gone = [name for name, data in zip(names, found, strict=True) if data is None]
        if gone:
            raise Unavailable(f"{gone[0]} was listed and cannot be read")
        return [data for data in found if data is not None]


def _number(name: str) -> int:
    last = name.rpartition("/")[2]
    if len(last) != 12 or not (last.isascii() and last.isdecimal()):
        raise Unavailable(f"{name} is no name of a batch")
    return int(last)

"""The collector's own key, and the log in which its offline root has published it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes
from typing import Final, NamedTuple

from appliance.storage import chain
from appliance.sync import keylog
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import ProtocolError, kid
from collector.store import Store, Unavailable, append, numbered

PREFIX: Final = "keys"
AGAIN: Final = 60.0  # seconds after which the log is read again


class BadKey(ValueError):
    """A key file or the key log is not fit; the sentence says what to do."""


class Secret(NamedTuple):
    """An Ed25519 key in memory."""

    public: bytes
    sign: Callable[[bytes], bytes]

    @property
    def kid(self) -> bytes:
        return kid(self.public)


def secret(seed: bytes) -> Secret:
    public, private = chain.pair(seed)
    return Secret(public, lambda message: chain.sign(private, message))


def make(path: Path) -> Secret:
    """A new key in a file that only its owner reads: 32 bytes in hexadecimal digits. Raises BadKey."""
    seed = token_bytes(32)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(seed.hex().encode() + b"\n")
            file.flush()
            os.fsync(handle)
    except OSError as error:
        raise BadKey(f"{path} cannot be made ({error.strerror}): move the one that is there away") from error
    return secret(seed)


def load(path: Path) -> Secret:
    """Raises BadKey."""
    try:
        seed = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise BadKey(f"{path} cannot be read as a key ({error}): name the file that holds it") from error
    if len(seed) != 32:
        raise BadKey(f"{path} holds no key of 32 bytes: name the file that holds it")
    return secret(seed)


class Keys:
    """Signs with `own`; checks with whatever the store's key log says, which is read again now and then."""

    def __init__(self, store: Store, root: bytes, own: Secret) -> None:
        self._store, self._root, self.own = store, root, own
        self._log = KeyLog(root, (), ())
        self._read = 0.0

    @property
    def root(self) -> bytes:
        return self._root

    async def log(self) -> KeyLog:
        """Raises Unavailable when it cannot be read and none was read before."""
        if not self._log.data or time.monotonic() - self._read > AGAIN:
            await self._renew()
        return self._log

    async def knowing(self, name: bytes) -> KeyLog:
        """Read again at once when it does not know this kid: another replica may have got a new key."""
        log = await self.log()
        if all(kid(entry.key) != name for entry in log.entries):
            await self._renew()
        return self._log

    async def _renew(self) -> None:
        data = [*self._log.data]
        while (found := await self._store.get(f"{PREFIX}/{len(data):012d}")) is not None:
            data.append(found)
        try:
            self._log, self._read = keylog.read(data, self._root), time.monotonic()
        except ProtocolError as error:
            raise Unavailable(f"the key log in the store is not right: {error}") from error


async def publish(store: Store, root: bytes, entry: bytes) -> KeyLog:
    """Appends an entry that the root has signed. Raises BadKey, Unavailable."""
    data = await numbered(store, PREFIX)
    try:
        log = keylog.read([*data, entry], root)
    except ProtocolError as error:
        raise BadKey(f"the entry does not continue the key log: {error}") from error
    if not await append(store, PREFIX, len(data), entry):
        raise BadKey("another entry was published meanwhile: sign this one again behind it")
    return log

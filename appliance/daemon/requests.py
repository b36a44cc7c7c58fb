"""The till's local socket: commands of this machine have their acts recorded by the till that runs.

One JSON object a line, one answer a line. Only the till's own user and root are heard (SO_PEERCRED, unix(7)):

    {"do": "hello"}                      {"key": hex, "now": UTC ms, "software": text}
    {"do": "record", "act": hex}         {"record": number}; `act` is an encoded record of which kind and body count
    {"do": "sign", "statement": hex}     {"signature": hex}; only the statement of an archive's manifest is signed
    anything else                        {"error": sentence}
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from appliance.core.input import Asked
from appliance.ports import Loop
from appliance.storage.keys import Signer
from appliance.storage.record import RecordError, decode

NAME: Final = "socket"
LONGEST: Final = 1024 * 1024  # bytes of a line: the manifest of a busy year names hundreds of segments
_CREDENTIALS: Final = struct.Struct("3i")  # struct ucred: pid, uid, gid


class Requests:
    """Listens at `folder`/socket; feeds what is asked, answers when it is durable."""

    def __init__(self, folder: Path, loop: Loop, key: Signer, software: str, feed: Callable[[Asked], None]) -> None:
        self._path, self._loop, self._key, self._software, self._feed = folder / NAME, loop, key, software, feed
        self._talks: set[Talk] = set()
        self._waiting: dict[int, Talk] = {}
        self._tokens = 0
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        with suppress(FileNotFoundError):
            self._path.unlink()  # of a till that was killed; the journal's lock says that none runs
        self._listener.bind(str(self._path))
        self._path.chmod(0o600)
        self._listener.listen(4)
        loop.watch(self._listener.fileno(), self._accept)

    def answer(self, token: int, record: int) -> None:
        """The record is durable; nobody may be there any more to hear it."""
        talk = self._waiting.pop(token, None)
        if talk is not None:
            talk.say(
                {"record": record} if record >= 0 else {"error": "the till does not record this act for a command"}
            )

    def close(self) -> None:
        self._loop.forget(self._listener.fileno())
        self._listener.close()
        for talk in list(self._talks):
            talk.end()
        with suppress(FileNotFoundError):
            self._path.unlink()

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            peer, _ = self._listener.accept()
            uid = _CREDENTIALS.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))[1]
            if uid not in (0, os.getuid()):
                peer.close()
                return
            self._talks.add(Talk(peer, self._loop, self._heard, self._talks.discard))

    def _heard(self, talk: Talk, asked: dict[str, Any]) -> None:
        try:
            match asked.get("do"):
                case "hello":
                    now = self._loop.clock.now().t
                    talk.say({"key": self._key.public.hex(), "now": now, "software": self._software})
                case "record":
                    act = decode(bytes.fromhex(asked["act"]))
                    self._tokens += 1
                    self._waiting[self._tokens] = talk
                    self._feed(Asked(act.kind, act.body, self._tokens))
                case "sign":
                    talk.say(self._signed(bytes.fromhex(asked["statement"])))
                case _:
                    talk.say({"error": "this is not asked of a till"})
        except (KeyError, TypeError, ValueError, RecordError) as error:
            talk.say({"error": f"the request is not understood ({error!r})"})

    def _signed(self, statement: bytes) -> dict[str, str]:
        from appliance.audit.manifest import FRONT_SIGNED  # loaded when it is needed: a till starts without it

        if not statement.startswith(FRONT_SIGNED):
            return {"error": "only an archive's manifest is signed for a command"}
        return {"signature": self._key.sign(statement).hex()}


class Talk:
    """One peer: whole lines in, lines out."""

    def __init__(
        self,
        peer: socket.socket,
        loop: Loop,
        heard: Callable[[Talk, dict[str, Any]], None],
        ended: Callable[[Talk], None],
    ) -> None:
        self._peer, self._loop, self._heard, self._ended = peer, loop, heard, ended
        self._data = b""
        peer.setblocking(False)
        loop.watch(peer.fileno(), self._read)

    def say(self, what: dict[str, Any]) -> None:
        """An answer is a few hundred bytes: a peer that does not take them is let go."""
        try:
            self._peer.sendall(json.dumps(what).encode() + b"\n")
        except OSError:
            self.end()

    def end(self) -> None:
        with suppress(OSError, ValueError):
            self._loop.forget(self._peer.fileno())
        self._peer.close()
        self._ended(self)

    def _read(self) -> None:
        try:
            part = self._peer.recv(LONGEST)
        except OSError:
            part = b""
        self._data += part
        if not part or len(self._data) > LONGEST:
            self.end()
            return
        while b"\n" in self._data:
            line, self._data = self._data.split(b"\n", 1)
            self._line(line)

    def _line(self, line: bytes) -> None:
        try:
            asked = json.loads(line)
        except ValueError:
            asked = None
        if isinstance(asked, dict):
            self._heard(self, asked)
        else:
            self.say({"error": "a request is one JSON object a line"})

"""Asks a collector what the owner wants of this till and fetches it. Blocking, for a thread of its own.

Each object stands under the hash in its pointer; what lasts is decided on the till's loop.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final, NamedTuple

from appliance.sync import diagnostics, parcel, pieces, pointer
from appliance.sync.client import Unreachable
from appliance.sync.desired import NAMES, REFUSED, UNREAD, Known, Refusal, coming, mark, sort_pointers, sort_requests
from appliance.sync.diagnostics import Wanted
from appliance.sync.parcel import OBJECT_BYTES, SOFTWARE
from appliance.sync.pointer import Pointer
from appliance.sync.protocol import ProtocolError
from appliance.sync.reading import Reading

LARGE: Final = REFUSED.format("elle est trop grande")
LYING: Final = "La réponse du serveur n'est pas valable\u00a0: {0}."

Check = Callable[[Pointer, bytes], str]


class Fetched(NamedTuple):
    """Proven, in its time, and its object holds what the pointer says; `data` is empty for software that is only made
    known, and a release for software that is fetched."""

    pointer: Pointer
    statement: bytes
    data: bytes


class Found(NamedTuple):
    """`lie`: why the collector's answer was not right, a sentence, or empty."""

    fetched: tuple[Fetched, ...] = ()
    refused: tuple[Refusal, ...] = ()
    asked: tuple[Wanted, ...] = ()
    lie: str = ""


class Desired:
    """For one chain. `fits` tries an object with the shop's own reader and gives the first fault, or nothing.

    `releases` says of a release why this machine does not take it; None: software is only made known here.
    """

    def __init__(
        self, reading: Reading, chain_id: bytes, release_key: bytes, fits: Check, releases: Check | None = None
    ) -> None:
        self._reading, self._chain_id, self._release_key, self._fits = reading, chain_id, release_key, fits
        self._releases = releases
        self._tag, self._list = "", b""
        self.later: Pointer | None = None  # software that is not this till's turn, as it was heard last

    def ask(self, known: Known) -> Found:
        """All that is new; what cannot be fetched now is found again at the next asking."""
        try:
            return self._ask(known)
        except Unreachable:
            return Found()
        except ProtocolError as error:
            return Found(lie=LYING.format(error))

    def _ask(self, known: Known) -> Found:
        statements = pointer.decode(self._listed())
        fresh = [each for each in statements if mark(each) not in known.refused]
        requests = [each for each in fresh if diagnostics.is_wanted(each)]
        asked, late = sort_requests(requests, self._chain_id, self._release_key, known)
        pointers = [each for each in fresh if each not in requests]
        wanted, refused = sort_pointers(pointers, self._chain_id, self._release_key, known)
        self.later = coming(pointers, self._chain_id, self._release_key, known)
        fetched = [self._fetch(it, data) for it, data in wanted]
        good = tuple(each for each in fetched if isinstance(each, Fetched))
        bad = tuple(each for each in fetched if isinstance(each, Refusal))
        return Found(good, (*refused, *late, *bad), tuple(asked))

    def _listed(self) -> bytes:
        headers = {"If-None-Match": self._tag} if self._tag else {}
        answer = self._reading.read(f"/v1/chains/{self._chain_id.hex()}/desired", headers)
        if answer.status == 304 and self._tag:
            return self._list
        if answer.status != 200:
            raise Unreachable(f"HTTP {answer.status}")
        self._tag, self._list = answer.headers.get("etag", ""), answer.body
        return answer.body

    def _fetch(self, it: Pointer, statement: bytes) -> Fetched | Refusal | None:
        """None while nobody has the object. Raises ProtocolError when it is another than was signed."""
        if it.scope == SOFTWARE and self._releases is None:
            return Fetched(it, statement, b"")
        if it.size > OBJECT_BYTES:
            return Refusal(statement, LARGE)
        answer = self._reading.read(f"/v1/objects/{it.sha256.hex()}?chain={self._chain_id.hex()}")
        if answer.status != 200:
            return None
        if (len(answer.body), sha256(answer.body).digest()) != (it.size, it.sha256):
            raise ProtocolError("an object is not what was signed")
        why = self._why_not(it, answer.body)
        return Refusal(statement, why) if why else Fetched(it, statement, answer.body)

    def _why_not(self, it: Pointer, data: bytes) -> str:
        """A sentence, or nothing."""
        try:
            if self._releases is not None and it.scope == SOFTWARE:
                pieces.read(data)
                why = self._releases(it, data)
                return REFUSED.format(why) if why else ""
            parcel.unpack(it.scope, data)
            why = self._fits(it, data)
        except ProtocolError as error:
            why = str(error)
        return UNREAD.format(NAMES[it.scope], it.version, why) if why else ""

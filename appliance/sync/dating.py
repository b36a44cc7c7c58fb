"""The collector's word on when an archive was there (ARC-02; PROTOCOL.md, section Archives). Blocking, for the courier.

    <archive>.zip.countersignature    [countersignature, key log]: whoever has the collector's root key can check it

It stands beside the archive, which stays what it was. Selling and archiving never wait for it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cbor2

from appliance.storage.flash import Disk, durable_file
from appliance.sync import countersign, keylog, shape
from appliance.sync.client import Asking, Unreachable
from appliance.sync.countersign import ARCHIVE_BYTES, Countersigned
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import ProtocolError

SUFFIX: Final = ".countersignature"
MANIFEST: Final = "manifest.cose"
LARGEST: Final = 256 * 1024
LYING: Final = "La réponse du serveur n'est pas valable\u00a0: {0}."


class Dating:
    """`folder` holds the till's archives; `log` is the collector's, as the registration or a newer answer gave it."""

    def __init__(self, client: Asking, folder: Path, log: KeyLog, disk: Disk) -> None:
        self._client, self._folder, self._log, self._disk = client, folder, log, disk
        self._refused: set[str] = set()  # by name, until the next start: what is wrong is not asked again each time

    def ask(self, until: int) -> str:
        """For each archive whose records have all come, `until` being the first without a receipt.

        Why an answer was not right, a sentence, or empty. What was not answered is asked for at the next receipt.
        """
        try:
            for path, manifest in self._waiting(until):
                self._one(path, manifest)
        except (Unreachable, OSError):
            return ""
        except ProtocolError as error:
            return LYING.format(error)
        return ""

    def _waiting(self, until: int) -> Iterator[tuple[Path, bytes]]:
        names = set(self._disk.listdir(self._folder)) if self._folder.is_dir() else set()
        for name in sorted(names - self._refused):
            if name.endswith(".zip") and name + SUFFIX not in names:
                manifest = manifest_of(self._folder / name)
                if _last(manifest) < until:
                    yield self._folder / name, manifest

    def _one(self, path: Path, manifest: bytes) -> None:
        answer = self._client.ask("POST", "/v1/archives", manifest, {"Content-Type": countersign.ARCHIVE.type})
        if answer.status == 429 or answer.status >= 500:
            raise Unreachable(f"HTTP {answer.status}")
        if answer.status not in (200, 201):
            self._refused.add(path.name)
            return
        try:
            self._proven(answer.body, manifest)
        except ProtocolError:
            self._refused.add(path.name)
            raise
        # If we stop here, the archive has no countersignature; the next receipt asks again and gets the same bytes.
        durable_file(self._disk, path.with_name(path.name + SUFFIX), cbor2.dumps([answer.body, self._log.encode()]))

    def _proven(self, data: bytes, manifest: bytes) -> Countersigned:
        """A key that the log does not know may be newer than the log: it is asked for once. Raises ProtocolError."""
        try:
            return countersign.proven(data, manifest, self._log)
        except ProtocolError:
            answer = self._client.ask("GET", "/v1/keys")
            if answer.status != 200:
                raise
            self._log = keylog.decode(answer.body, self._log.root)
            return countersign.proven(data, manifest, self._log)


def manifest_of(path: Path) -> bytes:
    """The signed manifest in an archive; empty when there is none. Raises OSError."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(MANIFEST) as file:
            return file.read(ARCHIVE_BYTES)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError):
        return b""


def _last(manifest: bytes) -> float:
    """The last record that it tells of; never, for what is no manifest: `sceau archive check` says that."""
    try:
        return countersign.read_archive(manifest).last
    except ProtocolError:
        return float("inf")


def dated(path: Path, root: bytes) -> Countersigned:
    """The word beside this archive, proven under the collector's root key. Raises ProtocolError, OSError."""
    with path.with_name(path.name + SUFFIX).open("rb") as file:
        found = shape.decoded(file.read(LARGEST), "countersignature")
    if type(found) is not list or len(found) != 2 or not all(map(shape.octets_to(LARGEST), found)):
        raise ProtocolError("the file beside the archive is not a countersignature and a key log")
    return countersign.proven(found[0], manifest_of(path), keylog.decode(found[1], root))

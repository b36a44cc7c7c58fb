"""A stick that goes to the collector and back, for a shop without a network. Batches prove themselves on any way.

    sceau/<chain id, hex>/<first_seq, 12 digits>.batch      for the collector
    sceau/<chain id, hex>/<first_seq, 12 digits>.receipt    its answer
    sceau/<chain id, hex>/before.receipt                    the receipt that the first batch goes with
    sceau/<chain id, hex>/keys                              the collector's key log, with the answers

Whoever carries it needs no secret and can change nothing. A copy is not an archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from appliance.storage.flash import Disk, OsDisk, durable_file
from appliance.sync import keylog, protocol
from appliance.sync.client import Asking
from appliance.sync.cut import SMALL, Cutter
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import ProtocolError, Receipt

FOLDER: Final = "sceau"
BATCH: Final = ".batch"
RECEIPT: Final = ".receipt"
BEFORE: Final = "before.receipt"
KEYS: Final = "keys"
LARGEST: Final = protocol.REQUEST_BYTES
OTHER: Final = "Une réponse sur la clé USB parle d'autres actes de cette caisse à partir du n° {0}."
AHEAD: Final = "Une réponse sur la clé USB parle d'actes de cette caisse jusqu'au n° {0}, elle n'en a que {1}."


class CarryError(Exception):
    """Nothing more could be done; the text is one sentence that says what to do."""


class Home(NamedTuple):
    """What the journal says: the first record without a receipt, the last receipt, the first that is not durable."""

    next_seq: int
    receipt: bytes | None
    until: int


def export(stick: Path, cutter: Cutter, home: Home, disk: Disk) -> int:
    """Brings the stick up to the journal; the first record that is not on it. Raises CutError, OSError.

    Files that the till has a receipt of are removed. The last batch, while nobody has answered it, is cut anew.
    """
    place = stick / FOLDER / cutter.chain_id().hex()
    for folder in (stick / FOLDER, place):
        disk.mkdir(folder)
    if home.receipt is not None and _read(place / BEFORE) != home.receipt:
        # If we stop here, the stick lacks a batch or has one twice; the next minute finds what is missing.
        durable_file(disk, place / BEFORE, home.receipt)
    at = _swept(place, home, disk)
    while (batch := cutter.cut(at, home.until, SMALL)) is not None:
        data = batch.encode()
        path = place / f"{at:012d}{BATCH}"
        if _read(path) != data:
            # As above: whole or absent (`durable_file`), and each batch proves itself.
            durable_file(disk, path, data)
        at = batch.next_seq
    return at


def _swept(place: Path, home: Home, disk: Disk) -> int:
    """Where the next batch begins: behind what was answered on the stick, else at the till's own place."""
    at = home.next_seq
    for first, receipt in sorted(_receipts(place)):
        if receipt.next_seq <= home.next_seq:
            disk.unlink(place / f"{first:012d}{RECEIPT}")
        elif first == at:
            at = receipt.next_seq
    for first in list(_firsts(place, BATCH)):
        if first < home.next_seq:
            disk.unlink(place / f"{first:012d}{BATCH}")
    return at


def answers(stick: Path, cutter: Cutter, log: KeyLog, home: Home) -> Iterator[tuple[Receipt, bytes]]:
    """Receipts that came back and follow the till's last one, proven; the rest is passed over. Raises CutError."""
    place = stick / FOLDER / cutter.chain_id().hex()
    known, at = _newer(place, log), home.next_seq
    for first, receipt in sorted(_receipts(place)):
        data = _read(place / f"{first:012d}{RECEIPT}")
        if first != at or receipt.chain_id != cutter.chain_id() or receipt.next_seq > home.until:
            continue
        try:
            known.receipt(data)
        except ProtocolError:
            continue
        if cutter.head(receipt.next_seq) != receipt.head:
            continue
        yield receipt, data
        at = receipt.next_seq


def contradiction(stick: Path, cutter: Cutter, log: KeyLog, home: Home) -> str:
    """What a proven answer on the stick says against this journal, a sentence; empty when all agree. Raises CutError.

    Its word alone stops no sale: the collector has to show a batch under this till's own signature (`exchange`).
    """
    place = stick / FOLDER / cutter.chain_id().hex()
    known = _newer(place, log)
    for first, receipt in sorted(_receipts(place)):
        try:
            known.receipt(_read(place / f"{first:012d}{RECEIPT}"))
        except ProtocolError:
            continue
        if receipt.chain_id != cutter.chain_id():
            continue
        if receipt.next_seq > home.until:
            return AHEAD.format(receipt.next_seq - 1, home.until)
        if receipt.next_seq > home.next_seq and cutter.head(receipt.next_seq) != receipt.head:
            return OTHER.format(receipt.first_seq)
    return ""


def _newer(place: Path, log: KeyLog) -> KeyLog:
    """Keys that the collector has taken since; under the same root."""
    try:
        found = keylog.decode(_read(place / KEYS), log.root)
    except ProtocolError:
        return log
    return found if len(found.entries) > len(log.entries) else log


def push(stick: Path, client: Asking) -> int:
    """What a carrier does wherever there is a network: every batch is sent, every answer kept; how many were.

    Raises CarryError, Unreachable, OSError.
    """
    disk, done = OsDisk(), 0
    for place in sorted((stick / FOLDER).iterdir()) if (stick / FOLDER).is_dir() else ():
        if place.is_dir():
            done += _push(place, client, disk)
    return done


def _push(place: Path, client: Asking, disk: Disk) -> int:
    before, done = _read(place / BEFORE) or None, 0
    for first in sorted(_firsts(place, BATCH)):
        kept = _read(place / f"{first:012d}{RECEIPT}")
        if not kept:
            kept = _sent(place.name, first, _read(place / f"{first:012d}{BATCH}"), before, client)
            # If we stop here, the collector has it and the stick has no answer: sending again gives the same one.
            durable_file(disk, place / f"{first:012d}{RECEIPT}", kept)
            done += 1
        before = kept
    if done:
        answer = client.ask("GET", "/v1/keys")
        if answer.status == 200:
            durable_file(disk, place / KEYS, answer.body)
    return done


def _sent(chain: str, first: int, batch: bytes, before: bytes | None, client: Asking) -> bytes:
    path = f"/v1/chains/{chain}/batches/{first}"
    answer = client.ask("PUT", path, protocol.request(batch, before), {"Content-Type": protocol.BATCH_TYPE})
    if answer.status not in (200, 201, 409):
        raise CarryError(f"the collector does not take batch {first} of {chain} ({answer.status}): ask who runs it")
    return answer.body


def _receipts(place: Path) -> Iterator[tuple[int, Receipt]]:
    """By the number in the name; what is no receipt is passed over."""
    for first in _firsts(place, RECEIPT):
        try:
            yield first, protocol.read_receipt(_read(place / f"{first:012d}{RECEIPT}"))[0]
        except ProtocolError:
            continue


def _firsts(place: Path, suffix: str) -> Iterator[int]:
    if place.is_dir():
        names = (path.name for path in place.iterdir() if path.name.endswith(suffix))
        yield from (int(name[:12]) for name in names if len(name) == 12 + len(suffix) and name[:12].isdecimal())


def _read(path: Path) -> bytes:
    """Empty when it is not there. Never more than such a file may have: a stick comes from anywhere."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except FileNotFoundError:
        return b""

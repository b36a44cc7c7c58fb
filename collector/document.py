"""A completeness proof as JSON, and its check by whoever has the file and the root key. Pure.

The same proof gives the same bytes. The check believes no verdict: it takes the key log, the registry and the receipts,
whose signatures hold without the collector, and counts again.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any, Final

from appliance.sync import enrolment, keylog, registry
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import ProtocolError
from collector.part import Closing
from collector.proof import Finding, Proof

FORMAT: Final = "sceau/completeness-proof/1"
HOW: Final = (
    "sceau-collector check-proof FILE --root KEY counts again from the receipts below, without the collector",
    "root is the key that every till of the shop has pinned: compare it with the till's registration",
    "each receipt is a COSE_Sign1 (RFC 9052) by a key of the key log, which the root has signed (PROTOCOL.md, Receipt)",
    "days are read from the records, which are in the batches and not here",
    "sha256 is that of the batch: the collector gives it out at /v1/chains/{chain}/batches/{first_seq}",
    "sceau verify and the verifier page check an archive of the till itself; its records end in the same heads",
)


def encode(proof: Proof) -> bytes:
    body = {
        "format": FORMAT,
        "period": {"first": proof.period.first, "last": proof.period.last},
        "made": proof.made,
        "complete": proof.complete,
        "root": proof.log.root.hex(),
        "key_log": [_b64(each) for each in proof.log.data],
        "chains": [_chain(finding) for finding in proof.findings],
        "unknown_successors": [each.hex() for each in proof.strangers],
        "how_to_check": list(HOW),
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def _b64(data: bytes) -> str:
    return b64encode(data).decode()


def _chain(finding: Finding) -> dict[str, Any]:
    chain = finding.chain
    said = chain.registration
    return {
        "chain": chain.held.chain_id.hex(),
        "siret": said.siret if said else None,
        "till": said.till if said else None,
        "shop": chain.name,
        "verdict": finding.verdict,
        "next_seq": chain.next_seq,
        "missing": [{"since": each.since, "until": each.until} for each in finding.missing],
        "registry": [
            {"number": entry.number, "what": entry.what, "at": entry.at, "entry": _b64(data)}
            for entry, data in zip(chain.entries, chain.held.registry, strict=True)
        ],
        "batches": [
            {
                "first_seq": part.first_seq, "next_seq": part.next_seq, "head": part.head.hex(),
                "sha256": part.sha256.hex(), "received": part.received, "quarantined": part.quarantined,
                "first_day": part.first_day, "last_day": part.last_day, "receipt": _b64(part.receipt),
            }
            for part in finding.parts
        ],
        "forks": [
            {"first_seq": it.first_seq, "next_seq": it.next_seq, "head": it.head.hex(), "sha256": it.sha256.hex()}
            for it in finding.forks
        ],
        "broken": [{"first_seq": each.first_seq, "why": each.why} for each in finding.broken],
        "closings": [_closing(each) for each in finding.closings],
        "jumps": [[_closing(one), _closing(other)] for one, other in finding.jumps],
    }  # fmt: skip


def _closing(it: Closing) -> dict[str, Any]:
    return {
        "what": it.what, "number": it.number, "period": it.period,
        "total": it.total, "perpetual": it.perpetual, "seq": it.seq,
    }  # fmt: skip


def check(data: bytes, root: bytes) -> Iterator[str]:
    """One sentence for each thing that the file claims and its signatures do not bear out; none when all holds."""
    try:
        said = json.loads(data)
        if said["format"] != FORMAT or said["root"] != root.hex():
            yield "the proof is not of this form, or of a collector with another root key"
            return
        log = keylog.read([b64decode(each, validate=True) for each in said["key_log"]], root)
        chains = said["chains"]
        for each in chains:
            yield from (f"chain {each['chain']}: {why}" for why in _checked(each, log, said["period"]))
        whole = all(each["verdict"] == "complete" for each in chains) and not said["unknown_successors"]
        if said["complete"] is not whole:
            yield "the proof says of the whole what it does not say of its chains"
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        yield f"the proof cannot be read ({error}): it was changed, or is none"


def receipts(data: bytes) -> list[bytes]:
    """Of a proof that `check` has found to hold."""
    said = json.loads(data)
    return [b64decode(batch["receipt"]) for each in said["chains"] for batch in each["batches"]]


def _checked(said: dict[str, Any], log: KeyLog, period: dict[str, str]) -> Iterator[str]:
    chain_id = bytes.fromhex(said["chain"])
    yield from _entries(said, chain_id, log)
    expected, holes = None, []
    for batch in said["batches"]:
        try:
            receipt = log.receipt(b64decode(batch["receipt"], validate=True))
        except ProtocolError as error:
            yield f"the receipt of {batch['first_seq']}: {error}"
            continue
        first_seq, next_seq = batch["first_seq"], batch["next_seq"]
        names = [chain_id, first_seq, next_seq, bytes.fromhex(batch["head"]), bytes.fromhex(batch["sha256"])]
        if names != list(receipt[:5]) or batch["received"] != receipt.received:
            yield f"the receipt of {first_seq} is for something else"
        if expected is not None and first_seq != expected:
            holes.append((expected, first_seq))
        expected = next_seq
    named = [(each["since"], each["until"]) for each in said["missing"]]
    yield from (f"records {since} to {until - 1} are missing" for since, until in holes if (since, until) not in named)
    if said["verdict"] == "complete" and (named or said["forks"] or said["broken"] or said["jumps"]):
        yield "it is called complete and is not"
    if said["verdict"] == "complete" and not _begun(said, period):
        yield "it is called complete, and nothing shows how the period begins"
    if said["verdict"] == "complete" and not _over(said, period):
        yield "it is called complete, and nothing shows that the period's end has come"


def _begun(said: dict[str, Any], period: dict[str, str]) -> bool:
    """A batch of before the period, or the till's first."""
    first = said["batches"][0] if said["batches"] else None
    return first is None or first["first_seq"] == 0 or first["first_day"] < period["first"]


def _over(said: dict[str, Any], period: dict[str, str]) -> bool:
    """A batch of after the period, or an end in the registry."""
    later = any(batch["last_day"] > period["last"] for batch in said["batches"])
    return later or any(entry["what"] in (registry.RETIRED, registry.SUCCESSOR) for entry in said["registry"])


def _entries(said: dict[str, Any], chain_id: bytes, log: KeyLog) -> Iterator[str]:
    try:
        entries = registry.read([b64decode(each["entry"], validate=True) for each in said["registry"]], chain_id, log)
        if entries:
            it, _ = enrolment.read_registration(registry.enrolled(entries[0])[1], log.root)
            if (it.chain_id, it.siret, it.till) != (chain_id, said["siret"], said["till"]):
                yield "the registration is of another till"
        if [(each.number, each.what, each.at) for each in entries] != [
            (each["number"], each["what"], each["at"]) for each in said["registry"]
        ]:
            yield "the registry says something else"
        if not entries and (said["siret"] is not None or said["verdict"] == "complete"):
            yield "the registry does not know it"
    except ProtocolError as error:
        yield f"its registry: {error}"

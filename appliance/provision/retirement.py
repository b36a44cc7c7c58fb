"""The signed statement with which a till ends: what it counted, and where its chain stops (FORMAT.md). Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import cbor2

from appliance.storage.cose import Form
from appliance.sync.shape import ProtocolError, instant, natural, octets, opened, proven, text_to, unpack

FORM: Final = Form("application/vnd.sceau.retirement+cbor", b"sceau/retirement/1")


class Retirement(NamedTuple):
    """`record`: number of the `retired` record; `next_seq`, `head`: the end of the chain, its last stop included.

    `perpetual`, `absolute` cents; `ticket` the last one's number; `at` UTC ms, of the
    last record; `key` that has signed this and the last
    frame; `archive` SHA-256 of the last archive, empty where no day was ever closed.
    """

    chain: bytes
    siret: str
    till: str
    record: int
    next_seq: int
    head: bytes
    perpetual: int
    absolute: int
    ticket: int
    at: int
    archive: bytes
    key: bytes


_FIELDS: Final = (
    ("chain", octets(16)),
    ("SIRET", text_to(14, 14)),
    ("till", text_to(64, 1)),
    ("record", natural),
    ("next record", natural),
    ("head", octets(32)),
    ("perpetual total", lambda value: type(value) is int),
    ("absolute total", lambda value: type(value) is int),
    ("ticket", natural),
    ("time", instant),
    ("archive", lambda value: type(value) is bytes and len(value) in (0, 32)),
    ("key", octets(32)),
)


def seal(it: Retirement, sign: Callable[[bytes], bytes]) -> bytes:
    return FORM.seal(cbor2.dumps(dict(enumerate(it, start=1))), sign)


def read(data: bytes) -> Retirement:
    """Signed by the key that it names; whether that is the journal's last one is for who holds it. ProtocolError."""
    it = Retirement(*unpack(opened(FORM, data, "statement")[0], _FIELDS, "statement"))
    proven(FORM, data, it.key, "statement")
    return it


def text(it: Retirement) -> str:
    """The same for a person, in French: it is kept with the archives."""
    euros = [f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d} €" for cents in it[6:8]]
    return (
        f"Retrait de la caisse {it.till}, SIRET {it.siret}\n"
        f"Chaîne {it.chain.hex()}, {it.next_seq} enregistrements, tête {it.head.hex()}\n"
        f"Dernier ticket n° {it.ticket}\n"
        f"Total perpétuel {euros[0]}, en valeur absolue {euros[1]}\n"
        f"Dernière archive, SHA-256 {it.archive.hex() or 'aucune'}\n"
        "Ces compteurs sont arrêtés ici. La caisse qui remplace celle-ci commence à zéro.\n"
        "À garder six ans avec les archives.\n"
    )


__all__ = ["FORM", "ProtocolError", "Retirement", "read", "seal", "text"]

"""Vérificateur indépendant des journaux et archives Sceau. Independent verifier of Sceau journals and archives.

    python sceau_verify.py PATH [--chain ID] [--key HEX] [--lang fr|en]

PATH: a data folder, its journal/, one segment or an archive. Reads only. Needs Python >= 3.11 and PyNaCl, nothing else.
Set densely, to be read in one sitting. Exit: 0 intact, 1 broken, 2 unreadable. The bytes stand in appliance/storage/FORMAT.md and appliance/audit/FORMAT.md.
"""

# fmt: off
# ruff: noqa: C901, E501, E701, E702, I001, SIM905, UP014
from __future__ import annotations

import argparse, json, re, sys  # noqa: E401
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from hashlib import sha256
from itertools import pairwise
from operator import sub
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO, NamedTuple
from unicodedata import is_normalized
from zlib import crc32

from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import BadSignatureError

DAY = """number date opened first_ticket last_ticket tickets sales refunds refund_count total vat means float cash cash_in cash_out expected counted gap traces month month_total year year_total perpetual
absolute identity rates software movements differences proof"""
PERIOD = """number period first_part last_part parts first_ticket last_ticket tickets sales refunds refund_count total vat means perpetual absolute identity rates software differences proof"""
# Each kind: number, name, code in the JET, then the names of the fields of its body from key 1 on.
KINDS = f"""1 genesis:260 format software till siret key hash_alg sig_alg witness_class predecessor nonce hardware certificate; 2 start:80 software after hardware perimeter; 3 recovered:904 length sha256; 4 stop:40 why; 5 clock:903
expected found why offset; 6 config:270 identity means operators rates timezone territory fiscal_year_start day_pivot terminals later; 7 defect:90 record why until source; 8 key key proof certificate; 9 witness class counter; 10
login:80 how role; 11 logout:40 why; 12 login-refused:901 why who badge; 13 lockout:902 who until; 14 version:250 from to; 15 resumed:905 record; 16 verified scope result why records; 17 jet code text record; 18 note:907 record text;
19 refused:908 what why; 20 day-open number float date identity; 21 order number original why; 22 line order line label quantity unit_price amount rate ht vat code nature unit warranty how discount; 23 line-void:323 order line label
amount why; 24 order-void:320 order total lines why; 25 payment order label kind amount given credit; 26 change order label kind amount; 27 payment-asked order label kind amount; 28 payment-refused order label kind amount why; 29
park order; 30 ticket number type order total lines vat payments articles perpetual absolute identity rates mentions software original why proof; 31 print ticket record how; 32 no-print ticket record why; 33 duplicate:156 type number
record copy why how; 34 printed record how; 35 print-lost:914 record; 36 recall order; 37 line-change order line quantity unit_price amount ht vat why discount; 38 discount order line rate amount why; 39 payment-fix:913 ticket record
minus plus why; 40 drawer why reason record; 41 drawer-seen open; 42 cash-in:911 amount reason; 43 cash-out:912 amount reason; 44 count:170 counted expected gap detail; 45 training-on:100 number responsible; 46 training-off:105
number responsible tickets total; 47 training responsible kind body; 50 day-close:50 {DAY}; 51 snapshot fold siret software config flags offset operator failures locked counters last_close tickets question papers doubts copies
perpetual month year witness defect wear named seals parked school months archives credits refunded upstream outfit upkeep; 52 wear bytes flushes bytes_since_birth flushes_since_birth health; 53 month-close:50 {PERIOD}; 54 year-close:60
{PERIOD}; 55 x-report {DAY}; 56 archive level from to first_record last_record start_head end_head sha256 size vat total tickets name; 57 archive-copy:915 archive sha256 medium result; 58 archive-check:916 sha256 result why; 59
purge:200 first_segment last_segment first_record last_record head archives media records; 60 unknown-code code why; 61 test-print; 62 control:917 from to sha256 how; 63 attestation:918 mode number version sha256; 64 receipt
first_seq next_seq head received statement how; 65 enrolment:126 url root statement network_key; 66 applied:270 scope version sha256 statement; 67 upstream what record evidence text; 70 seal fact strings; 71 provisioned:260 sha256
version signer serial issued; 72 loaded scope sha256 added altered removed; 73 price:961 label code before after; 74 badge:130 who name hash; 75 pin:130 who name hash; 76 retired:127 why perpetual absolute ticket archive media; 80 service-on:240 number technician agreed minutes; 81 service-off:240 number technician agreed why; 82 setting:270 what before after service; 83 selftest:970 service result rows"""
NAMES = {int(words[0]): (words[1].split(":")[0], words[2:]) for words in map(str.split, KINDS.split(";"))}
CODES = {int(words[0]): int(words[1].split(":")[1]) for words in map(str.split, KINDS.split(";")) if ":" in words[1]}
OWN = {30: [1, 2], 33: [6], 50: [3], 53: [4], 54: [5], 56: [9]}  # the types of signed strings of a kind, but for JET (7)
MANIFEST = """version chain till siret level from to first_record last_record start_head end_head software made key files perpetual witness_class unwitnessed""".split()
HEADS = {"jet": "seq record time operator till code description", "keys": "segment first_record key algorithm", "signatures": "type type_seq format record data signature"}
FREE = "control/control.json control/control.pdf notice.txt verifier/sceau_verify.py verifier/verifier.html".split()
PROTECTED = b"\xa2\x01\x27\x03\x78\x22application/vnd.sceau.archive+cbor"  # {1: -8 (EdDSA), 3: the content type}
LIMIT, INT_LIMIT, BIRTH = 32768, 2**53 - 1, datetime(1970, 1, 1, tzinfo=UTC)
FRAME, SEGMENT, LOCAL, CENTRAL, END = map(Struct, (">4sIIHHQH6s32s", ">4sIIIHHBBHQ32s32s32sII", "<IHHHHHIIIHH", "<IHHHHHHIIIHHHHHII", "<IHHHHIIH"))
CLEAN, UNFIT = str.maketrans(", |", ";_/"), re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
ECDSA = "signatures P-256 : prendre sceau verify ou OpenSSL | P-256 signatures: use sceau verify or OpenSSL"
COMPACT, SEG = partial(json.dumps, ensure_ascii=False, separators=(",", ":"), default=bytes.hex), re.compile("(?:journal/)?([0-9a-f]{8})\\.seg")
Body = dict[int, Any]
Part = tuple[int, Callable[[], bytes]]  # of a segment: its number, and how to read it
Fields = NamedTuple("Fields", [("seq", int), ("t", int), ("tz", int), ("up", int), ("till", str), ("operator", str), ("session", int), ("kind", int), ("body", Body)])
Header = NamedTuple("Header", [("number", int), ("size", int), ("unit", int), ("first", int), ("genesis", bytes), ("head", bytes), ("key", bytes), ("before", int)])
Frame = NamedTuple("Frame", [("end", int), ("first", int), ("head", bytes), ("records", list[bytes]), ("signature", bytes)])

def base64url(data: bytes) -> str: return urlsafe_b64encode(data).decode().rstrip("=")
def show(said: str) -> None:
    if sys.stderr.isatty(): sys.stderr.write(f"\r\033[K{said}")

class Unreadable(Exception): """("French | English"): nothing here can be checked."""
class Broken(Exception): """(where, "French | English"): where = "record 7", "segment 2" or the name of an archive's member."""

def need(holds: object, place: int | str, why: str) -> None:
    if not holds: raise Broken(f"record {place}" if isinstance(place, int) else place, why)

def item(data: bytes, at: int, depth: int = 1) -> tuple[Any, int]:
    """Strict CBOR: the value at `at` and its end. IndexError or ValueError for whatever is not its one encoding."""
    major, number, at = data[at] >> 5, data[at] & 31, at + 1
    width = 1 << (number - 24) if number > 23 and major != 7 else 0
    if width:
        number, at = int.from_bytes(data[at : at + width], "big"), at + width
        if width > 8 or at > len(data) or number < (24 if width == 1 else 1 << 4 * width): raise ValueError
    end = at + number if major in (2, 3) else at
    if end > len(data) or (major < 2 and number > INT_LIMIT - major) or (depth > 8 and major in (4, 5)): raise ValueError
    if major < 2: return (-1 - number if major else number), at
    if major == 2: return data[at:end], end
    if major == 3:
        text = data[at:end].decode(); plain = text.isascii() and text.isprintable()
        if not plain and (UNFIT.search(text) or not is_normalized("NFC", text)): raise ValueError
        return text, end
    if (major, number) == (7, 22): return None, at
    if major > 5: raise ValueError
    items: list[Any] = []
    for _ in range(number * (major - 3)):
        value, at = item(data, at, depth + 1); items.append(value)
    if major == 4: return items, at
    if any(type(k) is not int or not 0 <= k <= 0xFFFF for k in items[::2]) or any(a >= b for a, b in pairwise(items[::2])): raise ValueError
    return dict(zip(items[::2], items[1::2], strict=True)), at

class Record(Fields):
    @staticmethod
    def of(data: bytes) -> Record:
        fields, end = item(data, 0)
        if end != len(data) or end > 24576 or [*map(type, fields)] != [int, int, int, int, str, str, int, int, dict]: raise ValueError
        r = Record(*fields)
        fits = min(r.seq, r.up, r.session, r.t, r.kind) >= 0 and r.t <= 253_402_300_799_999 and r.kind <= 0xFFFF
        if not fits or abs(r.tz) >= 1440 or not 1 <= len(r.till) <= 64 or len(r.operator) > 64: raise ValueError
        return r
    def time(self, form: str = "") -> str:
        local = (BIRTH + timedelta(milliseconds=self.t)).astimezone(timezone(timedelta(minutes=self.tz)))
        return local.strftime(form) if form else local.isoformat(timespec="milliseconds")
    def code(self) -> int | None:  # in the JET, the journal of technical events
        if self.kind in (40, 16, 56, 72):
            word, yes, no = {40: ("asked", 909, None), 16: ("broken", 90, 906), 56: ("year", 30, 20), 72: ("catalogue", 960, 130)}[self.kind]
            return yes if self.body[2 if self.kind == 16 else 1] == word else no
        return int(self.body[1]) if self.kind == 17 else CODES.get(self.kind)
    def types(self) -> list[int]:  # of the strings in its seal; none when it has no seal
        if self.kind == 47: return [8] if self.body[2] == 30 else []
        return sorted(OWN.get(self.kind, []) + [7] * (self.code() is not None))
    def description(self) -> str:
        texts = (str(value) for _, value in sorted(self.body.items()) if isinstance(value, int | str))
        return "/".join([NAMES[self.kind][0], *texts]).translate(CLEAN)
    def string(self, kind: int, number: int, before: bytes) -> str:
        """What is signed of it as `number` of a type, after the signature `before` of that type."""
        till, who, when = self.till.translate(CLEAN), self.operator.translate(CLEAN), self.time("%Y%m%d%H%M%S")
        b = self.body[3] if kind == 8 else self.body; rows = {1: 6, 2: 6, 3: 11, 4: 13, 5: 13, 8: 6, 9: 10}.get(kind)
        vat = "|".join(f"{rate:04d}:{ttc}" for rate, _, _, ttc in (b[rows] if rows else []))
        if kind in (1, 8): fields = [vat, b[4], when, till, b[1], "Ecole-" * (kind == 8) + {"sale": "Vente", "refund": "Remboursement"}[b[2]]]
        elif kind < 6:
            total, perpetual, absolute, period = {2: (4, 9, 10, 1), 3: (10, 25, 26, 2)}.get(kind, (12, 15, 16, 2))
            fields = [vat, b[total], b[perpetual], b[absolute], when, str(b[period]).replace("-", ""), number]
        elif kind == 6: fields = [till, number, b[1].translate(CLEAN), b[4], who, when, till, b[2]]
        elif kind == 7: fields = [number, self.code(), self.description(), when, who, till]
        else: fields = [vat, b[11], when, till, "Archive"]
        return ",".join(map(str, [*fields, "O" if number == 1 else "N", base64url(before)]))

def signed(key: bytes, message: bytes, signature: bytes) -> bool:  # Ed25519 (RFC 8032), cofactorless, one at a time
    with suppress(BadSignatureError): return len(signature) == 64 and bool(crypto_sign_open(signature + message, key))
    return False

def header_of(number: int, data: bytes) -> Header | None:
    """None when the first unit is no header: a blank, a torn first write or damage."""
    if data[:4] != b"SCS1" or len(data) < 200: return None
    _, crc, own, size, unit, form, hashing, signing, zero, *rest, last = SEGMENT.unpack_from(data)
    if unit not in (512, 4096) or crc32(data[8:unit]) != crc: return None
    if form > 1: raise Unreadable(f"format {form}, trop récent pour ce vérificateur | format {form} is newer than this verifier")
    fits = size % 4096 == 0 and 65536 <= size <= unit << 16 and (form, hashing, signing, zero, last) == (1, 1, 1, 0, 0)
    fits = fits and not any(data[200:unit]) and crypto_core_ed25519_is_valid_point(rest[3]) and signed(rest[3], b"sceau/seg/1\0" + data[8:136], data[136:200])
    need(fits, f"segment {number}", "son en-tête est faux ou mal signé | its header is wrong or not rightly signed")
    return Header(own, size, unit, *rest)

def head_at(data: bytes, unit: int, number: int, index: int) -> tuple[Any, ...] | None:  # what looks like the head of a frame of this place, whole or torn
    fields = FRAME.unpack_from(data, index * unit) if data[index * unit : index * unit + 4] == b"SCF1" and len(data) >= index * unit + 64 else None
    return fields if fields and fields[2:4] == (number, index) and 131 <= fields[4] <= LIMIT else None

def claims(data: bytes, unit: int, number: int, places: Iterable[int]) -> int:  # the greatest first record that such heads name
    heads = (head_at(data, unit, number, index) for index in places)
    return max((head[5] for head in heads if head and head[6] and not any(head[7]) and any(head[8])), default=0)

def frame_at(data: bytes, header: Header, index: int, seq: int) -> Frame | None:
    fields, at = head_at(data, header.unit, header.number, index), index * header.unit
    if not fields: return None
    _, crc, _, _, used, first, count, zero, head = fields
    size, end, here, records = -(-used // header.unit) * header.unit, at + used - 64, at + 64, []
    if len(data) < at + size or crc32(data[at + 8 : at + size]) != crc: return None
    while here + 1 < end:
        length = data[here] << 8 | data[here + 1]; records.append(data[here + 2 : here + 2 + length])
        here += 2 + length
    fits = (here, len(records)) == (end, count) and b"" not in records and not any(zero + data[at + used : at + size])
    need(fits, seq, "sa trame n'est pas du format | its frame breaks the format")
    return Frame(index + size // header.unit, first, head, records, data[end : at + used])

class Walk:
    """Proves chain, keys, signatures and tears; `take` gets the records of each frame and its key.
    `middle`: it may begin anywhere (one segment, an archive). `cut`: the last segment ends with its last frame."""
    def __init__(self, take: Callable[[list[Record], bytes], None], anchor: bytes, *, middle: bool, cut: bool) -> None:
        slots = [s for s in (anchor[:512], anchor[4096:4608]) if s[:4] == b"SCA1" and crc32(s[8:]).to_bytes(4, "big") == s[4:8]]
        self.anchor = max((s[35:75] for s in slots), default=bytes(40))  # number of the next record, head before it
        self.due, self.take, self.middle, self.cut = int.from_bytes(self.anchor[:8], "big"), take, middle, cut
        self.seq, self.head, self.genesis, self.end, self.tears, self.frames = 0, bytes(32), b"", 0, 0, 0; self.before = self.head  # before: of the last frame
        self.header: Header | None = None; self.gap: Body | None = None  # gap: {1: length, 2: SHA-256} of what is torn and not yet named
        self.purged, self.turn, self.keys, self.notes = 0, b"", list[tuple[int, int, bytes]](), list[str]()  # turn: the next segment's key
    def run(self, parts: Sequence[Part]) -> None:
        for number, load in parts:
            show(f"segment {number} / {parts[-1][0]}"); data = load(); header = header_of(number, data)
            if header and len(data) == header.unit and not (self.cut or self.frames):  # purged: only its header stays
                need(number == header.number and self.genesis in (b"", header.genesis), f"segment {number}", "il n'est pas à sa place | it is out of place")
                self.header, self.genesis, self.middle, self.purged = header, header.genesis, True, number
            elif header:
                self.enter(header, number, len(data), cut=self.cut and number == parts[-1][0]); self.follow(header, data)
            elif data.strip(b"\0"):  # behind the last segment a first write that was torn: nothing of it was acknowledged
                second = max(claims(data, unit, number, range(2, LIMIT // unit)) for unit in (512, 4096))
                torn = not second and not data[LIMIT:].strip(b"\0") and number == (self.header.number if self.header else 0) + 1
                need(torn and not self.cut and self.due <= self.seq, f"segment {number}", "son en-tête est abîmé | its header is damaged")
                self.notes.append("première écriture déchirée, non comptée | torn first write, not counted")
        if not self.frames: raise Unreadable("aucun enregistrement ici | no record is here")
        need(not self.purged, 0, "des segments purgés sans ordre de purge | segments are purged and no purge record says so")
        need(self.due <= self.seq, self.seq, "l'ancre en connaît plus : journal coupé | the anchor knows more: it was cut")
        if self.gap: self.notes.append(f"fin déchirée, non comptée : {self.gap[1]} octets | torn tail of {self.gap[1]} bytes")
    def enter(self, header: Header, number: int, size: int, *, cut: bool) -> None:
        place, last, start = f"segment {number}", self.header if self.frames else None, (self.seq, self.head)
        fits = header.number == number and (header.size == size or (cut and size < header.size))
        need(fits, place, "fichier coupé, ou d'un autre numéro | cut, or of another number")
        expected = self.header.number + 1 if self.header else header.number if self.middle else 1
        need(header.number == expected, f"segment {expected}", "il manque | it is missing")
        if not last: self.genesis, start = self.genesis or header.genesis, (header.first, header.head) if self.middle else start
        need(header.genesis == self.genesis, place, "il est d'une autre chaîne | it is of another chain")
        fits, self.seq, self.head = (header.first, header.head) == start, *start
        need(fits, min(self.seq, header.first), "le segment suivant ne le suit pas | the next segment does not follow")
        need(header.key == (self.turn or (last.key if last else header.key)), place, "rien n'annonce sa clé | no record names its key")
        need(header.before == self.end or (self.middle and not last), self.seq, "le segment d'avant finit ailleurs | the segment before ends elsewhere")
        self.header, self.turn = header, b""; self.keys.append((header.number, header.first, header.key))
    def follow(self, header: Header, data: bytes) -> None:  # frames, torn writes between them, zeros behind
        unit, index, carried = header.unit, 1, self.gap
        while True:
            frame = frame_at(data, header, index, self.seq)
            if frame:
                self.accept(header, frame, index); index = frame.end; continue
            count = -(-len(data[index * unit : index * unit + LIMIT].rstrip(b"\0")) // unit)
            if not count: break
            count = next((n for n in range(1, count) if frame_at(data, header, index + n, self.seq)), count)
            torn = data[index * unit : (index + count) * unit]
            fits = claims(data, unit, header.number, range(index, index + count)) <= self.seq and (not self.gap or (self.gap is carried and index == 1))
            need(fits, self.seq, "plus qu'une écriture coupée | more than one torn write leaves")
            self.gap, index = self.gap or {1: len(torn), 2: sha256(torn).digest()}, index + count
        self.end, self.more = index, len(data) not in (header.size, index * unit)  # of an archive's last segment only
        need(not data[index * unit :].strip(b"\0"), self.seq, "des octets suivent la fin | bytes follow the end")
    def accept(self, header: Header, frame: Frame, index: int) -> None:
        seq, head, after, records = frame.first, frame.head, frame.first + len(frame.records), []
        need((seq, head) == (self.seq, self.head) and not self.turn, min(seq, self.seq), "il ne suit pas le précédent | it does not follow from the one before")
        for number, raw in enumerate(frame.records, seq):
            head = sha256(b"\x01" + head + raw).digest()
            need(number or head == self.genesis, 0, "ce n'est pas la genèse de la chaîne | it is not the chain's genesis")
        cp = after.to_bytes(8, "big") + head
        need(not seq < self.due <= after or cp == self.anchor, seq, "l'ancre nomme une autre tête | the anchor names another head")
        need(signed(header.key, b"sceau/cp/1\0" + self.genesis[:16] + cp, frame.signature), seq, "la signature de sa trame est fausse | its frame's signature is wrong")
        for number, raw in enumerate(frame.records, seq):
            with suppress(ValueError, IndexError, TypeError): records.append(Record.of(raw))
            need(len(records) > number - seq and records[-1].seq == number, number, "ce n'est pas un enregistrement à sa place | it is no record in its place")
        if self.gap:
            fits, self.tears = (records[0].kind, records[0].body) == (3, self.gap), self.tears + 1
            need(fits, seq, "rien ne nomme la déchirure avant lui | nothing names what is torn before it")
        free = self.gap or (self.middle and index == 1 and len(self.keys) == 1)
        for r in records:
            need(r.kind != 3 or (r is records[0] and free), r.seq, "réparation sans déchirure | nothing was torn there")
            need(r.seq or r.body.get(5) == header.key, 0, "la genèse nomme une autre clé | genesis names another key")
            if r.kind == 59 and r.body[2] >= self.purged: self.purged = 0
            if r.kind == 8:
                need(self.turned(header.key, r.body.get(1), r.body.get(2)), r.seq, "la nouvelle clé n'a rien prouvé | the next key has proven nothing")
                self.turn = r.body[1]
                need(r is records[-1], r.seq + 1, "il suit la clé qui ferme son segment | it follows a key record")
        self.seq, self.head, self.before, self.gap, self.frames = after, head, frame.head, None, self.frames + 1
        self.take(records, header.key)
    def turned(self, old: bytes, new: Any, proof: Any) -> bool:  # noqa: ANN401
        fits = isinstance(new, bytes) and isinstance(proof, bytes) and len(new) == 32 and new != old and crypto_core_ed25519_is_valid_point(new)
        return fits and signed(new, b"sceau/key/1\0" + self.genesis[:16] + old + new, proof)

def rounded(numerator: int, denominator: int) -> int:  # half away from zero
    return (2 * abs(numerator) + denominator) // (2 * denominator) * (1 if numerator >= 0 else -1)

def sums(counts: list[int], vat: list[Any], means: list[Any]) -> Counter[Any]:
    """`counts`: tickets, sales, refunds, their number; `means`: [label, kind, number, cents], change is taken off the cash."""
    found = Counter[Any](dict(enumerate(counts)))
    for rate, *cents in vat: found.update({("vat", rate, place): each for place, each in enumerate(cents)})
    for label, kind, *cents in means:
        name = ("cash", "") if kind in ("cash", "change") else (kind, label)
        found.update({(*name, place): each for place, each in enumerate(cents)})
    return found

def cell(value: Any) -> str:  # noqa: ANN401 - any value of a record
    if value is None or isinstance(value, int): return "" if value is None else str(value)
    said = value if isinstance(value, str) else value.hex() if isinstance(value, bytes) else COMPACT(value)
    said = "'" + said if said.startswith(("=", "+", "-", "@", "\t", "\r")) else said
    return '"' + said.replace('"', '""') + '"' if any(mark in said for mark in ';"\r\n') else said

class Tables:
    """The projections of the records first … last, made again row by row: of each member the SHA-256."""
    def __init__(self, first: int, last: int, width: Callable[[str], int | None] = lambda name: None) -> None:
        self.first, self.last, self.made = first, last, {"data/records.jsonl": sha256()}
        self.width, self.columns = width, dict[int, list[str]]()  # an older archive knows fewer fields: its first rows say which
        for name, names in HEADS.items(): self.table(name, names.split())
    def table(self, name: str, names: Sequence[str]) -> None:
        self.made.setdefault(f"data/{name}.csv", sha256(b"\xef\xbb\xbf" + ";".join(names).encode() + b"\r\n"))
    def row(self, r: Record | None, name: str, *cells: Any) -> None:  # noqa: ANN401
        if r is None or self.first <= r.seq <= self.last: self.made[f"data/{name}.csv"].update((";".join(map(cell, cells)) + "\r\n").encode())
    def put(self, r: Record) -> None:
        if self.first <= r.seq <= self.last:
            kind, fields = NAMES[r.kind]
            front = {"seq": r.seq, "time": r.time(), "till": r.till, "operator": r.operator, "session": r.session}
            body = {fields[key - 1]: value for key, value in r.body.items()}
            self.made["data/records.jsonl"].update((COMPACT(front | {"kind": kind, "body": body}) + "\n").encode())
            name = "jet-record" if kind == "jet" else kind
            columns = self.columns.get(r.kind) or self.columns.setdefault(r.kind, fields[: self.width(name)])
            need(max(r.body, default=0) <= len(columns), f"data/{name}.csv", "un champ n'a pas de colonne | a field has no column")
            self.table(name, [*front, *columns]); self.row(r, name, *front.values(), *map(body.get, columns))

class Books:
    """Holds each record against those before it; what stood before the first one seen is believed, once."""
    def __init__(self, tables: Tables, prior: Callable[[int, int], bytes | None]) -> None:
        self.tables, self.prior, self.whole, self.sealing, self.t, self.till, self.siret = tables, prior, False, False, 0, "", ""
        self.fact: Record | None = None  # waits for its seal; links: the last number and signature of each type
        self.links, self.last = dict[int, tuple[int, bytes]](), dict[str, int]()  # last: of each sequence and running total
        self.open: dict[int, list[Any]] = {}  # the day (50), month (53), year (54) not closed: first part, last, parts, sums
        self.seen, self.dates, self.moved = Counter[str](), list[str](), [0, 0]  # moved: both perpetual totals in the period
    def take(self, records: list[Record], key: bytes) -> None:
        for r in records:
            need(r.kind in NAMES and all(1 <= k <= len(NAMES[r.kind][1]) for k in r.body), r.seq, "genre ou champ inconnu | its kind or a field is not known")
            need(r.t >= self.t, r.seq, "daté avant le précédent | dated before the one before it")
            need(self.till in ("", r.till) and (r.kind == 1) == (r.seq == 0), r.seq, "autre caisse, ou genèse déplacée | another till, or genesis out of place")
            self.t, self.till, fact, self.fact = r.t, r.till, self.fact, None; place = fact.seq if fact else r.seq
            need((r.kind == 70) == bool(fact), place, "scellé absent ou de trop | a seal is missing or not due")
            try:
                self.follows(r, ("session", r.session, 0)); self.totals(r, r.body); self.tables.put(r)
                if fact: self.seal(fact, r.body, key)
                self.fact = r if r.types() else None
            except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError):
                need(None, r.seq, "son contenu ne convient pas à son genre | its body does not fit its kind")
        need(not self.fact, records[-1].seq, "scellé absent | its seal is missing")
    def seal(self, fact: Record, body: Body, key: bytes) -> None:
        fits = body[1] == fact.seq and [entry[0] for entry in body[2]] == fact.types(); need(fits or body[2], fact.seq, "son scellé est vide | its seal is empty")
        for kind, number, form, signature in body[2]:
            known, before = self.links.get(kind) or (0 if self.sealing or number == 1 else number - 1, b"" if number == 1 else None)
            before = self.prior(kind, number) if before is None and fits else before
            text = fact.string(kind, number, before or b"")
            fits = fits and (form, number) == (1, known + 1) and (before is None or signed(key, text.encode(), signature))
            need(fits, fact.seq, "son scellé est faux | its seal is wrong")
            self.links[kind] = number, signature; self.seen.update({"seals": 1, "unproven": before is None and fact.seq >= self.tables.first})
            self.tables.row(fact, "signatures", kind, number, form, fact.seq, text, base64url(signature))
            if kind == 7: self.tables.row(fact, "jet", number, fact.seq, fact.time(), fact.operator, fact.till, fact.code(), fact.description())
    def follows(self, r: Record, *steps: tuple[str, int, int]) -> None:
        """(name, what stands under it from now on, by how much that is more than what stood there)."""
        for name, after, more in steps:
            known = self.last.get(name, 0 if self.whole else after - more)
            need(known + more == after, r.seq, f"{name} : {after} après {known} | {name}: {after} does not follow from {known}")
            self.last[name] = after
    def add(self, kind: int, part: int, more: Counter[Any]) -> None:
        first, _, parts, found = self.open.get(kind, (0, 0, 0, Counter[Any]())); found.update(more)
        self.open[kind] = [first or part, part, parts + 1, found]
    def totals(self, r: Record, b: Body) -> None:
        cents, inside = 0, r.seq >= self.tables.first
        if r.kind == 1 and b[7] != 1: raise Unreadable(ECDSA)
        if r.kind == 1: self.whole, self.sealing, self.siret = True, True, b[4]
        elif r.kind == 7: need(None, b[1] if isinstance(b[1], int) and 0 <= b[1] <= r.seq else r.seq, "la caisse le déclare non prouvé | the till itself says that it is not proven")
        elif r.kind == 20: self.follows(r, ("day", b[1], 1), ("session", b[1], b[1])); self.open[50] = [0, 0, 0, Counter[Any]()]
        elif r.kind == 30:
            for _, _, quantity, price, amount, rate, ht, vat, *rest in b[5]:
                fits = amount == rounded(quantity * price, 1000) - sum(rest[4:]) == ht + vat
                fits, cents = fits and vat == rounded(amount * rate, 10000 + rate), cents + amount
                need(fits, r.seq, "une ligne est fausse | a line does not add up")
            counts, means = [1, max(cents, 0), min(cents, 0), int(cents < 0)], [[label, kind, int(kind != "change"), amount] for label, kind, amount in b[7]]
            said, lines = sums(counts, b[6], means), sums(counts, [[x[5], x[6], x[7], x[4]] for x in b[5]], means)
            need(said == lines and b[4] == cents == sum(each[2] for each in b[7]) and r.session, r.seq, "lignes, TVA, règlements et total diffèrent | lines, VAT, payments, total do not agree")
            self.follows(r, ("ticket", b[1], 1), ("perpetual", b[9], cents), ("absolute", b[10], abs(cents)))
            if 50 in self.open: self.add(50, b[1], said)  # else its day began before the first record that is here
            if inside: self.seen["tickets"], self.moved = self.seen["tickets"] + 1, [self.moved[0] + cents, self.moved[1] + abs(cents)]
        elif r.kind == 39 and 50 in self.open: self.open[50][3].update(sums([], [], [[*b[3][:2], -1, b[3][2]], [*b[4][:2], 1, b[4][2]]]))
        elif r.kind in (50, 53, 54):
            day, at, end = r.kind == 50, 6 if r.kind == 50 else 8, 25 if r.kind == 50 else 15
            first, last, parts, found = self.open.pop(r.kind, [0, 0, 0, None])
            said, known = sums([b[n] for n in range(at, at + 4)], b[at + 5], b[at + 6]), found is not None and (day or first == b[3])
            fits = b[at + 1] + b[at + 2] == b[at + 4] and (not self.whole if not known else said == found and (day or [last, parts] == [b[4], b[5]]))
            need(fits, r.seq, "ses totaux ne sont pas la somme | its totals are not the sum")
            self.follows(r, ("perpetual", b[end], 0), ("absolute", b[end + 1], 0))
            if day: self.follows(r, ("day", b[1], 0), (f"month {b[21]}", b[22], b[10]), (f"year {b[23]}", b[24], b[10]), ("session", 0, -b[1]))
            else: self.follows(r, (NAMES[r.kind][0], b[1], 1))
            if r.kind < 54: self.add(53 if day else 54, b[1], said)
            if day and inside: self.dates.append(b[2])
            self.seen["closings"] += inside
        elif r.kind == 51:
            links = {kind: (number, signature) for kind, number, signature in b[24]}
            need(links == self.links if self.sealing else self.links.items() <= links.items(), r.seq, "l'instantané est faux | the snapshot is wrong")
            self.links, self.sealing, self.siret = links, True, b[2]
            self.follows(r, ("day", b[10][0], 0), ("ticket", b[10][3], 0), ("perpetual", b[17][0], 0), ("absolute", b[17][1], 0))

class Zip:
    """One canonical ZIP: all that is not content is made again and compared."""
    def __init__(self, name: str, file: BinaryIO) -> None:
        self.file, self.size, self.members = file, file.seek(0, 2), dict[str, tuple[int, int, int]]()  # offset, size, CRC-32
        why, at, here, last, tail = "ce n'est pas le ZIP canonique d'une archive | it is not an archive's canonical ZIP", 0, 0, b"", b""
        head = self.read(max(0, self.size - 22), 22); count, length, start = END.unpack(head.ljust(22, b"\0"))[4:7]
        need(head[:4] == b"PK\5\6" and start + length + 22 == self.size, name, why); entries = self.read(start, length)
        for _ in range(count):
            need(len(entries) >= here + 46, name, why); fields = CENTRAL.unpack_from(entries, here)
            crc, size, own = fields[7], fields[8], entries[here + 46 : here + 46 + fields[10]]
            need(own > last and re.fullmatch(b"[a-z0-9._-]+(/[a-z0-9._-]+)*", own), own.decode("latin-1"), why)
            tail += CENTRAL.pack(0x02014B50, 20, 20, 0, 0, 0, 33, crc, size, size, len(own), 0, 0, 0, 0, 0, at) + own
            self.members[own.decode()], last, here, at = (at + 30 + len(own), size, crc), own, here + 46 + len(own), at + 30 + len(own) + size
        tail += END.pack(0x06054B50, 0, 0, count, count, len(tail), at, 0)
        need(self.size == at + len(tail) and self.read(at, len(tail)) == tail, name, why)
        for text, (at, size, crc) in self.members.items():
            head = LOCAL.pack(0x04034B50, 20, 0, 0, 0, 33, crc, size, size, len(text), 0) + text.encode()
            need(self.read(at - len(head), len(head)) == head, text, why)
    def read(self, at: int, size: int) -> bytes: self.file.seek(at); return self.file.read(size)
    def content(self, name: str) -> bytes:
        need(name in self.members, name, "il manque | it is missing")
        return self.read(*self.members[name][:2])
    def same(self, name: str, size: int, digest: bytes) -> bool:
        show(name); at, found, crc = self.members[name][0], sha256(), 0
        for start in range(at, at + size, 1 << 20):
            data = self.read(start, min(1 << 20, at + size - start)); found.update(data); crc = crc32(data, crc)
        return self.members[name][1:] == (size, crc) and found.digest() == digest
    def width(self, name: str) -> int: return self.read(self.members.get(f"data/{name}.csv", (0, 0, 0))[0], 4096).split(b"\r\n", 1)[0].count(b";") - 4
    def prior(self, kind: int, number: int) -> bytes | None:  # the signature before a first string of the period: it names it, and is proven with it
        at, size, _ = self.members["data/signatures.csv"]; self.file.seek(at)
        while self.file.tell() < at + size:
            line = self.file.readline(); named = line.rsplit(b";", 1)[0].rstrip(b'"').rsplit(b",", 1)[-1]
            if line.startswith(b"%d;%d;" % (kind, number)): return urlsafe_b64decode(named + b"=" * (-len(named) % 4))
        return None
    def manifest(self) -> dict[str, Any]:  # COSE_Sign1 (RFC 9052), signed by the key that it names
        data, fits, said = self.content("manifest.cose"), False, dict[str, Any]()
        with suppress(ValueError, IndexError, TypeError, AttributeError):
            (protected, free, payload, signature), end = item(data, 1); body, whole = item(payload, 0)
            said = dict(zip(MANIFEST, body.values(), strict=True))
            size = next(b"%c" % (64 + n) + len(payload).to_bytes(w, "big") for n, w in ((24, 1), (25, 2), (26, 4)) if len(payload) >> 8 * w == 0)
            text = b"\x84\x6aSignature1\x58\x28" + PROTECTED + b"\x50sceau/archive/1\0" + size + payload
            fits = (data[0], protected, free, end, whole) == (0xD2, PROTECTED, {}, len(data), len(payload)) and [*body] == [*range(1, 19)]
            fits = fits and crypto_core_ed25519_is_valid_point(said["key"]) and signed(said["key"], text, signature) and said["version"] == 1
        need(fits, "manifest.cose", "ce n'est pas un manifeste bien signé | it is no rightly signed manifest")
        need(self.content("manifest.json") == (json.dumps(said, ensure_ascii=False, indent=1, default=bytes.hex) + "\n").encode(), "manifest.json", "il contredit manifest.cose | manifest.cose says something else")
        return said

def check_archive(zipped: Zip) -> tuple[Walk, Books, dict[str, Any]]:  # in the order of FORMAT.md, Checking
    m, met, closed = zipped.manifest(), False, False
    names = [name for name in zipped.members if name not in ("manifest.cose", "manifest.json")]
    if "journal/certificate.der" in names: raise Unreadable(ECDSA)  # of the strings of an archive that begins behind genesis
    need(not (odd := sorted({name for name, _, _ in m["files"]} ^ set(names))), "".join(odd[:1]), "il manque ici ou au manifeste | it is missing here or in the manifest")
    hurt = sorted((name.startswith("journal/"), name) for name, size, digest in m["files"] if not zipped.same(name, size, digest))
    place, why = hurt[0][1] if hurt else "", "il n'est pas ce que dit le manifeste | it is not what the manifest says"
    need(not hurt or hurt[0][0], place, why)
    parts: list[Part] = [(int(found[1], 16), partial(zipped.content, name)) for name in names if (found := SEG.fullmatch(name))]
    need(parts, "journal/", "il n'y a pas de segment | it holds no segment")
    tables = Tables(m["first_record"], m["last_record"], zipped.width); books = Books(tables, zipped.prior)
    def take(records: list[Record], key: bytes) -> None:
        nonlocal met, closed
        if records[0].seq == m["first_record"]: met = walk.before == m["start_head"] and (closed or walk.frames == 1)
        closed = any(r.kind == 50 for r in records); books.take(records, key)
    walk = Walk(take, b"", middle=parts[0][0] > 1, cut=True); walk.run(parts)
    need(not hurt, place, why)
    for segment, first, key in walk.keys: tables.row(None, "keys", segment, first, key.hex(), "ed25519")
    ends = closed and not walk.more and (walk.seq - 1, walk.head, walk.gap) == (m["last_record"], m["end_head"], None)
    need(ends, f"journal/{parts[-1][0]:08x}.seg", "il ne finit pas par la bonne clôture | it does not end with the right closing")
    days, after = [books.dates[0], books.dates[-1]] if books.dates else ["", ""], [books.last.get("perpetual", 0), books.last.get("absolute", 0)]
    said = [walk.genesis[:16], books.till, books.siret, *days, [*map(sub, after, books.moved), *after]]
    fits = met and said == [m[name] for name in ("chain", "till", "siret", "from", "to", "perpetual")]
    fits = fits and m["to"] < f"{int(m['from'][:4]) + 1}{m['from'][4:]}" and m["level"] in ("day", "month", "year", "period")
    need(fits and m["key"] in {key for _, _, key in walk.keys} | {walk.turn}, "manifest.cose", "il contredit les enregistrements | the records say otherwise")
    for name, made in tables.made.items():
        need(name in zipped.members, name, "il manque | it is missing")
        need(made.digest() == {each[0]: each[2] for each in m["files"]}[name], name, "il contredit les enregistrements | the records say otherwise")
        names.remove(name)
    need(not (odd := [name for name in names if name not in FREE and not SEG.fullmatch(name)]), "".join(odd[:1]), "aucune archive ne le contient | no archive holds it")
    return walk, books, m

def journal(path: Path) -> tuple[Walk, Books]:  # a data folder, its journal/ or one segment
    inside, books = path / "journal" if (path / "journal").is_dir() else path, Books(Tables(0, -1), lambda kind, number: None)
    files = [path] if path.is_file() else sorted(each for each in inside.iterdir() if SEG.fullmatch(each.name))
    parts = [(int(found[1], 16), partial(Path.read_bytes, each)) for each in files if (found := SEG.fullmatch(each.name))]
    if not parts: raise Unreadable("ni journal, ni segment, ni archive ici | no journal, segment or archive is here")
    anchor = (inside.parent / "anchor").read_bytes() if path.is_dir() and (inside.parent / "anchor").is_file() else b""
    walk = Walk(books.take, anchor, middle=path.is_file(), cut=False); walk.run(parts)
    return walk, books

def check(path: Path, chain: str, key: str) -> list[str]:  # what holds, line by line; raises Broken, Unreadable
    if path.is_file() and not SEG.fullmatch(path.name):
        with path.open("rb") as file: walk, books, m = check_archive(Zip(path.name, file))
    else: (walk, books), m = journal(path), {}
    own, keys, first = walk.genesis[:16].hex(), {each.hex() for _, _, each in walk.keys} | {m.get("key", b"").hex()}, walk.keys[0][1]
    need(not chain or chain == own, 0, f"la chaîne est {own}, pas celle demandée | the chain is {own}, not the one asked for")
    need(not key or key in keys, 0, "la clé demandée n'a rien signé ici | the key asked for signed nothing here")
    seen, count = books.seen, m["last_record"] - m["first_record"] + 1 if m else walk.seq - first
    said = [*walk.notes, f"caisse {books.till}, chaîne {own} | till {books.till}, chain {own}"]
    if m: said.append(f"{m['from']} … {m['to']}, SIRET {m['siret']}, témoin déclaré : {m['witness_class']} | {m['from']} … {m['to']}, SIRET {m['siret']}, witness declared: {m['witness_class']}")
    figures = "{0} trames, {1} scellés, {2} clôtures, {3} déchirures | checked: {0} frames, {1} seals, {2} closings, {3} tears"
    said.append("contrôlé : " + figures.format(walk.frames, seen["seals"], seen["closings"], walk.tears))
    if seen["unproven"]: said.append(f"non contrôlé : {seen['unproven']} premiers scellés | not checked: {seen['unproven']} first seals")
    loose = f"cohérent, pas authentique : comparer la chaîne {own} à un ticket Z | coherent, not authentic: compare chain {own} with a Z ticket"
    if chain: loose = "cohérent : rien ici ne le relie à sa genèse, donner --key | coherent: nothing ties it to its genesis, give --key"
    said.append("authentique | authentic" if key or (chain and not first) else loose)
    return [*said, "intact : {0} enregistrements, {1} tickets, tête {2} | intact: {0} records, {1} tickets, head {2}".format(count, seen["tickets"], walk.head.hex())]

def main() -> int:
    parser = argparse.ArgumentParser(description="Vérifie un journal ou une archive Sceau. Verifies a Sceau journal or archive.")
    parser.add_argument("path", type=Path, help="dossier, journal, segment ou archive")
    parser.add_argument("--chain", default="", help="identité de la chaîne, 32 chiffres hexadécimaux d'un ticket Z")
    parser.add_argument("--key", default="", help="clé publique, 64 chiffres hexadécimaux")
    parser.add_argument("--lang", choices=("fr", "en"), default="fr")
    asked, code = parser.parse_args(), 0
    try: lines = check(asked.path, re.sub("[ -]", "", asked.chain).lower(), asked.key.lower())
    except (Unreadable, OSError) as error: lines, code = [str(error)], 2
    except Broken as error:
        place, said = error.args[0], error.args[1].split(" | ")
        lines, code = [f"rompu : {place.replace('record ', 'enregistrement ')} : {said[0]} | broken: {place}: {said[-1]}"], 1
    show("")
    for line in lines: sys.stdout.write(line.split(" | ")[-1 if asked.lang == "en" else 0] + "\n")
    return code

if __name__ == "__main__": sys.exit(main())

"""The attestation: signed by the publisher, for one build, one shop and the days that the law takes it (VER-05)."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import cbor2
import pytest

from appliance.audit import attest, attest_key
from appliance.audit.attest import Attestation, AttestationError, Certificate, Part1, Part2, Publisher
from appliance.audit.attest_command import Desk, attest_main
from appliance.audit.attest_text import COVERED, EXCLUDED, day
from appliance.audit.perimeter import Difference, Perimeter
from appliance.core import event as ev
from appliance.core import law
from appliance.storage.keys import Key
from appliance.storage.record import Record, decode, encode

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "attestation.json"
DEVELOPMENT = Key(sha256(b"sceau/publisher/development").digest())
SIRET = "12345678200010"
DIGEST = bytes(range(32))
BUILD = Perimeter("1.0", DIGEST, {}, {}, (), ())
TODAY = date(2026, 11, 21)
NUMBERED = Certificate("B-0525-1", "Organisme accrédité (exemple)", "2026-10-01")
PART1 = Part1(
    "2026-000017",
    attest.ATTESTATION,
    None,
    "Éditeur (exemple)",
    ("1 place de la Mairie", "35000 Rennes"),
    SIRET,
    "Camille Exemple",
    "présidente",
    "Sceau",
    "L-000017",
    "1.0",
    DIGEST,
    COVERED,
    EXCLUDED,
    "Épicerie des Halles",
    SIRET,
    "2026-09-01",
    "Rennes",
    "2026-11-20",
    DEVELOPMENT.public,
)
PART2 = Part2(
    "Épicerie des Halles",
    "Dominique Halles",
    SIRET,
    "Éditeur (exemple)",
    "2026-11-20",
    "2026-11-21",
    "Rennes",
    "2026-11-21",
)
MODES = {
    attest.NONE: PART1._replace(mode=attest.NONE),
    attest.ATTESTATION: PART1,
    attest.CERTIFICATE: PART1._replace(mode=attest.CERTIFICATE, certificate=NUMBERED),
}


def made(**changes: Any) -> Attestation:
    return attest.make(PART1._replace(**changes), DEVELOPMENT.sign)


def told(found: Attestation) -> dict[str, Any]:
    """What a vector says of a file."""
    payload, _, rest = attest.FORM.open(found.data)
    return {
        "file": found.data.hex(),
        "sha256": found.sha256.hex(),
        "to_be_signed": attest.FORM.to_be_signed(payload).hex(),
        "part2": rest.hex(),
        "ticket": attest.foot(found),
        "record": {str(key): _hex(value) for key, value in attest.body(found).items()},
    }


def _hex(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def vectors() -> list[dict[str, Any]]:
    both = [each for part1 in MODES.values() for each in _with_and_without(attest.make(part1, DEVELOPMENT.sign))]
    return [told(each) for each in both]


def _with_and_without(one: Attestation) -> tuple[Attestation, Attestation]:
    return one, attest.complete(one, PART2)


def test_vectors() -> None:
    """The files are the bytes that they were."""
    assert vectors() == json.loads(VECTORS.read_text("utf-8"))


@pytest.mark.parametrize("mode", MODES)
def test_a_file_says_what_was_put_in(mode: str) -> None:
    one, both = _with_and_without(attest.make(MODES[mode], DEVELOPMENT.sign))

    assert attest.read(one.data, DEVELOPMENT.public) == (MODES[mode], None, one.data)
    assert attest.read(both.data, DEVELOPMENT.public) == (MODES[mode], PART2, both.data)
    assert attest.complete(both, PART2).data == both.data
    assert attest.refusal(both, BUILD, SIRET, TODAY) == ""


def test_every_bit_counts() -> None:
    """A changed, cut or lengthened file is refused."""
    data = attest.complete(made(), PART2).data
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        if place >= len(made().data) + 37 and _still_a_part2(bytes(changed)):
            continue  # a letter of the shop's own words, which no key signs: the journal holds the file's hash
        with pytest.raises(AttestationError):
            attest.read(bytes(changed), DEVELOPMENT.public)
        with pytest.raises(AttestationError):
            attest.read(data[:place] if place != len(made().data) else b"", DEVELOPMENT.public)
    with pytest.raises(AttestationError):
        attest.read(data + b"\0", DEVELOPMENT.public)


def _still_a_part2(data: bytes) -> bool:
    try:
        found = attest.read(data, DEVELOPMENT.public)
    except AttestationError:
        return False
    return found.part2 != PART2


def test_another_publisher() -> None:
    """Signed by a key that the build does not pin, whatever key the file names."""
    thief = Key(bytes(32))
    own = attest.make(PART1._replace(key=thief.public), thief.sign)
    lent = attest.make(PART1, thief.sign)
    for found in (own, lent):
        with pytest.raises(AttestationError, match="the publisher of this software did not sign it"):
            attest.read(found.data, DEVELOPMENT.public)


REFUSED_FOR: dict[str, tuple[Perimeter | Difference, str, date]] = {
    "did not sign the fiscal perimeter": (BUILD._replace(digest=bytes(32)), SIRET, TODAY),
    "it is for version 1.0, this is 2.0": (BUILD._replace(version="2.0"), SIRET, TODAY),
    "changed: appliance/core/sale.py": (Difference(changed=("appliance/core/sale.py",)), SIRET, TODAY),
    "this till's is 73282932000074": (BUILD, "73282932000074", TODAY),
    "it is dated 2026-11-20, after": (BUILD, SIRET, date(2026, 11, 19)),
    "a certificate is needed": (BUILD, SIRET, date(2027, 1, 1)),
}


@pytest.mark.parametrize("why", REFUSED_FOR)
def test_refusals(why: str) -> None:
    """Another build, another shop, another day: one sentence, and the ticket claims nothing."""
    found = attest.complete(made(), PART2)
    said = attest.refusal(found, *REFUSED_FOR[why])

    assert why in said
    assert attest.foot(found, said) == "sans certificat ni attestation"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a certificate without a number": ({"mode": "certificate"}, "mode certificate, and only there"),
    "an empty number": ({"mode": "certificate", "certificate": NUMBERED._replace(number="")}, "needs the certificate"),
    "a number without the mode": ({"certificate": NUMBERED}, "and only there"),
    "another mode": ({"mode": "both"}, "is not none, attestation, certificate"),
    "dated 2027": ({"made": "2027-01-01"}, "does not take an attestation as proof on 2027-01-01"),
    "dated under LF 2025": ({"made": "2025-06-01"}, "does not take an attestation as proof on 2025-06-01"),
    "no date": ({"made": "soon"}, "YYYY-MM-DD is wanted"),
    "no representative": ({"representative": ""}, "representative is missing"),
    "two lines": ({"publisher": "A\nB"}, "not printable"),
    "a long text": ({"software": "x" * 401}, "too long"),
    "no function": ({"covered": ()}, "has not its length"),
    "half a hash": ({"digest": bytes(16)}, "32 bytes"),
}


@pytest.mark.parametrize("name", WRONG)
def test_nothing_wrong_is_signed(name: str) -> None:
    changes, why = WRONG[name]
    with pytest.raises(AttestationError, match=why):
        made(**changes)


def test_a_certificate_holds_after_2026() -> None:
    """From 2027 on the law names the certificate; the article is the new one."""
    found = attest.make(MODES[attest.CERTIFICATE]._replace(made="2027-03-01"), DEVELOPMENT.sign)

    assert attest.refusal(found, BUILD, SIRET, date(2027, 3, 1)) == ""
    assert attest.foot(found) == "certificat B-0525-1"
    assert "L. 216-40" in law.FOUR_CONDITIONS.on(date(2027, 1, 1))
    assert "286" in law.FOUR_CONDITIONS.on(date(2026, 12, 31))


PARTS: dict[str, tuple[dict[str, str], str]] = {
    "another shop": ({"siret": "73282932000074"}, "they must be one shop"),
    "acquired in 2027": ({"acquired": "2027-01-02", "used": "2027-01-03"}, "as proof on 2027-01-02"),
    "used before": ({"used": "2026-11-01"}, "used comes after"),
    "nobody": ({"representative": ""}, "an empty field"),
}


@pytest.mark.parametrize("name", PARTS)
def test_part_2(name: str) -> None:
    changes, why = PARTS[name]
    with pytest.raises(AttestationError, match=why):
        attest.complete(made(), PART2._replace(**changes))


def test_part_2_of_another_part_1() -> None:
    """It is bound by the hash."""
    one, two = attest.complete(made(), PART2), made(number="2026-000018")
    part2 = one.data[len(made().data) :]
    with pytest.raises(AttestationError, match="belongs to another first part"):
        attest.read(two.data + part2, DEVELOPMENT.public)


def test_another_kind_of_statement() -> None:
    """What the publisher signs under another domain or header is no attestation."""
    payload, signature, _ = attest.FORM.open(made().data)
    other = attest.FORM._replace(domain=b"sceau/archive/1\0")
    moved = attest.FORM.envelope(payload, DEVELOPMENT.sign(other.to_be_signed(payload)))
    typed = attest.FORM._replace(type="application/cbor").seal(payload, DEVELOPMENT.sign)
    for data in (moved, typed, cbor2.dumps({1: payload}), b"", b"\xd2\x84"):
        with pytest.raises(AttestationError):
            attest.read(data, DEVELOPMENT.public)
    assert attest.FORM.proven(DEVELOPMENT.public, payload, signature)


def test_what_the_till_keeps(tmp_path: Path) -> None:
    """None, or the file checked; its record fits kind 63."""
    assert attest.stored(tmp_path) is None
    found = attest.complete(made(), PART2)
    (tmp_path / attest.NAME).write_bytes(found.data)
    body = attest.body(found)

    assert attest.stored(tmp_path) == found
    assert set(body) == set(ev.NAMES[ev.ATTESTATION][1])
    assert decode(encode(Record(1, 0, 60, 0, "1", "", 0, ev.ATTESTATION, body))).body == body
    (tmp_path / attest.NAME).write_bytes(found.data[:-1])
    with pytest.raises(AttestationError, match="ask the publisher for the file again"):
        attest.stored(tmp_path)


def test_the_line_on_the_ticket() -> None:
    feet = {mode: attest.foot(attest.make(part1, DEVELOPMENT.sign)) for mode, part1 in MODES.items()}

    assert attest.foot(None) == "sans certificat ni attestation"
    assert feet == {
        "none": "sans certificat ni attestation",
        "attestation": "attestation n° 2026-000017",
        "certificate": "certificat B-0525-1",
    }
    assert attest.foot(made(), trial=True) == "attestation n° 2026-000017 (essai)"


def test_the_pinned_key_is_said_to_be_for_development() -> None:
    """Its secret stands in ATTESTATION.md; whoever pins another key says `release`."""
    pinned = attest.publisher()

    assert pinned.trial == (pinned.key == DEVELOPMENT.public)


@pytest.mark.parametrize("passphrase", ["", "un secret d'éditeur"])
def test_the_publishers_key(tmp_path: Path, passphrase: str) -> None:
    """A file for its owner, never overwritten, that opens with its passphrase only."""
    path = tmp_path / "publisher"
    key = attest_key.make(path, passphrase)

    assert path.stat().st_mode & 0o777 == 0o600
    assert attest_key.load(path, passphrase).public == key.public
    with pytest.raises(AttestationError, match="is there already"):
        attest_key.make(path, passphrase)
    if passphrase:
        with pytest.raises(AttestationError, match="wrong passphrase"):
            attest_key.load(path, "another")
    path.chmod(0o640)
    with pytest.raises(AttestationError, match="mode 0640"):
        attest_key.load(path, passphrase)


DETAILS = f"""
[publisher]
name = "Éditeur (exemple)"
address = ["35000 Rennes"]
siret = "{SIRET}"
representative = "Camille Exemple"
[software]
name = "Sceau"
market = "2026-09-01"
[shop]
name = "Épicerie des Halles"
siret = "{SIRET}"
[attestation]
number = "2026-000017"
mode = "attestation"
place = "Rennes"
made = "2026-11-20"
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The publisher's desk: a key, the details of one attestation, and the shop's."""
    monkeypatch.chdir(tmp_path)
    assert attest_main(["key", "publisher"]) == 0
    Path("details.toml").write_text(DETAILS, "utf-8")
    Path("shop.toml").write_text("\n".join(f'{name} = "{value}"' for name, value in PART2._asdict().items()), "utf-8")
    key = attest_key.load(Path("publisher"), "").public
    return Desk(Publisher("Éditeur (exemple)", key, trial=False), BUILD)


def test_the_command(office: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """From the key to a file that holds; the secret is never said."""
    words = ["make", "details.toml", "--key", "publisher", "--out", "one"]
    assert attest_main(words, office) == 0
    assert attest_main(["check", "one", "--on", "2026-11-21"], office) == 1
    assert attest_main(["complete", "one", "shop.toml", "--out", "two"], office) == 0
    assert attest_main(["check", "two", "--on", "2026-11-21"], office) == 0
    assert attest_main(["check", "two", "--on", "2027-01-01"], office) == 1
    assert attest_main(["check", "two", "--siret", "73282932000074", "--on", "2026-11-21"], office) == 1
    assert attest_main(["show", "two"], office) == 0
    assert attest_main(["show", "two"]) == 2  # by the key that is pinned in this build
    Path("one").unlink()
    assert attest_main(words, office._replace(build=Difference(missing=("appliance/core/sale.py",)))) == 2
    assert attest_main(words, office._replace(pinned=attest.publisher())) == 2
    out, err = capsys.readouterr()

    assert attest.read(Path("two").read_bytes(), office.pinned.key).part1.digest == DIGEST
    assert "holds on 2026-11-21: attestation n° 2026-000017\n" in out
    assert err.count("\n") == 3
    assert not Path("one").exists()
    assert Path("publisher").read_bytes()[-32:].hex() not in out + err


@pytest.mark.parametrize("missing", ["[shop]", "number", "market", "[publisher]"])
def test_details_that_lack_something(office: Desk, missing: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = DETAILS.replace(missing, f"x{missing}" if missing[0] != "[" else "[other]")
    Path("details.toml").write_text(text, "utf-8")

    assert attest_main(["make", "details.toml", "--key", "publisher", "--out", "one"], office) == 2
    assert "is missing in the details" in capsys.readouterr().err
    assert not Path("one").exists()


@pytest.mark.parametrize("mode", MODES)
def test_the_document(mode: str) -> None:
    """The same bytes each time; on A4 in French, with what the model asks for, nothing beyond the margins."""
    import pypdfium2

    from appliance.audit.attest_pdf import pdf

    found = attest.complete(attest.make(MODES[mode], DEVELOPMENT.sign), PART2)
    data = pdf(found, trial=True)
    pages = list(pypdfium2.PdfDocument(BytesIO(data)))
    text = " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())
    image = pages[0].render(scale=1).to_pil().convert("L").crop((552, 110, 595, 842))

    assert data == pdf(found, trial=True)
    assert pages[0].get_size() == pytest.approx((595.28, 841.89), abs=0.1)
    for part in ("Volet 1", "Volet 2", "Camille Exemple", "L-000017", "20 novembre 2026", "ne prouve rien"):
        assert part in text
    assert DIGEST.hex() in text
    assert ("B-0525-1" in text) == (mode == attest.CERTIFICATE)
    assert ("atteste que ce système satisfait" in text) == (mode == attest.ATTESTATION)
    assert image.getextrema()[0] == 255


def test_days_in_french() -> None:
    assert [day(each) for each in ("2026-09-01", "2026-12-31")] == ["1er septembre 2026", "31 décembre 2026"]


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n", "utf-8")

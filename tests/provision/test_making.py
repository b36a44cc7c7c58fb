"""`sceau provision`: from a root to a bundle that a till opens, by questions, by a file, and for 300 tills."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from appliance.command import main
from appliance.display.qr import matrix
from appliance.provision import bundle, lock
from appliance.provision.making import Ask, MakeError, ask_all, from_toml
from appliance.provision.toml import dump
from appliance.provision.whole import hashed, read_files
from appliance.sync import delivery
from tests.provision import made

QUESTIONS = [
    *("", "Épicerie des Halles"),
    "12 rue des Halles; 35000 Rennes",
    *("12345678200011", "12345678200010"),
    "47.11B",
    *("lune", "reunion"),
    "",
    *("FR12123456782", ""),
    "",
    "Merci de votre visite",
    *("Marc", "boss", "manager", "04", "04:B2:C3:D4:E5:F6:80", ""),
    *("nowhere.csv", "wrong.csv", "right.csv"),
    "",
    *("Halles", "court", "douze signes"),
    *("123", ""),
    "",
    "",
]
HEADER = "code,label,category,price,vat,nature,unit,warranty,page,position\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A root, Nadia's certified key, and the files of a shop."""
    (tmp_path / "wrong.csv").write_text(HEADER + ",Café,,1.50,20,goods,piece,no,,\n", "utf-8")
    (tmp_path / "right.csv").write_text(HEADER + ",Café,,1.50,8.5,goods,piece,no,,\n", "utf-8")
    (tmp_path / "catalogue.csv").write_bytes(made.CATALOGUE)
    (tmp_path / "people.toml").write_bytes(made.files()["operators.toml"])
    assert main(["provision", "root", str(tmp_path / "root")]) == 0
    issued = ["provision", "issuer", "--root", str(tmp_path / "root"), "--name", "Nadia Petit", str(tmp_path / "nadia")]
    assert main(issued) == 0
    return tmp_path


def root_of(place: Path) -> str:
    from appliance.provision.signer import load_key

    return load_key(place / "root").public.hex()


def answering(lines: list[str]) -> Ask:
    waiting: Iterator[str] = iter(lines)
    return lambda prompt: next(waiting)


def test_every_answer_is_checked_at_once(place: Path) -> None:
    """Each wrong one is said in words and asked again; the rates of the territory reach the catalogue's question."""
    said: list[str] = []
    wanted = ask_all(answering(QUESTIONS), said.append, made.TODAY, place)
    wrong = "\n".join(line for line in said if line.startswith("  "))

    assert wrong.splitlines() == [
        "  an answer is wanted",
        "  '12345678200011' is not a SIRET of 14 digits with a right key",
        "  'lune' is not one of metropole, corse, guadeloupe, martinique, reunion, guyane, mayotte",
        "  'FR12123456782' has a wrong key: this SIREN has FR11123456782",
        "  'boss' is not one of cashier, manager, trainee, technician, inspector",
        "  a badge has 4 to 10 bytes in hexadecimal",
        "  nowhere.csv: No such file or directory; name a CSV file",
        "  catalogue.csv:2: vat '20' is not a rate in force in reunion (8.5, 2.1, 1.75, 1.05)",
        "  a passphrase has 8 to 63 signs without accents",
        "  this is no enrolment code: scan the whole code that the collector shows",
    ]
    shop = read_files(wanted.inside.files, b"p", made.TODAY)
    assert not isinstance(shop, list)
    assert (shop.identity.vat_number, shop.territory, shop.till) == ("FR11123456782", "reunion", "1")
    assert shop.identity.address == ("12 rue des Halles", "35000 Rennes")
    assert (wanted.inside.wifi, wanted.device) == (("Halles", "douze signes"), None)


def test_a_bundle_by_questions_is_checked_and_opened(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole command; the code that it says once opens it, another does not."""
    monkeypatch.chdir(place)
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in QUESTIONS)))
    assert main(["provision", "make", "--key", "nadia", "caisse.sceau"]) == 0
    code = capsys.readouterr().out.splitlines()[-1]
    root = root_of(place)
    assert main(["provision", "check", "caisse.sceau", "--root", root, "--code", code]) == 0
    assert capsys.readouterr().out.endswith("everything a till needs is inside\n")
    assert main(["provision", "check", "caisse.sceau", "--root", root, "--code", lock.digits(bytes(16))]) == 1
    assert main(["provision", "check", "caisse.sceau", "--root", "00" * 32]) == 1


def test_questions_that_nobody_answers(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The input ends: nothing is written."""
    monkeypatch.setattr("sys.stdin", io.StringIO("Épicerie\n"))
    assert main(["provision", "make", "--key", str(place / "nadia"), str(place / "x.sceau")]) == 2
    assert not (place / "x.sceau").exists()


ANSWERS = """catalogue = "catalogue.csv"
wifi = "Halles"
passphrase = "douze signes"
device = "{device}"
[shop]
name = "Épicerie des Halles"
address = ["12 rue des Halles", "35000 Rennes"]
siret = "12345678200010"
naf = "4711B"
vat_number = "FR11123456782"
till = "1"
[[shop.means]]
label = "Espèces"
kind = "cash"
over = "change"
[[operators]]
code = "02"
name = "Marc"
role = "manager"
nfc = "04B2C3D4E5F680"
"""


def test_a_bundle_from_a_file_is_closed_to_its_till(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No code is made: the device's own key opens it."""
    device = delivery.identity_text("0001", made.DEVICE)
    (place / "answers.toml").write_text(ANSWERS.format(device=device), "utf-8")
    command = ["provision", "make", "--from", str(place / "answers.toml"), "--key", str(place / "nadia")]
    assert main([*command, str(place / "b.sceau")]) == 0
    assert "Opening code" not in capsys.readouterr().out
    it = bundle.prove((place / "b.sceau").read_bytes(), bytes.fromhex(root_of(place))).bundle
    inside = bundle.unlock(it, made.DEVICE_SEED, None)

    shop = read_files(inside.files, b"p", made.TODAY)
    assert not isinstance(shop, list)
    assert [each.label for each in shop.means] == ["Espèces"]


WRONG = [
    ('till = "1"', 'till = ""', "shop.toml:"),
    ('role = "manager"', 'role = "cashier"', "operators.toml: nobody is a manager"),
    ('nfc = "04B2C3D4E5F680"', 'nfc = "04B2C3D4E5F680"\npin = "9876"', "operators.toml: Marc: leave the pin out"),
    ('nfc = "04B2C3D4E5F680"', 'pin = "9876"', "operators.toml: Marc: leave the pin out"),
    ('passphrase = "douze signes"', 'passphrase = "court"', "passphrase: a passphrase has 8 to 63"),
    ("[shop]", 'colour = "red"\n[shop]', "unknown key 'colour'"),
    ('siret = "12345678200010"', 'siret = "12345678200011"', "siret: '12345678200011' is not a SIRET"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), WRONG, ids=[sentence for *_, sentence in WRONG])
def test_a_wrong_file_is_said_and_nothing_written(
    place: Path, old: str, new: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 and the sentence."""
    text = ANSWERS.format(device=delivery.identity_text("0001", made.DEVICE)).replace(old, new)
    (place / "answers.toml").write_text(text, "utf-8")
    command = ["provision", "make", "--from", str(place / "answers.toml"), "--key", str(place / "nadia")]
    assert main([*command, str(place / "b.sceau")]) == 2
    assert sentence in capsys.readouterr().err
    assert not (place / "b.sceau").exists()


def test_a_revoked_signer(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """His next bundle brings the list that refuses it."""
    revoked = ["provision", "revoke", "--root", str(place / "root"), "--list", str(place / "revocations")]
    assert main([*revoked, str(place / "nadia.cert")]) == 0
    (place / "answers.toml").write_text(ANSWERS.replace('device = "{device}"\n', ""), "utf-8")
    command = ["provision", "make", "--from", str(place / "answers.toml"), "--key", str(place / "nadia")]
    assert main([*command, str(place / "b.sceau")]) == 0
    assert main(["provision", "check", str(place / "b.sceau"), "--root", root_of(place)]) == 1
    assert "Nadia Petit may sign no more" in capsys.readouterr().out


def test_keys_are_never_written_over(place: Path) -> None:
    """And one that others can read is not used."""
    assert main(["provision", "root", str(place / "root")]) == 2
    (place / "nadia").chmod(0o644)
    assert main(["provision", "make", "--key", str(place / "nadia"), str(place / "b.sceau")]) == 2


def row(till: int, siret: str = made.SIRET, vat: str = "") -> str:
    return f"Épicerie,12 rue des Halles,{siret},4711B,metropole,real,{vat},{till},,catalogue.csv,,people.toml,,,,,\n"


def test_three_hundred_tills(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each bundle opens with its own code only; the sheets hold each code once, six to a page."""
    from appliance.provision.batch import COLUMNS

    (place / "shops.csv").write_text(",".join(COLUMNS) + "\n" + "".join(map(row, range(1, 301))), "utf-8")
    command = ["provision", "batch", str(place / "shops.csv"), "--key", str(place / "nadia"), "--out", str(place / "o")]
    assert main(command) == 0
    assert "300 bundles, 300 codes" in capsys.readouterr().out
    bundles = sorted(place.glob("o/*.sceau"))
    assert len(bundles) == 300
    assert bundles[0].name == "12345678200010-1.sceau"
    assert len({bundle.read(path.read_bytes())[0].box for path in bundles}) == 300
    document = pypdfium2.PdfDocument(place / "o" / "sheets.pdf")
    assert len(document) == 50
    assert "12345678200010-1.sceau" in document[0].get_textpage().get_text_range()
    document.close()


def test_a_wrong_list_makes_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault with its line; a till twice; no folder is made."""
    from appliance.provision.batch import COLUMNS

    rows = row(1) + row(1) + row(2, "12345678200011") + row(3, vat="FR12123456782")
    (place / "shops.csv").write_text(",".join(COLUMNS) + "\n" + rows, "utf-8")
    command = ["provision", "batch", str(place / "shops.csv"), "--key", str(place / "nadia"), "--out", str(place / "o")]
    assert main(command) == 2
    assert capsys.readouterr().err.splitlines() == [
        "shops.csv:3: till 1 of this SIRET is already on line 2",
        "shops.csv:4: siret: '12345678200011' is not a SIRET of 14 digits with a right key",
        "shops.csv:5: vat_number: 'FR12123456782' has a wrong key: this SIREN has FR11123456782",
    ]
    assert not (place / "o").exists()


def test_a_qr_is_a_square_with_its_three_corners() -> None:
    """Finder patterns (ISO/IEC 18004, 6.3.3); a code fits version 3, an identity version 5 at most."""
    finder = ((True,) * 7, (True, *(False,) * 5, True))
    for text, most in ((lock.digits(made.CODE), 29), (delivery.identity_text("0001", made.DEVICE), 37)):
        modules = matrix(text)
        assert len(modules) == len(modules[0]) <= most
        assert (modules[0][:7], modules[1][:7]) == finder
        assert (modules[0][-7:], modules[-1][:7]) == (finder[0], finder[0])


def test_people_are_kept_as_hashes_of_the_device() -> None:
    """No badge in clear; the same person is found with the same device's secret, and not with another's."""
    files = made.files()
    shop = read_files(files, b"pepper", made.TODAY)
    assert not isinstance(shop, list)
    kept = hashed(files["operators.toml"], shop)

    assert b"04A1B2C3D4E580" not in kept
    again = read_files({**files, "operators.toml": kept}, b"pepper", made.TODAY)
    assert not isinstance(again, list)
    assert again.operators == shop.operators


def test_toml_is_written_as_it_is_read(place: Path) -> None:
    """Quotes, accents, tables in tables; a value that no file holds is refused."""
    import tomllib

    table = {"a": 'x "y" \\ é\n', "n": 3, "b": True, "l": ["p", "q"], "t": {"20 %": "x"}, "m": [{"k": "v"}, {"k": "w"}]}
    assert tomllib.loads(dump(table)) == table
    with pytest.raises(ValueError, match="cannot stand"):
        dump({"f": 1.5})
    with pytest.raises(MakeError):
        from_toml(place / "missing.toml")

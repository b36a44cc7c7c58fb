"""The archive of FORMAT.md's example. `python -m tests.audit.test_archive_vector` writes it anew."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from appliance.audit import manifest as statement
from appliance.audit.archive_period import Asked
from appliance.audit.verify import INTACT
from tests.audit.archiving import checked, contents, made
from tests.audit.shop import Shop

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
ZIP, SAID = VECTORS / "archive.zip", VECTORS / "archive.json"


def archive(home: Path) -> bytes:
    """One day with three sales, one of them a refund, of a till whose key is the seed 00…01."""
    shop = Shop(home)
    shop.open()
    shop.sell()
    shop.sell("Thé; vert", 220)
    shop.sell(amount=-150)
    shop.close()
    shop.save()
    return made(shop, Asked("day")).path.read_bytes()


def said(path: Path) -> str:
    """What is in it, for whoever writes another reader."""
    members = contents(path)
    cose = members[statement.COSE_NAME]
    found = {
        "sha256": sha256(path.read_bytes()).hexdigest(),
        "size": path.stat().st_size,
        "manifest": json.loads(members[statement.JSON_NAME]),
        "manifest_cose": cose.hex(),
        "to_be_signed": statement.to_be_signed(statement.payload(statement.open_seal(cose))).hex(),
        "signatures": members["data/signatures.csv"].decode("utf-8-sig").splitlines(),
        "verdict": checked(path).line,
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def test_it_is_the_archive_that_the_till_makes(tmp_path: Path) -> None:
    """Byte for byte: nothing in an archive is of the moment but `made`."""
    assert archive(tmp_path) == ZIP.read_bytes()


def test_it_is_as_it_is_said_to_be() -> None:
    assert said(ZIP) == SAID.read_text("utf-8")
    assert checked(ZIP).code == INTACT
    assert checked(ZIP).tickets == 3


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        ZIP.write_bytes(archive(Path(place)))
    SAID.write_text(said(ZIP), "utf-8")
    sys.stdout.write(f"{ZIP.stat().st_size} bytes\n")

"""A root, a signer, a device and a small shop whose bundles are the same bytes each time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from appliance.provision import lock
from appliance.provision.answers import operators_toml, shop_toml
from appliance.provision.authority import Issuer, Revocations, seal_issuer, seal_revocations
from appliance.provision.bundle import Bundle, Inside
from appliance.provision.making import NO_DEPARTMENTS
from appliance.provision.retirement import Retirement
from appliance.provision.signer import Signer, secret

ROOT = secret(bytes(range(32)))
ISSUER = secret(bytes(range(32, 64)))
DEVICE_SEED = bytes(range(64, 96))
DEVICE = lock.pair(DEVICE_SEED)[0]
CODE = bytes(range(16))
NONCE = bytes(range(100, 124))
DAY = 86_400_000
NOW = 1_795_244_400_000  # 2026-11-21T07:00Z
TODAY = date(2026, 11, 21)
SERIAL = b"serial 1"
CERTIFICATE = seal_issuer(Issuer(SERIAL, "Nadia Petit", ISSUER.public, NOW - DAY, NOW + 365 * DAY), ROOT.sign)
NOBODY_REVOKED = seal_revocations(Revocations(1, NOW - DAY, ()), ROOT.sign)
SIGNER = Signer(ISSUER, CERTIFICATE, NOBODY_REVOKED)
SIRET = "12345678200010"
ANSWERS = {
    "name": "Épicerie des Halles",
    "address": "12 rue des Halles; 35000 Rennes",
    "siret": SIRET,
    "naf": "47.11B",
    "vat_number": "FR11123456782",
    "till": "1",
    "territory": "metropole",
}
CATALOGUE = (
    "code,label,category,price,vat,nature,unit,warranty,page,position\n"
    "3017620422003,Pâte à tartiner 400 g,Épicerie,4.25,5.5,goods,piece,no,,\n"
    ",Café,Chaud,1.50,10,goods,piece,no,1,1\n"
).encode()
PEOPLE = [
    {"name": "Sophie", "role": "cashier", "nfc": "04A1B2C3D4E580"},
    {"name": "Marc", "role": "manager", "nfc": "04B2C3D4E5F680"},
]


RETIREMENT = Retirement(
    bytes(range(16)),
    SIRET,
    "1",
    4711,
    4714,
    bytes(range(32)),
    1284350,
    1301150,
    215,
    NOW,
    bytes(range(32)),
    ISSUER.public,
)


def files(**changed: bytes) -> dict[str, bytes]:
    """The four files; `shop_toml=b"…"` replaces one."""
    whole = {
        "shop.toml": shop_toml(ANSWERS),
        "catalogue.csv": CATALOGUE,
        "departments.csv": NO_DEPARTMENTS,
        "operators.toml": operators_toml(PEOPLE),
    }
    return whole | {name.replace("_", "."): content for name, content in changed.items()}


def inside(**changed: bytes) -> Inside:
    return Inside(files(**changed), ("Halles", "douze signes"), "", "virt-amd64")


def bundle(
    it: Inside | None = None,
    device: bytes | None = None,
    version: int = 7,
    siret: str = SIRET,
    till: str = "1",
    issued: int = NOW,
    signer: Signer = SIGNER,
) -> bytes:
    """Under CODE unless a device is named."""
    plain = (it or inside()).encode()
    box = lock.close_to(device, plain) if device else lock.close_under(CODE, plain, NONCE)
    made = Bundle(signer.issuer, signer.revocations, version, issued, siret, till, device, box)
    return made.encode(signer.secret.sign)


def stick(folder: Path, data: bytes, name: str = "caisse.sceau") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder

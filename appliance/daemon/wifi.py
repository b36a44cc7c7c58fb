"""`sceau provision wifi DATA --out FILE`: the bundle's network as wpa_supplicant reads it; run by the image at a start.

Name and key stand in hexadecimal, so nothing has to be quoted, and the passphrase itself is in no file: the key is
PBKDF2-HMAC-SHA1 over it with the name, 4,096 rounds, 32 bytes (IEEE 802.11-2020, J.4.1).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from hashlib import pbkdf2_hmac
from pathlib import Path

from appliance.provision.bundle import WIFI
from appliance.storage.cose import CoseError, loaded
from appliance.storage.flash import OsDisk, durable_file
from appliance.storage.seal import SealError, sealer_for


def wifi_main(argv: Sequence[str]) -> int:
    """0 written, or there is no network to write; 2 it could not be read or written."""
    parser = argparse.ArgumentParser(
        "sceau provision wifi", description="Writes the till's network for wpa_supplicant."
    )
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    said = parser.parse_args(argv)
    path = said.data / WIFI
    if not path.exists():
        sys.stdout.write("the bundle names no network: this till has a cable, or none\n")
        return 0
    try:
        name, passphrase = loaded(sealer_for().open(path.read_bytes()))
        # If we stop here, the file of the last start stands, or none: the next start writes it again.
        durable_file(OsDisk(), said.out, block(name, passphrase).encode())
    except (SealError, CoseError, OSError, ValueError) as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 2
    return 0


def block(name: str, passphrase: str) -> str:
    """A `network` block (wpa_supplicant.conf(5)); an empty passphrase is an open network."""
    ssid = name.encode()
    if not passphrase:
        return f"network={{\n\tssid={ssid.hex()}\n\tkey_mgmt=NONE\n}}\n"
    key = pbkdf2_hmac("sha1", passphrase.encode("ascii"), ssid, 4096, 32)
    return f"network={{\n\tssid={ssid.hex()}\n\tpsk={key.hex()}\n}}\n"

"""Archives changed at random by somebody who can sign anew: always a verdict, never intact, never an exception."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.audit import manifest as statement
from appliance.audit import succession
from appliance.audit.manifest import ManifestError
from appliance.audit.succession import SuccessionError
from appliance.audit.verify import BROKEN
from tests.audit.archiving import checked, contents, days, made, packed, resigned
from tests.audit.shop import Shop

FREE = ("notice.txt",)  # hashed in the manifest, which is signed anew here


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    found = Shop(tmp_path_factory.mktemp("shop"), date(2026, 11, 28))
    for _ in range(3):
        found.live(4)
    found.turn()
    found.live(2)
    found.save()
    return found


@pytest.fixture(scope="module")
def members(shop: Shop) -> dict[str, bytes]:
    return contents(made(shop, days("2026-11-29", "2026-11-30")).path)


def mutated(data: bytes, random: Random) -> bytes:
    """Another content, whatever was there."""
    at = random.randrange(len(data)) if data else 0
    end = min(len(data), at + random.randrange(1, 40))
    way = random.randrange(5)
    noise = random.randbytes(random.randrange(1, 9))
    changed = (
        data[:at] + bytes([data[at] ^ random.randrange(1, 256)]) + data[at + 1 :] if way == 0 and data else data,
        data[:at] + data[end:],
        data[:at] + data[at:end] + data[at:],
        data[:at] + noise + data[at:],
        data[:at],
    )[way]
    return changed if changed != data else data + noise


@pytest.mark.parametrize("seed", range(60))
def test_a_member_changed_at_random(members: dict[str, bytes], shop: Shop, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    name = random.choice([name for name in sorted(members) if name not in FREE])
    changed = {**members, name: mutated(members[name], random)}
    free = name in (statement.COSE_NAME, statement.JSON_NAME)
    data = packed(changed) if free else resigned(changed, shop.key)
    (tmp_path / "changed.zip").write_bytes(data)
    verdict = checked(tmp_path / "changed.zip")

    assert verdict.code == BROKEN, (name, verdict.line)
    assert verdict.why


@pytest.mark.parametrize("seed", range(20))
def test_a_member_less_more_or_renamed(members: dict[str, bytes], shop: Shop, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    names = [name for name in sorted(members) if not name.startswith("manifest.")]
    name, changed = random.choice(names), dict(members)
    way = seed % 3
    if way != 1:
        data = changed.pop(name)
    if way != 0:
        changed["data/" + "".join(random.choices("abcdef.-", k=6)) + "x"] = data if way == 2 else b"more"
    (tmp_path / "changed.zip").write_bytes(resigned(changed, shop.key))

    assert checked(tmp_path / "changed.zip").code == BROKEN, name


@given(st.binary(max_size=300))
def test_noise_is_no_archive(data: bytes) -> None:
    with TemporaryDirectory() as place:
        path = Path(place) / "noise.zip"
        path.write_bytes(data)

        assert checked(path).code == BROKEN


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.binary(max_size=40) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 20), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES | st.dictionaries(st.integers(1, 18), VALUES, min_size=18, max_size=18))
def test_any_payload_but_a_manifest_is_refused(value: object) -> None:
    """Well-formed CBOR of any shape in a well-formed envelope."""
    with pytest.raises(ManifestError):
        statement.open_seal(statement.envelope(cbor2.dumps(value), bytes(64)))


@given(st.binary(max_size=400))
def test_noise_is_no_manifest(data: bytes) -> None:
    for each in (data, statement.envelope(data, bytes(64))):
        with pytest.raises(ManifestError):
            statement.open_seal(each)


@given(st.binary(min_size=1, max_size=400))
def test_noise_is_no_succession(data: bytes) -> None:
    with pytest.raises(SuccessionError):
        succession.last_key(data, bytes(32), bytes(32), 5)

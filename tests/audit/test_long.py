"""A journal of several segments, hurt anywhere."""

from __future__ import annotations

from pathlib import Path
from random import Random

from appliance.audit.verify import BROKEN, INTACT
from tests.audit.test_verify import check, patch, short


def test_a_sample_of_a_long_journal(tmp_path: Path) -> None:
    """Changed bytes all over several segments: always broken, never later than the frame that was hurt."""
    home = short(tmp_path / "long", 600)
    random = Random(20261121)
    for _ in range(40):
        path = random.choice([it for it in sorted((home / "journal").glob("*.seg")) if any(it.read_bytes())])
        data = path.read_bytes()
        offset = random.randrange(len(data.rstrip(b"\0")))
        patch(path, offset, bytes([data[offset] ^ random.randrange(1, 256)]))
        verdict = check(home)
        patch(path, offset, data[offset : offset + 1])

        assert verdict.code == BROKEN, (path.name, offset)
    assert check(home).code == INTACT

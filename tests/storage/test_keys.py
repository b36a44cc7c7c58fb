"""The key is made once, kept to its owner, and every fault has a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.storage import chain, keys
from appliance.storage.flash import OsDisk
from appliance.storage.keys import KeyFileError
from tests.storage.recorder import Act, Recorder
from tests.storage.till import SEALER

ORDER_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


def test_made_once(tmp_path: Path) -> None:
    """The second start finds the first one's key, readable by its owner only."""
    made = keys.load_or_make(tmp_path, OsDisk(), SEALER)

    assert made.public == keys.load_or_make(tmp_path, OsDisk(), SEALER).public
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert chain.signed(made.public, b"x", made.sign(b"x"))


def test_durable_before_use() -> None:
    """Temporary file, content, flush, name, flush of the name: in this order."""
    disk = Recorder()
    keys.load_or_make(Path("/till"), disk, SEALER)

    assert [op.act for op in disk.ops] == [Act.CREATE, Act.WRITE, Act.FLUSH, Act.RENAME, Act.FLUSH_NAMES]


def test_faults(tmp_path: Path) -> None:
    """Open to others, short, or gone beside a journal."""
    path = tmp_path / "key"
    keys.load_or_make(tmp_path, OsDisk(), SEALER)
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="mode 0640"):
        keys.load(tmp_path, OsDisk(), SEALER)
    path.chmod(0o600)
    path.write_bytes(bytes(31))
    with pytest.raises(KeyFileError, match="no sealed file: put back"):
        keys.load(tmp_path, OsDisk(), SEALER)
    path.unlink()
    with pytest.raises(KeyFileError, match="cannot be read"):
        keys.load(tmp_path, OsDisk(), SEALER)
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "00000001.seg").touch()
    with pytest.raises(KeyFileError, match="missing beside a journal"):
        keys.load_or_make(tmp_path, OsDisk(), SEALER)


@pytest.mark.parametrize("key", [bytes(32), b"\x01" + bytes(31), ORDER_8, bytes(31), b"\xff" * 32])
def test_unfit_keys(key: bytes) -> None:
    """A key outside the main subgroup would fit one signature to many messages."""
    assert not chain.fit(key)

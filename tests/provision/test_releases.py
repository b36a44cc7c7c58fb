"""`sceau releases`: a register by its commands alone, and whether what runs or lies here stands in it."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.command import main
from appliance.sync import releases
from appliance.sync.releases import Register

ROOT_HASH = sha256(b"a root file system").hexdigest()
PERIMETER = Path(__file__).resolve().parents[2] / "appliance" / "perimeter.json"
DIGEST = json.loads(PERIMETER.read_text("utf-8"))["digest"]
BOARD = "virt-amd64"


class Publisher:
    """`root`: the first key's public half, as an image would name it."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self._capsys = home, capsys
        self.register, self.bundle = home / "register", home / "bundle.raucb"
        self.bundle.write_bytes(b"a bundle of 0.2.0")
        self.root = self.run("root", str(home / "key"))[1].strip()

    def run(self, *words: str) -> tuple[int, str]:
        code = main(["releases", *words])
        said = self._capsys.readouterr()
        return code, said.out + said.err

    def add(self, version: str = "0.2.0", key: str = "key", **other: str) -> tuple[int, str]:
        said = {
            "key": str(self.home / key),
            "release": version,
            "board": BOARD,
            "bundle": str(self.bundle),
            "root-hash": ROOT_HASH,
            "perimeter": str(PERIMETER),
            **{name.replace("_", "-"): value for name, value in other.items()},
        }
        return self.run("add", str(self.register), *[word for name in said for word in (f"--{name}", said[name])])

    def change(self, act: str, *more: str, key: str = "key") -> tuple[int, str]:
        return self.run(act, str(self.register), "--key", str(self.home / key), *more)

    def check(self, *more: str, root: str = "") -> tuple[int, str]:
        return self.run("check", str(self.register), "--root", root or self.root, *more)

    def read(self, root: str = "") -> Register:
        return releases.read(self.register.read_bytes(), bytes.fromhex(root or self.root))


@pytest.fixture
def publisher(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Publisher:
    return Publisher(tmp_path, capsys)


def test_a_release_is_added(publisher: Publisher) -> None:
    """With all that stands in a row; the next one makes the number go up."""
    assert publisher.add()[0] == 0
    it = publisher.read()
    row = it.releases[0]
    data = publisher.bundle.read_bytes()
    assert (it.number, row.version, row.board, row.withdrawn) == (1, "0.2.0", BOARD, False)
    assert (row.sha256, row.size) == (sha256(data).digest(), len(data))
    assert (row.root_hash.hex(), row.perimeter.hex()) == (ROOT_HASH, DIGEST)
    publisher.bundle.write_bytes(b"a bundle of 0.10.0")
    assert publisher.add("0.10.0", root_hash="ab" * 32)[0] == 0
    assert [each.version for each in publisher.read().releases] == ["0.2.0", "0.10.0"]
    code, said = publisher.run("show", str(publisher.register), "--root", publisher.root)
    assert (code, "number 2" in said, "0.10.0 for virt-amd64, published" in said) == (0, True, True)


def test_what_runs_here(publisher: Publisher, tmp_path: Path) -> None:
    """By the kernel's command line, which names the root hash; by a file; by a hash that was read off."""
    publisher.add()
    cmdline = tmp_path / "cmdline"
    cmdline.write_text(f"quiet sceau.root=root-a sceau.hash={ROOT_HASH} sceau.offset=1\n")
    for how in (("--cmdline", str(cmdline)), ("--bundle", str(publisher.bundle)), ("--root-hash", ROOT_HASH)):
        code, said = publisher.check(*how)
        assert (code, "0.2.0 for virt-amd64, published" in said, DIGEST in said) == (0, True, True)
    cmdline.write_text(f"sceau.hash={'ab' * 32}")
    publisher.bundle.write_bytes(b"another")
    for how in (("--cmdline", str(cmdline)), ("--bundle", str(publisher.bundle)), ("--root-hash", "ab" * 32)):
        code, said = publisher.check(*how)
        assert (code, said.startswith("NOT A RELEASE")) == (1, True)


@pytest.mark.parametrize("text", ["quiet", "sceau.hash=12", f"sceau.hash={ROOT_HASH} sceau.hash={ROOT_HASH}", ""])
def test_a_machine_that_names_none(publisher: Publisher, tmp_path: Path, text: str) -> None:
    """Not started from an image, or by somebody who hopes for the second of two: this is no proof of anything."""
    publisher.add()
    (tmp_path / "cmdline").write_text(text)
    code, said = publisher.check("--cmdline", str(tmp_path / "cmdline"))
    assert (code, said.count("\n")) == (2, 1)


def test_it_is_withdrawn(publisher: Publisher) -> None:
    publisher.add()
    what = ("--release", "0.2.0", "--board", BOARD)
    assert publisher.change("withdraw", *what)[0] == 0
    assert publisher.read().releases[0].withdrawn
    code, said = publisher.check("--bundle", str(publisher.bundle))
    assert (code, "WITHDRAWN" in said) == (1, True)
    assert publisher.change("withdraw", *what)[0] == 2
    assert publisher.change("withdraw", "--release", "9.9.9", "--board", BOARD)[0] == 2
    assert publisher.read().number == 2


def test_another_key_takes_over(publisher: Publisher) -> None:
    """An old image goes on, a new one too; the old key signs nothing any more, and does not come back."""
    publisher.add()
    before = publisher.read()
    second = publisher.run("root", str(publisher.home / "second"))[1].strip()
    assert publisher.change("rotate", "--next", str(publisher.home / "second"))[0] == 0
    publisher.bundle.write_bytes(b"a bundle of 0.3.0")
    code, said = publisher.add("0.3.0", root_hash="ab" * 32)
    assert (code, second in said) == (2, True)
    assert publisher.add("0.3.0", "second", root_hash="ab" * 32)[0] == 0
    for root in (publisher.root, second):
        it = publisher.read(root)
        assert (it.number, len(it.releases), it.keys[-1].hex()) == (3, 2, second)
        assert publisher.check("--root-hash", ROOT_HASH, root=root)[0] == 0
    assert releases.why_not_after(before, it) == ""
    assert publisher.change("rotate", "--next", str(publisher.home / "key"), key="second")[0] == 2
    code, said = publisher.run("show", str(publisher.register), "--root", publisher.root)
    assert f"a key before: {publisher.root}" in said


def test_what_is_not_written(publisher: Publisher, tmp_path: Path) -> None:
    """One sentence, exit 2, and the register stands as it was."""
    assert publisher.change("withdraw", "--release", "0.2.0", "--board", BOARD)[0] == 2
    publisher.add()
    before = publisher.register.read_bytes()
    (tmp_path / "wrong").write_text("{}")
    publisher.run("root", str(publisher.home / "stranger"))
    wrong = [
        publisher.add(),
        publisher.add("0.2"),
        publisher.add("0.3.0"),  # the same bundle
        publisher.add("0.3.0", board="a b"),
        publisher.add("0.3.0", bundle=str(tmp_path / "nowhere")),
        publisher.add("0.3.0", root_hash="ab"),
        publisher.add("0.3.0", perimeter=str(tmp_path / "wrong")),
        publisher.add("0.3.0", "stranger"),
        publisher.add("0.3.0", "nowhere"),
        publisher.check("--root-hash", "zz"),
        publisher.check(root="12"),
        publisher.check(root=ROOT_HASH),
        publisher.run("root", str(publisher.home / "key")),
    ]
    assert [(code, said.count("\n")) for code, said in wrong] == [(2, 1)] * len(wrong)
    assert publisher.register.read_bytes() == before


def test_a_register_that_was_changed(publisher: Publisher) -> None:
    publisher.add()
    data = bytearray(publisher.register.read_bytes())
    data[len(data) // 2] ^= 1
    publisher.register.write_bytes(data)
    assert publisher.check("--root-hash", ROOT_HASH)[0] == 2

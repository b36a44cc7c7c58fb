"""No command gives away the till's keys: each is run over a played day, and all it says and leaves is searched."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.command import COMMANDS, main
from appliance.storage.seal import sealer_for
from tests.simulator.live import ROOT, Sim

SAMPLE = ROOT / "samples/epicerie"
DAY = 'login "Sophie"\nopen day float 100.00\nring "Café"\npay cash 2.00\nprint yes\nclose day\n'
PATIENCE = 90.0  # seconds: a machine may be busy
SEALED = b"SEAL"


def spellings(secret: bytes) -> set[bytes]:
    """Raw, hex, base64 at each alignment, a list of numbers, Python's own way: without what frames them."""
    found = {
        secret,
        repr(secret)[2:-1].encode(),
        ", ".join(map(str, secret)).encode(),
        ",".join(map(str, secret)).encode(),
    }
    for way in (secret.hex(), secret.hex().upper(), secret.hex(" "), secret.hex(":"), secret[::-1].hex()):
        found.add(way.encode())
    for encode in (b64encode, urlsafe_b64encode):
        for shift in range(3):  # the first and the last letters depend on what stands beside
            found.add(encode(bytes(shift) + secret)[(0, 2, 3)[shift] :].rstrip(b"=")[:-1])
    return found


def leaks(secrets: set[bytes], said: bytes) -> list[str]:
    return [spelt.decode("latin-1") for secret in secrets for spelt in spellings(secret) if spelt in said]


def secrets_of(data: Path) -> set[bytes]:
    """What the sealed files of a data folder hold."""
    blobs = [path.read_bytes() for path in data.iterdir() if path.is_file()]
    return {sealer_for().open(blob) for blob in blobs if blob.startswith(SEALED)}


def left_in(folder: Path) -> Iterator[bytes]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("played")
    (folder / "day.flow").write_text(DAY, "utf-8")
    assert main(["flow", str(folder / "day.flow"), "--data", str(folder / "data")]) == 0
    return folder / "data"


@pytest.fixture
def data(played: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(played, tmp_path / "data"))


def command(*words: str) -> bytes:
    """What it says on both channels, whatever its verdict."""
    done = subprocess.run([sys.executable, "-m", "appliance.command", *words], capture_output=True, cwd=ROOT)
    return done.stdout + done.stderr


def flow(data: Path) -> bytes:
    """One that goes on, one that fails and says where."""
    said = b""
    for more in ('open day float 100.00\nring "Café"\npay card 2.00\n', "ring nothing that is sold\n"):
        (data.parent / "more.flow").write_text(f'login "Sophie"\n{more}', "utf-8")
        said += command("flow", str(data.parent / "more.flow"), "--data", str(data))
    return said


def verify(data: Path) -> bytes:
    ways: tuple[list[str], ...] = ([], ["--quick"], ["--paranoid"], ["--json"], ["--chain", "0" * 32])
    return b"".join(command("verify", str(data), *way) for way in ways)


def dump(data: Path) -> bytes:
    return command("dump", str(data)) + command("dump", str(data / "key"))


def report(data: Path) -> bytes:
    return command("report", "replay", str(data)) + command("report", "totals", str(data), "--json")


def control(data: Path) -> bytes:
    return command("control", str(data)) + command(
        "control", str(data), "--json", "--pdf", str(data.parent / "control.pdf")
    )


def export(data: Path) -> bytes:
    said = b""
    for form in ("csv", "json", "xml", "xlsx", "fec", "ereporting", "ereporting-xml"):
        out = str(data.parent / f"export.{form}")
        said += command("export", str(data), "--format", form, "--out", out, "--shop", str(SAMPLE))
    return said


def sync(data: Path) -> bytes:
    """A stick's files are said as well: they go through strangers' hands."""
    folder = data.parent / "carried"
    folder.mkdir()
    said = command("sync", "export", str(data), str(folder)) + command("sync", "status", str(data))
    return said + b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def note(data: Path) -> bytes:
    return command("note", str(data), "1", "a comment")


def wear(data: Path) -> bytes:
    return command("wear", str(data)) + command("wear", str(data), "--json")


def sim(data: Path) -> bytes:
    """The page, and everything that it is told while somebody looks at the menu."""
    live = Sim(data)
    try:
        live.ready()
        live.until(lambda seen: bool(seen["glass"]["hits"]))
        page = b""
        for path in ("", "seen"):
            with urllib.request.urlopen(f"{live.url}/{path}", timeout=PATIENCE) as answer:  # noqa: S310 - our own
                page += answer.read()
        code, said = live.stop()
    except BaseException:
        live.kill()
        raise
    assert code == 0, said
    return page + said.encode()


def run(data: Path) -> bytes:
    """The till itself, without devices but a screen; what the screen says goes to a file."""
    panel, mirror, config = (data.parent / name for name in ("panel", "mirror", "sceau.toml"))
    panel.write_bytes(bytes(800 * 480 * 4))
    screen = f'[device.panel]\ndriver = "framebuffer"\npath = "{panel}"\nsize = [800, 480]\nstride = 3200\n'
    config.write_text(f'data = "{data}"\nshop = "{SAMPLE}"\nmirror = "{mirror}"\n{screen}', "utf-8")
    words = [sys.executable, "-m", "appliance.command", "run", "--virtual", "--config", str(config)]
    till = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    try:
        end = time.monotonic() + PATIENCE
        while not mirror.exists():
            assert till.poll() is None, till.communicate()
            assert time.monotonic() < end, "no first screen"
            time.sleep(0.05)
        till.send_signal(signal.SIGTERM)
        out, err = till.communicate(timeout=PATIENCE)
    except BaseException:
        till.kill()
        till.communicate()
        raise
    assert till.returncode == 0, err
    return out + err + mirror.read_bytes() + panel.read_bytes()


def attest(data: Path) -> bytes:
    """A publisher's key is made beside, and the till's own key given in its place."""
    key, details = str(data.parent / "publisher"), data.parent / "details.toml"
    details.write_text("[publisher]\n", "utf-8")
    said = command("attest", "key", key)
    for each in (key, str(data / "key")):
        said += command("attest", "make", str(details), "--key", each, "--out", str(data.parent / "out"))
    return said + command("attest", "show", str(data / "key")) + command("attest", "check", str(data / "key"))


def perimeter(data: Path) -> bytes:
    return command("perimeter") + command("perimeter", "--list")


def archive(data: Path) -> bytes:
    """The archive itself is searched as well."""
    said = command("archive", "create", str(data), "--level", "day") + command("archive", "list", str(data))
    for path in (data / "archives").glob("*.zip"):
        said += path.read_bytes() + command("archive", "check", str(path))
        said += command("archive", "copy", str(data), str(path), str(data.parent))
    return said


def purge(data: Path) -> bytes:
    return command("purge", str(data), *(str(path) for path in (data / "archives").glob("*.zip")), str(data / "key"))


def provision(data: Path) -> bytes:
    """A root and a signer are made beside; the till's own files are given where bundles and keys are wanted."""
    root, key = str(data.parent / "root"), str(data.parent / "signer")
    said = command("provision", "root", root)
    said += command("provision", "issuer", "--root", root, "--name", "Nadia", key)
    said += command(
        "provision", "make", "--from", str(data / "key"), "--key", str(data / "key"), str(data.parent / "b")
    )
    said += command("provision", "check", str(data / "key"), "--root", "00" * 32)
    where = ["--shop", str(SAMPLE)]
    said += command("provision", "apply", str(data), str(data / "key"), *where, "--root", "00" * 32)
    return said + command("provision", "decommission", str(data), *where, "--stick", str(data.parent))


def releases(data: Path) -> bytes:
    """A publisher's key is made beside; the till's own are given where it is wanted."""
    said = command("releases", "root", str(data.parent / "publisher"))
    said += command("releases", "check", str(data / "key"), "--root", "00" * 32)
    return said + command("releases", "show", str(data / "key"))


def slots(data: Path) -> bytes:
    """On a machine that has none: it says so, whatever it is asked."""
    return b"".join(command("slots", act) for act in ("tell", "good", "unfit", "order", "admit"))


WAYS: dict[str, Callable[[Path], bytes]] = {
    "run": run,
    "provision": provision,
    "sim": sim,
    "flow": flow,
    "verify": verify,
    "dump": dump,
    "archive": archive,
    "purge": purge,
    "sync": sync,
    "note": note,
    "report": report,
    "control": control,
    "export": export,
    "attest": attest,
    "perimeter": perimeter,
    "releases": releases,
    "slots": slots,
    "wear": wear,
}


def test_every_command_is_tried() -> None:
    """A new command comes with its line above."""
    assert set(WAYS) == set(COMMANDS)


@pytest.mark.parametrize("name", WAYS)
def test_no_command_tells_a_key(data: Path, name: str) -> None:
    """Not in what it says, and not in clear in what it leaves behind."""
    before = secrets_of(data)
    said = WAYS[name](data)
    secrets = before | secrets_of(data)

    assert len(secrets) >= 2  # the signing key, and the one for the hashes of badges
    assert {len(secret) for secret in secrets} == {32}
    assert said
    assert leaks(secrets, said) == []
    assert [found for content in left_in(data.parent) for found in leaks(secrets, content)] == []


@pytest.mark.parametrize("shown", [bytes, bytes.hex, repr, list, b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("beside", [b"", b"\0", b"\0\0", b"key="])
def test_the_search_finds_each_spelling(shown: Callable[[bytes], object], beside: bytes) -> None:
    """With or without neighbours that shift it."""
    secret = bytes(range(100, 132))
    told = shown(beside + secret)
    said = told if isinstance(told, bytes) else str(told).encode("latin-1")

    assert leaks({secret}, b"before " + said + b" after") != []
    assert leaks({bytes(range(101, 133))}, said) == []

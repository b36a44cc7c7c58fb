"""Imports point one way: this table is the picture of the house. Read it, then `docs/architecture.md`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.cases import over

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "appliance"

# room -> the rooms that it may import from; a room may always import from itself.
MAY = {
    "core": set(),
    "ports": {"core"},
    "tpm": set(),
    "drivers": {"ports", "core.paper", "tpm"},
    "display": {"core", "ports"},
    "storage": {"tpm"},
    "audit": {"storage", "core", "sync.shape", "sync.shop"},
    "language": {"core"},
    "provision": {"core", "storage", "sync.shape", "sync.token", "sync.releases", "sync.delivery", "display.qr"},
    "sync": {"storage", "core", "ports"},
    "simulator": {"ports", "core.instant", "drivers.none", "storage.keys", "sync"},
    "daemon": {
        "core",
        "ports",
        "drivers",
        "display",
        "storage",
        "audit",
        "language",
        "provision",
        "simulator",
        "sync",
        "VERSION",
    },
    "slots": set(),
    "command": {"daemon", "audit", "simulator", "slots", "sync", "provision", "VERSION"},
}
# What the two sides of the wire share: bytes in, bytes out.
SHARED = (
    "shape",
    "protocol",
    "keylog",
    "registry",
    "token",
    "enrolment",
    "pointer",
    "message",
    "problem",
    "manifest",
    "shop",
    "parcel",
    "pieces",
    "releases",
    "delivery",
    "diagnostics",
    "countersign",
    "merkle",
    "tiles",
    "note",
)
# The collector is another program: of the device it knows only what is written on the wire.
WIRE = {f"appliance.sync.{name}" for name in SHARED} | {
    f"appliance.storage.{name}" for name in ("record", "chain", "cose")
}
# Pure: no file, no clock, no thread.
PURE = {
    "appliance/storage/record.py",
    "appliance/storage/segment.py",
    "appliance/storage/frame.py",
    "appliance/storage/chain.py",
    "appliance/storage/cose.py",
    *(f"appliance/sync/{name}.py" for name in SHARED),
}
IMPURE_MODULES = {"os", "time", "threading", "socket", "select", "subprocess", "tempfile", "mmap", "logging"}
# A flow's player sees what a person sees.
PLAYER = ("player.py", "expectations.py", "hand.py", "script.py", "world.py", "cards.py")


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(name: str) -> str:
    """`appliance.core.money` -> `core`; `appliance.VERSION` -> `VERSION`."""
    return name.split(".")[1] if "." in name else ""


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Absolute dotted names that a module imports, those inside functions and TYPE_CHECKING included."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def allowed(own: str, name: str) -> bool:
    target = room(name)
    inner = ".".join(name.split(".")[1:3])
    return target == own or target in MAY[own] or inner in MAY[own]


@over(lambda: ((path,) for path in modules()))
def test_imports_point_one_way(path: Path) -> None:
    """A room imports only from the rooms that the table gives it."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    wrong = [name for name in imports(path) if name.startswith("appliance.") and not allowed(own, name)]

    assert wrong == []


def test_core_touches_no_machine() -> None:
    """The core has no I/O, no clock, no pixels."""
    for path in (PACKAGE / "core").rglob("*.py"):
        bad = {name.split(".")[0] for name in imports(path)} & (IMPURE_MODULES | {"PIL", "evdev", "cbor2", "nacl"})

        assert bad == set(), path


def test_the_collector_knows_only_the_wire() -> None:
    """It shares the messages with the device and nothing else; the device knows nothing of it."""
    theirs = {name for path in (ROOT / "collector").rglob("*.py") for name in imports(path)}
    ours = {name for path in modules() for name in imports(path)}
    shared = {name for name in theirs if name.startswith("appliance")}

    assert {name for name in shared if not any(f"{name}.".startswith(f"{each}.") for each in WIRE)} == set()
    assert {name for name in ours if name.split(".")[0] == "collector"} == set()


def test_what_is_shared_knows_only_the_wire() -> None:
    """So the collector does not carry the device along behind its back."""
    names = {name for each in SHARED for name in imports(ROOT / f"appliance/sync/{each}.py")}
    inner = {name for name in names if name.startswith("appliance")}

    assert {name for name in inner if not any(f"{name}.".startswith(f"{each}.") for each in WIRE)} == set()


def test_pure_rooms_touch_no_machine() -> None:
    """Records, frames, segments and messages are bytes in, bytes out."""
    for name in PURE:
        bad = {each.split(".")[0] for each in imports(ROOT / name)} & IMPURE_MODULES

        assert bad == set(), name


def test_player_knows_only_the_glass() -> None:
    """The player of flows imports nothing of the till: it sees the screen, the paper and the dump."""
    for name in PLAYER:
        path = PACKAGE / "simulator" / name
        seen = {each for each in imports(path) if each.startswith("appliance.")}

        assert all(each.startswith("appliance.simulator.") for each in seen), name


def test_only_flash_flushes() -> None:
    """All durability stands in one file."""
    calls = {
        str(path.relative_to(ROOT))
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in ("fsync", "fdatasync")
    }

    assert calls == {"appliance/storage/flash.py"}


def test_daemon_is_imported_by_none() -> None:
    """Only the command line starts a daemon."""
    importers = {
        path.relative_to(PACKAGE).parts[0]
        for path in modules()
        for name in imports(path)
        if name.startswith("appliance.daemon.") and "daemon" not in path.parts
    }

    assert importers <= {"command.py"}

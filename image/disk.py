"""The medium: boot loader, two slots, state, journal, in one file with a partition table."""

from __future__ import annotations

from pathlib import Path

from appliance.slots.environment import pack
from image.board import MIB, Board
from image.shell import ROOT, run
from image.slot import FIXED, Slot, ext4, fat, fixed

GRUB = ROOT / "image" / "grub.cfg"
MODULES = "part_gpt fat search search_fs_file loadenv test regexp linux normal configfile echo"
ESP, LINUX = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "0fc63daf-8483-4772-8e79-3d69d8477de4"
TARGETS = {"amd64": ("x86_64-efi", "BOOTX64.EFI"), "arm64": ("arm64-efi", "BOOTAA64.EFI")}
VARIABLES = {"ORDER": "A B", "A_OK": "1", "A_LEFT": "3", "A_NEW": "0", "B_OK": "0", "B_LEFT": "0", "B_NEW": "1"}
# In the order of the partition table, which grub.cfg counts on.
ORDER = ("esp", "boot-a", "boot-b", "root-a", "root-b", "state", "data")


def make_disk(board: Board, slot: Slot, workshop: Path | None, work: Path, target: Path) -> None:
    """Slot A is written, slot B waits for the first update."""
    ext4(work / "state.img", board.sizes["state"], "state")
    ext4(work / "data.img", board.sizes["data"], "data")
    images = {"esp": _esp(board, workshop, work), "boot-a": slot.boot, "root-a": slot.root}
    images |= {"state": work / "state.img", "data": work / "data.img"}
    config = work / "genimage.cfg"
    config.write_text(_config(board, images, target.name), "ascii")
    (work / "empty").mkdir(exist_ok=True)
    run(["rm", "-rf", work / "genimage"])
    command = ["genimage", "--config", config, "--rootpath", work / "empty", "--tmppath", work / "genimage"]
    run([*command, "--inputpath", work, "--outputpath", target.parent], FIXED)


def _esp(board: Board, workshop: Path | None, work: Path) -> Path:
    """GRUB as one file, what it does, and the one sector that it writes."""
    kind, name = TARGETS[board.architecture]
    loader, variables = work / name, work / "grubenv"
    modules = [f"--directory={workshop / kind}"] if workshop else []
    run(["grub-mkimage", *modules, "-O", kind, "-o", loader, "-p", "/EFI/BOOT", *MODULES.split()])
    variables.write_bytes(pack(VARIABLES))
    files = {f"EFI/BOOT/{name}": loader, "EFI/BOOT/grub.cfg": GRUB, "grubenv": variables}
    return fat(work / "esp.img", board.sizes["esp"], "SCEAU-ESP", files)


def _config(board: Board, images: dict[str, Path], target: str) -> str:
    """genimage's, one key a line."""
    parts = [_partition(name, board.sizes[name.split("-")[0]], images.get(name)) for name in ORDER]
    table = f'partition-table-type = "gpt"\nalign = 1M\ndisk-uuid = "{fixed("disk")}"'
    return f"image {target} {{\nhdimage {{\n{table}\n}}\n{''.join(parts)}}}\n"


def _partition(name: str, size: int, image: Path | None) -> str:
    lines = [f'partition-type-uuid = "{ESP if name == "esp" else LINUX}"', f'partition-uuid = "{fixed(name)}"']
    lines += [f"size = {size // MIB}M"]
    if image:
        lines += [f'image = "{image.name}"']
    return f"partition {name} {{\n" + "\n".join(lines) + "\n}\n"

"""A blank machine of the board, started once: `make test-image BOARD=generic-amd64` asks for no more than this."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from appliance.display.theme import FACE, INK
from tests.image.medium import prepare
from tests.image.world import SIZE, MachineWorld

MIDDLE = (SIZE[0] // 8, SIZE[1] // 8, SIZE[0] * 7 // 8, SIZE[1] * 7 // 8)


def test_it_shows_who_it_is(image: Path, tmp_path: Path) -> None:
    """Every unit green, the first screen on the glass that the board itself has, its identity as a QR."""
    world = MachineWorld(tmp_path, prepare(tmp_path, provisioned=False))
    try:
        world.power_on()
        assert world.running.sh("systemctl is-system-running --wait", check=False).strip() == "running"
        print(f"\n{world.running.sh('uname -srm').strip()}; {world.running.sh('systemd-analyze time').splitlines()[0]}")
        print(world.running.sh("cat /sys/class/graphics/fb0/name; findmnt -no SOURCE,FSTYPE /data"))
        assert world.running.sh("systemctl --failed --no-legend --plain") == ""
        assert "Caisse à installer" in world.glass().labels
        assert len(bytes.fromhex(world.running.sh("cat /state/machine-id").strip())) == 16
        seen = Image.open(world.running.picture(world.folder / "blank.png")).convert("RGB")
        assert seen.size == SIZE
        colours = {colour for _, colour in seen.crop(MIDDLE).getcolors(SIZE[0] * SIZE[1]) or []}
        assert {INK, FACE} <= colours, "no QR is seen"
    finally:
        world.close()

"""A till that cannot start says so on the glass, to the log, and with its exit code; nothing on flash is touched."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from appliance.command import main
from appliance.core.view import Header, MessageView
from appliance.daemon.refusal import ADVICE, TITLE
from appliance.display.painter import picture
from appliance.display.render import render
from appliance.display.theme import theme_for
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.seal import sealer_for
from tests.flow_pictures import SHOP, SIZE


def strange(home: Path) -> Path:
    """A journal beside another till's key, and the configuration of a till on it whose only device is its screen."""
    assert main(["flow", str(SHOP.parents[1] / "tests" / "flows" / "idle.flow"), "--data", str(home / "data")]) == 0
    segment = home / "data" / "journal" / "00000001.seg"
    (home / "other").mkdir()
    keys.make(home / "other", OsDisk(), sealer_for())
    (home / "other" / "key").replace(home / "data" / "key")
    (home / "panel").touch()
    text = f'data = "{home}/data"\nshop = "{SHOP}"\n[device.panel]\ndriver = "framebuffer"\npath = "{home}/panel"\n'
    (home / "sceau.toml").write_text(f"{text}size = [{SIZE[0]}, {SIZE[1]}]\n", "utf-8")
    return segment


def test_a_refusal_is_said_on_the_glass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, one line in the log, the same line and what to do on the screen, the journal as it was."""
    segment = strange(tmp_path)
    before = segment.read_bytes()
    code = main(["run", "--config", str(tmp_path / "sceau.toml"), "--virtual"])
    said = capsys.readouterr().err.strip()
    theme = theme_for(*SIZE)
    wanted = picture(render(MessageView(Header("", None, "", "", ""), TITLE, ADVICE, said[:120], ()), theme), theme)
    glass = Image.frombytes("RGB", SIZE, (tmp_path / "panel").read_bytes(), "raw", "BGRX")

    assert code == 2
    assert said.startswith("the key file is not the one of this journal")
    assert ImageChops.difference(glass, wanted).getbbox() is None
    assert segment.read_bytes() == before


def test_a_failed_start_leaves_no_signal_blocked(tmp_path: Path) -> None:
    """Whoever called goes on as before: a blocked SIGTERM would be handed down to every process it starts."""
    strange(tmp_path)
    main(["run", "--config", str(tmp_path / "sceau.toml"), "--virtual"])

    assert signal.pthread_sigmask(signal.SIG_BLOCK, set()) & {signal.SIGTERM, signal.SIGINT} == set()

"""A till that cannot start says so on its screen: a black glass tells a cashier nothing."""

from __future__ import annotations

import contextlib

from appliance.core.view import Header, MessageView
from appliance.daemon.config import Config
from appliance.display.painter import Painter
from appliance.display.render import render
from appliance.display.theme import theme_for
from appliance.drivers.table import make
from appliance.ports import DeviceError, Loop

TITLE = "La caisse ne démarre pas."
ADVICE = ("Ne rien encaisser, appeler le technicien.", "Lui lire la ligne ci-dessus.")
LONGEST = 120


def show_refusal(config: Config, loop: Loop, why: str) -> None:
    """Draws why, if there is a screen to draw on; what is wrong with the screen itself is left to the log."""
    wanted = config.device("panel")
    with contextlib.suppress(DeviceError):
        panel = make("panel", wanted.driver, wanted.options, loop)
        panel.open()
        theme = theme_for(*panel.size)
        header = Header("", None, "", "", "")
        Painter(panel, theme).show(render(MessageView(header, TITLE, ADVICE, why[:LONGEST], ()), theme))
        panel.close()

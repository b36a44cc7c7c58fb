"""`sceau run --config FILE`: the till itself."""

from __future__ import annotations

import argparse
import json
import os
import signal
import stat
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import random

from appliance.daemon.build import build
from appliance.daemon.clock import system_clock
from appliance.daemon.config import PLACE, Config, ConfigError, read_config
from appliance.daemon.hardware import hardware_id
from appliance.daemon.keeping import StartError, keeping
from appliance.daemon.loop import SelectorsLoop
from appliance.daemon.notify import Notify
from appliance.daemon.ready import runtime_folder
from appliance.daemon.refusal import show_refusal
from appliance.daemon.setting import Setting
from appliance.daemon.upstream import Away, cabled
from appliance.daemon.wiring import Till
from appliance.daemon.work import Place
from appliance.daemon.worker import ChildWorker
from appliance.display.frame import Frame
from appliance.ports import DeviceError
from appliance.provision.install import finish
from appliance.provision.shop import ShopError
from appliance.storage.fault import JournalFailed
from appliance.storage.flash import OsDisk
from appliance.storage.keys import KeyFileError
from appliance.storage.mount import faults
from appliance.storage.recover import JournalError
from appliance.sync.uploader import ThreadCourier

ENDS = (signal.SIGTERM, signal.SIGINT)


def main(argv: Sequence[str]) -> int:
    options = _parser().parse_args(argv)
    try:
        config = read_config(options.config)
        if config.device("panel").driver == "none":
            raise StartError(f"{options.config}: no screen; name a framebuffer under [device.panel]")
        if not options.virtual:
            refuse_virtual(config)
            _name_faults(config)
    except (ConfigError, StartError) as error:
        return _cannot(str(error))
    loop = SelectorsLoop(system_clock(config.shop))
    try:
        if not provisioned(config, loop):
            return 0
        return _serve(config, SelectorsLoop(system_clock(config.shop)))
    except (StartError, KeyFileError, DeviceError, JournalError, ShopError) as error:
        show_refusal(config, loop, str(error).splitlines()[0])
        return _cannot(str(error))


def provisioned(config: Config, loop: SelectorsLoop) -> bool:
    """Waits on a blank machine until a bundle is in place; False when it was stopped meanwhile."""
    with keeping(config.data):
        finish(config.data, config.shop, OsDisk())
    if not config.blank:
        return True
    from appliance.daemon.firstboot import FirstBoot  # loaded when it is needed: a till starts without it

    away, shown = Away(ThreadCourier, cabled, random), _ready_first(Notify(), loop, config)
    setting = Setting(away=away, on_frame=shown, runtime=runtime_folder())
    first = FirstBoot(config, loop, OsDisk(), setting, loop.stop)
    for sign in ENDS:
        signal.signal(sign, lambda number, frame: loop.post(loop.stop))
    with keeping(config.data):
        first.start()
    loop.run()
    first.close()
    loop.close()
    return not config.blank


def refuse_virtual(config: Config) -> None:
    """Production runs on devices only: a pty, a socket or a plain file is virtual hardware (--virtual allows it)."""
    for kind, device in config.devices.items():
        path = device.options.get("path")
        if isinstance(path, str) and virtual(path):
            raise StartError(f"{kind}: {path} is virtual hardware; name the real device, or start with --virtual")


def virtual(path: str) -> bool:
    real = os.path.realpath(path)
    if real.startswith("/dev/pts/"):
        return True
    try:
        return not stat.S_ISCHR(Path(real).stat().st_mode)
    except OSError:
        return not real.startswith("/dev/")


def _name_faults(config: Config) -> None:
    """What is wrong with the mount of the data folder, each with its cost; it costs, it does not stop a till."""
    for fault in faults(config.data):
        print(f"{config.data}: {fault.text}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sceau run", description="The till (what systemd starts).")
    parser.add_argument("--config", type=Path, default=PLACE, metavar="FILE")
    parser.add_argument("--virtual", action="store_true", help="allows virtual hardware; never in a shop")
    return parser


def _serve(config: Config, loop: SelectorsLoop) -> int:
    notify = Notify()
    setting = Setting(
        hardware=hardware_id(),
        worker=lambda data, loop, key, say: ChildWorker(Place(data, config.shop), loop, say),
        away=Away(ThreadCourier, cabled, random),
        listens=True,
        build=build,
        on_frame=_ready_first(notify, loop, config),
        on_failure=_say_failure,
        runtime=runtime_folder(),
    )
    till = Till(config, loop, OsDisk(), setting)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # a stop asked for meanwhile waits for the first screen
    try:
        till.start()
        for sign in ENDS:
            signal.signal(sign, lambda number, frame: loop.post(lambda: till.stop("asked", loop.stop)))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
    loop.run()
    notify.say("STOPPING=1")
    return 0


def _ready_first(notify: Notify, loop: SelectorsLoop, config: Config) -> Callable[[Frame], None]:
    """Ready is when the first screen stands, and that comes after the flush of the start's record."""
    shown = mirror(config.mirror)
    waiting = [lambda: notify.ready(loop)]

    def framed(frame: Frame) -> None:
        shown(frame)
        while waiting:
            waiting.pop()()

    return framed


def _say_failure(failed: JournalFailed) -> None:
    print(failed, file=sys.stderr, flush=True)


def _cannot(why: str) -> int:
    print(why, file=sys.stderr)
    return 2


def mirror(path: Path | None) -> Callable[[Frame], None]:
    """Virtual hardware only: what the glass says, as JSON, for the page beside it. Nothing in a shop."""
    if path is None:
        return lambda frame: None
    target = path

    def write(frame: Frame) -> None:
        hits = [[hit.label, hit.act.name, hit.act.value, *hit.face] for hit in frame.hits]
        text = json.dumps({"screen": frame.screen, "labels": frame.labels, "figures": frame.figures, "hits": hits})
        partial = target.with_suffix(".new")
        partial.write_text(text, "utf-8")
        # If we stop here, the page shows the frame before: it is a picture, not a record.
        partial.replace(target)

    return write

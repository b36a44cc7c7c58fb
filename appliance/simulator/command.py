"""`sceau sim`: the till on virtual hardware, in real time, with a web page around it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from appliance.simulator.desk import Desk, things_of
from appliance.simulator.live import Live

SAMPLE: Final = "samples/epicerie"
SIZES: Final = ("1280x800", "800x480")
HOST: Final = "127.0.0.1"
GRACE: Final = 5.0  # seconds for the page to close its doors


class CannotError(Exception):
    """One line that says what to do."""


def main(argv: Sequence[str]) -> int:
    options = _parser().parse_args(argv)
    faulthandler.enable()  # a SIGABRT tells where every thread stands
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})  # whoever started us may block them
    width, _, height = options.size.partition("x")
    try:
        if not options.shop.is_dir():
            raise CannotError(f"{options.shop}: no such folder; give a shop folder with --shop DIR")
        data = _data_folder(options.data)
        with _door(options.port) as door:
            size = (int(width), int(height))
            return asyncio.run(_serve(door, data, options.shop.resolve(), size, options.enrol))
    except CannotError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sceau sim",
        description="The till on virtual hardware, with a web page: screen, badges, scanner, paper, power switch.",
        epilog="It goes on until it is stopped (Ctrl-C). Exit 0; 2 when it could not start, with a line that says why.",
    )
    parser.add_argument(
        "--port", type=int, default=8080, metavar="N", help="of the page (default 8080; 0 takes a free one)"
    )
    parser.add_argument("--data", type=Path, default=Path("data"), metavar="DIR", help="data folder (default ./data)")
    parser.add_argument("--shop", type=Path, default=_sample(), metavar="DIR", help="shop folder (default: the sample)")
    parser.add_argument("--enrol", type=Path, metavar="FILE", help="a collector's one-time code, digits")
    parser.add_argument("--size", choices=SIZES, default=SIZES[0], help="of the screen (default 1280x800)")
    return parser


def _sample() -> Path:
    """The sample shop, from a checkout or from the current folder."""
    beside = Path(__file__).resolve().parents[2] / SAMPLE
    return beside if beside.is_dir() else Path(SAMPLE)


def _data_folder(path: Path) -> Path:
    whole = path.resolve()
    try:
        whole.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotError(f"{path}: {error.strerror}; give a data folder with --data DIR") from error
    if not os.access(whole, os.W_OK | os.X_OK):
        raise CannotError(f"{path}: not writable; give a data folder with --data DIR")
    return whole


@contextlib.contextmanager
def _door(port: int) -> Iterator[socket.socket]:
    """The port is taken before anything starts."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, port))
            door.listen()
        except OverflowError as error:
            raise CannotError(f"port {port}: there is no such port; give one below 65536 with --port N") from error
        except OSError as error:
            raise CannotError(f"port {port}: {error.strerror}; give another one with --port N") from error
        yield door


async def _serve(door: socket.socket, data: Path, shop: Path, size: tuple[int, int], code: Path | None) -> int:
    asked = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, asked.set)
    live = Live(data, shop, size, lambda line: print(line, file=sys.stderr, flush=True), code)
    try:
        await live.power_on()
        return await _open(live, door, Desk(live, things_of(shop)), asked)
    finally:
        await live.close()


async def _open(live: Live, door: socket.socket, desk: Desk, asked: asyncio.Event) -> int:
    """Loads the server while the till starts; then both until somebody asks for the end."""
    import uvicorn

    from appliance.simulator.web import make_app

    class Server(uvicorn.Server):
        """Signals are ours: the till is stopped first."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    options = uvicorn.Config(
        make_app(desk), log_level="warning", access_log=False, ws="websockets-sansio", timeout_graceful_shutdown=1
    )
    server = Server(options)
    serving = asyncio.create_task(server.serve([door]))
    if not await _first_frame(live, asked):
        server.should_exit = True
        await serving
        return 0 if asked.is_set() else 2
    print(f"Sceau ready at http://{HOST}:{door.getsockname()[1]}", flush=True)
    await asked.wait()
    await live.stop()
    server.should_exit = True
    await asyncio.wait([serving], timeout=GRACE)
    return 0


async def _first_frame(live: Live, asked: asyncio.Event) -> bool:
    waits = [asyncio.create_task(each.wait()) for each in (live.settled, asked)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for each in waits:
        each.cancel()
    return live.power == "on" and not asked.is_set()

"""A machine: QEMU with the devices that a till has, spoken to over QMP, an agent, and the far sides of two ptys."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.image.medium import MODEL, parts

MEMORY = 768  # MiB
PATIENCE = 300.0  # seconds that a start may take on a machine that does other things as well
MORNING = "2026-11-21T06:30:00"  # UTC; before the first line of any flow


class Dead(AssertionError):
    """The machine ended, or does not answer."""


class Line:
    """JSON, one object a line, over a Unix socket."""

    def __init__(self, path: Path, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._socket = socket.socket(socket.AF_UNIX)
        _until(lambda: self._connected(path), process, 30)
        self._waiting = b""

    def _connected(self, path: Path) -> bool:
        try:
            self._socket.connect(str(path))
        except OSError:
            return False
        return True

    def say(self, message: dict[str, Any]) -> None:
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def hear(self, patience: float) -> dict[str, Any]:
        self._socket.settimeout(patience)
        while b"\n" not in self._waiting:
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                raise Dead(f"nothing was heard for {patience:.0f} s") from None
            if not data:
                raise Dead(f"the machine ended: {self._process.poll()}")
            self._waiting += data
        line, _, self._waiting = self._waiting.partition(b"\n")
        said: dict[str, Any] = json.loads(line)
        return said

    def close(self) -> None:
        self._socket.close()


class Machine:
    """`wires`: the folder with the ptys `printer` and `badge`. `log`: block writes are written down there. `chip`: the
    socket of a TPM. `network`: what else QEMU's own network leads to."""

    def __init__(
        self,
        folder: Path,
        disk: Path,
        wires: Path,
        log: Path | None = None,
        clock: str = MORNING,
        chip: Path | None = None,
        network: str = "",
    ) -> None:
        self.folder, self.disk, self.log, self.chip = folder, disk, log, chip
        self._network = f",{network}" if network else ""
        self.sectors = {name: part.start // 512 for name, part in parts(disk).items()}
        shutil.copyfile(MODEL.variables, folder / "firmware")
        for name in ("qmp", "agent"):
            (folder / name).unlink(missing_ok=True)
        self.console = folder / "console.log"
        self.began = time.monotonic()
        self.process = subprocess.Popen(self._command(wires, clock), stdin=subprocess.DEVNULL)
        self._qmp = Line(folder / "qmp", self.process)
        self._agent = Line(folder / "agent", self.process)
        self.events: list[str] = []
        self._qmp.hear(30)
        self.qmp("qmp_capabilities")

    def _command(self, wires: Path, clock: str) -> list[str]:
        folder = self.folder
        command = [MODEL.program, *MODEL.options, "-accel", "tcg,thread=multi"]
        command += ["-smp", "2", "-m", str(MEMORY), "-display", "none", "-nodefaults", "-no-reboot"]
        command += ["-rtc", f"base={clock}", "-device", "i6300esb", "-watchdog-action", "reset"]
        command += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={MODEL.code}"]
        command += ["-drive", f"if=pflash,format=raw,unit=1,file={folder / 'firmware'}"]
        command += [*self._drive(), "-device", MODEL.disk]
        command += ["-device", MODEL.screen]
        command += ["-device", "qemu-xhci,id=xhci", "-device", "usb-kbd,bus=xhci.0,port=1"]
        command += ["-netdev", f"user,id=net,restrict=on{self._network}", "-device", MODEL.network]
        if self.chip is not None:
            command += ["-chardev", f"socket,id=chip,path={self.chip}", "-tpmdev", "emulator,id=tpm,chardev=chip"]
            command += ["-device", f"{MODEL.chip},tpmdev=tpm"]
        command += ["-serial", f"file:{self.console}"]
        for name, wire in zip(("printer", "badge"), MODEL.wires, strict=True):
            command += ["-chardev", f"serial,id={name},path={os.path.realpath(wires / name)}", *wire]
        command += [
            "-device",
            "virtio-serial",
            "-chardev",
            f"socket,id=agent,path={folder / 'agent'},server=on,wait=off",
        ]
        command += ["-device", "virtserialport,chardev=agent,name=sceau.test"]
        return [*command, "-qmp", f"unix:{folder / 'qmp'},server=on,wait=off"]

    def _drive(self) -> list[str]:
        plain = ["-blockdev", f"driver=file,node-name=file,filename={self.disk}"]
        if self.log is None:
            return [*plain, "-blockdev", "driver=raw,node-name=disk,file=file"]
        self.log.touch()
        logged = ["-blockdev", "driver=raw,node-name=below,file=file"]
        logged += ["-blockdev", f"driver=file,node-name=logfile,filename={self.log},cache.no-flush=on"]
        logged += ["-blockdev", "driver=raw,node-name=log,file=logfile"]
        logged += ["-blockdev", "driver=blklogwrites,node-name=disk,file=below,log=log,log-sector-size=512"]
        return plain + logged

    def qmp(self, command: str, **arguments: Any) -> Any:
        self._qmp.say({"execute": command, "arguments": arguments})
        while True:
            said = self._qmp.hear(60)
            if "event" in said:
                self.events.append(said["event"])
            elif "error" in said:
                raise AssertionError(f"{command}: {said['error']}")
            else:
                return said["return"]

    def ready(self, patience: float = PATIENCE) -> None:
        """Until the agent speaks."""
        self._agent.hear(patience)

    def ask(self, what: str, patience: float = PATIENCE, **arguments: Any) -> dict[str, Any]:
        self._agent.say({"do": what, **arguments})
        said = self._agent.hear(patience)
        assert "error" not in said, f"{what}: {said['error']}"
        return said

    def sh(self, command: str, *, check: bool = True) -> str:
        """What a command of root printed there."""
        said = self.ask("sh", command=command)
        assert not check or said["code"] == 0, f"{command}: exit {said['code']}: {said['err'] or said['out']}"
        return str(said["out"])

    def picture(self, path: Path) -> Path:
        self.qmp("screendump", filename=str(path), format="png")
        return path

    def figures(self) -> dict[str, int]:
        """Of the disk since the start: bytes written, writes, flushes."""
        (found,) = (each for each in self.qmp("query-blockstats") if "disk" in each.get("qdev", ""))
        stats = found["stats"]
        return {"bytes": stats["wr_bytes"], "writes": stats["wr_operations"], "flushes": stats["flush_operations"]}

    def ended(self, patience: float) -> bool:
        """Whether it ended by itself; with -no-reboot a restart is an end."""
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            return False
        return True

    def cut(self) -> None:
        """The mains."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._qmp.close()
        self._agent.close()


def _until(true: Any, process: subprocess.Popen[bytes], patience: float) -> None:
    end = time.monotonic() + patience
    while not true():
        if process.poll() is not None:
            raise Dead(f"QEMU ended with {process.poll()}")
        if time.monotonic() > end:
            raise Dead("QEMU does not open its sockets")
        time.sleep(0.05)

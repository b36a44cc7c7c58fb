"""Loop devices, file systems and mounts of this machine, each given back when its `with` ends."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")  # noqa: S108 - images are written whole, hundreds of them
OPTIONS = "commit=3600,errors=remount-ro"  # and noatime: as the target mounts the journal's partition
MIB = 1 << 20

_GET_FREE, _SET_FD, _CLR_FD = 0x4C82, 0x4C00, 0x4C01
_NOATIME, _RDONLY, _REMOUNT, _DETACH = 0x400, 0x1, 0x20, 0x2
_libc = ctypes.CDLL(None, use_errno=True)


def lacking() -> str:
    """Why nothing of this can run here; empty where it can. Lacking rights only: a broken machine shall fail."""
    if os.geteuid() != 0:
        return "not run: loop devices and mounts need root"
    missing = [name for name in ("/dev/loop-control", "/dev/fuse") if not os.access(name, os.R_OK | os.W_OK)]
    return f"not run: this container may not open {' and '.join(missing)}" if missing else ""


def mount(source: str, folder: Path, kind: str = "ext4", flags: int = _NOATIME, options: str = OPTIONS) -> None:
    if _libc.mount(source.encode(), str(folder).encode(), kind.encode(), flags, options.encode()):
        code = ctypes.get_errno()
        raise OSError(code, f"mount {source}: {os.strerror(code)}")


def remount_read_only(folder: Path) -> None:
    mount("none", folder, flags=_REMOUNT | _RDONLY | _NOATIME, options="")


def unmount(folder: Path) -> None:
    """A file that is still open on it is an error of the test; it is then taken from under it all the same."""
    for _ in range(200):
        code = _umount(folder)
        if code != errno.EBUSY:
            break
        gc.collect()  # a walk over records that was not ended holds its segment open
        time.sleep(0.01)  # another process may be looking through all mounts
    if code:
        detach(folder)
        raise OSError(code, f"umount {folder}: {os.strerror(code)}")


def detach(folder: Path) -> None:
    """At once from the names, and for good when its last file is closed."""
    _umount(folder, _DETACH)


def _umount(folder: Path, flags: int = 0) -> int:
    return ctypes.get_errno() if _libc.umount2(str(folder).encode(), flags) else 0


@contextmanager
def folder_for(name: str, where: Path | None = None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"sceau-{name}-", dir=where))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def loop(image: Path) -> Iterator[str]:
    """A loop device on `image`; another process may take the free one first, then the next is tried."""
    backing = os.open(image, os.O_RDWR | os.O_CLOEXEC)
    try:
        device, handle = _attached(backing)
    finally:
        os.close(backing)
    try:
        yield device
    finally:
        _free(handle)
        os.close(handle)


def _attached(backing: int) -> tuple[str, int]:
    control = os.open("/dev/loop-control", os.O_RDWR | os.O_CLOEXEC)
    try:
        for _ in range(100):
            device = f"/dev/loop{fcntl.ioctl(control, _GET_FREE)}"
            handle = os.open(device, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.ioctl(handle, _SET_FD, backing)
            except OSError as error:
                os.close(handle)
                if error.errno != errno.EBUSY:
                    raise
            else:
                return device, handle
    finally:
        os.close(control)
    raise OSError(errno.EBUSY, "no loop device is free")


def _free(handle: int) -> None:
    try:
        fcntl.ioctl(handle, _CLR_FD)
    except OSError as error:
        if error.errno != errno.ENXIO:  # it was taken away already
            raise


@contextmanager
def mounted(device: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sceau-mount-"))
    try:
        mount(device, folder)
        try:
            yield folder
        finally:
            unmount(folder)
    finally:
        folder.rmdir()  # and never what is in it, should it still be mounted


@contextmanager
def mounted_image(image: Path) -> Iterator[Path]:
    with loop(image) as device, mounted(device) as folder:
        yield folder


def ext4(image: Path, size: int) -> None:
    """A fresh file system in a file of `size` bytes, all of its tables written."""
    with image.open("wb") as file:
        file.truncate(size)
    tables = "lazy_itable_init=0,lazy_journal_init=0,nodiscard"
    subprocess.run(["mkfs.ext4", "-q", "-F", "-b", "4096", "-m", "0", "-E", tables, str(image)], check=True)


class Wired:
    """The far side of the wire: what was logged, and what the disk shall answer."""

    def __init__(self, folder: Path, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder, self._log, self._process = folder, log, process

    @property
    def disk(self) -> Path:
        return self.folder / "disk"

    def log(self) -> bytes:
        return self._log.read_bytes()

    def mark(self, text: str) -> None:
        _put(self.folder / "mark", text)

    def fault(self, mood: str) -> None:
        _put(self.folder / "fault", mood or " ")

    def vanish(self) -> None:
        """The disk is pulled out: nothing answers any more."""
        self._process.kill()
        self._process.wait()

    def shrink(self, length: int) -> None:
        """The disk was sold as larger than it is."""
        os.truncate(self.disk, length)


def _put(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(handle, text.encode())
    finally:
        os.close(handle)


@contextmanager
def wired(image: Path) -> Iterator[Wired]:
    """Serves `image` in a process of its own; on leaving it is unmounted, and the process ends by itself."""
    with folder_for("wire") as folder, folder_for("log", MEMORY) as logs:
        command = [sys.executable, "-m", "tests.blockdevice.wire", str(image), str(logs / "log"), str(folder)]
        process = subprocess.Popen(command, cwd=ROOT)
        try:
            _until((folder / "disk").exists, process)
            yield Wired(folder, logs / "log", process)
        finally:
            detach(folder)
            _ended(process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    """It ends by itself once nothing is open on it; what holds it longer has failed elsewhere and is told there."""
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _until(true: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    while not true():
        if process.poll() is not None:
            raise OSError(errno.EIO, "the FUSE process ended: is libfuse3 installed?")
        time.sleep(0.01)

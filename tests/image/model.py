"""The machines that QEMU makes for the boards: what differs from one to the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Model:
    """`wires`: where printer and badge reader hang, in this order; they name character devices that are called so."""

    program: str
    console: str
    options: tuple[str, ...]
    code: Path
    variables: Path
    disk: str
    screen: str
    network: str
    wires: tuple[tuple[str, ...], tuple[str, ...]]
    chip: str
    compiler: str


def adapter(port: int, name: str) -> tuple[str, str]:
    """A serial adapter (FTDI's) on USB."""
    return "-device", f"usb-serial,bus=xhci.0,port={port},chardev={name}"


PC = Model(
    "qemu-system-x86_64",
    "ttyS0",
    ("-machine", "q35", "-cpu", "max"),
    Path("/usr/share/OVMF/OVMF_CODE_4M.fd"),
    Path("/usr/share/OVMF/OVMF_VARS_4M.fd"),
    "virtio-blk-pci,id=disk,drive=disk,bootindex=0,write-cache=on",
    "virtio-gpu-pci,xres=1280,yres=800",
    "virtio-net-pci,netdev=net",
    (("-serial", "chardev:printer"), ("-serial", "chardev:badge")),
    "tpm-crb",
    "gcc",
)
# It has one built-in serial port, which is the console's: the others are adapters, at ports that udev.rules names.
ARM = replace(
    PC,
    program="qemu-system-aarch64",
    console="ttyAMA0",
    options=("-machine", "virt,gic-version=3", "-cpu", "cortex-a72"),
    code=Path("/usr/share/AAVMF/AAVMF_CODE.fd"),
    variables=Path("/usr/share/AAVMF/AAVMF_VARS.fd"),
    wires=(adapter(2, "printer"), adapter(3, "badge")),
    chip="tpm-tis-device",
    compiler="aarch64-linux-gnu-gcc",
)
# As near to a PC that is sold as QEMU comes: nothing of virtio on the till's way. It has no CH340 for a badge reader.
OFFICE = replace(
    PC,
    disk="nvme,id=disk,drive=disk,serial=sceau,bootindex=0",
    screen="VGA,xres=1280,yres=800,edid=on",
    network="e1000e,netdev=net",
    wires=(adapter(2, "printer"), ("-serial", "chardev:badge")),
)
OF = {"virt-amd64": PC, "virt-arm64": ARM, "generic-amd64": OFFICE}

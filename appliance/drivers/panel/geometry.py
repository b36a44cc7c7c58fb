"""The geometry of a framebuffer, asked from the kernel and refused when it is not what is drawn for.

Source: linux/fb.h (struct fb_var_screeninfo, struct fb_fix_screeninfo) and Documentation/fb/api.rst.
"""

from __future__ import annotations

import fcntl
import struct
from dataclasses import dataclass

from appliance.ports import DeviceError

FBIOGET_VSCREENINFO, FBIOGET_FSCREENINFO = 0x4600, 0x4602
VARIABLE_SIZE, FIXED = 160, "@16sLIIIIHHHILIIHHH0L"


class GeometryError(DeviceError):
    """The screen is of a kind that this driver does not draw on."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """`stride`: bytes from one row to the next."""

    width: int
    height: int
    stride: int

    @property
    def length(self) -> int:
        return self.stride * self.height


def ask(fd: int, path: str) -> Geometry:
    """Raises `GeometryError` with what is wrong and what to change."""
    variable = fcntl.ioctl(fd, FBIOGET_VSCREENINFO, bytes(VARIABLE_SIZE))
    fixed = fcntl.ioctl(fd, FBIOGET_FSCREENINFO, bytes(struct.calcsize(FIXED)))
    return judge(variable, fixed, path)


def judge(variable: bytes, fixed: bytes, path: str) -> Geometry:
    """The two structures as the kernel gives them: 32 bits a pixel, blue first, shown from the first byte."""
    width, height, _, _, left, top, bits, _, red, _, _, green, _, _, blue = struct.unpack_from("15I", variable)
    length, stride = (struct.unpack(FIXED, fixed)[index] for index in (2, 9))
    if bits != 32:
        raise GeometryError(f"The screen {path} has {bits} bits a pixel and must have 32: add -32 to video= at boot.")
    if (red, green, blue) != (16, 8, 0):
        raise GeometryError(f"The screen {path} has its colours at bits {red}, {green}, {blue}, not at 16, 8, 0.")
    if left or top:
        raise GeometryError(f"The screen {path} shows from column {left}, row {top}: it must not be panned.")
    if stride < width * 4 or length < stride * height:
        raise GeometryError(f"The screen {path} says {stride} bytes a row and {length} in all for {width}x{height}.")
    return Geometry(width, height, stride)

"""A QR code as modules (ISO/IEC 18004); segno computes it and is loaded by whoever asks for one."""

from __future__ import annotations

from typing import TypeAlias

Modules: TypeAlias = tuple[tuple[bool, ...], ...]


def matrix(text: str) -> Modules:
    """Rows of dark (True) and light modules without the quiet zone; level M, the smallest version that fits."""
    import segno

    return tuple(tuple(bool(cell) for cell in row) for row in segno.make(text, error="m", micro=False).matrix)

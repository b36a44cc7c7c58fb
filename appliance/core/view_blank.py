"""What a machine shows that is no shop's till yet; see `view.py` for the rules."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.core.act import Act


@dataclass(frozen=True, slots=True)
class IdentityView:
    """Its QR left, large; who it is, what is missing and what was refused right."""

    title: str
    qr: str
    labels: tuple[str, ...]  # of what stands in `values`: serial number, fingerprint
    values: tuple[str, ...]
    missing: tuple[str, ...]
    notice: tuple[str, ...]  # a refusal, its first sentence bold; empty when nothing was refused
    detail: str  # file, line and why, as the reader of the shop's files says it
    language: str  # the other one's own name
    act: Act

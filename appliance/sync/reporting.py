"""Sends a statement of diagnostics; it proves itself (PROTOCOL.md, section Diagnostics). Blocking."""

from __future__ import annotations

from appliance.sync.client import Asking, Unreachable
from appliance.sync.diagnostics import FORM


def send(client: Asking, chain_id: bytes, statement: bytes) -> bool:
    """Whether the collector has it, or another answer to the same request."""
    path = f"/v1/chains/{chain_id.hex()}/diagnostics"
    try:
        return client.ask("POST", path, statement, {"Content-Type": FORM.type}).status in (200, 201, 409)
    except Unreachable:
        return False

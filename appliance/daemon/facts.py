"""What comes of long work, as JSON holds it and as `step` wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.core.effect import Work
from appliance.core.input import WorkDone


def packed(body: Mapping[int, Any]) -> list[Any]:
    """A body as JSON holds it: [[key, value]…], bytes as {"hex": …}."""
    return [[key, _packed(value)] for key, value in body.items()]


def _packed(value: Any) -> Any:  # noqa: ANN401 - a value of a record
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    return [_packed(each) for each in value] if isinstance(value, list | tuple) else value


def unpacked(body: list[Any]) -> dict[int, Any]:
    return {key: _unpacked(value) for key, value in body}


def _unpacked(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    return [_unpacked(each) for each in value] if isinstance(value, list) else value


def told(work: Work, facts: Mapping[str, Any]) -> WorkDone:
    """What came of a work, bodies as `step` wants them; `args` says of which."""
    known = {**facts, "args": work.args}
    if "body" in known:
        known["body"] = unpacked(known["body"])
    if "bodies" in known:
        known["bodies"] = [unpacked(each) for each in known["bodies"]]
    return WorkDone(work.name, known)

"""Races a store before tills depend on it: for each name many writers at once, of whom one may win.

Not every S3 that knows `If-None-Match: *` holds to it when two come at one moment. What was raced stays in the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from secrets import token_bytes, token_hex
from typing import NamedTuple

from collector.store import Store, Unavailable

SIZE = 4096


class Race(NamedTuple):
    """`unclear`: answers "later", which are allowed; `findings`: one sentence a name that broke the rule."""

    names: int
    writers: int
    unclear: int
    findings: tuple[str, ...]


async def race(stores: Sequence[Store], names: int) -> Race:
    """Each of `stores`, clients of one store, writes each name; then the first one tries to write it again."""
    found: list[str] = []
    unclear = 0
    run = token_hex(8)
    for at in range(names):
        name = f"qualify/{run}/{at:06d}"
        offered = [token_bytes(SIZE) for _ in stores]
        told = await asyncio.gather(*(_create(store, name, data) for store, data in zip(stores, offered, strict=True)))
        late = await _create(stores[0], name, token_bytes(SIZE))
        held = await _get(stores[-1], name)
        answers = {each for each in (*told, late, held) if each is not None}
        unclear += sum(each is None for each in (*told, late, held))
        if len(answers) > 1:
            found.append(f"{name}: {len(answers)} writers were told that theirs is stored")
        elif not answers & set(offered):
            found.append(f"{name}: nobody's bytes are there")
    return Race(names, len(stores), unclear, tuple(found))


async def _create(store: Store, name: str, data: bytes) -> bytes | None:
    try:
        return await store.create(name, data)
    except Unavailable:
        return None


async def _get(store: Store, name: str) -> bytes | None:
    try:
        return await store.get(name)
    except Unavailable:
        return None


def locked(bucket: str, endpoint: str | None, region: str, key: str | None, secret: str | None) -> str:
    """How the bucket keeps what it has, in one sentence; empty when its default retention cannot be shortened."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    named = {"aws_access_key_id": key, "aws_secret_access_key": secret, "region_name": region}
    try:
        s3 = boto3.client("s3", endpoint_url=endpoint, **named)
        found = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    except (BotoCoreError, ClientError):
        return "the bucket has no object lock: whoever has its credentials can delete what tills depend on"
    rule = found.get("Rule", {}).get("DefaultRetention", {})
    if rule.get("Mode") != "COMPLIANCE":
        return "the bucket's default retention is not in compliance mode: set it, 6 years and the running one at least"
    if int(rule.get("Years", 0)) * 365 + int(rule.get("Days", 0)) < 6 * 365:
        return "the bucket's default retention is shorter than 6 years: lengthen it"
    return ""

"""A real S3 server on loopback: SeaweedFS, started for a test session and ended with it."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

KEY, SECRET, REGION = "collector", "a-secret-for-tests", "us-east-1"
PLAIN, LOCKED = "plain", "locked"
PATIENCE = 60.0
GRPC = 10_000  # each server listens there as well, above its own port
_NAMES = ("s3", "master", "volume", "filer")


def _free() -> dict[str, int]:
    found: dict[str, int] = {}
    draw = random.SystemRandom()
    while len(found) < len(_NAMES):
        port = draw.randrange(20_000, 50_000)
        if port not in found.values() and _unused(port) and _unused(port + GRPC):
            found[_NAMES[len(found)]] = port
    return found


def _unused(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def client(endpoint: str) -> Any:
    """boto3's view of the server: what the product itself does not use to write."""
    retries = Config(retries={"max_attempts": 1}, connect_timeout=2, read_timeout=20)
    named = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "region_name": REGION}
    return boto3.client("s3", endpoint_url=endpoint, config=retries, **named)


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The server's address, with both buckets made. Its process ends with the block."""
    for _ in range(3):
        ports = _free()
        process = _started(folder, ports)
        try:
            endpoint = f"http://127.0.0.1:{ports['s3']}"
            if _answers(process, endpoint):
                _buckets(client(endpoint))
                yield endpoint
                return
        finally:
            process.kill()
            process.wait()
    raise AssertionError((folder / "weed.log").read_text("utf-8", "replace")[-2000:])


def _started(folder: Path, ports: dict[str, int]) -> subprocess.Popen[bytes]:
    rights = ["Admin", "Read", "Write", "List", "Tagging"]
    account = {"name": "tests", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": rights}
    settings = folder / "s3.json"
    settings.write_text(json.dumps({"identities": [account]}))
    words = [f"-{name}.port={port}" for name, port in ports.items()]
    words += [f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.config={settings}"]
    words += ["-master.telemetry=false", "-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    weed = str(Path(sys.executable).with_name("weed"))
    with (folder / "weed.log").open("ab") as log:
        return subprocess.Popen([weed, "-v=0", "mini", *words], stdout=log, stderr=log, cwd=folder)


def _answers(process: subprocess.Popen[bytes], endpoint: str) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with suppress(BotoCoreError, ClientError):
            client(endpoint).list_buckets()
            return True
        time.sleep(0.1)
    return False


def _buckets(s3: Any) -> None:
    s3.create_bucket(Bucket=PLAIN)
    s3.create_bucket(Bucket=LOCKED, ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 6}}
    s3.put_object_lock_configuration(
        Bucket=LOCKED, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )

"""Figures go to whoever watches, over a real wire: the collector's own, and those that a till sends."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from appliance.sync import message
from collector.telemetry import TELEMETRY_BYTES, TELEMETRY_TYPE
from tests.collector import world
from tests.collector.replica import Replica
from tests.collector.world import URL, Till


class Watcher:
    """An OTLP receiver that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        watcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                watcher.got.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def names(self) -> set[str]:
        found = [ExportMetricsServiceRequest.FromString(data) for data in self.got if data != b"figures"]
        scopes = [scope for it in found for resource in it.resource_metrics for scope in resource.scope_metrics]
        return {metric.name for scope in scopes for metric in scope.metrics}


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    it = Watcher()
    yield it
    it.server.shutdown()
    it.thread.join()
    it.server.server_close()


def send(replica: Replica, till: Till, data: bytes) -> httpx.Response:
    path = f"/v1/telemetry?chain={till.line.chain_id.hex()}"
    key = (till.network.public, till.network.sign)
    fields = message.sign("POST", URL + path, data, int(time.time()), "n", key)
    return replica.http.post(path, content=data, headers={**fields, "Content-Type": TELEMETRY_TYPE})


def test_figures(watcher: Watcher, tmp_path: Path) -> None:
    """Counted and sent when it ends at the latest; a till's are passed on as they are, signed and not too many."""
    with world.opened(tmp_path) as shop:
        text = shop.settings.read_text()
        address = f"http://127.0.0.1:{watcher.server.server_address[1]}"
        shop.settings.write_text(f'otlp = "{address}"\n{text}')
        replica = shop.start()
        till = shop.till()
        assert till.push(replica).status_code == 201
        assert send(replica, till, b"figures").status_code == 202
        assert send(replica, till, bytes(TELEMETRY_BYTES + 1)).status_code == 413
        till.network = shop.till("B02").network
        assert send(replica, till, b"figures").status_code == 401
        assert replica.end() == 0

        assert watcher.got.count(b"figures") == 1
        assert {"sceau.collector.answers", "sceau.collector.records"} <= watcher.names()
        assert send(shop.replicas[0], shop.till("B03"), b"dropped").status_code == 202  # nobody watches that one
        assert watcher.got.count(b"dropped") == 0

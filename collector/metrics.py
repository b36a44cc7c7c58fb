"""Figures for whoever watches: OTLP over HTTP when an address is given, else nothing is loaded and nothing leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

PERIOD_MS: Final = 15_000
Counts = Callable[[int, Mapping[str, str]], None]
Times = Callable[[float, Mapping[str, str]], None]


class Metrics(Protocol):
    def answered(self, route: str, status: int, seconds: float) -> None: ...
    def taken(self, records: int, size: int) -> None: ...
    def close(self) -> None: ...


class Silent:
    def answered(self, route: str, status: int, seconds: float) -> None: ...
    def taken(self, records: int, size: int) -> None: ...
    def close(self) -> None: ...


class Otlp:
    """`endpoint`: the base address of an OTLP/HTTP receiver."""

    def __init__(self, endpoint: str, replica: str, period_ms: int = PERIOD_MS) -> None:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        from opentelemetry.sdk.resources import Resource

        exporter = OTLPMetricExporter(endpoint=f"{endpoint.rstrip('/')}/v1/metrics")
        reader = PeriodicExportingMetricReader(exporter, export_interval_millis=period_ms)
        self._provider = MeterProvider(
            [reader],
            Resource({"service.name": "sceau-collector", "service.instance.id": replica}),
            shutdown_on_exit=False,
        )
        meter = self._provider.get_meter("sceau.collector")
        self._answers = meter.create_counter("sceau.collector.answers", description="answers by route and status")
        self._seconds = meter.create_histogram("sceau.collector.answer.duration", unit="s")
        self._records = meter.create_counter("sceau.collector.records", description="records stored")
        self._bytes = meter.create_counter("sceau.collector.bytes", unit="By", description="bytes of batches stored")

    def answered(self, route: str, status: int, seconds: float) -> None:
        about = {"route": route, "status": str(status)}
        self._answers.add(1, about)
        self._seconds.record(seconds, about)

    def taken(self, records: int, size: int) -> None:
        self._records.add(records)
        self._bytes.add(size)

    def close(self) -> None:
        """Sends what is left."""
        self._provider.shutdown()

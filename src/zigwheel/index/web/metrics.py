"""Numbers for Prometheus, counted since the server started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zigwheel.index.sources.supply import Came, Unavailable

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


@dataclass(frozen=True, kw_only=True, slots=True)
class Metrics:
    """What has happened; made by `metrics`."""

    registry: CollectorRegistry
    """All of them."""
    came: Histogram
    """Seconds that files took that came into the store, by source."""
    unavailable: Counter
    """Tries that brought nothing, by whether asking again soon may help."""
    uploads: Counter
    """What was taken."""
    sent: Counter
    """Files that were sent to their end."""
    under_way: Gauge
    """Files that are on their way."""
    serial: Gauge
    """Of the last change."""

    def ended(self, outcome: Came | Unavailable) -> None:
        """Count how a try for a file has ended."""
        if isinstance(outcome, Came):
            self.came.labels(outcome.source.partition(" ")[0]).observe(outcome.seconds)
        else:
            self.unavailable.labels("lasting" if outcome.lasting else "passing").inc()


def metrics() -> Metrics:
    """Numbers that are all zero."""
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

    registry = CollectorRegistry()
    start = "zigwheel_index_"
    return Metrics(
        registry=registry,
        came=Histogram(
            f"{start}came_seconds",
            "Seconds until a file was in the store.",
            ["source"],
            buckets=(0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000),
            registry=registry,
        ),
        unavailable=Counter(
            f"{start}unavailable", "Tries that brought no file.", ["kind"], registry=registry
        ),
        uploads=Counter(f"{start}uploads", "Uploads that were taken.", registry=registry),
        sent=Counter(f"{start}sent", "Files sent to their end.", registry=registry),
        under_way=Gauge(f"{start}under_way", "Files on their way.", registry=registry),
        serial=Gauge(f"{start}serial", "Number of the last change.", registry=registry),
    )

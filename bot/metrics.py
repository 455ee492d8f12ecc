"""What is counted, for Prometheus (`/metrics`)."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

POLLS = Counter("exportnews_polls", "Feeds polled, by outcome", ["outcome"])
ENTRIES = Counter("exportnews_entries", "New entries stored")
DELIVERIES = Counter("exportnews_deliveries", "Deliveries, by outcome", ["outcome"])
OWED = Gauge("exportnews_deliveries_owed", "Deliveries waiting to be sent")
ANSWER_SECONDS = Histogram(
    "exportnews_answer_seconds",
    "From a person's request to the reply posted, seconds",
    ["platform"],
    buckets=(0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 10),
)

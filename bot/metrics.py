"""What is counted, for Prometheus (`/metrics`). Times are in seconds."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_MINUTES = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 6 * 3600, 24 * 3600)

POLLS = Counter("exportnews_polls", "Feeds polled, by outcome", ["outcome"])
ENTRIES = Counter("exportnews_entries", "New entries stored")
FEEDS = Gauge("exportnews_feeds", "Feeds, by how they are", ["health"])
UNDERSTOOD_SECONDS = Histogram(
    "exportnews_understood_seconds",
    "Time to classify an entry and find what it cites, each of a poll's entries alike",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2),
)
MATCHES = Counter("exportnews_matches", "Topics found in new entries", ["topic"])
DELIVERIES = Counter("exportnews_deliveries", "Deliveries tried, by outcome", ["outcome"])
OWED = Gauge("exportnews_deliveries_owed", "Deliveries waiting to be sent")
OWED_FOR = Gauge(
    "exportnews_deliveries_owed_for_seconds",
    "How long the oldest delivery that could be sent has been due; 0 without any",
)
DEAD = Gauge("exportnews_deliveries_dead", "Deliveries that were given up")
POST_SECONDS = Histogram(
    "exportnews_publication_to_post_seconds",
    "From an article's own time of publication to its alert posted",
    ["platform"],
    buckets=_MINUTES,
)
SEND_SECONDS = Histogram(
    "exportnews_owed_to_post_seconds",
    "From an alert owed to its message posted, quiet hours included",
    ["platform"],
    buckets=_MINUTES,
)
LIMIT_SECONDS = Histogram(
    "exportnews_rate_limit_wait_seconds",
    "How long a platform said to wait",
    ["platform"],
    buckets=(1, 2, 5, 10, 30, 60, 120, 300, 600),
)
ANSWER_SECONDS = Histogram(
    "exportnews_answer_seconds",
    "From a person's request to the reply posted",
    ["platform"],
    buckets=(0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 10),
)

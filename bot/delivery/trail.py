"""The trail of what was sent: one log line for each story of a batch, and the metrics.

`story` is the id that leads from the poll (`ingest.story`) to the delivery (`delivery.sent`,
`delivery.failed`), in whichever process either happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.delivery.model import Owed
from bot.delivery.outbox import Settled
from bot.metrics import DELIVERIES, LIMIT_SECONDS, POST_SECONDS, SEND_SECONDS
from bot.storage.positions import moment_of

log = structlog.get_logger(__name__)

_RESULTS = {"sent": "sent", "failed": "failed", "kept": "failed", "dead": "dead"}


def note(batch: Sequence[Settled], now: datetime) -> None:
    """Count a batch whose outcomes have been written, and say what was sent."""
    sent: dict[tuple[int | None, str], list[int]] = {}
    for one in batch:
        owed = {found.id: found for found in one.owed}
        for outcome in one.outcomes:
            if (result := _RESULTS.get(outcome.result)) is None:
                continue
            DELIVERIES.labels(result).inc()
            found = owed.get(outcome.delivery_id)
            if result == "sent" and found is not None:
                sent.setdefault((found.story_id, found.kind), []).append(found.id)
                _time(found, now)
        for limit in one.limits if one.owed else ():
            LIMIT_SECONDS.labels(one.owed[0].address.platform).observe(limit.seconds)
    for (story, kind), deliveries in sent.items():
        log.info("delivery.sent", story=story, kind=kind, deliveries=deliveries)


def _time(owed: Owed, now: datetime) -> None:
    if owed.kind != "alert":
        return
    platform = owed.address.platform
    SEND_SECONDS.labels(platform).observe(max(0.0, (now - owed.created_at).total_seconds()))
    published = moment_of(owed.position)
    POST_SECONDS.labels(platform).observe(max(0.0, (now - published).total_seconds()))

"""What operators are told of a feed, and when: each thing once, and again when it is over. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.errors import FeedError, FetchFailed
from bot.feeds.addresses import shown
from bot.feeds.cadence import is_silent
from bot.feeds.model import FeedRecord, Notice, NoticeKind
from bot.feeds.records import FeedState
from bot.feeds.sources import LayoutChanged

FAILING_FOR = timedelta(days=1)
_GONE_AFTER = 4
_BLOCKED_AFTER = 3
_LAYOUT_AFTER = 2


def is_gone(error: FeedError, failures: int, since: datetime, now: datetime) -> bool:
    """Whether a feed is taken for gone: the server says so (410), and has failed for a day.

    A single such answer is a publisher's slip more often than the end.
    """
    gone = isinstance(error, FetchFailed) and error.status == 410
    return gone and failures >= _GONE_AFTER and now - since >= FAILING_FOR


def after_failure(
    state: FeedState, error: FeedError, failures: int, since: datetime, now: datetime
) -> Notice | None:
    """Give the notice that a failure calls for, unless it was given before.

    `failures` in a row, this one included; `since` is when the first was.
    """
    kind: NoticeKind | None = None
    if is_gone(error, failures, since, now):
        if state.reported == "retired":
            return None
        text = (
            f"{error} It has said so for a day; it is asked once a day now, in case it comes back."
        )
        return make(state.record, "retired", text)
    if isinstance(error, FetchFailed) and error.detail == "guard":
        kind = "blocked" if failures >= _BLOCKED_AFTER else None
    elif isinstance(error, LayoutChanged):
        kind = "layout" if failures >= _LAYOUT_AFTER else None
    if kind is None and now - since >= FAILING_FOR:
        kind = "failing"
    if kind is None or state.reported in {kind, "blocked", "layout", "failing", "retired"}:
        return None
    hours = int((now - since).total_seconds() // 3600)
    text = f"It has failed for {hours} hours: {error}" if kind == "failing" else str(error)
    return make(state.record, kind, text)


def after_success(state: FeedState, new: int, now: datetime) -> Notice | None:
    """Give the notice that a success calls for: recovered, silent, or active again."""
    if state.reported in {"failing", "blocked", "layout", "retired"}:
        return make(state.record, "recovered", "It can be read again.")
    if new:
        if state.reported == "silent":
            return make(state.record, "active", "It publishes again.")
        return None
    if state.baseline_at is not None and state.reported != "silent":
        published = state.rhythm.published
        if is_silent(published, now):
            days = int(now.timestamp() - max(published)) // 86_400
            text = (
                f"It answers, but has had nothing new for {days} days, far longer than is its "
                "habit. Check whether it has moved or ended."
            )
            return make(state.record, "silent", text)
    return None


def reported_after(state: FeedState, notice: Notice | None) -> str | None:
    """Give what stands as reported of a feed once `notice` was given."""
    if notice is None:
        return state.reported or None
    lasting = {"failing", "blocked", "layout", "retired", "silent"}
    return notice.kind if notice.kind in lasting else None


def make(record: FeedRecord, kind: NoticeKind, text: str) -> Notice:
    """Give a notice about a feed, its address without secrets."""
    url = shown(record.url)
    return Notice(kind, record.id, record.publication, url, f"{record.publication} ({url}): {text}")

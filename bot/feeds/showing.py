"""Feeds and documents as the JSON that commands print. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.feeds.addresses import shown
from bot.feeds.discovery import Found
from bot.feeds.model import FeedEntry
from bot.feeds.roster import FeedHealth


def health_json(one: FeedHealth) -> dict[str, Any]:
    """Give a feed with its health."""
    return {
        "id": one.id,
        "publication": one.publication,
        "title": one.title,
        "url": shown(one.url) if one.kind == "feed" else one.url,
        "kind": one.kind,
        "show": one.show,
        "every": int(one.every.total_seconds()),
        "state": one.state,
        "state_reason": one.state_reason,
        "entries": one.entries,
        "last_success": _iso(one.last_success_at),
        "last_change": _iso(one.last_change_at),
        "newest_entry": _iso(one.newest_entry_at),
        "next_poll": _iso(one.next_poll_at),
        "last_error": one.last_error,
        "failing_since": _iso(one.failing_since),
        "failures": one.failures,
        "silent": one.silent,
        "pushed": one.pushed,
    }


def found_json(found: Found) -> dict[str, Any]:
    """Give what `feeds check` found."""
    return {
        "url": found.document.url,
        "status": found.document.status,
        "format": found.parsed.format,
        "title": found.parsed.title,
        "entries": [_entry_json(one) for one in found.parsed.entries],
        "problems": list(found.parsed.problems),
    }


def _entry_json(one: FeedEntry) -> dict[str, Any]:
    return {
        "id": one.guid,
        "title": one.title,
        "link": one.link,
        "summary": one.summary,
        "published": _iso(one.published),
        "updated": _iso(one.updated),
        "authors": list(one.authors),
        "categories": list(one.categories),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None

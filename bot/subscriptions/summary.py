"""A summary: one message for several stories (a digest, or alerts that were held back).

What a summary says is kept as `delivery.payload`; this is its shape, typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

Cause = Literal["digest", "quiet", "pause", "outage", "flood"]
"""Why several stories come in one message: it is the digest; quiet hours or a pause are over;
entries were missed while we could not read (`outage`); a feed gave far more than it does."""

MAX_ITEMS = 200
"""Stories listed in one message; what is owed beyond comes in a second one. Of a digest asked for
now, `more` says how many there are beyond."""


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """One story of a summary; `reasons` as in `delivery.reasons`."""

    entry_id: int
    story_id: int
    reasons: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read for a digest: `read` of `publications`, the last of them at `read_by`;
    `entries` were seen; `unread` are the publications that could not be read."""

    publications: int
    read: int
    entries: int
    unread: tuple[str, ...] = ()
    read_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """Stories in reading order, and what they are out of."""

    cause: Cause
    items: tuple[SummaryItem, ...] = ()
    more: int = 0
    since: datetime | None = None
    until: datetime | None = None
    coverage: Coverage | None = None


def to_payload(summary: Summary) -> dict[str, Any]:
    """Give the JSON of a summary; `entries` are the ids of its entries, in order."""
    coverage = summary.coverage
    return {
        "cause": summary.cause,
        "entries": [item.entry_id for item in summary.items],
        "stories": [item.story_id for item in summary.items],
        "reasons": [item.reasons for item in summary.items],
        "more": summary.more,
        "since": _text(summary.since),
        "until": _text(summary.until),
        "coverage": None
        if coverage is None
        else {
            "publications": coverage.publications,
            "read": coverage.read,
            "entries": coverage.entries,
            "unread": list(coverage.unread),
            "read_by": _text(coverage.read_by),
        },
    }


def from_payload(payload: Mapping[str, Any]) -> Summary:
    """Give the summary that `to_payload` wrote."""
    items = zip(payload["entries"], payload["stories"], payload["reasons"], strict=True)
    coverage = payload["coverage"]
    return Summary(
        cause=cast(Cause, payload["cause"]),
        items=tuple(SummaryItem(entry, story, reasons) for entry, story, reasons in items),
        more=payload["more"],
        since=_moment(payload["since"]),
        until=_moment(payload["until"]),
        coverage=None
        if coverage is None
        else Coverage(
            publications=coverage["publications"],
            read=coverage["read"],
            entries=coverage["entries"],
            unread=tuple(coverage["unread"]),
            read_by=_moment(coverage["read_by"]),
        ),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

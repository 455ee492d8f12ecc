"""Dates and times as feeds write them. Pure."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

from dateutil import parser as dateutil_parser

_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7,
    "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2, "BST": 1, "JST": 9, "KST": 9, "HKT": 8,
}  # fmt: skip
_TZINFOS = {name: timezone(timedelta(hours=hours)) for name, hours in _ZONES.items()}


def from_struct(value: time.struct_time | None) -> datetime | None:
    """Give feedparser's parsed time (UTC) as an aware time, or None when it is senseless."""
    if value is None:
        return None
    try:
        return sensible(datetime(*value[:5], min(value[5], 59), tzinfo=UTC))
    except (ValueError, OverflowError, TypeError):
        return None


def read_time(text: str) -> datetime | None:
    """Read a time in whatever form it is written; without a zone it is UTC."""
    text = " ".join(text.split())[:80]
    if not any(c.isdigit() for c in text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        try:
            found = dateutil_parser.parse(text, tzinfos=_TZINFOS, default=datetime(2000, 1, 1))  # noqa: DTZ001
        except (ValueError, OverflowError, TypeError, AttributeError, RecursionError):
            return None
    try:
        aware = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return sensible(aware)


def read_date(text: object) -> date | None:
    """Read an ISO date; None when it is none."""
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None


def sensible(moment: datetime) -> datetime | None:
    """Give `moment` unless no publication can be of that time."""
    return moment if _EARLIEST <= moment < _LATEST else None

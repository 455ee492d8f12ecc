"""Spans of days as people write them: `3 days`, `week`, `today`. Pure."""

from __future__ import annotations

import re

_SPAN = re.compile(
    r"(?:last\s+|of\s+|for\s+|since\s+|this\s+|the\s+)*(?:(\d{1,3})\s*)?"
    r"(?:d|days?|h|hours?|w|weeks?|months?|today|yesterday|daily|weekly)",
    re.IGNORECASE,
)


def parse_span(text: str) -> int | None:
    """Give the days of a span as written (`3 days`, `week`, `today`); None when it is none.

    Nothing written is one day.
    """
    text = text.strip().casefold()
    if not text:
        return 1
    found = _SPAN.fullmatch(text)
    if not found:
        return int(text) if text.isdecimal() and len(text) <= 3 else None
    number = int(found[1] or 1)
    unit = re.search(r"[a-z]+$", text)
    name = unit.group() if unit else "days"
    if name in {"w", "week", "weeks", "weekly"}:
        return number * 7
    if name in {"month", "months"}:
        return number * 30
    if name in {"h", "hour", "hours"}:
        return max(1, -(-number // 24))
    return 2 if name == "yesterday" else number

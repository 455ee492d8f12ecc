"""Dates of an article as a calendar file (iCalendar, RFC 5545)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.messages import words
from bot.messages.model import Alert
from bot.messages.mrkdwn import address, clean
from bot.news.model import KeyDate

_TITLE, _TEXT = 250, 500
_OCTETS = 75
"""The longest line of a calendar file, without its end (section 3.1)."""


def calendar(alert: Alert, now: datetime) -> str:
    """Give an alert's dates as events of a whole day each, with an alarm a day before.

    An event keeps its UID, so a file that is opened twice makes it once.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//exportnews//dates//EN"]
    for date in alert.dates:
        lines += _event(alert, date, now)
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) + "\r\n" for line in lines)


def _event(alert: Alert, date: KeyDate, now: datetime) -> Sequence[str]:
    title = f"{words.DATE_WORDS.get(date.kind, date.kind)}: {clean(alert.title, _TITLE)}"
    url = address(alert.link)
    return [
        "BEGIN:VEVENT",
        f"UID:entry-{alert.entry_id}-{_text(date.kind)}-{date.on:%Y%m%d}@exportnews",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{date.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{date.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(clean(alert.publication, _TEXT))}",
        *([f"URL:{url}"] if url else []),
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(title)}",
        "TRIGGER:-P1D",
        "END:VALARM",
        "END:VEVENT",
    ]


def _text(value: str) -> str:
    """Escape a text (section 3.3.11)."""
    for character in ("\\", ";", ","):
        value = value.replace(character, f"\\{character}")
    return value


def _folded(line: str) -> str:
    """Fold a line at 75 octets, between characters; what goes on begins with a space."""
    parts, part, size = [], "", 0
    for character in line:
        octets = len(character.encode("utf-8", "replace"))
        if size + octets > _OCTETS:
            parts.append(part)
            part, size = "", 1
        part += character
        size += octets
    return "\r\n ".join([*parts, part])

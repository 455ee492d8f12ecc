"""Dates and times as feeds write them. Pure."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta, timezone

from dateutil import parser as dateutil_parser

_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "AST": -4,
    "ADT": -3, "ET": -5, "CT": -6, "MT": -7, "PT": -8, "BST": 1, "WEST": 1, "CET": 1, "CEST": 2,
    "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "SGT": 8, "HKT": 8, "JST": 9, "KST": 9,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?"
_HOURS = r"[+-](?:0\d|1[0-4])"
_STANDARD = re.compile(
    rf"\s*(?:(?:[A-Z][a-z]{{2}},?\s+)?\d{{1,2}}\s+(?:{_MONTHS})\s+(?:\d{{4}}|\d\d)\s+{_CLOCK}"
    rf"\s+(?:{_HOURS}\d\d|GMT|UTC?|Z|[ECMP][SD]T)"
    rf"|\d{{4}}(?:-\d\d){{0,2}}|\d{{4}}-\d\d-\d\dT{_CLOCK}(?:Z|{_HOURS}:\d\d))\s*"
)
"""What RFC 822 and the W3C's note on dates say, which RSS, Atom and Dublin Core go by."""

_IS_DATE = re.compile(rf"\d\D+\d+\D+\d|\d\W*(?:{_MONTHS})|(?:{_MONTHS})[a-z.]*\W*\d", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(?<!\d)\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}(?!\d)")
_TIDIED = (
    (re.compile(r",(?=\S)"), ", "),
    (re.compile(r"\s*\([^()]*\)\s*$"), ""),
    (re.compile(r"\b[A-Z]{2,4}(?=[+-]\d)"), ""),
    (re.compile(r"([+-]\d\d:?\d\d)\s+[A-Z]{2,5}$"), r"\1"),
    (re.compile(r"(?<=\d)\s*[:-](?=[+-]\d\d:?\d\d$)|(?<=\s)-(?=-\d{4}$)"), ""),
    (re.compile(r"\bat\b", re.IGNORECASE), " "),
    (re.compile(r"(\d{4})\s?[年년]\s?(\d\d?)\s?[月월]\s?(\d\d?)\s?[日일]"), r"\1-\2-\3 "),
)
_FARTHEST = timedelta(hours=14)
"""No zone is farther from UTC than Kiribati's."""

_AMONG_WORDS = re.compile(
    rf"(?<!\d)\d{{4}}-\d\d-\d\d(?!\d)|\b\d{{1,2}}\s(?:{_MONTHS})[a-z]*\.?,?\s\d{{4}}(?!\d)"
    rf"|\b(?:{_MONTHS})[a-z]*\.?\s\d{{1,2}},?\s\d{{4}}(?!\d)"
)
_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 1))  # noqa: DTZ001 - the zone is read


def from_struct(value: time.struct_time | None) -> datetime | None:
    """Give feedparser's parsed time (UTC) as an aware time, or None when it is senseless."""
    if value is None:
        return None
    try:
        return sensible(datetime(*value[:5], min(value[5], 59), tzinfo=UTC))
    except (ValueError, OverflowError, TypeError):
        return None


def is_standard(text: str) -> bool:
    """Whether a time is written as the formats of feeds prescribe."""
    return _STANDARD.fullmatch(text) is not None


def names_year(text: str, year: int) -> bool:
    """Whether a text names a year, with its century or without."""
    return re.search(rf"(?<![\d:])(?:{year // 100})?{year % 100:02}(?![\d:])", text) is not None


def read_time(text: str) -> datetime | None:
    """Read a time in whatever form it is written; without a zone that there can be it is UTC.

    None when it lacks a year or a month: nothing is made up.
    """
    text = " ".join(text.split())[:80]
    if not any(c.isdigit() for c in text):
        return None
    try:
        found: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        found = _read_freely(text)
    if found is None:
        return None
    try:
        aware = found.astimezone(UTC) if in_a_zone(found) else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return sensible(aware)


def in_a_zone(moment: datetime) -> bool:
    """Whether a time names a zone, and one that there can be: +25:00 is none."""
    offset = moment.utcoffset()
    return offset is not None and abs(offset) <= _FARTHEST


def find_time(text: str) -> datetime | None:
    """Read a time, or the day that stands among other words, as on pages."""
    among = _AMONG_WORDS.search(text[:500])
    return read_time(text) or (read_time(among.group()) if among else None)


def _read_freely(text: str) -> datetime | None:
    if not _IS_DATE.search(text):
        return None
    for pattern, plain in _TIDIED:
        text = pattern.sub(plain, text)
    day_first = _DAY_FIRST.search(text) is not None
    try:
        one, other = (
            dateutil_parser.parse(text, tzinfos=zone_named, default=default, dayfirst=day_first)
            for default in _DEFAULTS
        )
    except (ValueError, OverflowError, TypeError, AttributeError, RecursionError):
        return None
    # What was not written is the default's.
    return one if (one.year, one.month) == (other.year, other.month) else None


def zone_named(name: str | None, seconds: int | None) -> timezone | None:
    """Give the zone that a time names. One that is unknown is UTC, whatever this machine's is."""
    if seconds is None:
        hours = _ZONES.get((name or "").upper())
        return None if hours is None else timezone(timedelta(hours=hours))
    offset = timedelta(seconds=seconds)
    return timezone(offset) if abs(offset) <= _FARTHEST else None


def read_date(text: object) -> date | None:
    """Read an ISO date; None when it is none."""
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None


def sensible(moment: datetime) -> datetime | None:
    """Give `moment` unless no publication can be of that time."""
    return moment if _EARLIEST <= moment < _LATEST else None

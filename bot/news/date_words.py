"""How days are written: `Jan. 16`, `16 January 2025`, `Jan. 16, '25`, `2025-01-16`, `1/16/25`,
2025年1月16日."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?"
    r"|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_YEAR = r"(?:\d{4}|['‘’]\d\d(?!\w))"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
DATE = (
    rf"(?:{_WEEKDAY},? )?(?:the )?"
    rf"(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d|:)(?:,? {_YEAR})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? {_YEAR})?(?!\w)"
    r"|\d{4}-\d{2}-\d{2}|(?<![\d.])\d{1,2}\.\d{1,2}\.\d{4}(?!\d|\.\d)|\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)(?![\d/]))"
)
"""A day of the calendar, for use in a longer expression without regard to case."""

SOON = rf"(?:today|tomorrow|(?:next |this |on )?{_WEEKDAY})"
"""A day told from the day of publication."""

_PARTS = re.compile(
    rf"(?:(?P<month>{_MONTH}) (?P<day>\d{{1,2}})|(?P<first>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?"
    rf"(?P<after>{_MONTH}))(?:st|nd|rd|th)?(?:,? (?P<year>{_YEAR}))?",
    re.IGNORECASE,
)
_NUMERIC = re.compile(r"(\d{4})[-年](\d{1,2})[-月](\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?!\d)")
_STOPS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_FIRST_OF_2000 = 70
"""From which two figures on a year is of the century before: as POSIX has it."""


def day_of(written: str, published: date | None, day_first: bool = False) -> date | None:
    """Make a day of what was written; impossible days give nothing.

    Without a year it is the one nearest to the publication; without that nothing. With strokes
    the month comes first unless `day_first`; with stops (`12.02.2027`) the day does.
    """
    try:
        stops = _STOPS.search(written)
        if stops is not None:
            return date(int(stops[3]), int(stops[2]), int(stops[1]))
        numeric = _NUMERIC.search(written)
        if numeric is not None:
            year, month, day, first, second, last = numeric.groups()
            if year:
                return date(int(year), int(month), int(day))
            if day_first:
                return date(_year(last), int(second), int(first))
            return _american(_year(last), int(first), int(second))
        parts = _PARTS.search(written)
        if parts is None:
            return _soon(written.lower(), published) if published else None
        month_number = _MONTHS.index((parts["month"] or parts["after"])[:3].lower()) + 1
        day_number = int(parts["day"] or parts["first"])
        if parts["year"]:
            return date(_year(parts["year"]), month_number, day_number)
        return _nearest(month_number, day_number, published) if published else None
    except (ValueError, OverflowError):
        return None


def _american(year: int, first: int, second: int) -> date:
    """Read month before day, but for a first number that can be no month."""
    if first > 12:
        first, second = second, first
    return date(year, first, second)


def _year(written: str) -> int:
    """Give the year of four figures, or of two (`'25`)."""
    year = int(written.lstrip("'‘’"))
    if len(written) >= 4:
        return year
    return year + (1900 if year >= _FIRST_OF_2000 else 2000)


def days_after(day: date, days: int) -> date | None:
    """Give the day so many days later; none where the calendar ends before (year 9999)."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _soon(written: str, published: date) -> date | None:
    if "today" in written or "tomorrow" in written:
        return published + timedelta(days="tomorrow" in written)
    found = re.search(r"(mon|tue|wed|thu|fri|sat|sun)\w*day", written)
    if found is None:
        return None
    ahead = (_DAYS.index(found[1]) - published.weekday()) % 7
    return published + timedelta(days=ahead or (7 if "next" in written else 0))


def _nearest(month: int, day: int, published: date) -> date:
    """Choose the year: the first such day from a half year before publication on."""
    on = date(published.year, month, day)
    if on < published - timedelta(days=183):
        return date(published.year + 1, month, day)
    if on > published + timedelta(days=300):
        return date(published.year - 1, month, day)
    return on

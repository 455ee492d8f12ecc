"""Dates that matter: when a rule takes effect, and until when one may comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.feeds.model import FeedEntry
from bot.news.model import DateKind, KeyDate

_MAX_TEXT = 400_000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?"
    r"|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DATE = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? )?"
    rf"(?:({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,? (\d{{4}}))?"
    rf"|(\d{{1,2}}) ({_MONTH})(?:,? (\d{{4}}))?|(\d{{4}})-(\d{{2}})-(\d{{2}}))"
)
_AT_TIME = (
    r"(?:(?:\d{1,2}(?::\d\d)? ?[ap]\.?m\.?|noon|midnight)"
    r"(?: ?(?:Eastern|E[SD]?T|UTC)(?: [Tt]ime)?)?,? ?(?:on )?)?"
)
_EFFECTIVE = re.compile(
    r"(?:effective(?: date)?(?: (?:is|on|of|as of|from|beginning))?:? ?"
    r"|(?:takes?|took|taking|go(?:es)?|went|comes?|came) (?:into )?(?:effect|force)"
    r"(?: on| as of)? "
    r"|(?:in|into) (?:effect|force) (?:on |from |as of )|effect (?:will be|is|on) "
    r"|compliance date:? (?:is |of )?)"
    rf"(?:on )?{_AT_TIME}{_DATE}",
    re.IGNORECASE,
)
_UNTIL = (
    r"by|before|until|through|due(?: on| by)?|than|ends?(?: on)?|closes?(?: on)?"
    r"|deadline(?: is| of)?:?|to|are due"
)
_COMMENTS = re.compile(
    rf"(?:comments?[^.;\n]{{0,120}}?(?:{_UNTIL}) "
    r"|comment period[^.;\n]{0,40}?(?:ends?|closes?|to|until|through)(?: on)? "
    r"|deadline for (?:\w+ ){0,3}comments?[^.;\n]{0,40}?(?:to|is|until) |comments? due:? )"
    rf"(?:on )?{_AT_TIME}{_DATE}",
    re.IGNORECASE,
)
_NUMBER = r"(\d{1,3}|thirty|forty-five|sixty|ninety)"
_NUMBERS = {"thirty": 30, "forty-five": 45, "sixty": 60, "ninety": 90}
_IN_DAYS = rf"{_NUMBER}[- ](?:calendar )?days?"
_EFFECTIVE_IN = re.compile(
    r"(?:effective|(?:takes?|taking|go(?:es)?|comes?|enters?) (?:into )?(?:effect|force))"
    rf" (?:(?:in|within|after) {_IN_DAYS}|{_IN_DAYS} (?:after|from|following|of) )",
    re.IGNORECASE,
)
_COMMENTS_IN = re.compile(
    rf"(?:comments?[^.;\n]{{0,80}}? (?:within|for|in|due|until|by|accepted) {_IN_DAYS}"
    rf"|{_NUMBER}[- ]days? (?:public )?(?:comment|notice[- ]and[- ]comment)"
    rf"|comment period of {_IN_DAYS})",
    re.IGNORECASE,
)
_RELATIVE: tuple[tuple[DateKind, re.Pattern[str], tuple[str, ...]], ...] = (
    ("effective", _EFFECTIVE_IN, ("effect", "force")),
    ("comments", _COMMENTS_IN, ("comment",)),
)
_PATTERNS: tuple[tuple[DateKind, re.Pattern[str], tuple[str, ...]], ...] = (
    ("effective", _EFFECTIVE, ("effect", "force", "compliance date")),
    ("comments", _COMMENTS, ("comment",)),
)


def find_dates(entry: FeedEntry) -> tuple[KeyDate, ...]:
    """Find effective dates and comment deadlines: the publisher's own fields, then the text.

    A kind that came as a field is not read from the text again. A date without a year is the
    one nearest to the entry's publication, and "in 60 days" counts from it; without that both
    are left out. A span is read only where the text names no date of its kind. Never raises.
    """
    found: dict[tuple[DateKind, date], KeyDate] = {}
    fields: tuple[tuple[DateKind, date | None], ...] = (
        ("effective", entry.effective_on),
        ("comments", entry.comments_close_on),
    )
    for kind, on in fields:
        if on is not None:
            found[kind, on] = KeyDate(kind, on)
    given = {kind for kind, _ in found}
    published = entry.published.date() if entry.published else None
    for body in (entry.title[:_MAX_TEXT], entry.text[:_MAX_TEXT]):
        for key_date in _read(body, published):
            if key_date.kind not in given:
                found.setdefault((key_date.kind, key_date.on), key_date)
    dated = given | {kind for kind, _ in found}
    if published is not None:
        for kind, on, said in _spans(f"{entry.title}. {entry.text[:_MAX_TEXT]}", published):
            if kind not in dated:
                found.setdefault((kind, on), KeyDate(kind, on, said))
    return tuple(sorted(found.values(), key=lambda each: (each.kind, each.on)))[:20]


def _read(body: str, published: date | None) -> Iterator[KeyDate]:
    lowered = body.lower()
    for kind, pattern, hints in _PATTERNS:
        if not any(hint in lowered for hint in hints):
            continue
        for match in pattern.finditer(body):
            on = _date(match, published)
            if on is not None:
                yield KeyDate(kind, on, match[0].strip())


def _spans(body: str, published: date) -> Iterator[tuple[DateKind, date, str]]:
    """Give what is to happen so many days after publication."""
    lowered = body.lower()
    for kind, pattern, hints in _RELATIVE:
        if "day" not in lowered or not any(hint in lowered for hint in hints):
            continue
        for match in pattern.finditer(body):
            said = next(group for group in match.groups() if group).lower()
            days = _NUMBERS.get(said) or int(said)
            if days:
                yield kind, published + timedelta(days=days), match[0].strip()


def _date(match: re.Match[str], published: date | None) -> date | None:
    """Make a date of the pattern's groups; impossible days give nothing."""
    month_first, day_after, year_1, day_first, month_after, year_2, year, month, day = (
        match.groups()
    )
    try:
        if year:
            return date(int(year), int(month), int(day))
        number = _MONTHS.index((month_first or month_after)[:3].lower()) + 1
        day_number = int(day_after or day_first)
        written = year_1 or year_2
        if written:
            return date(int(written), number, day_number)
        return _nearest(number, day_number, published) if published else None
    except ValueError:
        return None


def _nearest(month: int, day: int, published: date) -> date:
    """Choose the year: the first such day from a half year before publication on."""
    on = date(published.year, month, day)
    if on < published - timedelta(days=183):
        return date(published.year + 1, month, day)
    if on > published + timedelta(days=300):
        return date(published.year - 1, month, day)
    return on

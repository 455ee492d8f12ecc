"""Dates that matter: when a rule takes effect, until when one may comment, by when one must comply,
and when a licence, an exclusion or a measure ends.

A day counts only where a text says what happens on it; a day that is merely named is none. Where a
day is moved ("delayed from January 13 to March 21"), only the new one counts; what a text denies
("will not take effect January 1") counts for nothing, nor does what has ended, or has long been in
effect, when the entry comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.feeds.addresses import host_of
from bot.feeds.model import FeedEntry
from bot.news.date_patterns import (
    AND_ON,
    AT_ONCE,
    BEGINS,
    BRITISH,
    DENIED,
    EXTENDS,
    HINTS,
    MOVED,
    NEAR,
    NOT_DUE,
    NUMBERS,
    PATTERNS,
    RELATIVE,
    SUBJECT,
    TERM,
)
from bot.news.date_words import day_of, days_after
from bot.news.model import DateKind, KeyDate
from bot.news.publication_day import publication_day
from bot.news.story_links import document_number

_MAX_TEXT = 400_000


_LONG_PAST = timedelta(days=90)
"""How long before the publication a day lies that tells of an older rule ("the rule was effective
October 7, 2022, and expanded")."""
_TOLD_OF = re.compile(r"\b(?:was|were|had|took|went|came|entered)\b", re.IGNORECASE)
_VERB = 12
"""Characters before a phrase in which its verb stands ("was effective")."""
_YEAR = re.compile(r"\d{4}|['‘’]\d\d|\d[/.]\d")
_IN_REGISTER = re.compile(
    r"\W*(?:(?:after|from|following|of) )?[^.;\n]{0,60}?\b(?:in|by|via) (?:the )?"
    r"Federal Register\b",
    re.IGNORECASE,
)
_DAY_FIRST = (
    *(".uk", ".eu", ".ie", ".au", ".nz", ".in", ".sg", ".hk", ".my", ".za", ".de", ".at", ".ch"),
    *(".fr", ".be", ".nl", ".lu", ".it", ".es", ".pt", ".dk", ".se", ".no", ".fi", ".pl", ".cz"),
)
"""Ends of the host names of countries that write the day before the month (`5/1/27`)."""


@dataclass(frozen=True, slots=True)
class _Origin:
    """What an entry's days are read by: its own day, whether it is a document of the Federal
    Register, and whether its country writes the day first."""

    published: date | None
    in_register: bool = False
    day_first: bool = False

    def is_over(self, kind: DateKind, on: date, said: str) -> bool:
        """Whether a day is of the past, and nothing to be ready for."""
        if self.published is None:
            return False
        if kind == "expiry":
            return on < self.published
        return on < self.published - _LONG_PAST and bool(_TOLD_OF.search(said))


def find_dates(entry: FeedEntry) -> tuple[KeyDate, ...]:
    """Find the dates that matter: the publisher's own fields, then the text.

    A field holds one day of a kind, and the sentence that comes with it all of them. A kind that
    came so is not read from the text again. A date without a year is the
    one nearest to the entry's publication, and "in 60 days" counts from it; without that both
    are left out, and so are days from a publication in the Federal Register, where the entry is
    only news of it. A span is read only where the text names no date of its kind. Never raises.
    """
    found: dict[tuple[DateKind, date], KeyDate] = {}
    fields: tuple[tuple[DateKind, date | None], ...] = (
        ("effective", entry.effective_on),
        ("comments", entry.comments_close_on),
    )
    for kind, on in fields:
        if on is not None:
            found[kind, on] = KeyDate(kind, on)
    origin = _origin(entry)
    for key_date in _read(entry.dates, origin):
        found.setdefault((key_date.kind, key_date.on), key_date)
    given = {kind for kind, _ in found}
    for body in (entry.title[:_MAX_TEXT], entry.text[:_MAX_TEXT]):
        for key_date in _read(body, origin):
            if key_date.kind not in given:
                found.setdefault((key_date.kind, key_date.on), key_date)
    dated = given | {kind for kind, _ in found}
    for kind, on, said in _spans(_all_of(entry), origin):
        if kind not in dated:
            found.setdefault((kind, on), KeyDate(kind, on, said))
    return tuple(sorted(found.values(), key=lambda each: (each.kind, each.on)))[:20]


def _all_of(entry: FeedEntry) -> str:
    return f"{entry.dates}\n{entry.title}. {entry.text[:_MAX_TEXT]}"


def _origin(entry: FeedEntry) -> _Origin:
    in_register = bool(entry.document_number or document_number(entry.link))
    return _Origin(publication_day(entry), in_register, host_of(entry.link).endswith(_DAY_FIRST))


def _read(body: str, origin: _Origin) -> Iterator[KeyDate]:
    lowered = body.lower()
    kinds = [kind for kind, hints in HINTS.items() if any(hint in lowered for hint in hints)]
    moved: list[tuple[DateKind, int, int]] = []
    day_first = origin.day_first or bool(BRITISH.search(lowered))
    for match in MOVED[0].finditer(body) if kinds else ():
        kind = _moved_kind(body, match)
        on = day_of(match["on"], origin.published, day_first)
        if kind and _is_denied(body, match):
            moved.append((kind, match.start(), match.end()))
        elif kind and on:
            moved.append((kind, match.start() - NEAR, match.end()))
            if not origin.is_over(kind, on, match[0]):
                yield KeyDate(kind, on, match[0].strip())
    for kind in kinds:
        for on, at, match in _days(body, kind, origin.published, day_first):
            old = any(which == kind and start <= at < end for which, start, end in moved)
            told = body[max(0, match.start() - _VERB) : match.end()]
            if not old and not origin.is_over(kind, on, told):
                yield KeyDate(kind, on, match[0].strip())


def _days(
    body: str, kind: DateKind, published: date | None, day_first: bool
) -> Iterator[tuple[date, int, re.Match[str]]]:
    """Give the days of a kind that a text names, where, and what says so."""
    for pattern in PATTERNS[kind]:
        for match in pattern.finditer(body):
            named: re.Match[str] | None = None if _is_denied(body, match) else match
            while named is not None:
                on = day_of(named["on"], published, day_first)
                if kind == "expiry" and published:
                    on = _coming(on, named["on"], published)
                if on is not None:
                    yield on, named.start("on"), match
                named = AND_ON.match(body, named.end())


def _coming(on: date | None, written: str, published: date) -> date | None:
    """Give the next such day, where no year was written: what ends has not ended yet."""
    if on is None or on >= published or _YEAR.search(written):
        return on
    try:
        return on.replace(year=on.year + 1)
    except ValueError:  # 29 February, or the end of the calendar
        return None


def _is_denied(body: str, match: re.Match[str]) -> bool:
    """Whether a text says that just this does not happen, or is not due then."""
    before = body[max(0, match.start() - 60) : match.start()]
    return bool(DENIED.search(before) or NOT_DUE.search(match[0]))


def _moved_kind(body: str, match: re.Match[str]) -> DateKind | None:
    """Say what is moved: what is named between the word and the day, else next to them."""
    subject = TERM if EXTENDS.match(match[0]) else SUBJECT
    inside = subject.search(body, match.start(), match.end())
    if inside is None:
        before = list(subject.finditer(body, max(0, match.start() - NEAR), match.start()))
        inside = before[-1] if before else subject.search(body, match.end(), match.end() + 60)
    if inside is None:
        return None
    groups = inside.groupdict()
    kinds: tuple[DateKind, ...] = ("comments", "compliance", "expiry")
    return next((kind for kind in kinds if groups.get(kind)), "effective")


def _spans(body: str, origin: _Origin) -> Iterator[tuple[DateKind, date, str]]:
    """Give what is to happen upon publication, or so many days after it."""
    published = origin.published
    if published is None:
        return
    lowered = body.lower()
    for match in AT_ONCE.finditer(body):
        if not _is_denied(body, match):
            yield "effective", published, match[0]
    for kind, patterns in RELATIVE.items():
        if "day" not in lowered or not any(hint in lowered for hint in HINTS[kind]):
            continue
        for pattern in patterns:
            for match in pattern.finditer(body):
                said = next(group for group in match.groups() if group).lower()
                days = NUMBERS.get(said) or int(said)
                begins = BEGINS.match(body, match.end())
                first = day_of(begins["on"], published, origin.day_first) if begins else None
                if first is None and not origin.in_register and _of_register(body, match):
                    continue
                on = days_after(first or published, days) if days else None
                if on is not None and not _is_denied(body, match):
                    yield kind, on, match[0].strip()


def _of_register(body: str, match: re.Match[str]) -> bool:
    """Whether days count from a publication in the Federal Register, which is not this entry."""
    begins = max(match.start(), match.end() - 40)
    return bool(_IN_REGISTER.match(body, match.end(), match.end() + 100)) or (
        "federal register" in body[begins : match.end()].lower()
    )

"""When a feed is due next, and what its habit is. Pure; all times UTC."""

from __future__ import annotations

import operator
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST = timedelta(minutes=1)
MOST_BACKOFF = timedelta(hours=6)
JITTER = 0.1
REMEMBERED = 100
"""How many of the newest publication times a feed's habit is read from."""

_HOUR, _DAY = 3_600, 86_400
_THURSDAY = 3
"""The weekday of the first day of 1970."""

_FLOOD_AT_LEAST = 20
_CATCH_UP_AT_LEAST = 4
_OUTAGE_AT_LEAST = timedelta(hours=3)
_SILENT_AT_LEAST = timedelta(days=3)
_SILENT_AT_MOST = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a feed has shown and said of itself.

    `published` are times of its entries in seconds since 1970, newest first (at most
    `REMEMBERED`). `max_age` is of the last answer, seconds.
    """

    every: timedelta
    published: tuple[int, ...] = ()
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_weekdays: frozenset[int] = frozenset()
    max_age: float | None = None


def next_poll(rhythm: Rhythm, now: datetime, rng: random.Random) -> datetime:
    """Give when to ask next after a success.

    Never later than the catalogue's `every` allows, but for hours that the publisher excludes.
    In the hours and on the weekdays in which the feed publishes it is asked at its full pace,
    four times within its usual interval; `ttl` and `max-age` say how soon asking is of no use.
    """
    wait = min(_usual_wait(rhythm, now), rhythm.every)
    useless_for = max(rhythm.ttl or timedelta(0), timedelta(seconds=rhythm.max_age or 0.0))
    wait = min(max(wait, useless_for, LEAST), rhythm.every)
    due = now + wait * (1 - JITTER * rng.random())
    return _after_skipped(rhythm, due)


def _usual_wait(rhythm: Rhythm, now: datetime) -> timedelta:
    if len(rhythm.published) < 5:
        return rhythm.every / 2
    hours = Counter(second // _HOUR % 24 for second in rhythm.published)
    nearby = sum(hours[(now.hour + step) % 24] for step in (-1, 0, 1))
    weekdays = {(second // _DAY + _THURSDAY) % 7 for second in rhythm.published}
    busy = nearby * 8 >= len(rhythm.published) and now.weekday() in weekdays
    return usual_interval(rhythm.published) / 4 if busy else rhythm.every


def _after_skipped(rhythm: Rhythm, due: datetime) -> datetime:
    for _ in range(24 * 8):
        if due.weekday() in rhythm.skip_weekdays or due.hour in rhythm.skip_hours:
            due = due.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        else:
            break
    return due


def next_try(
    every: timedelta, failures: int, now: datetime, rng: random.Random, retry_after: float | None
) -> datetime:
    """Give when to try again after `failures` failures in a row (1 or more).

    Doubles from a minute up to six hours, or to `every` where that is longer; never before the
    `retry_after` seconds that the server asked for.
    """
    ceiling = max(MOST_BACKOFF, every)
    wait = min(timedelta(minutes=2 ** min(failures - 1, 12)), ceiling)
    wait *= 1 + JITTER * rng.random()
    if retry_after is not None:
        wait = max(wait, timedelta(seconds=retry_after))
    return now + wait


def usual_interval(published: Sequence[int]) -> timedelta:
    """Give the usual time between entries: the median over the days on which there are any."""
    real = sorted(gap for gap in _gaps(published) if gap > 0)
    return timedelta(seconds=real[len(real) // 2] if real else _HOUR)


def _gaps(published: Sequence[int]) -> Iterable[int]:
    ordered = sorted(published)
    return map(operator.sub, ordered[1:], ordered)


def is_flood(new: int, published: Sequence[int]) -> bool:
    """Whether `new` entries at once are far more than the feed's habit.

    The measure is three times its busiest day, at least 20; `published` are the times of
    entries before these.
    """
    days = Counter(second // _DAY for second in published)
    busiest = max(days.values(), default=0)
    return new >= max(_FLOOD_AT_LEAST, 3 * busiest + 1)


def is_catch_up(new: int, last_success: datetime | None, every: timedelta, now: datetime) -> bool:
    """Whether `new` entries gathered while the feed could not be read (or nobody polled)."""
    if last_success is None or new < _CATCH_UP_AT_LEAST:
        return False
    return now - last_success >= max(_OUTAGE_AT_LEAST, 3 * every)


def is_silent(published: Sequence[int], now: datetime) -> bool:
    """Whether the feed has been without a new entry for far longer than ever before.

    "Ever" is what is remembered of it; nothing is said of a feed with fewer than five entries.
    """
    if len(published) < 5:
        return False
    longest = timedelta(seconds=max(_gaps(published)))
    allowed = min(max(_SILENT_AT_LEAST, 3 * longest), _SILENT_AT_MOST)
    return now.timestamp() - max(published) > allowed.total_seconds()

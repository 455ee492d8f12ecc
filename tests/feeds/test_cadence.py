"""When a feed is asked next, and what counts as unusual: pure decisions."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.feeds.cadence import (
    Rhythm,
    is_catch_up,
    is_flood,
    is_silent,
    next_poll,
    next_try,
)

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday
EVERY = timedelta(minutes=10)
AT = int(NOW.timestamp())
DAY = 86_400
WEEKDAYS = tuple(AT - day * DAY - 420 * n for day in range(14) if day % 7 < 5 for n in range(4))


def _wait(rhythm: Rhythm, now: datetime = NOW) -> timedelta:
    return next_poll(rhythm, now, random.Random(1)) - now


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(0, 10**7), max_size=50),
    st.integers(5, 86_400),
    st.one_of(st.none(), st.integers(0, 10**6)),
)
def test_a_feed_never_waits_longer_than_the_catalogue_allows(
    ago: list[int], every: int, ttl: int | None
) -> None:
    rhythm = Rhythm(
        timedelta(seconds=every),
        tuple(AT - seconds for seconds in ago),
        ttl=timedelta(seconds=ttl) if ttl is not None else None,
    )
    wait = _wait(rhythm)
    assert timedelta(0) < wait <= timedelta(seconds=every)


def test_a_feed_is_asked_more_often_when_it_usually_publishes() -> None:
    busy = _wait(Rhythm(timedelta(hours=6), WEEKDAYS))
    night = _wait(Rhythm(timedelta(hours=6), WEEKDAYS), NOW.replace(hour=3))
    assert busy < timedelta(minutes=5)
    assert night > timedelta(hours=5)


def test_ttl_and_max_age_say_how_soon_asking_is_of_no_use() -> None:
    slow = Rhythm(timedelta(hours=6), WEEKDAYS, ttl=timedelta(hours=1))
    assert _wait(slow) > timedelta(minutes=50)
    assert _wait(Rhythm(timedelta(hours=6), WEEKDAYS, max_age=3600.0)) > timedelta(minutes=50)


def test_hours_and_days_that_the_publisher_excludes_are_kept() -> None:
    quiet = Rhythm(EVERY, skip_hours=frozenset({15, 16}), skip_weekdays=frozenset({1}))
    assert next_poll(quiet, NOW, random.Random(1)).hour == 17
    due = next_poll(quiet, NOW.replace(hour=23, minute=55), random.Random(1))
    assert due.date() == NOW.date() or due.weekday() == 2


def test_failures_back_off_to_a_ceiling_and_heed_the_server() -> None:
    rng = random.Random(1)
    waits = [next_try(EVERY, n, NOW, rng, None) - NOW for n in range(1, 30)]
    assert waits[0] < timedelta(minutes=2)
    assert waits[4] > waits[2] > waits[0]
    assert max(waits) <= timedelta(hours=6, minutes=37)
    assert next_try(EVERY, 1, NOW, rng, 7200) - NOW >= timedelta(hours=2)


@pytest.mark.parametrize(("new", "flood"), [(3, False), (19, False), (13, False), (25, True)])
def test_a_flood_is_far_more_than_the_busiest_day(new: int, flood: bool) -> None:
    assert is_flood(new, WEEKDAYS) is flood


def test_catch_up_is_for_many_entries_after_an_outage() -> None:
    before = NOW - timedelta(hours=5)
    assert is_catch_up(12, before, EVERY, NOW)
    assert not is_catch_up(2, before, EVERY, NOW)
    assert not is_catch_up(12, NOW - timedelta(minutes=20), EVERY, NOW)
    assert not is_catch_up(12, None, EVERY, NOW)
    assert not is_catch_up(12, before, timedelta(hours=2), NOW)


def test_silence_is_measured_by_the_feeds_own_habit() -> None:
    assert not is_silent(WEEKDAYS, NOW + timedelta(days=5))
    assert is_silent(WEEKDAYS, NOW + timedelta(days=12))
    monthly = tuple(AT - 30 * DAY * n for n in range(6))
    assert not is_silent(monthly, NOW + timedelta(days=40))
    assert not is_silent(WEEKDAYS[:3], NOW + timedelta(days=400))

"""Promise: a team's times are read as people write them, and kept through daylight saving."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.subscriptions.times import (
    local_moment,
    next_moment,
    parse_clock,
    parse_weekday,
    parse_zone,
    quiet_until,
)

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
moments = st.datetimes(
    datetime(2015, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
clocks = st.builds(lambda h, m: f"{h:02d}:{m:02d}", st.integers(0, 23), st.integers(0, 59))


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("america/argentina/buenos_aires", "America/Argentina/Buenos_Aires"),
        ("ET", "America/New_York"),
        ("utc", "UTC"),
        (" Tokyo ", "Asia/Tokyo"),
        ("Beijing", "Asia/Shanghai"),
    ],
)
def test_a_zone_is_known_by_name_city_and_habit(written: str, zone: str) -> None:
    assert parse_zone(written) == zone


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Europ/Berln", "Europe/Berlin"), ("Nwe York", "America/New_York"), ("Tokio", "Asia/Tokyo")],
)
def test_a_mistyped_zone_is_answered_with_the_nearest(written: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"no time zone “{written}”. Did you mean {meant}"):
        parse_zone(written)


@given(st.text(max_size=200))
def test_a_zone_is_real_or_refused_in_one_line(text: str) -> None:
    try:
        zone = parse_zone(text)
    except UsageError as error:
        sentence = str(error)
    else:
        sentence = f"time zone {ZoneInfo(zone).key}"
    assert "time zone" in sentence
    assert len(sentence.splitlines()) == 1


@pytest.mark.parametrize(
    ("written", "clock"),
    [
        ("8", "08:00"),
        ("08:30", "08:30"),
        ("8.30", "08:30"),
        ("8am", "08:00"),
        ("5:15 pm", "17:15"),
        ("12 am", "00:00"),
        ("12 p.m.", "12:00"),
        ("23:59", "23:59"),
    ],
)
def test_a_time_of_day_is_read(written: str, clock: str) -> None:
    assert parse_clock(written) == clock


@pytest.mark.parametrize("written", ["24:00", "13pm", "8:60", "noon", "", "0 pm", "8:5", "-1"])
def test_what_is_no_time_of_day_is_refused(written: str) -> None:
    with pytest.raises(UsageError, match="no time of day"):
        parse_clock(written)


def test_weekdays_are_read() -> None:
    assert [parse_weekday(word) for word in ("Monday", "tue", "Fridays", "su", 3)] == [
        0,
        1,
        4,
        6,
        3,
    ]
    for wrong in ("x", "t", "", 7, -1):
        with pytest.raises(UsageError, match="no weekday"):
            parse_weekday(wrong)


@given(moments, clocks, st.sampled_from(ZONES))
def test_every_local_day_has_its_moment_in_order(now: datetime, clock: str, zone: str) -> None:
    first = next_moment(now, clock, zone)
    second = next_moment(first, clock, zone)
    assert now < first < second
    assert first - now <= timedelta(hours=26)
    assert timedelta(hours=22) <= second - first <= timedelta(hours=26)


@given(moments, clocks, st.sampled_from(ZONES), st.integers(0, 6))
def test_a_weekly_moment_falls_on_its_weekday(
    now: datetime, clock: str, zone: str, weekday: int
) -> None:
    moment = next_moment(now, clock, zone, weekday)
    local = moment.astimezone(ZoneInfo(zone))
    assert now < moment <= now + timedelta(days=7, hours=2)
    assert local.weekday() == weekday
    # The clock shows that time, unless daylight saving skipped it and it comes later.
    assert f"{local:%H:%M}" >= clock


def test_the_hour_stays_the_same_when_the_clocks_change() -> None:
    before = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    first = next_moment(before, "08:00", "Europe/Berlin")
    assert first == datetime(2026, 3, 29, 6, 0, tzinfo=UTC)  # summer time began that night
    assert next_moment(datetime(2026, 3, 27, 12, 0, tzinfo=UTC), "08:00", "Europe/Berlin") == (
        datetime(2026, 3, 28, 7, 0, tzinfo=UTC)
    )


def test_a_skipped_hour_comes_an_hour_later_and_a_doubled_one_once() -> None:
    skipped = local_moment(datetime(2026, 3, 8, tzinfo=UTC).date(), "02:30", "America/New_York")
    assert skipped == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    first = next_moment(datetime(2026, 11, 1, 4, 0, tzinfo=UTC), "01:30", "America/New_York")
    assert first == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert next_moment(first, "01:30", "America/New_York") == datetime(
        2026, 11, 2, 6, 30, tzinfo=UTC
    )


@given(moments, clocks, clocks, st.sampled_from(ZONES))
def test_quiet_hours_hold_exactly_while_the_local_clock_lies_in_them(
    now: datetime, start: str, end: str, zone: str
) -> None:
    until = quiet_until(start, end, zone, now)
    local = now.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M}"
    inside = start <= clock < end if start < end else (clock >= start or clock < end)
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        assert quiet_until(start, end, zone, until) is None or start == end
    offsets = {(local + timedelta(hours=h)).utcoffset() for h in (-26, 0, 26)}
    if len(offsets) == 1:  # on other days the skipped and doubled hours make their own rules
        assert (until is not None) == (inside and start != end)


def test_no_quiet_hours_are_never_quiet() -> None:
    now = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    assert quiet_until(None, None, "UTC", now) is None
    assert quiet_until("22:00", "07:00", "UTC", now) == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)

"""Promise: a reminder comes on its day, in the zone of who is reminded."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.handling.reminding import morning_of

DAY = date(2026, 3, 8)
"""On which New York's clocks go forward."""


@pytest.mark.parametrize(
    ("zone", "now", "at"),
    [
        ("America/New_York", "2026-03-01T12:00", "2026-03-08T13:00"),
        ("Asia/Shanghai", "2026-03-01T12:00", "2026-03-08T01:00"),
        ("Pacific/Kiritimati", "2026-03-01T12:00", "2026-03-07T19:00"),
        ("America/New_York", "2026-03-08T15:20", "2026-03-08T16:20"),
        ("America/New_York", "2026-03-09T03:30", "2026-03-09T03:30"),
        ("America/New_York", "2026-03-09T02:30", "2026-03-09T03:30"),
        ("No/Where", "2026-03-08T23:59", "2026-03-08T23:59"),
    ],
)
def test_it_comes_at_nine_and_later_on_the_day_still_on_that_day(
    zone: str, now: str, at: str
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert morning_of(DAY, zone, moment) == datetime.fromisoformat(at).replace(tzinfo=UTC)

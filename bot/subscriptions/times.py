"""A team's times: zones, times of day and weekdays as people write them, and what they mean.

Pure: the present moment is a parameter. A local time that a change to daylight saving skips is
taken with the offset before the change (02:30 becomes 03:30); one that comes twice means the
first (PEP 495, fold 0).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from rapidfuzz import fuzz, process

from bot.errors import UsageError

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s*(?P<half>[ap])?\.?(?(half)m)?\.?",
    re.IGNORECASE,
)
_SPOKEN = {
    "utc": "UTC",
    "gmt": "UTC",
    "z": "UTC",
    "est": "America/New_York",
    "edt": "America/New_York",
    "et": "America/New_York",
    "eastern": "America/New_York",
    "washington": "America/New_York",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "ct": "America/Chicago",
    "central": "America/Chicago",
    "mst": "America/Denver",
    "mdt": "America/Denver",
    "mt": "America/Denver",
    "mountain": "America/Denver",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "pacific": "America/Los_Angeles",
    "bst": "Europe/London",
    "uk": "Europe/London",
    "cet": "Europe/Brussels",
    "cest": "Europe/Brussels",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "sgt": "Asia/Singapore",
    "hkt": "Asia/Hong_Kong",
    "beijing": "Asia/Shanghai",
    "the hague": "Europe/Amsterdam",
}
"""What people call a zone, where the database of zones has another name for it or none that
keeps daylight saving (`EST` is there, and never changes its clocks)."""

_SHORT = 4
"""Words up to this length are too short to be what somebody mistyped."""

_NEAR = 65
"""Least likeness (0 to 100) of a zone that is suggested."""


def parse_zone(text: str) -> str:
    """Give the IANA name of a zone as written: `Europe/Berlin`, `berlin`, `New York`, `ET`.

    Raises UsageError with the nearest names when there is no such zone.
    """
    wanted = _fold(text)
    if wanted in _SPOKEN:
        return _SPOKEN[wanted]
    names = _zone_names()
    if wanted in names:
        return names[wanted]
    raise UsageError(f"There is no time zone “{_short(text)}”.{_nearest(wanted)}")


def _nearest(wanted: str) -> str:
    names = {word: zone for word, zone in _SPOKEN.items() if len(word) > _SHORT} | _zone_names()
    found = process.extract(wanted, names.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR, limit=8)
    near = list(dict.fromkeys(names[key] for key, _score, _index in found))[:2]
    if not near:
        return " Give a city, for example Europe/Berlin or New York."
    return f" Did you mean {' or '.join(near)}?"


@cache
def _zone_names() -> dict[str, str]:
    """Every zone by its folded name, and by its city where only one zone is called so."""
    zones = sorted(
        zone
        for zone in available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/", "SystemV/"))
    )
    cities: dict[str, list[str]] = {}
    for zone in zones:
        cities.setdefault(_fold(zone.rsplit("/", 1)[1]), []).append(zone)
    names = {city: found[0] for city, found in cities.items() if len(found) == 1}
    names.update({_fold(zone): zone for zone in zones})
    return names


def _short(text: str) -> str:
    """Give what somebody wrote, on one line and not too long to be repeated to them."""
    return " ".join(text.split())[:40]


def _fold(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def parse_clock(text: str) -> str:
    """Give `HH:MM` for a time of day as written: `8`, `08:30`, `8.30`, `8am`, `5:15 pm`.

    Raises UsageError when it is no time of day.
    """
    found = _CLOCK.fullmatch(text.strip())
    hour, minute = (int(found["hour"]), int(found["minute"] or 0)) if found else (99, 99)
    if found and found["half"]:
        hour = 99 if not 1 <= hour <= 12 else hour % 12 + (12 if found["half"] in "pP" else 0)
    if hour > 23 or minute > 59:
        raise UsageError(f"“{_short(text)}” is no time of day; write it as 08:30 or 5:15 pm.")
    return f"{hour:02d}:{minute:02d}"


def parse_weekday(text: str | int) -> int:
    """Give a weekday's number (Monday is 0) for `Mon`, `friday` or the number itself.

    Raises UsageError when it is no weekday.
    """
    if isinstance(text, int):
        if 0 <= text < len(WEEKDAYS):
            return text
    elif len(word := text.strip().casefold()) >= 2:
        for number, name in enumerate(WEEKDAYS):
            if name.casefold().startswith(word.removesuffix("s")):
                return number
    raise UsageError(f"“{_short(str(text))}” is no weekday; write it as Monday or Fri.")


def local_moment(day: date, clock: str, zone: str) -> datetime:
    """Give the moment (UTC) at which it is `clock` (`HH:MM`) on `day` in `zone`."""
    hour, minute = clock.split(":")
    local = datetime.combine(day, time(int(hour), int(minute)), ZoneInfo(zone))
    return local.astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """Give the date that `moment` falls on in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def next_moment(now: datetime, clock: str, zone: str, weekday: int | None = None) -> datetime:
    """Give the first moment (UTC) after `now` at which it is `clock` in `zone`, on `weekday`
    where one is given (Monday is 0)."""
    day = local_day(now, zone)
    for ahead in range(9):
        candidate = day + timedelta(days=ahead)
        if weekday is not None and candidate.weekday() != weekday:
            continue
        moment = local_moment(candidate, clock, zone)
        if moment > now:
            return moment
    raise AssertionError("every week has every weekday")


def quiet_until(
    quiet_from: str | None, quiet_to: str | None, zone: str, now: datetime
) -> datetime | None:
    """Give the moment (UTC) at which the quiet hours that hold at `now` end, or None when they
    do not hold. Hours such as 22:00 to 07:00 go over midnight."""
    if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
        return None
    over_midnight = timedelta(days=1 if quiet_from > quiet_to else 0)
    today = local_day(now, zone)
    for day in (today - timedelta(days=1), today):
        start = local_moment(day, quiet_from, zone)
        end = local_moment(day + over_midnight, quiet_to, zone)
        if start <= now < end:
            return end
    return None

"""Reminders: notices that are owed now and due later, so that the outbox keeps and sends them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import delivery

_FRIDAY = 4
_MORNING = time(9, 0)
_AT_LEAST = timedelta(hours=1)


def local_day(now: datetime, zone: str) -> date:
    """Give the day that it is in a zone."""
    return now.astimezone(_zone(zone)).date()


def working_day(day: date, today: date) -> date:
    """Give the day on which to tell of `day`: the Friday before where it is a Saturday or Sunday,
    unless that is past. Holidays are not known."""
    friday = day - timedelta(days=max(0, day.weekday() - _FRIDAY))
    return friday if friday >= today else day


def morning_of(day: date, zone: str, now: datetime) -> datetime:
    """Give when to remind on a day: at nine in the zone, and in an hour where that is past; at once
    where the day ends before, for it is called today's (UTC)."""
    nine = datetime.combine(day, _MORNING, tzinfo=_zone(zone))
    soon = now + _AT_LEAST
    if local_day(now, zone) == day != local_day(soon, zone):
        soon = now
    return max(nine.astimezone(now.tzinfo), soon)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def subject_of(record_id: int) -> str:
    """Give the subject of an assignment's reminder; a person is reminded once of it."""
    return f"remind:{record_id}"


async def call_off(conn: AsyncConnection, record_ids: Iterable[int]) -> None:
    """Take back the reminders of assignments that were not sent yet."""
    await conn.execute(
        delete(delivery).where(
            delivery.c.kind == "notice",
            delivery.c.subject.in_([subject_of(one) for one in record_ids]),
            delivery.c.state.in_(("pending", "failed")),
        )
    )

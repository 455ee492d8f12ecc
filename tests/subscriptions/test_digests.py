"""Promise: what is wanted daily or weekly comes in one message at the team's hour, nothing lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.storage.database import Database
from bot.storage.tables import channel, collected, feed
from bot.subscriptions.digests import next_digest
from bot.subscriptions.model import ChannelRef, ChannelSettings, Mode, Subscription
from bot.subscriptions.summary import (
    MAX_ITEMS,
    Coverage,
    Summary,
    SummaryItem,
    from_payload,
    to_payload,
)
from tests.subscriptions.makers import ANN, article, make_feed, slack, understood
from tests.subscriptions.newsroom import Newsroom, open_newsroom
from tests.support.clock import SetClock

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
async def room(db: Database, clock: SetClock) -> Newsroom:
    return await open_newsroom(db, clock)


def having(*modes: Mode, **more: str | int) -> ChannelSettings:
    wanted = tuple(
        Subscription(number, "topic", f"t{number}", "", mode, None, "", MONDAY)
        for number, mode in enumerate(modes)
    )
    settings = ChannelSettings(1, ChannelRef("slack", "T1", "C1"), subscriptions=wanted)
    return replace(settings, **more)  # type: ignore[arg-type]


def test_a_channel_without_digests_has_none_due() -> None:
    assert next_digest(having(), MONDAY) is None
    assert next_digest(having("instant"), MONDAY) is None


def test_daily_comes_every_day_and_weekly_on_its_day() -> None:
    assert next_digest(having("daily"), MONDAY) == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    friday = having("weekly", digest_weekday=4, digest_at="17:30", timezone="America/New_York")
    assert next_digest(friday, MONDAY) == datetime(2026, 3, 6, 22, 30, tzinfo=UTC)
    assert next_digest(having("weekly", "daily"), MONDAY) == datetime(2026, 3, 3, 8, tzinfo=UTC)


async def test_a_daily_digest_comes_at_the_local_hour_with_what_came_since(room: Newsroom) -> None:
    await room.door.configure(slack(), ANN, timezone="Europe/Berlin", digest_at="09:00")
    await room.door.subscribe(slack(), ANN, ["sanctions"], mode="daily")
    ids = await room.publish(*[(article(), understood("sanctions")) for _ in range(3)])
    assert await room.owed() == []
    assert await room.digest() == 0
    room.clock.now = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    assert await room.digest() == 1
    (row,) = await room.owed()
    summary = from_payload(row.payload)
    assert (row.kind, row.state, row.due_at) == ("digest", "pending", room.clock())
    assert {item.entry_id for item in summary.items} == set(ids)
    assert {item.reasons for item in summary.items} == {"topic:sanctions"}
    assert (summary.since, summary.until) == (room.clock() - timedelta(days=1), room.clock())
    assert await room.digest() == 0
    settings = await room.door.settings(slack())
    assert settings is not None
    assert settings.next_digest_at == datetime(2026, 3, 4, 8, 0, tzinfo=UTC)


async def test_what_many_report_stands_first(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"], mode="daily")
    async with room.db.write() as conn:
        sister = await make_feed(conn, room.clock(), "Sister Daily")
    big, small = article(), article()
    ids = await room.publish((big, understood("sanctions")), (small, understood("sanctions")))
    await room.publish((replace(big, link=""), understood("sanctions")), feed=sister)
    room.clock.advance(days=1)
    await room.digest()
    (row,) = await room.owed()
    assert row.payload["entries"] == ids


async def test_a_quiet_days_digest_says_what_was_read(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"], mode="daily")
    async with room.db.write() as conn:
        await make_feed(conn, room.clock() - timedelta(days=3), "Silent Gazette")
        failing = await make_feed(conn, room.clock() + timedelta(hours=2), "Failing Times")
        await conn.execute(
            update(feed).where(feed.c.id == failing.id).values(failing_since=room.clock())
        )
        paused = await make_feed(conn, room.clock() - timedelta(days=3), "Paused Post")
        await conn.execute(update(feed).where(feed.c.id == paused.id).values(state="paused"))
    await room.publish((article(), understood("entity-list")))
    room.clock.advance(hours=17)
    assert await room.digest() == 1
    (row,) = await room.owed()
    summary = from_payload(row.payload)
    assert summary.items == ()
    assert summary.coverage == Coverage(
        publications=3,
        read=1,
        entries=1,
        unread=("Failing Times", "Silent Gazette"),
        read_by=MONDAY + timedelta(hours=2),
    )


async def test_an_instant_alert_keeps_the_story_out_of_the_digest(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"], mode="daily")
    await room.door.subscribe(slack(), ANN, ["entity-list"])
    both, daily = article(), article()
    await room.publish((both, understood("sanctions", "entity-list")))
    (kept,) = await room.publish((daily, understood("sanctions")))
    # The second report of a story that waits for the digest is urgent: it comes at once.
    later = article()
    await room.publish((later, understood("sanctions")))
    async with room.db.write() as conn:
        sister = await make_feed(conn, room.clock(), "Sister Daily")
    await room.publish((replace(later, link=""), understood("entity-list")), feed=sister)
    room.clock.advance(days=1)
    await room.digest()
    assert [row.reasons for row in await room.owed(kind="alert")] == ["topic:entity-list"] * 2
    (row,) = await room.owed(kind="digest")
    assert row.payload["entries"] == [kept]


async def test_a_story_stands_in_one_digest_only(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"], mode="daily")
    found = article()
    await room.publish((found, understood("sanctions")))
    room.clock.advance(days=1)
    await room.digest()
    async with room.db.write() as conn:
        sister = await make_feed(conn, room.clock(), "Sister Daily")
    await room.publish((replace(found, link=""), understood("sanctions")), feed=sister)
    room.clock.advance(days=1)
    await room.digest()
    assert [len(row.payload["entries"]) for row in await room.owed()] == [1, 0]


async def test_weekly_waits_for_its_day_while_daily_comes(room: Newsroom) -> None:
    await room.door.configure(slack(), ANN, digest_weekday="thursday")
    await room.door.subscribe(slack(), ANN, ["sanctions"], mode="daily")
    await room.door.subscribe(slack(), ANN, ["entity-list"], mode="weekly")
    day, week = await room.publish(
        (article(), understood("sanctions")), (article(), understood("entity-list"))
    )
    seen = []
    for _ in range(3):
        room.clock.advance(days=1)
        await room.digest()
    seen = [from_payload(row.payload) for row in await room.owed()]
    assert [[item.entry_id for item in one.items] for one in seen] == [[day], [], [week]]
    assert [one.until - one.since for one in seen if one.until and one.since] == [
        timedelta(days=1, hours=7),
        timedelta(days=1, hours=7),
        timedelta(days=7, hours=7),
    ]


async def test_missed_digests_come_once_and_late_the_weekly_one_too(room: Newsroom) -> None:
    await room.door.configure(slack(), ANN, digest_weekday="thu")
    await room.door.subscribe(slack(), ANN, ["sanctions"], mode="daily")
    await room.door.subscribe(slack(), ANN, ["entity-list"], mode="weekly")
    ids = await room.publish(
        (article(), understood("sanctions")), (article(), understood("entity-list"))
    )
    room.clock.advance(days=4)  # no worker from Monday to Friday
    assert await room.digest() == 1
    (row,) = await room.owed()
    assert sorted(row.payload["entries"]) == ids
    assert await room.digest() == 0


async def test_a_paused_channel_gets_its_digest_after_it_resumes(room: Newsroom) -> None:
    changed = await room.door.subscribe(slack(), ANN, ["sanctions"], mode="daily")
    (entry_id,) = await room.publish((article(), understood("sanctions")))
    async with room.db.write() as conn:
        await room.door.pause(conn, changed.channel.id, "archived")
    room.clock.advance(days=3)
    assert await room.digest() == 0
    await room.door.resume(slack(), ANN)
    assert await room.digest() == 1
    (row,) = await room.owed()
    assert row.payload["entries"] == [entry_id]


async def test_nothing_is_lost_when_digests_are_switched_off(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"], mode="daily")
    kept, _gone = await room.publish(
        (article(), understood("sanctions")), (article(), understood("entity-list"))
    )
    await room.door.subscribe(slack(), ANN, ["sanctions"], mode="instant")
    await room.door.unsubscribe(slack(), ANN, ["entity-list"])
    room.clock.advance(days=1)
    assert await room.digest() == 1
    (row,) = await room.owed()
    assert row.payload["entries"] == [kept]
    settings = await room.door.settings(slack())
    assert settings is not None
    assert settings.next_digest_at is None


async def test_many_channels_digests_are_made_in_one_go(room: Newsroom) -> None:
    names = [f"C{number}" for number in range(12)]
    for name in names:
        await room.door.subscribe(slack(name), ANN, ["sanctions"], mode="daily")
    (entry_id,) = await room.publish((article(), understood("sanctions")))
    room.clock.advance(days=1)
    assert await room.digest() == 12
    async with room.db.read() as conn:
        rows = (await conn.execute(select(collected))).all()
        due = set(await conn.scalars(select(channel.c.next_digest_at)))
    owed = {(await room.owed(slack(name)))[0].id for name in names}
    assert {row.delivery_id for row in rows} == owed
    assert {row.entry_id for row in rows} == {entry_id}
    assert due == {datetime(2026, 3, 4, 8, 0, tzinfo=UTC)}


items = st.builds(SummaryItem, st.integers(1), st.integers(1), st.text(max_size=20))
moments = st.none() | st.datetimes(timezones=st.just(UTC))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
@given(
    st.builds(
        Summary,
        st.sampled_from(("digest", "quiet", "pause", "outage", "flood")),
        st.lists(items, max_size=4).map(tuple),
        st.integers(0),
        moments,
        moments,
        st.none()
        | st.builds(
            Coverage,
            st.integers(0),
            st.integers(0),
            st.integers(0),
            st.lists(st.text(max_size=9), max_size=3).map(tuple),
            moments,
        ),
    )
)
def test_a_summary_survives_its_payload(summary: Summary) -> None:
    assert from_payload(to_payload(summary)) == summary


async def test_more_stories_than_a_message_lists_come_in_several(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"], mode="daily")
    ids = await room.publish(
        *[(article(), understood("sanctions")) for _ in range(2 * MAX_ITEMS + 1)]
    )
    room.clock.advance(days=1)
    await room.digest()
    parts = [from_payload(row.payload) for row in await room.owed()]
    assert [len(part.items) for part in parts] == [MAX_ITEMS, MAX_ITEMS, 1]
    assert {item.entry_id for part in parts for item in part.items} == set(ids)
    assert [part.more for part in parts] == [0, 0, 0]
    async with room.db.read() as conn:
        rows = (await conn.execute(select(collected.c.entry_id, collected.c.delivery_id))).all()
    told = {row.entry_id: row.delivery_id for row in rows}
    for row, part in zip(await room.owed(), parts, strict=True):
        assert {told[item.entry_id] for item in part.items} == {row.id}


async def test_what_is_muted_when_the_digest_comes_is_left_out(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"], mode="daily")
    await room.publish((article(), understood("sanctions")))
    (kept,) = await room.publish((article(), understood("entity-list")))
    until = room.clock() + timedelta(days=7)
    await room.door.mute(slack(), ANN, "topic", "sanctions", until)
    room.clock.advance(days=1)
    await room.digest()
    (row,) = await room.owed()
    assert [item.entry_id for item in from_payload(row.payload).items] == [kept]

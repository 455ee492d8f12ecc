"""A batch in parts is one message; and what was history is owed once it becomes news."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from bot.feeds.model import EditedEntry, NewEntries, NewEntry
from bot.ingest import owe_left_over
from bot.news.model import Analysis
from bot.storage import dialects
from bot.storage.database import Database
from bot.storage.tables import collected, entry
from tests.subscriptions.makers import ANN, article, make_feed, slack, store, understood
from tests.subscriptions.newsroom import Newsroom, open_newsroom
from tests.support.clock import SetClock


@pytest.fixture
async def room(db: Database, clock: SetClock) -> Newsroom:
    return await open_newsroom(db, clock)


async def _part(room: Newsroom, *prepared: Analysis, more: bool) -> list[int]:
    async with room.db.write() as conn:
        await dialects.serialise_ingest(conn)
        new = tuple(
            [await store(conn, room.feed, article(), each, room.clock()) for each in prepared]
        )
        await room.news.ingest(conn, room.feed, NewEntries(new[::-1], flood=True, more=more))
    return [one.id for one in new]


async def _settle(room: Newsroom) -> int:
    async with room.db.write() as conn:
        return await owe_left_over(conn, room.clock())


async def test_a_flood_in_parts_is_one_message(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    ids = await _part(room, understood("sanctions"), understood("sanctions"), more=True)
    assert await room.owed() == []
    await _part(room, understood(), more=False)
    (row,) = await room.owed()
    assert row.payload["entries"] == ids
    assert await _settle(room) == 0


async def test_a_last_part_that_brings_nothing_new_ends_the_message_too(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    ids = await _part(room, understood("sanctions"), more=True)
    await _part(room, more=False)
    (row,) = await room.owed()
    assert row.payload["entries"] == ids


async def test_an_edit_in_a_flood_is_part_of_its_message(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    teaser = article()
    (entry_id,) = await room.publish((teaser, understood(roundup=True)))
    edited = EditedEntry(entry_id, teaser, teaser, True, understood("sanctions"))
    async with room.db.write() as conn:
        await dialects.serialise_ingest(conn)
        new = await store(conn, room.feed, article(), understood("sanctions"), room.clock())
        batch = NewEntries((new,), (edited,), flood=True)
        await room.news.ingest(conn, room.feed, batch)
    (row,) = await room.owed()
    assert sorted(row.payload["entries"]) == sorted([entry_id, new.id])


async def test_what_is_told_at_once_is_in_no_digest(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"], mode="daily")
    await room.door.subscribe(slack(), ANN, ["entity-list"])
    found = article()
    await room.publish((found, understood("sanctions")), (found, understood("entity-list")))
    assert [row.kind for row in await room.owed()] == ["alert"]
    async with room.db.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(collected)) == 0


async def test_what_a_dead_worker_gathered_is_told_all_the_same(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    ids = await _part(room, understood("sanctions"), understood("sanctions"), more=True)
    assert await _settle(room) == 0  # its worker may be at it still
    room.clock.advance(minutes=16)
    assert await _settle(room) == 1
    (row,) = await room.owed()
    assert row.payload["entries"] == ids
    assert await _settle(room) == 0


async def _make_news(room: Newsroom, entry_id: int, found: NewEntry[Analysis]) -> None:
    async with room.db.write() as conn:
        await dialects.serialise_ingest(conn)
        await conn.execute(update(entry).where(entry.c.id == entry_id).values(history=False))
        await room.news.ingest(conn, room.feed, NewEntries((found,)))


async def test_history_that_becomes_news_is_owed_once(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"])
    found = article()
    (entry_id,) = await room.publish((found, understood("sanctions")), history=True)
    assert await room.owed() == []
    prepared = understood("sanctions", "entity-list")
    news = NewEntry(entry_id, found, room.clock(), prepared, promoted=True)
    await _make_news(room, entry_id, news)
    (row,) = await room.owed()
    assert (row.kind, row.entry_id) == ("alert", entry_id)
    assert row.reasons == "topic:entity-list,topic:sanctions"


async def test_history_of_a_story_that_was_told_is_not_told_again(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    async with room.db.write() as conn:
        sister = await make_feed(conn, room.clock(), "Sister Daily")
    found = article("Treasury Sanctions Acme Foundries", summary="Acme Foundries was sanctioned.")
    (entry_id,) = await room.publish((found, understood("sanctions")), feed=sister, history=True)
    await room.publish((found, understood("sanctions")))
    assert len(await room.owed()) == 1
    news = NewEntry(entry_id, found, room.clock(), understood("sanctions"), promoted=True)
    await _make_news(room, entry_id, news)
    assert len(await room.owed()) == 1

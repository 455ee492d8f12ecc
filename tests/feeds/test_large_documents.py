"""A large document is taken in in parts, exactly once, whatever happens between two of them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from bot.feeds import records
from bot.feeds.documents import ParseTask, read_document
from bot.feeds.limits import MAX_ENTRIES
from tests.feeds.room import Room
from tests.support.newsroom import Item, rss


def _items(room: Room, count: int) -> list[Item]:
    """Entries, the newest first."""
    return [
        Item(f"Story {n}", f"http://wire.example/{n}", f"id-{n}", "Text.", room.clock())
        for n in reversed(range(count))
    ]


async def _watched(room: Room) -> int:
    feed_id = await room.add(room.newsroom.serve("/feed", rss()))
    await room.poll(feed_id)
    return feed_id


async def test_it_comes_in_parts_and_the_last_says_so(room: Room) -> None:
    feed_id = await _watched(room)
    room.newsroom.serve("/feed", rss(*_items(room, 450)))
    report = await room.poll(feed_id)
    assert (report.new, report.failed) == (450, 0)
    parts = room.desk.batches
    assert [len(part.new) for part in parts] == [100, 100, 100, 100, 50]
    assert [part.more for part in parts] == [True] * 4 + [False]
    assert all(part.flood for part in parts)
    assert parts[-1].new[0].entry.title == "Story 449"
    assert [notice.kind for notice in room.desk.notices] == ["flood"]


@pytest.mark.parametrize("history", [True, False])
async def test_a_worker_that_dies_between_two_parts_loses_and_repeats_nothing(
    room: Room, *, history: bool
) -> None:
    items = _items(room, 450)
    if history:
        feed_id = await room.add(room.newsroom.serve("/feed", rss(*items)))
    else:
        feed_id = await _watched(room)
        room.newsroom.serve("/feed", rss(*items))
    room.desk.fails_at = 1
    assert (await room.poll(feed_id)).failed == 1
    assert len(await room.titles()) == 100
    room.desk.fails_at = None
    assert (await room.poll(feed_id)).new == 350
    assert (await room.poll(feed_id)).new == 0
    told = Counter(one.entry.title for part in room.desk.batches for one in part.new)
    assert told == Counter(item.title for item in items)
    assert {part.history for part in room.desk.batches} == {history}


async def test_who_lost_the_feed_between_two_parts_writes_no_more(room: Room) -> None:
    feed_id = await _watched(room)
    room.newsroom.serve("/feed", rss(*_items(room, 450)))

    async def take_over() -> None:
        room.clock.advance(minutes=11)
        async with room.db.write() as conn:
            assert await records.claim_one(conn, feed_id, room.clock(), "other")

    room.desk.between = take_over
    assert (await room.poll(feed_id)).new == 0
    room.desk.between = None
    room.clock.advance(minutes=11)
    await room.poll(feed_id)
    told = Counter(one.entry.title for part in room.desk.batches for one in part.new)
    assert set(told.values()) == {1}
    assert len(told) == 450


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_too_many_entries_the_newest_are_read_and_it_is_said(
    room: Room, *, newest_first: bool
) -> None:
    start = room.clock() - timedelta(days=30)
    items = [
        Item(f"Story {n}", f"http://wire.example/{n}", at=start + timedelta(minutes=n))
        for n in range(MAX_ENTRIES + 10)
    ]
    document = rss(*(items[::-1] if newest_first else items))
    parsed = read_document(ParseTask(document, "http://wire.example/feed"))
    titles = {one.title for one in parsed.entries}
    assert len(titles) == MAX_ENTRIES
    assert f"Story {MAX_ENTRIES + 9}" in titles
    assert "Story 9" not in titles
    assert any(f"more than {MAX_ENTRIES:,} entries" in said for said in parsed.problems)


async def test_operators_are_told_once_that_a_feed_is_too_large(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*_items(room, MAX_ENTRIES + 1))))
    await room.poll(feed_id)
    room.newsroom.serve("/feed", rss(*_items(room, MAX_ENTRIES + 2)))
    await room.poll(feed_id)
    assert [notice.kind for notice in room.desk.notices] == ["large"]

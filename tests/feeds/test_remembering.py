"""What was seen once is known for ever, even when the entry itself is not kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.retention import prune
from bot.settings import load_settings
from tests.feeds.room import Room
from tests.support.newsroom import Item, rss


async def _pruned(room: Room, item: Item) -> int:
    """An entry that was alerted long ago and is not kept any more."""
    feed_id = await room.add(room.newsroom.serve("/feed", rss()))
    await room.poll(feed_id)
    room.newsroom.serve("/feed", rss(item))
    await room.poll(feed_id)
    assert room.desk.alerted == [item.title]
    room.clock.advance(days=400)
    report = await prune(room.db, load_settings(exportnews_keep_entries_days=365))
    assert report.entries == 1
    assert await room.titles() == []
    return feed_id


@pytest.mark.parametrize(
    "change",
    [{}, {"guid": "fresh"}, {"guid": ""}, {"link": "http://new.example/9"}, {"text": "Edited."}],
)
@pytest.mark.parametrize("dated", [True, False])
async def test_what_was_pruned_is_no_news(
    room: Room, change: dict[str, Any], *, dated: bool
) -> None:
    item = Item("Firm Fined", "http://wire.example/fined", "n-1", "It was fined.")
    item.at = room.clock() if dated else None
    feed_id = await _pruned(room, item)
    room.newsroom.serve("/feed", rss(replace(item, **change)))
    for _ in range(2):
        await room.poll(feed_id)
    assert room.desk.alerted == [item.title]
    assert await room.titles() == []


async def test_a_new_page_at_a_pruned_address_is_news_once(room: Room) -> None:
    first = Item("Chip rules", "http://wire.example/weekly", "w-1", "On chips.", room.clock())
    feed_id = await _pruned(room, first)
    week = Item("Court rules", first.link, "w-2", "On courts.", room.clock() - timedelta(hours=1))
    room.newsroom.serve("/feed", rss(week))
    for _ in range(3):
        await room.poll(feed_id)
    assert room.desk.alerted == [first.title, week.title]


async def test_an_entry_with_nothing_but_a_title_is_one_whatever_its_text(room: Room) -> None:
    others = [Item(f"Story {n}", f"http://wire.example/{n}", f"id-{n}") for n in range(12)]
    bare = Item("Notice to exporters", text="First words.", at=room.clock())
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*others)))
    await room.poll(feed_id)
    for text in ("First words.", "Other words.", "Other words.", "Third words."):
        room.newsroom.serve("/feed", rss(replace(bare, text=text), *others))
        await room.poll(feed_id)
    assert room.desk.alerted == [bare.title]


async def test_entries_that_share_every_mark_are_told_once_each(room: Room) -> None:
    at = room.clock()
    tangled = [
        Item("A", "http://wire.example/1", "g-1", "a", at),
        Item("B", "http://wire.example/2", "g-1", "b", at),
        Item("C", "http://wire.example/1", "g-2", "c", at),
        Item("A", "http://wire.example/3", "g-3", "d", at),
    ]
    feed_id = await room.add(room.newsroom.serve("/feed", rss()))
    await room.poll(feed_id)
    room.newsroom.serve("/feed", rss(*tangled))
    await room.poll(feed_id)
    room.newsroom.serve("/feed", rss(*tangled, extra="<ttl>5</ttl>"))
    await room.poll(feed_id)
    assert sorted(room.desk.alerted) == ["A", "A", "B", "C"]

"""A story is told by the feed that makes it news, whatever stored it first; and only once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.importing import Importer
from tests.feeds.room import Room
from tests.support.newsroom import Item, rss

OLD = Item("Potato Fair Opens", "http://wire.example/fair", "n-0", "A fair.")


def _story(at: datetime | None, text: str = "BIS added it.") -> Item:
    return Item(
        "BIS Adds Optics Plant to Entity List", "http://wire.example/plant", "n-1", text, at
    )


async def _watched(room: Room) -> int:
    """A feed that has long been watched."""
    feed_id = await room.add(room.newsroom.serve("/one", rss(OLD)))
    await room.poll(feed_id)
    room.clock.advance(hours=3)
    return feed_id


async def _through_a_new_feed(room: Room, story: Item) -> None:
    """The story comes first by a second feed of the publication, as its history."""
    second = await room.add(room.newsroom.serve("/two", rss(story)))
    await room.poll(second)
    assert room.desk.batches[-1].history
    assert room.desk.alerted == []


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("text", ["BIS added it.", "BIS put the plant on its list."])
async def test_history_of_a_new_feed_is_news_of_an_old_one(
    room: Room, text: str, *, dated: bool
) -> None:
    one = await _watched(room)
    story = _story(room.clock() - timedelta(minutes=5) if dated else None)
    await _through_a_new_feed(room, story)
    room.newsroom.serve("/one", rss(_story(story.at, text), OLD))
    for _ in range(3):
        await room.poll(one)
    assert room.desk.alerted == [story.title]
    assert room.desk.batches[-1].new[0].promoted
    assert await room.titles() == [story.title, OLD.title]
    room.newsroom.serve("/two", rss(OLD, story))
    await room.poll()
    await room.poll()
    assert room.desk.alerted == [story.title]


async def test_what_bears_only_its_day_is_news_of_that_day(room: Room) -> None:
    one = await _watched(room)
    story = _story(datetime(2026, 3, 2, tzinfo=UTC))
    await _through_a_new_feed(room, story)
    room.newsroom.serve("/one", rss(story, OLD))
    await room.poll(one)
    assert room.desk.alerted == [story.title]


async def test_what_is_older_than_the_feeds_watch_stays_history(room: Room) -> None:
    one = await _watched(room)
    story = _story(room.clock() - timedelta(days=2))
    await _through_a_new_feed(room, story)
    room.newsroom.serve("/one", rss(story, OLD))
    await room.poll(one)
    moved = _story(room.clock())  # some publishers move the date at each edit
    room.newsroom.serve("/one", rss(moved, OLD))
    await room.poll(one)
    assert room.desk.alerted == []


async def test_a_feeds_own_history_is_never_news(room: Room) -> None:
    tomorrow = _story(room.clock() + timedelta(days=1))
    feed_id = await room.add(room.newsroom.serve("/one", rss(tomorrow)))
    second = await room.add(room.newsroom.serve("/two", rss(tomorrow)))
    await room.poll(feed_id)
    await room.poll(second)
    room.newsroom.serve("/one", rss(tomorrow, OLD))
    room.newsroom.serve("/two", rss(tomorrow, OLD))
    await room.poll()
    assert room.desk.alerted == [OLD.title]


def _line(item: Item, published: datetime | None) -> bytes:
    said = {
        "id": "archive-7",
        "title": item.title,
        "summary": item.text,
        "url": item.link,
        "source": "Trade Wire",
    }
    if published:
        said["published"] = published.isoformat()
    return json.dumps(said).encode() + b"\n"


@pytest.mark.parametrize("days", [0, 2, None])
async def test_an_import_neither_swallows_news_nor_makes_any(room: Room, days: int | None) -> None:
    one = await _watched(room)
    at = None if days is None else room.clock() - timedelta(days=days, minutes=1)
    story = _story(at)
    done = await Importer(room.db, processes=1).run([_line(story, at)])
    assert done.new == 1
    room.newsroom.serve("/one", rss(story, OLD))
    await room.poll(one)
    await room.poll(one)
    assert room.desk.alerted == ([] if days == 2 else [story.title])
    assert (await Importer(room.db, processes=1).run([_line(story, at)])).new == 0
    assert len(await room.titles()) == 2

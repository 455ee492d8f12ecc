"""Promise: a report that may tell a story, but not surely, is told as well, once, and says so."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.feeds.model import FeedEntry, FeedRecord
from bot.news.model import Analysis, Citation
from bot.news.taxonomy import load_taxonomy
from bot.search.search import Search
from bot.storage.database import Database
from bot.storage.tables import entry, story
from bot.subscriptions.summary import from_payload
from tests.subscriptions.makers import ANN, article, make_feed, slack, understood
from tests.subscriptions.newsroom import Newsroom, open_newsroom
from tests.support.clock import SetClock

OIL = "Two Oil Companies of Russia Designated by Treasury"
GAS = "Brussels Adopts a Ban on Russian Gas"
"""Two events that the weights hold to be one with a likelihood of a half, or less."""

ONE, TWO = understood("sanctions"), understood("sanctions", "entity-list")


@pytest.fixture
async def room(db: Database, clock: SetClock) -> Newsroom:
    return await open_newsroom(db, clock)


async def sister(room: Newsroom, name: str = "Sister Daily") -> FeedRecord:
    async with room.db.write() as conn:
        return await make_feed(conn, room.clock(), name)


def told(title: str, **more: str) -> FeedEntry:
    return article(title, summary="", **more)


async def both(room: Newsroom, first: Analysis, second: Analysis) -> list[int]:
    """Publish the two of them; give their ids."""
    ids = await room.publish((told(OIL), first))
    return ids + await room.publish((told(GAS), second), feed=await sister(room))


async def test_it_answers_the_alert_and_its_copies_add_nothing(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    oil, gas = await both(room, ONE, ONE)
    copies = [(told(title), ONE) for title in (OIL, GAS)]
    await room.publish(*copies, feed=await sister(room, "Third Daily"))
    assert [(row.kind, row.entry_id) for row in await room.owed()] == [
        ("alert", oil),
        ("follow-up", gas),
    ]
    async with room.db.read() as conn:
        rows = (await conn.execute(select(entry).order_by(entry.c.id))).all()
        stories = {row.id: row for row in await conn.execute(select(story))}
    first, second, *again = rows
    assert [row.story_id for row in again] == [first.story_id, second.story_id]
    assert [row.sure for row in rows] == [None, None, 1.0, 1.0]
    assert stories[second.story_id].follows_id == first.story_id
    assert 0.24 < stories[second.story_id].perhaps < 0.55
    assert stories[first.story_id].perhaps is None


async def test_who_was_not_told_of_the_story_is_alerted(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.door.subscribe(slack("C2"), ANN, ["entity-list"])
    _oil, gas = await both(room, ONE, TWO)
    assert [row.kind for row in await room.owed()] == ["alert", "follow-up"]
    (alert,) = await room.owed(slack("C2"))
    assert (alert.kind, alert.entry_id) == ("alert", gas)


async def test_a_copy_that_brings_a_topic_answers_too(room: Newsroom) -> None:
    """A channel that asks for what the first report and only the copy of the second have."""
    await room.door.subscribe(slack(), ANN, ["entity-list"])
    await both(room, TWO, ONE)
    copy = (told(GAS), TWO)
    (third,) = await room.publish(copy, feed=await sister(room, "Third Daily"))
    rows = await room.owed()
    assert [row.kind for row in rows] == ["alert", "follow-up"]
    assert rows[1].entry_id == third


async def test_an_edit_that_brings_a_topic_answers_too(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["entity-list"])
    _oil, gas = await both(room, TWO, ONE)
    for _ in range(2):
        await room.edit(gas, told(GAS), TWO, substance=False)
    assert [row.kind for row in await room.owed()] == ["alert", "follow-up"]


async def test_a_teaser_that_becomes_one_answers_too(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.publish((told(OIL), ONE))
    room.feed = await sister(room)
    (gas,) = await room.publish((told("Read on"), understood(roundup=True)))
    await room.edit(gas, told(GAS), ONE)
    assert [row.kind for row in await room.owed()] == ["alert", "follow-up"]


async def test_in_quiet_hours_and_digests_it_is_a_line_of_its_own(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.door.configure(slack(), ANN, quiet=("14:00", "16:00"))
    await room.door.subscribe(slack("C2"), ANN, ["sanctions"], mode="daily")
    ids = await both(room, ONE, ONE)
    room.clock.advance(hours=2)
    await room.release()
    room.clock.advance(days=1)
    await room.digest()
    (held,) = await room.owed()
    (digest,) = await room.owed(slack("C2"))
    for summary in (held, digest):
        items = from_payload(summary.payload).items
        assert sorted(item.entry_id for item in items) == ids


async def test_what_follows_it_stands_in_the_one_thread(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["entity-list"])
    await room.publish((told(OIL), TWO))
    gas = told(GAS, link="https://s.example/article/2026/03/02/ban-on-gas-2603020011")
    await room.publish((gas, ONE), feed=await sister(room))
    cited = Citation("article", "2603020011", "2603020011", 0, 10, "summary")
    later = article("Terminals Ask for Delay", summary="2603020011 closes their market.")
    await room.publish((later, understood("entity-list", citations=(cited,))))
    assert [row.kind for row in await room.owed()] == ["alert", "follow-up"]


async def test_a_time_line_says_how_sure_it_is(room: Newsroom) -> None:
    oil, gas = await both(room, ONE, ONE)
    copy = (told(GAS), ONE)
    (third,) = await room.publish(copy, feed=await sister(room, "Third Daily"))
    for asked in (oil, gas, third):
        found = await Search(room.db, load_taxonomy()).matter(asked)
        assert [one.surety.said() for one in found.results] == [
            "",
            "may be the same story, 50% likely",
            "same story",
        ]

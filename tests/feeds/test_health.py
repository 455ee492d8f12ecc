"""Moves, retirements, floods, outages and silence: recorded, and told to the operators once."""

from __future__ import annotations

from datetime import timedelta

from tests.feeds.room import Room
from tests.support.newsroom import Item, rss


def _items(first: int, last: int) -> list[Item]:
    return [
        Item(f"Story {n}", f"http://wire.example/{n}", f"id-{n}", f"Text {n}.")
        for n in range(last, first - 1, -1)
    ]


def _told(room: Room) -> list[str]:
    return [notice.kind for notice in room.desk.notices]


async def test_a_permanent_redirect_is_taken_over_after_it_has_held(room: Room) -> None:
    new = room.newsroom.serve("/new", rss(*_items(1, 3)))
    feed_id = await room.add(room.newsroom.redirect("/old", new, 301))
    for _ in range(4):
        await room.poll(feed_id)
    assert (await room.feed(feed_id))["url"] == room.newsroom.address("/old")
    await room.poll(feed_id)
    assert (await room.feed(feed_id))["url"] == new
    assert _told(room) == ["moved"]
    assert len(await room.titles()) == 3


async def test_a_temporary_redirect_is_never_taken_over(room: Room) -> None:
    new = room.newsroom.serve("/new", rss(*_items(1, 3)))
    feed_id = await room.add(room.newsroom.redirect("/old", new, 302))
    for _ in range(7):
        await room.poll(feed_id)
    assert (await room.feed(feed_id))["url"] == room.newsroom.address("/old")


async def test_a_redirect_that_does_not_hold_is_forgotten(room: Room) -> None:
    new = room.newsroom.serve("/new", rss())
    feed_id = await room.add(room.newsroom.redirect("/old", new, 301))
    for _ in range(4):
        await room.poll(feed_id)
    room.newsroom.serve("/old", rss(*_items(1, 1)))
    await room.poll(feed_id)
    room.newsroom.redirect("/old", new, 301)
    await room.poll(feed_id)
    row = await room.feed(feed_id)
    assert (row["url"], row["redirect_polls"]) == (room.newsroom.address("/old"), 1)


async def test_what_says_for_a_day_that_it_is_gone_is_asked_once_a_day(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", b"", status=410))
    for _ in range(40):
        await room.poll()
    assert _told(room) == ["retired"]
    assert (await room.poll()).polled == 0
    room.clock.advance(days=1)
    assert (await room.poll()).polled == 1
    assert _told(room) == ["retired"]
    room.newsroom.serve("/feed", rss(*_items(1, 2)))
    room.clock.advance(days=1)
    assert (await room.poll()).failed == 0
    assert _told(room) == ["retired", "recovered"]
    assert (await room.feed(feed_id))["state"] == "active"


async def test_one_answer_that_it_is_gone_is_a_failure_like_others(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*_items(1, 2))))
    await room.poll(feed_id)
    room.newsroom.serve("/feed", b"", status=410)
    await room.poll()
    room.newsroom.serve("/feed", rss(*_items(1, 3)))
    await room.poll()
    assert len(room.desk.alerted) == 1
    assert _told(room) == []


async def test_a_day_of_failures_is_told_once_and_so_is_recovery(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", b"", status=500))
    for _ in range(40):
        await room.poll(feed_id)
        room.clock.advance(hours=1)
    assert _told(room) == ["failing"]
    assert "for 24 hours" in room.desk.notices[0].text
    room.newsroom.serve("/feed", rss(*_items(1, 2)))
    await room.poll(feed_id)
    await room.poll(feed_id)
    assert _told(room) == ["failing", "recovered"]
    row = await room.feed(feed_id)
    assert (row["failures"], row["last_error"]) == (0, None)


async def test_a_feed_behind_a_bot_guard_is_named_as_such(room: Room) -> None:
    page = b"<html>Attention Required! Cloudflare captcha</html>"
    feed_id = await room.add(room.newsroom.serve("/feed", page, status=403))
    for _ in range(5):
        await room.poll(feed_id)
    assert _told(room) == ["blocked"]


async def test_what_an_outage_held_back_comes_as_one(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*_items(1, 5))))
    await room.poll(feed_id)
    room.newsroom.serve("/feed", b"", status=500)
    room.clock.advance(hours=9)
    await room.poll(feed_id)
    room.newsroom.serve("/feed", rss(*_items(1, 14)))
    await room.poll(feed_id)
    batch = room.desk.batches[-1]
    assert (batch.catch_up, batch.flood, len(batch.new)) == (True, False, 9)
    assert batch.new[0].entry.title == "Story 14"


async def test_a_flood_is_marked_and_told(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*_items(1, 3))))
    await room.poll(feed_id)
    room.newsroom.serve("/feed", rss(*_items(100, 180)))
    await room.poll(feed_id)
    assert room.desk.batches[-1].flood
    assert _told(room) == ["flood"]


async def test_silence_is_told_once_and_so_is_its_end(room: Room) -> None:
    items = [
        Item(f"S{n}", f"http://wire.example/{n}", f"{n}", at=room.clock() - timedelta(days=n))
        for n in range(10)
    ]
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*items)))
    await room.poll(feed_id)
    for _ in range(3):
        room.clock.advance(days=6)
        await room.poll(feed_id)
    assert _told(room) == ["silent"]
    room.newsroom.serve("/feed", rss(Item("New", "http://wire.example/n", "n"), *items))
    await room.poll(feed_id)
    assert _told(room) == ["silent", "active"]


async def test_a_changed_page_layout_is_an_error_and_not_silence(room: Room) -> None:
    page = b'<html><main><li><a href="/r/1">Rule one</a><time>2026-03-01</time></li></main></html>'
    url = room.newsroom.serve("/list", page, content_type="text/html")
    options = {"select": {"item": "main li"}}
    feed_id = await room.add(url, kind="page", options=options)
    await room.poll(feed_id)
    assert await room.titles() == ["Rule one"]
    room.newsroom.serve("/list", b"<html><main><p>New design</p></main></html>")
    for _ in range(3):
        await room.poll(feed_id)
    assert _told(room) == ["layout"]
    assert "selectors" in str((await room.feed(feed_id))["last_error"])


async def test_older_pages_are_read_after_an_outage(room: Room) -> None:
    def answer(numbers: range, following: str = "") -> bytes:
        results = ",".join(
            f'{{"title":"Rule {n}","document_number":"2026-{n:05}",'
            f'"publication_date":"2026-03-{n:02}"}}'
            for n in reversed(numbers)
        )
        more = f',"next_page_url":"{following}"' if following else ""
        return f'{{"count":9,"results":[{results}]{more}}}'.encode()

    first = room.newsroom.serve("/api/documents.json", answer(range(1, 3)))
    feed_id = await room.add(first, kind="federal-register")
    await room.poll(feed_id)
    room.clock.advance(days=20)
    older = room.newsroom.serve("/api/older.json", answer(range(1, 12)))
    room.newsroom.serve("/api/documents.json", answer(range(12, 22), older))
    report = await room.poll(feed_id)
    assert report.new == 19
    assert room.newsroom.asked("/api/older.json") == 1


async def test_a_cut_document_is_read_again_though_it_is_the_same(room: Room) -> None:
    whole = rss(*_items(1, 3))
    feed_id = await room.add(room.newsroom.serve("/feed", whole[:-60], ETag='"x"'))
    await room.poll(feed_id)
    assert len(await room.titles()) == 2
    await room.poll(feed_id)
    assert "If-None-Match" not in room.newsroom.requests[-1].headers
    room.newsroom.serve("/feed", whole)
    await room.poll(feed_id)
    assert room.desk.alerted == ["Story 1"]

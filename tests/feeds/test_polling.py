"""What a poll promises: everything once, history silent, one failure disturbs no other."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web
from sqlalchemy import select

from bot.feeds import records
from bot.storage.tables import entry
from tests.feeds.room import Room
from tests.support.newsroom import Item, rss


def _items(*names: str) -> list[Item]:
    return [Item(name, f"http://wire.example/{name}", name, f"About {name}.") for name in names]


async def test_first_poll_is_history_and_the_next_entry_is_news(room: Room) -> None:
    url = room.newsroom.serve("/feed", rss(*_items("b", "a")))
    feed_id = await room.add(url)
    first = await room.poll()
    assert (first.polled, first.failed, first.new, first.deliveries) == (1, 0, 2, 0)
    assert room.desk.batches[0].history
    room.newsroom.serve("/feed", rss(*_items("c", "b", "a")))
    second = await room.poll(feed_id)
    assert (second.new, second.deliveries) == (1, 1)
    assert room.desk.alerted == ["c"]
    assert room.desk.batches[1].new[0].prepared == "C"
    assert await room.titles() == ["c", "b", "a"]


async def test_an_empty_first_poll_is_a_baseline_too(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss()))
    await room.poll(feed_id)
    room.newsroom.serve("/feed", rss(*_items("a")))
    await room.poll(feed_id)
    assert room.desk.alerted == ["a"]


async def test_nothing_is_analysed_twice(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*_items("a"))))
    await room.poll(feed_id)
    room.newsroom.serve("/feed", rss(*_items("b", "a")))
    await room.poll(feed_id)
    assert room.desk.prepared == ["a", "b"]


async def test_validators_are_sent_and_304_is_enough(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve_validated("/feed", rss(*_items("a")), '"v1"'))
    await room.poll(feed_id)
    report = await room.poll(feed_id)
    assert (report.unchanged, report.failed) == (1, 0)
    assert room.newsroom.requests[-1].headers["If-None-Match"] == '"v1"'
    assert room.newsroom.requests[-1].headers["User-Agent"].startswith("exportnews/")


async def test_the_same_body_is_not_parsed_again(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*_items("a"))))
    await room.poll(feed_id)
    assert (await room.poll(feed_id)).unchanged == 1


async def test_a_failing_feed_disturbs_no_other(room: Room) -> None:
    bad = [
        room.newsroom.serve("/html", b"<!doctype html><html><body>Log in</body></html>"),
        room.newsroom.serve("/gone", b"", status=500),
        room.newsroom.serve("/cut", b"<rss><channel><ti"),
        "http://127.0.0.1:9/unreachable",
    ]
    for place, url in enumerate(bad):
        await room.add(url, f"Bad {place}")
    good = await room.add(room.newsroom.serve("/good", rss(*_items("a"))), "Good")
    report = await room.poll()
    assert report.polled == 5
    assert report.failed >= 3
    assert await room.titles() == ["a"]
    assert (await room.feed(good))["failures"] == 0


async def test_a_failure_is_kept_in_words_and_backs_off(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", b"", status=503, Retry_After="7200"))
    report = await room.poll(feed_id)
    row = await room.feed(feed_id)
    assert report.failed == 1
    assert "not available" in str(row["last_error"])
    assert row["next_poll_at"] >= room.clock() + timedelta(hours=2)  # type: ignore[operator]


async def test_what_the_desk_could_not_take_comes_again(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss()))
    await room.poll(feed_id)
    room.newsroom.serve("/feed", rss(*_items("a")))
    room.desk.fails = True
    assert (await room.poll(feed_id)).failed == 1
    assert await room.titles() == []
    room.desk.fails = False
    await room.poll(feed_id)
    assert room.desk.alerted == ["a"]


async def test_two_workers_poll_each_feed_once(room: Room) -> None:
    for number in range(12):
        url = room.newsroom.serve(f"/{number}", rss(*_items(f"t{number}")))
        await room.add(url, f"Publication {number}")
    other = room.another_poller()
    reports = await asyncio.gather(room.poller.poll_due(), other.poll_due())
    assert sum(report.polled for report in reports) == 12
    assert len(room.newsroom.requests) == 12


async def test_a_dead_workers_claim_ends(room: Room) -> None:
    feed_id = await room.add(
        room.newsroom.serve("/feed", rss(*_items("a"))),
        lease_by="dead",
        lease_until=room.clock() + timedelta(minutes=10),
    )
    assert (await room.poller.poll_feed(feed_id)).polled == 0
    room.clock.advance(minutes=11)
    assert (await room.poller.poll_due()).polled == 1


async def test_a_worker_that_lost_its_claim_writes_nothing(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*_items("a"))))
    async with room.db.write() as conn:
        state = await records.claim_one(conn, feed_id, room.clock(), "slow")
    assert state is not None
    room.clock.advance(minutes=11)
    await room.another_poller().poll_feed(feed_id)
    report = await room.poller._guarded(state)
    assert report.new == 0
    assert await room.titles() == ["a"]


async def test_pages_of_the_federal_register_become_entries(room: Room) -> None:
    body = (
        b'{"count":1,"description":"Documents","results":[{"title":"Additions to the Entity List ",'
        b'"abstract":null,"document_number":"2026-00789","type":"Rule","publication_date":'
        b'"2026-03-03","effective_on":"2026-03-04","html_url":'
        b'"https://www.federalregister.gov/documents/2026/03/03/2026-00789/additions"}]}'
    )
    url = room.newsroom.serve("/documents.json", body, content_type="application/json")
    feed_id = await room.add(url + "?conditions[agencies][]=x", kind="federal-register")
    await room.poll(feed_id)
    assert "fields[]=effective_on" in room.newsroom.requests[0].query_string
    async with room.db.read() as conn:
        row = (await conn.execute(select(entry))).one()
    assert row.title == "Additions to the Entity List"
    assert row.document_number == "2026-00789"
    assert row.facts["effective_on"] == "2026-03-04"


async def test_a_slow_poll_keeps_its_claim_and_a_dead_workers_ends_in_a_minute(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.feeds.poller.RENEW_SECONDS", 0.01)
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        asked.set()
        await answer.wait()
        return web.Response(body=rss(*_items("a")), content_type="text/xml")

    feed_id = await room.add(room.newsroom.handle("/feed", slow))
    poll = asyncio.create_task(room.poller.poll_feed(feed_id))
    await asked.wait()
    for _ in range(4):
        room.clock.advance(seconds=50)
        while (await room.feed(feed_id))["lease_until"] != room.clock() + timedelta(minutes=1):
            await asyncio.sleep(0)
        assert (await room.another_poller().poll_due()).polled == 0
    answer.set()
    assert (await poll).new == 1
    async with room.db.write() as conn:
        assert await records.claim_one(conn, feed_id, room.clock(), "dies")
    room.clock.advance(seconds=61)
    assert (await room.another_poller().poll_feed(feed_id)).polled == 1

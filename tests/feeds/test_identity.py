"""An entry is known again, whatever its feed does to its ids; and two entries are never one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.feeds.addresses import normalise
from bot.feeds.identity import (
    article_number,
    choose_rule,
    document_number,
    identify,
    is_substantial,
)
from bot.feeds.model import FeedEntry
from tests.feeds.room import Room
from tests.support.newsroom import Item, rss

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "other",
    [
        "https://wire.example/a/b",
        "http://www.wire.example/a/b",
        "http://wire.example./a/b/",
        "http://WIRE.example/a/b?utm_source=rss&utm_medium=feed",
        "http://wire.example/a/b?BC=bc_67894b9ae9a9e",
        "http://wire.example/a/b?search_id=99#top",
        "http://wire.example:80/a/b",
        "http://wire.example/a//b/index.html",
    ],
)
def test_the_same_page_under_another_address(other: str) -> None:
    assert normalise(other) == normalise("http://wire.example/a/b")


@pytest.mark.parametrize(
    "other", ["http://wire.example/a/b?id=2", "http://wire.example/a", "http://other.example/a/b"]
)
def test_another_page(other: str) -> None:
    assert normalise(other) != normalise("http://wire.example/a/b")


@pytest.mark.parametrize(
    ("link", "number"),
    [
        ("https://t.example/article/2024/12/02/chip-controls-2412020005", "2412020005"),
        ("http://stage.t.example./news/Chip-Controls-2412020005?BC=bc_1", "2412020005"),
        ("https://t.example/article/call-5551234567", ""),
        ("https://t.example/article/12024120200051", ""),
        ("https://t.example/see?id=2412020005", ""),
    ],
)
def test_article_numbers_are_dates_with_four_digits(link: str, number: str) -> None:
    assert article_number(link) == number


def test_document_numbers_stand_in_addresses() -> None:
    link = "https://www.federalregister.gov/documents/2026/01/06/2026-00002/some-title"
    assert document_number(link) == "2026-00002"
    assert document_number("https://www.federalregister.gov/agencies/x") == ""


def _keys(*entries: FeedEntry) -> list[set[str]]:
    rule = choose_rule(entries)
    found = identify(entries, publication_id=1, feed_id=2, rule=rule)
    return [{f"{key.scope} {key.kind} {key.key}" for key in one.keys} for one in found]


def test_a_guid_that_repeats_in_a_document_is_no_id() -> None:
    one = FeedEntry("One", "http://w.example/1", "0")
    two = FeedEntry("Two", "http://w.example/2", "0")
    first, second = _keys(one, two)
    assert not first & second


def test_a_link_that_repeats_in_a_document_is_no_id() -> None:
    one = FeedEntry("One", "http://w.example/", "1")
    two = FeedEntry("Two", "http://w.example/", "2")
    first, second = _keys(one, two)
    assert not first & second


def test_an_entry_that_stands_twice_in_a_document_is_one() -> None:
    old = FeedEntry("Old title", "http://w.example/1", "1", updated=DAY)
    new = replace(old, title="New title", updated=DAY + timedelta(hours=1))
    found = identify((old, new), publication_id=1, feed_id=2, rule="guid")
    assert [one.entry.title for one in found] == ["New title"]


def test_documents_of_one_day_with_one_title_are_two() -> None:
    one = FeedEntry("Additions to the Entity List", document_number="2026-1", published=DAY)
    assert len(_keys(one, replace(one, document_number="2026-2"))) == 2


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=12))
def test_every_distinct_guid_comes_out_once(names: list[str]) -> None:
    entries = [FeedEntry(name, f"http://w.example/{name}", name) for name in names]
    found = identify(entries, publication_id=1, feed_id=2, rule=choose_rule(entries))
    assert [one.entry.guid for one in found] == list(dict.fromkeys(names))


def test_a_correction_of_spelling_is_no_change_of_substance() -> None:
    before = FeedEntry("BIS Adds Ten Compagnies to Entity List", summary="Ten were added today.")
    assert not is_substantial(
        before, replace(before, title="BIS Adds Ten Companies to Entity List")
    )
    assert is_substantial(before, replace(before, title="Court Blocks BIS Rule"))
    assert is_substantial(before, replace(before, effective_on=DAY.date()))


ITEMS = [
    Item(f"Story {n}", f"http://wire.example/story/{n}", f"id-{n}", f"Text {n}.", DAY)
    for n in range(6)
]


def _changed(link: str | None = None, guid: str | None = None) -> bytes:
    return rss(
        *(
            replace(
                item,
                link=item.link if link is None else link.format(item.guid[3:]),
                guid=item.guid if guid is None else guid.format(item.guid[3:]),
            )
            for item in ITEMS
        )
    )


@pytest.mark.parametrize(
    "change",
    [
        {"guid": "fresh-{}"},
        {"link": "https://www.wire.example/story/{}/?utm_source=rss", "guid": "fresh-{}"},
        {"link": "http://new.example/{}"},
        {"link": "http://new.example/{}", "guid": "fresh-{}"},
        {"guid": ""},
    ],
)
async def test_a_rebuilt_feed_alerts_nobody(room: Room, change: dict[str, str]) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*ITEMS)))
    await room.poll(feed_id)
    room.newsroom.serve("/feed", _changed(**change))
    report = await room.poll(feed_id)
    assert (report.failed, report.new) == (0, 0)
    newer = Item("Another", "http://wire.example/story/9", "id-9", "Something else.", DAY)
    room.newsroom.serve("/feed", rss(newer, *ITEMS))
    await room.poll(feed_id)
    assert room.desk.alerted == ["Another"]


async def test_ids_that_change_at_every_build_are_not_kept(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*ITEMS)))
    await room.poll(feed_id)
    for build in range(3):
        room.newsroom.serve("/feed", _changed(guid=f"build-{build}-{{}}"))
        assert (await room.poll(feed_id)).new == 0
    assert (await room.feed(feed_id))["id_rule"] == "link"


async def test_one_article_on_host_aliases_is_one_entry(room: Room) -> None:
    article = "/article/2026/03/02/chip-rule-2603020005"
    feed_id = await room.add(
        room.newsroom.serve("/feed", rss(Item("Chip Rule", f"https://t.example{article}", "1")))
    )
    await room.poll(feed_id)
    moved = Item("Chip Rule", f"http://stage.t.example.{article}?BC=bc_2", "2")
    other = Item("Chip Rule", "https://t.example/article/2026/03/02/chip-rule-2603020006", "3")
    room.newsroom.serve("/feed", rss(moved, other))
    report = await room.poll(feed_id)
    assert report.new == 1
    assert room.desk.batches[-1].new[0].entry.link == other.link


async def test_a_page_that_bears_something_new_every_week_is_news(room: Room) -> None:
    link = "http://wire.example/weekly"
    first = Item("Semiconductor controls tightened", link, "w1", "Rules on chips.", DAY)
    feed_id = await room.add(room.newsroom.serve("/feed", rss(first)))
    await room.poll(feed_id)
    second = Item("Court rejects appeal", link, "w2", "A ruling.", DAY + timedelta(days=7))
    room.newsroom.serve("/feed", rss(second))
    await room.poll(feed_id)
    assert room.desk.alerted == ["Court rejects appeal"]


async def test_an_entry_that_vanished_and_comes_back_is_no_news(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*ITEMS)))
    await room.poll(feed_id)
    for body in (rss(*ITEMS[3:]), rss(), rss(*ITEMS)):
        room.newsroom.serve("/feed", body)
        assert (await room.poll(feed_id)).new == 0


async def test_an_edit_is_taken_over_quietly_and_told_with_its_substance(room: Room) -> None:
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*ITEMS)))
    await room.poll(feed_id)
    edited = [replace(ITEMS[0], title="Story 0 withdrawn after court order"), *ITEMS[1:]]
    room.newsroom.serve("/feed", rss(*edited))
    report = await room.poll(feed_id)
    assert (report.new, report.edited) == (0, 1)
    edit = room.desk.batches[-1].edited[0]
    assert (edit.before.title, edit.substance) == ("Story 0", True)
    assert "Story 0 withdrawn after court order" in await room.titles()
    assert (await room.poll(feed_id)).edited == 0

"""Distinct entries are never one, whatever ids they share; and one entry stays one, whatever its
publisher does to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.evidence import Known, Side, weigh
from bot.feeds.identity import article_number, choose_rule, identify
from bot.feeds.model import FeedEntry
from tests.feeds.room import Room
from tests.support.newsroom import Item, rss

AT = datetime(2026, 3, 2, 9, 7, 31, tzinfo=UTC)
FIRMS = (
    "Belmar Castings", "Dovrefjell Sonar", "Kisumu Bearings", "Ostrava Lasers", "Pamir Avionics",
    "Quilpo Reactors", "Tarnow Gyros", "Umea Cryostats", "Volos Propellers", "Yakima Isotopes",
)  # fmt: skip
HOME = "https://wire.example/"


def _story(number: int, **other: str) -> Item:
    firm = FIRMS[number]
    item = Item(
        title=f"Commerce bars exports to {firm} over missile work",
        link=f"https://wire.example/news/{number}-{firm.split()[0].lower()}",
        guid=f"https://wire.example/?p=70{number}",
        text=f"The Commerce Department barred exports of gyroscopes to {firm} from Monday, "
        f"for its work on missiles. Licences for {firm} will be denied.",
        at=AT + timedelta(hours=number),
    )
    return replace(item, **other)  # type: ignore[arg-type]


def _bulletin(number: int, **other: str) -> Item:
    return _story(number, title="Notice of additions to the list", **other)


Window = Sequence[Item]


async def _told(room: Room, windows: Sequence[Window]) -> list[str]:
    """What is alerted when a feed's document holds one window of items after another."""
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*windows[0])))
    for window in windows:
        room.clock.advance(minutes=10)
        for again in range(2):  # the second time nothing is new
            room.newsroom.serve("/feed", rss(*window, extra=f"<ttl>{again + 1}</ttl>"))
            assert (await room.poll(feed_id)).failed == 0
    return [one.entry.text for b in room.desk.batches if not b.history for one in b.new]


def _by_position(numbers: Sequence[int]) -> list[Item]:
    return [_story(n, guid=str(place)) for place, n in enumerate(numbers, 1)]


DISTINCT: dict[str, list[list[Item]]] = {
    "guids that are positions": [_by_position(w) for w in ([2, 1, 0], [3, 2, 1], [6, 5, 4])],
    "guids that start over": [
        [_story(n, guid=f"g{n % 3}") for n in w] for w in ([2, 1, 0], [5, 4, 3])
    ],
    "one guid for all": [[_story(n, guid="https://wire.example/feed")] for n in range(4)],
    "one guid and no link": [[_story(n, guid="news", link="")] for n in range(4)],
    "one link for all, one at a time": [[_story(n, link=HOME)] for n in range(4)],
    "one link for all, no guids": [[_story(n, link=HOME, guid="")] for n in range(4)],
    "one link for all, no guids, two at a time": [
        [_story(n + 1, link=HOME, guid=""), _story(n, link=HOME, guid="")] for n in range(4)
    ],
    "links that differ by a fragment": [
        [_story(n, link=f"{HOME}digest-2603020004#item{n}") for n in w] for w in ([0], [3, 2, 1, 0])
    ],
    "links that differ by a query": [
        [_story(n, link=f"{HOME}view/2603020004?item={n}") for n in w] for w in ([0], [3, 2, 1])
    ],
    "links that end with the time": [
        [_story(n, link=f"{HOME}{n}/story-1711251234") for n in w] for w in ([0], [3, 2, 1])
    ],
    "a recurring notice, side by side": [
        [_bulletin(n, link=f"{HOME}latest") for n in w] for w in ([0], [3, 2, 1, 0])
    ],
    "a recurring notice, one at a time": [[_bulletin(n, link=f"{HOME}latest")] for n in range(4)],
    "a recurring notice with the address of an article": [
        [_bulletin(n, link=f"{HOME}notices-of-additions-2026")] for n in range(4)
    ],
    "neither guid nor link, side by side": [
        [replace(_bulletin(n, link="", guid=""), at=AT) for n in w] for w in ([0], [3, 2, 1, 0])
    ],
    "neither guid nor link, one at a time": [[_bulletin(n, link="", guid="")] for n in range(4)],
}


@pytest.mark.parametrize("name", DISTINCT)
async def test_distinct_items_are_told_once_each(room: Room, name: str) -> None:
    windows = DISTINCT[name]
    history = {item.text for item in windows[0]}
    wanted = {item.text for window in windows for item in window} - history
    assert sorted(await _told(room, windows)) == sorted(wanted)


def _tail(item: Item) -> str:
    return f"{item.text} The post first appeared on the Wire."


CHANGES: dict[str, Callable[[Item, int], Item]] = {
    "guid": lambda item, n: replace(item, guid=f"urn:build:{n}:{item.guid}"),
    "no guid": lambda item, _: replace(item, guid=""),
    "domain": lambda item, _: replace(item, link=item.link.replace("wire.", "www.newwire.")),
    "https": lambda item, _: replace(item, link=item.link.replace("https", "http") + "/"),
    "tracking": lambda item, n: replace(item, link=f"{item.link}?utm_source=rss{n}"),
    "session": lambda item, n: replace(item, link=f"{item.link}?visit={n}"),
    "headline": lambda item, _: replace(item, title=f"Washington stops trade: {item.title[20:]}"),
    "tail": lambda item, _: replace(item, text=_tail(item)),
    "teaser": lambda item, _: replace(item, text=item.text.partition(". ")[0]),
    "no text": lambda item, _: replace(item, text=""),
    "date": lambda item, n: replace(item, at=item.at and item.at + timedelta(hours=5 + n)),
}


@pytest.mark.parametrize("second", CHANGES)
@pytest.mark.parametrize("first", CHANGES)
async def test_any_two_changes_of_a_whole_feed_alert_nobody(
    sqlite_room: Room, first: str, second: str
) -> None:
    room = sqlite_room
    items = [_story(n) for n in range(5)]
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*items)))
    await room.poll(feed_id)
    for build in range(2):
        changed = [CHANGES[second](CHANGES[first](item, build), build) for item in items]
        room.newsroom.serve("/feed", rss(_story(7), *changed, extra=f"<ttl>{build + 1}</ttl>"))
        assert (await room.poll(feed_id)).failed == 0
    assert room.desk.alerted == [_story(7).title]


async def test_a_publisher_moves_with_new_ids_and_a_sentence_more(room: Room) -> None:
    items = [_story(n) for n in range(6)]
    feed_id = await room.add(room.newsroom.serve("/feed", rss(*items)))
    await room.poll(feed_id)
    moved = [
        replace(item, guid=f"n{n}", link=f"https://new.example/p/{n}", text=_tail(item))
        for n, item in enumerate(items)
    ]
    room.newsroom.serve("/feed", rss(_story(8), *moved))
    await room.poll(feed_id)
    rewritten = [
        replace(item, guid=f"m{n}", link=f"https://m.example/{n}", text="Subscribe.", at=None)
        for n, item in enumerate(items)
    ]
    room.newsroom.serve("/feed", rss(_story(8), *rewritten))
    await room.poll(feed_id)
    assert room.desk.alerted == [_story(8).title]


async def test_links_of_a_visit_with_a_count_of_comments_are_no_news(room: Room) -> None:
    def window(visit: int) -> list[Item]:
        return [
            replace(
                _story(n, guid=""),
                link=f"https://wire.example/q?id={n}&cb={visit}",
                text=f"{_story(n).text} {visit} comments",
                at=None,
            )
            for n in range(4)
        ]

    feed_id = await room.add(room.newsroom.serve("/feed", rss(*window(0))))
    for visit in range(4):
        room.newsroom.serve("/feed", rss(*window(visit)))
        await room.poll(feed_id)
    assert room.desk.alerted == []


async def test_two_columns_that_come_every_week_are_news_every_week(room: Room) -> None:
    def week(n: int) -> list[Item]:
        when = AT + timedelta(days=7 * n)
        return [
            _story(2 * n + k, title=("Sanctions column", "Export column")[k], guid=f"w{n}-{k}")
            for k in range(2)
            if when
        ]

    windows = [week(n) for n in range(4)]
    wanted = [item.text for window in windows[1:] for item in window]
    assert sorted(await _told(room, windows)) == sorted(wanted)


@pytest.mark.parametrize(
    "link",
    [
        "https://t.example/story-1711251234",
        "https://t.example/view/2603020004?item=2",
        "https://t.example/digest-2603020004#item2",
    ],
)
def test_what_several_articles_share_is_no_article_number(link: str) -> None:
    assert article_number(link) == ""


firms = st.lists(st.sampled_from(FIRMS), min_size=2, max_size=2, unique=True)
when = st.integers(0, 100_000).map(lambda minutes: AT + timedelta(minutes=minutes))


def _entry(firm: str, number: int, at: datetime) -> FeedEntry:
    item = _story(FIRMS.index(firm))
    return FeedEntry(item.title, f"{item.link}-{number}", f"{item.guid}{number}", item.text, "", at)


def _weight(first: FeedEntry, second: FeedEntry) -> float:
    """How much speaks for it that `second` is `first`, which was stored."""
    (stored,) = identify([first], publication_id=1, feed_id=1, rule=choose_rule([first]))
    (one,) = identify([second], publication_id=1, feed_id=1, rule=choose_rule([first]))
    known = Known(
        1, 1, first.title, first.guid, first.link, first.published or AT, stored.text_hash,
        None, None, history=False, first_seen_at=AT, text=first.text,
    )  # fmt: skip
    held = {key.kind for key in one.keys if key in stored.keys}
    return weigh(known, one, held, Side(1, choose_rule([first])))


@settings(deadline=None)
@given(firms, when, when, st.sampled_from(["guid", "link", "title", "published", ""]))
def test_entries_that_agree_in_one_thing_alone_are_two(
    names: list[str], first_at: datetime, second_at: datetime, shared: str
) -> None:
    first = _entry(names[0], 1, first_at)
    second = _entry(names[1], 2, second_at + timedelta(seconds=1))
    if shared:
        second = replace(second, **{shared: getattr(first, shared)})
    assert _weight(first, second) <= 0


changes = st.sampled_from(["guid", "link", "title", "summary", "published"])


@settings(deadline=None)
@given(firms, when, st.sets(changes, max_size=2))
def test_an_entry_with_two_changes_is_what_it_was(
    names: list[str], at: datetime, changed: set[str]
) -> None:
    first = _entry(names[0], 1, at)
    other = _entry(names[1], 2, at + timedelta(hours=3))
    second = replace(first, **{name: getattr(other, name) for name in changed})
    if {"link", "guid"} - changed:  # a key is left to find it by
        assert _weight(first, second) > 0

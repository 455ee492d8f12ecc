"""The newsroom: feeds that the bot's own parser reads without a complaint."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.demo.articles import load_articles
from bot.demo.newsroom import Newsroom
from bot.feeds.catalogue import load_catalogue
from bot.feeds.parser import parse_feed
from tests.support.clock import SetClock


@pytest.fixture
async def room(clock: SetClock) -> AsyncIterator[Newsroom]:
    async with Newsroom(clock=clock) as room:
        room.open_archive()
        yield room


async def test_feeds_are_read_without_a_problem(room: Newsroom) -> None:
    room.publish(room.remaining)
    async with httpx.AsyncClient() as client:
        for publication in room.publications:
            url = room.feed_url(publication)
            answer = await client.get(url)
            parsed = parse_feed(answer.content, url, answer.headers["content-type"])
            assert parsed.problems == ()
            assert parsed.title == publication.name
            assert len(parsed.entries) == len(room.archive.of(publication))
            assert all(one.title and one.link and one.published for one in parsed.entries)


async def test_a_page_asks_for_no_icon_that_is_not_there(room: Newsroom) -> None:
    async with httpx.AsyncClient() as client:
        home = (await client.get(room.feed_url(room.publications[0]))).url.join("/")
        assert '<link rel="icon" href="data:image/svg' in (await client.get(home)).text


async def test_an_unchanged_feed_is_not_sent_again(room: Newsroom) -> None:
    url = room.feed_url(room.publications[0])
    async with httpx.AsyncClient() as client:
        known = {"If-None-Match": (await client.get(url)).headers["ETag"]}
        assert (await client.get(url, headers=known)).status_code == 304
        while not any(p.article.publication is room.publications[0] for p in room.publish()):
            pass
        assert (await client.get(url, headers=known)).status_code == 200


async def test_references_name_numbers_of_articles_that_are_there(room: Newsroom) -> None:
    room.publish(room.remaining)
    numbers = {one.number for one in room.archive.published}
    cited = {
        number
        for one in room.archive.published
        for number in re.findall(r"\(see (\d{10})\)", one.text)
    }
    assert cited
    assert cited <= numbers
    assert not any("{" in one.text for one in room.archive.published)


async def test_an_edition_replaces_its_article_at_the_same_address(room: Newsroom) -> None:
    room.publish(room.remaining)
    edited = [one for one in room.archive.published if one.article.edits]
    assert edited
    for one in edited:
        same = [other for other in room.archive.published if other.path == one.path]
        assert same == [one]


async def test_every_article_has_its_page(room: Newsroom) -> None:
    async with httpx.AsyncClient(base_url=room.url) as client:
        for one in room.archive.published:
            page = await client.get(one.path)
            assert page.status_code == 200
            assert "no such thing happened" in page.text
        assert (await client.get("/article/2026/01/01/nothing")).status_code == 404


async def test_the_catalogue_has_the_newsroom_alone(room: Newsroom, tmp_path: Path) -> None:
    catalogue = load_catalogue(room.write_catalogue(tmp_path / "catalogue.toml"))
    assert [feed.url for feed in catalogue.feeds] == [
        room.feed_url(publication) for publication in room.publications
    ]


def test_there_are_articles_enough() -> None:
    articles = load_articles()
    assert len(articles) >= 40
    assert len({one.slug for one in articles}) == len(articles)

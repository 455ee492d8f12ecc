"""Promise: the console lists each story once, in pages that neither skip nor repeat one, and tells
of each what an officer asks: who else has it, what it cites, which dates, what came before."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert, select, update

from bot.storage.tables import entry, publication
from tests.support.clock import SetClock
from tests.support.newsroom import Item, rss
from tests.web.site import ELSEWHERE, TOKEN, Site, open_site

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
TITLE = re.compile(r'class="title"[^>]*>([^<]*)<')
RULE = "BIS Adds Nine Turbine Makers to Entity List"
RULE_TEXT = (
    "The Bureau of Industry and Security added nine makers of turbines to the Entity List "
    "(see 15 CFR 744.11). The rule is effective March 9, 2026."
)


@pytest.fixture
async def site(database_url: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Site]:
    async with open_site(database_url, tmp_path, clock) as opened:
        yield opened


def items(site: Site, count: int, *, first: int = 0) -> list[Item]:
    """Give unlike reports, a minute apart, the newest first."""
    start = site.bot.engine.clock() - timedelta(hours=3)
    made = [
        Item(
            f"Quarry {number} of Lot {number * 7} Ships {number + 3} Barges",
            f"https://wire.example/{number}",
            f"g{number}",
            at=start + timedelta(minutes=number),
        )
        for number in range(first, first + count)
    ]
    return made[::-1]


async def take_in(site: Site, *listed: Item) -> None:
    clock = site.bot.engine.clock
    assert isinstance(clock, SetClock)
    clock.advance(minutes=2)  # so that the feed is due
    site.newsroom.serve("/feed.xml", rss(*listed))
    await site.bot.once()


async def page(site: Site, address: str) -> str:
    answer = await site.client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def titles(text: str) -> list[str]:
    return [unescape(one) for one in TITLE.findall(text)]


def beside(text: str, way: str) -> str:
    """Give the address of the page before (`prev`) or after (`next`) one, or nothing."""
    found = re.search(rf'rel="{way}" href="([^"]+)"', text)
    return unescape(found.group(1)) if found else ""


async def story_of(site: Site, title: str) -> int:
    async with site.db.read() as conn:
        found = await conn.scalar(select(entry.c.story_id).where(entry.c.title == title))
    assert found is not None
    return int(found)


async def told_together(site: Site) -> int:
    """Take in two reports of one rule, the later one another publication's; gives their story."""
    at = site.bot.engine.clock() - timedelta(minutes=9)
    first = Item(RULE, "https://wire.example/1", "g1", RULE_TEXT, at)
    second = Item(f"{RULE}, Agency Says", "https://wire.example/2", "g2", RULE_TEXT, at)
    await take_in(site, second, first)
    story = await story_of(site, RULE)
    async with site.db.write() as conn:
        made = insert(publication).values(name="Other Wire").returning(publication.c.id)
        other = (await conn.execute(made)).scalar_one()
        moved = update(entry).where(entry.c.title == second.title)
        await conn.execute(moved.values(publication_id=other, story_id=story))
    return story


async def test_both_reports_of_a_story_are_one_row_with_what_it_cites_and_its_dates(
    site: Site,
) -> None:
    story = await told_together(site)
    text = await page(site, "/")
    assert titles(text) == [RULE]
    assert '<a class="topic" href="/?topic=entity-list">' in text
    assert "<dt>Effective</dt><dd>9 Mar 2026</dd>" in text
    assert re.search(
        r'<dt>CFR</dt><dd><a href="https://www\.ecfr\.gov/[^"]+"[^>]*>15 CFR 744', text
    )
    assert f'href="/stories/{story}"' in text
    own = await page(site, f"/stories/{story}")
    assert titles(own) == [RULE, RULE, f"{RULE}, Agency Says"], "its headline, and its time line"
    assert len(titles(await page(site, "/?q=turbine"))) == 1
    for shown in (text, own):
        covered = '<dt>Also covered by</dt><dd><a href="https://wire.example/2" rel="noreferrer">'
        assert f"{covered}Other Wire</a></dd>" in shown


async def test_pages_go_on_and_back_while_news_come_in(site: Site) -> None:
    old = items(site, 60)
    await take_in(site, *old)
    wanted = [one.title for one in old]
    first = await page(site, "/")
    assert titles(first) == wanted[:25]
    assert beside(first, "prev") == ""
    await take_in(site, *items(site, 2, first=60), *old)
    second = await page(site, beside(first, "next"))
    third = await page(site, beside(second, "next"))
    assert titles(second) + titles(third) == wanted[25:]
    assert beside(third, "next") == ""
    assert titles(await page(site, beside(third, "prev"))) == wanted[25:50]
    back = await page(site, beside(second, "prev"))
    assert titles(back) == wanted[:25]
    newest = await page(site, beside(back, "prev"))
    assert len(titles(newest)) == 25, "a short first page is filled up"
    assert (titles(newest)[2:], beside(newest, "prev")) == (wanted[:23], "")


async def test_what_a_search_finds_is_read_to_its_end_while_news_come_in(site: Site) -> None:
    old = items(site, 60)
    await take_in(site, *old)
    text = await page(site, "/?q=quarry")
    assert "60 found" in text
    await take_in(site, *items(site, 9, first=60), *old)
    found = titles(text)
    while address := beside(text, "next"):
        text = await page(site, address)
        found += titles(text)
    assert sorted(found) == sorted(one.title for one in old)
    assert titles(await page(site, beside(text, "prev"))) == found[25:50]


async def test_a_topic_shows_its_stories_alone_and_an_unknown_one_says_so(site: Site) -> None:
    at = site.bot.engine.clock() - timedelta(minutes=9)
    await take_in(site, *items(site, 3), Item(RULE, "https://wire.example/r", "r", RULE_TEXT, at))
    for name in ("entity-list", "Entity List"):
        text = (await site.client.get("/", params={"topic": name})).text
        assert titles(text) == [RULE]
    assert "There is no story of this topic yet." in await page(site, "/?topic=forced-labor")
    unknown = (await site.client.get("/", params={"topic": "<b>x"})).text
    assert "There is no topic “&lt;b&gt;x”." in unknown
    assert titles(unknown) == []


async def test_a_withdrawn_report_gives_its_place_to_another(site: Site) -> None:
    story = await told_together(site)
    gone = site.bot.engine.clock()
    for link, shown in (("1", [f"{RULE}, Agency Says"]), ("2", [])):
        withdrawn = update(entry).where(entry.c.link == f"https://wire.example/{link}")
        async with site.db.write() as conn:
            await conn.execute(withdrawn.values(retracted_at=gone))
        assert titles(await page(site, "/")) == shown
    assert "Withdrawn by its publisher" in await page(site, f"/stories/{story}")


@pytest.mark.parametrize("place", ["-1", "x", "9" * 40, "٣", "1;2", ""])
async def test_a_place_that_is_none_is_the_beginning_or_the_end(site: Site, place: str) -> None:
    await take_in(site, *items(site, 3))
    for name in ("before", "after"):
        assert (await site.client.get("/", params={name: place})).status_code == 200
    for name in ("from", "upto"):
        asked = {"q": "quarry", name: place}
        assert (await site.client.get("/", params=asked)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/nothing", "/stories/999999", f"/stories/{'9' * 60}", "/stories/x"]
)
async def test_what_is_not_there_is_a_page_with_a_way_on(site: Site, path: str) -> None:
    answer = await site.client.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert '<nav aria-label="Pages">' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    plain = await site.client.get("/nothing")
    assert (plain.status_code, plain.text) == (404, "Not Found")


async def test_strangers_learn_nothing_of_stories(
    sqlite_url: str, tmp_path: Path, clock: SetClock
) -> None:
    async with open_site(sqlite_url, tmp_path, clock, exportnews_admin_token=TOKEN) as site:
        await take_in(site, *items(site, 1))
        for path in ("/stories/1", "/stories/999999", "/?topic=entity-list"):
            answer = await site.client.get(path, headers={**ELSEWHERE, **BROWSER})
            assert answer.status_code == 403, path
        lost = await site.client.get("/nothing", headers={**ELSEWHERE, **BROWSER})
        assert (lost.status_code, "<nav" in lost.text) == (404, False)
        wrong = {**ELSEWHERE, **BROWSER, "Authorization": "Bearer wrong"}
        answers: list[httpx.Response] = [
            await site.client.get("/nothing", headers=wrong) for _ in range(12)
        ]
        assert {one.status_code for one in answers} == {404}


async def test_an_address_that_is_no_web_address_is_no_link(site: Site) -> None:
    await take_in(site, *items(site, 1))
    async with site.db.write() as conn:
        await conn.execute(update(entry).values(link="javascript:alert(1)", title="<b>X"))
    story = await story_of(site, "<b>X")
    for address in ("/", f"/stories/{story}"):
        text = await page(site, address)
        assert "javascript:" not in text
        assert "&lt;b&gt;X" in text

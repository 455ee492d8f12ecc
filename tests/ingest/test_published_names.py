"""Promise: a watch on a company is told of it under the names that a rule gave it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.feeds.model import FeedEntry
from bot.news.model import Analysis, Company
from bot.storage.database import Database
from tests.subscriptions.makers import ANN, article, slack, understood
from tests.subscriptions.newsroom import Newsroom, open_newsroom
from tests.support.clock import SetClock

PLANT = article("Bluefin Optics opens a plant", link="https://daily.example/plant")


@pytest.fixture
async def room(db: Database, clock: SetClock) -> Newsroom:
    return await open_newsroom(db, clock)


def rule(
    *aliases: str, link: str = "https://www.bis.gov/rule", number: str = ""
) -> tuple[FeedEntry, Analysis]:
    """Give a document that names a company with these other names."""
    company = Company("Acme Foundries Co., Ltd.", "acme foundries", "China", aliases)
    found = article("Additions to a list", link=link, document_number=number)
    return found, understood(companies=(company,))


async def told(room: Newsroom, found: FeedEntry) -> bool:
    before = len(await room.owed())
    await room.publish((found, understood()))
    return len(await room.owed()) > before


async def test_a_watch_is_found_by_a_name_that_a_rule_gave_before_it(room: Newsroom) -> None:
    await room.publish(rule("Bluefin Optics"))
    await room.door.watch(slack(), ANN, "Acme Foundries")
    assert await told(room, PLANT)


async def test_a_watch_is_found_by_a_name_that_a_rule_gives_later(room: Newsroom) -> None:
    await room.door.watch(slack(), ANN, "Acme Foundries Co., Ltd.", ["Acme Tools"])
    assert not await told(room, article("Bluefin Optics", link="https://daily.example/early"))
    await room.publish(rule("Bluefin Optics", link="https://fr.example/1", number="2026-01234"))
    assert await told(room, PLANT)


@pytest.mark.parametrize(
    ("aliases", "link"),
    [
        (["Bluefin Optics"], "https://daily.example/report"),
        (["Bluefin Optics"], "https://daily.example/a.gov/report"),
        (["Optics"], "https://www.bis.gov/rule"),
        (["BFO", "Bluefin Optics Group"], "https://www.bis.gov/rule"),
    ],
)
async def test_what_no_rule_says_or_what_names_much_else_is_no_name(
    room: Newsroom, aliases: Sequence[str], link: str
) -> None:
    await room.door.watch(slack(), ANN, "Acme Foundries")
    await room.publish(rule(*aliases, link=link))
    assert not await told(room, PLANT)
    assert not await told(room, article("BFO said", link="https://daily.example/bfo"))


async def test_the_names_of_one_company_are_no_other_watchs(room: Newsroom) -> None:
    await room.door.watch(slack(), ANN, "Acme")
    await room.publish(rule("Bluefin Optics"))
    assert not await told(room, PLANT)


@pytest.mark.parametrize("watched", ["Bluefin Optics", "Bluefin Optics Ltd."])
async def test_a_watch_of_a_name_that_a_rule_gave_finds_the_others(
    room: Newsroom, watched: str
) -> None:
    await room.publish(rule("Bluefin Optics", "Reef Lens Works"))
    await room.door.watch(slack(), ANN, watched)
    assert await told(room, article("Acme Foundries grows", link="https://daily.example/main"))
    assert await told(room, article("Reef Lens Works sold", link="https://daily.example/other"))


async def test_a_well_known_company_is_found_by_published_names_under_any_of_its_own(
    room: Newsroom,
) -> None:
    company = Company("DJI Technology Co.", "dji technology", "China", ("DJI", "Bluefin Optics"))
    document = article("Additions to a list", link="https://www.bis.gov/rule", document_number="")
    await room.publish((document, understood(companies=(company,))))
    await room.door.watch(slack(), ANN, "大疆")
    assert await told(room, PLANT)

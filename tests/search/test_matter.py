"""Promise: a matter's life is shown whole and in order, joined by numbers and references."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.commands.answers import Listing, Sentence
from bot.feeds.model import FeedEntry
from bot.search.search import Search
from bot.storage.database import Database
from tests.commands.desk import Desk
from tests.support.clock import SetClock

WARREN = "https://exportcompliancedaily.com/article/2026/03/02/words-"


@pytest.fixture
async def desk(db: Database, clock: SetClock) -> Desk:
    return Desk(db, clock)


def article(day: int, title: str, text: str = "", number: str = "") -> FeedEntry:
    link = f"{WARREN}{number}" if number else f"https://trade.example/{title.replace(' ', '-')}"
    published = datetime(2026, 3, day, 12, tzinfo=UTC)
    return FeedEntry(title, link, summary=text, published=published)


def document(day: int, number: str, title: str, text: str) -> FeedEntry:
    link = f"https://www.federalregister.gov/d/{number}"
    published = datetime(2026, 3, day, 12, tzinfo=UTC)
    return FeedEntry(title, link, summary=text, published=published, document_number=number)


LEAK = article(2, "Commerce Weighs Turbine Rule", "Officials said so.", "2603020005")
RULE = document(9, "2026-04567", "Controls on Turbine Blades", "RIN 0694-AK11, an interim rule.")
REPORT = article(10, "Turbine Rule Is Out", "BIS issued 2026-04567 (see 2603020005).", "2603100007")
CORRECTION = document(
    20, "C1-2026-04567", "Controls on Turbine Blades; Correction", "RIN 0694-AK11."
)
OTHER = article(11, "Ports Reopen After Storm", "Cranes work again.", "2603110003")


async def test_a_matter_is_told_from_its_leak_to_its_correction(desk: Desk) -> None:
    await desk.publish(OTHER, CORRECTION, RULE)
    await desk.publish(REPORT)
    await desk.publish(LEAK)  # which comes last, and yet answers earlier references
    for asked in ("2603100007", "2026-04567", RULE.link, CORRECTION.link):
        listing = await desk.ask(f"timeline {asked}")
        assert isinstance(listing, Listing)
        assert [one.title for one in listing.results.results] == [
            LEAK.title,
            RULE.title,
            REPORT.title,
            CORRECTION.title,
        ]


async def test_a_reference_is_found_from_both_ends(desk: Desk, db: Database) -> None:
    await desk.publish(REPORT)
    await desk.publish(LEAK)
    search = Search(db, desk.analyst.taxonomy)
    for number in ("2603020005", "2603100007"):
        found = await search.find(f"cite:{number}")
        assert {one.title for one in found.results} == {LEAK.title, REPORT.title}


async def test_a_matter_is_asked_for_by_its_rin_and_what_is_no_number_is_searched_for(
    desk: Desk,
) -> None:
    await desk.publish(RULE, CORRECTION)
    for asked in ("0694-AK11", "RIN 0694-AK11", "rin 0694-ak11"):
        listing = await desk.ask(f"timeline {asked}")
        assert isinstance(listing, Listing)
        assert [one.title for one in listing.results.results] == [RULE.title, CORRECTION.title]
        assert [one.step for one in listing.results.results] == ["Federal Register", "Correction"]
    unknown = await desk.ask("timeline 0694-AK99")
    assert isinstance(unknown, Sentence)
    assert "not stored" in unknown.text
    for asked in ("timeline of turbine blades", "timeline 26-cv-9"):
        searched = await desk.ask(asked)
        assert isinstance(searched, Listing)
        assert searched.searched == asked


LICENSE = article(3, "OFAC Issues Cuba-related General License 77B", "It is for banks.")
BANKS = article(5, "Havana's Banks Wire Money Again", "Cuba GL 77B lets them, said a lender.")
TWO = article(6, "OFAC Prolongs Cuba GL 77B", "It also renewed Belarus GL 40A for spare parts.")
PARTS = article(7, "Spare Parts Reach Minsk's Airline", "OFAC's Belarus GL 40A allows it.")
NAMESAKE = article(8, "OFAC Issues Belarus General License 77B", "It is for potash.")


async def test_a_licence_is_followed_within_its_programme(desk: Desk) -> None:
    await desk.publish(LICENSE, BANKS, TWO, PARTS)
    for asked in ("Cuba GL 77B", "GL 77B", "General License 77b", LICENSE.link):
        listing = await desk.ask(f"timeline {asked}")
        assert isinstance(listing, Listing)
        titles = [one.title for one in listing.results.results]
        assert titles == [LICENSE.title, BANKS.title, TWO.title]
    await desk.publish(NAMESAKE)
    answer = await desk.ask("timeline GL 77B")
    assert isinstance(answer, Sentence)
    assert answer.refused
    assert "`timeline Belarus GL 77B` or `timeline Cuba GL 77B`" in answer.text


async def test_a_case_is_followed_by_its_number_in_its_court(desk: Desk) -> None:
    filed = article(3, "Importer Sues Over Steel Duty", "Acme v. U.S., CIT # 26-00417")
    ruled = article(19, "Steel Duty Is Upheld", "The Court of International Trade, No. 26-00417.")
    other = article(9, "Appeal Is Argued", "Brandt v. U.S., Fed. Cir. # 26-1417")
    await desk.publish(filed, ruled, other)
    for asked in ("CIT 26-00417", "CIT # 26-00417", "26-00417"):
        listing = await desk.ask(f"timeline {asked}")
        assert isinstance(listing, Listing)
        assert [(one.title, one.step) for one in listing.results.results] == [
            (filed.title, "Court"),
            (ruled.title, "Court"),
        ]


async def test_an_article_that_is_only_referred_to_leads_to_who_refers_to_it(desk: Desk) -> None:
    await desk.publish(REPORT)
    listing = await desk.ask("timeline 2603020005")
    assert isinstance(listing, Listing)
    assert [one.title for one in listing.results.results] == [REPORT.title]


async def test_an_article_that_is_not_there_is_one_sentence(desk: Desk) -> None:
    for asked, sentence in (("timeline", "Say of which"), ("timeline 2603020005", "not stored")):
        answer = await desk.ask(asked)
        assert isinstance(answer, Sentence)
        assert answer.refused
        assert sentence in answer.text


LISTED = article(3, "Nine Firms Are Listed Over Gearboxes", "BIS listed them.", "2603030001")
CHIPS = article(1, "Chip Thresholds Are Lowered", "BIS lowered them.", "2603010001")
TALKS = article(
    12,
    "Two Capitals Talk",
    "Of chips (see 2603010001) and gearboxes (see 2603030001).",
    "2603120002",
)
LETTERS = article(
    5, "Letters Reach Toolmakers", "After the thresholds (see 2603010001).", "2603050003"
)
AFTER_TALKS = article(14, "Talks Go On", "A second round (see 2603120002).", "2603140006")


async def test_a_mere_reference_leads_one_step_though_a_story_follows_by_it(desk: Desk) -> None:
    for one in (CHIPS, LISTED, LETTERS, TALKS, AFTER_TALKS):
        await desk.publish(one)
    assert await life(desk, "2603030001") == [LISTED.title, TALKS.title]
    assert await life(desk, "2603010001") == [CHIPS.title, LETTERS.title, TALKS.title]
    assert await life(desk, "2603050003") == [CHIPS.title, LETTERS.title]


async def test_what_several_matters_only_mention_joins_none_of_them(desk: Desk) -> None:
    turbines = article(
        16,
        "Turbine Rule Is Issued",
        "RIN 0694-AK11, after the listing (see 2603030001).",
        "2603160004",
    )
    lasers = article(
        17,
        "Laser Rule Is Issued",
        "RIN 0694-AK12, after the listing (see 2603030001).",
        "2603170005",
    )
    await desk.publish(LISTED)
    await desk.publish(RULE)
    await desk.publish(turbines)
    assert RULE.title in await life(desk, "2603030001"), "the one matter that came of it"
    await desk.publish(lasers)
    assert await life(desk, "2603030001") == [LISTED.title, turbines.title, lasers.title]


async def life(desk: Desk, number: str) -> list[str]:
    listing = await desk.ask(f"timeline {number}")
    assert isinstance(listing, Listing)
    return [one.title for one in listing.results.results]

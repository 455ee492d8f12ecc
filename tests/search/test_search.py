"""What the search finds, on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from bot.news.taxonomy import load_taxonomy
from bot.search import search as search_module
from bot.search.index import index_entries
from bot.search.search import Search
from bot.storage.database import Database
from bot.storage.tables import entry
from tests.search.archive import Article, day, store

ARTICLES = [
    Article(
        "BIS adds nine firms to the Entity List",
        "Huawei suppliers among them.",
        topics=["entity-list"],
        published=day("2026-01-10"),
        number="2601100003",
        companies=["huawei technologies"],
    ),
    Article(
        "Chipmaking tools need licenses, Commerce says",
        "Lithography gear under 3B001.",
        topics=["chip-controls"],
        published=day("2025-11-02"),
        references=[("eccn", "3B001.f"), ("article", "2601100003")],
    ),
    Article(
        "Dutch minister on chip-making exports",
        "ASML awaits new licensing rules.",
        published=day("2025-06-01"),
        source="Federal Register",
        topics=["chip-controls"],
    ),
    Article(
        "商务部公布出口管制清单",
        "镓和锗的出口需要许可。",
        published=day("2024-03-01"),
        show="headline",
    ),
    Article(
        "Treasury sanctions shipping network",
        "The list of entities grows.",
        published=day("2023-11-05"),
    ),
]


async def titles(db: Database, query: str) -> list[str]:
    found = await Search(db, load_taxonomy()).find(query)
    assert found.total == len(found.results)
    return [result.title for result in found.results]


async def test_words_phrases_and_facts(db: Database) -> None:
    await store(db, ARTICLES)
    entity, tools, dutch, mofcom, treasury = (article.title for article in ARTICLES)
    assert await titles(db, "entities list sort:date") == [entity, treasury]
    assert await titles(db, '"entity list"') == [entity]
    assert await titles(db, "chip-making sort:date") == [tools, dutch]
    assert await titles(db, "chipmaking -asml") == [tools]
    assert await titles(db, "licensed sort:date") == [tools, dutch]
    assert await titles(db, "出口管制") == [mofcom]
    assert await titles(db, "bureau of industry and security") == [entity]
    assert await titles(db, "asml OR huawei sort:date") == [entity, dutch]
    assert await titles(db, "topic:chip-controls from:2025-10") == [tools]
    assert await titles(db, "eccn:3B001") == [tools]
    assert await titles(db, "cite:2601100003 sort:date") == [entity, tools]
    assert await titles(db, "company:Huawei") == [entity]
    assert await titles(db, 'source:"federal register"') == [dutch]
    assert await titles(db, "to:2023-12-31") == [treasury]
    assert await titles(db, entity) == [entity]
    assert await titles(db, "sort:date") == [entity, tools, dutch, mofcom, treasury]


LICENSED = [
    Article(title, references=[reference], published=day(published))
    for title, reference, published in (
        ("Cuban banks", ("general-licence", "Cuba GL 77B"), "2026-02-04"),
        ("Belarus airline", ("general-licence", "Belarus GL 77B"), "2026-02-03"),
        ("Steel case", ("docket", "CIT 26-00417"), "2026-02-02"),
        ("Rifles", ("eccn", "9A610.x"), "2026-02-01"),
    )
]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("cite:GL 77B", ["Cuban banks", "Belarus airline"]),
        ('cite:"General License No. 77B"', ["Cuban banks", "Belarus airline"]),
        ("cite:Cuba GL 77B", ["Cuban banks"]),
        ('cite:"Cuba-related General License 77B"', ["Cuban banks"]),
        ("cite:26-00417", ["Steel case"]),
        ("cite:CIT 26-00417", ["Steel case"]),
        ('cite:"CIT # 26-00417"', ["Steel case"]),
        ('cite:"Fed. Cir. 26-00417"', []),
        ('eccn:"600 series"', ["Rifles"]),
        ("eccn:9x515", []),
    ],
)
async def test_a_citation_is_found_however_it_is_typed(
    db: Database, asked: str, found: list[str]
) -> None:
    await store(db, LICENSED)
    assert await titles(db, f"{asked} sort:date") == found


async def test_a_story_that_is_not_there_is_said(db: Database) -> None:
    await store(db, ARTICLES)
    found = await Search(db, load_taxonomy()).find("story:99999999999999999")
    assert (found.total, found.notes) == (0, ("There is no story 99999999999999999.",))


async def test_snippets_show_hits_but_never_the_text_of_a_headline_publication(
    db: Database,
) -> None:
    await store(db, ARTICLES)
    search = Search(db, load_taxonomy())
    [dutch] = (await search.find("asml")).results
    assert dutch.snippet == "\ue000ASML\ue001 awaits new licensing rules."
    [mofcom] = (await search.find("许可")).results
    assert mofcom.snippet == ""


async def test_more_like_shares_companies_references_and_words(db: Database) -> None:
    first, second, _third, _fourth, other = await store(db, ARTICLES)
    search = Search(db, load_taxonomy())
    assert [result.id for result in (await search.more_like(first)).results] == [second]
    assert (await search.more_like(other)).results == ()
    assert (await search.more_like(9_999)).results == ()


@pytest.mark.parametrize(
    ("title", "alike"), [("AI", ["AI at work"]), ("镓", ["镓和锗"]), ("The", []), ("—", [])]
)
async def test_a_headline_that_says_little_is_no_error(
    db: Database, title: str, alike: list[str]
) -> None:
    first, *_ = await store(db, [Article(title), Article("AI at work"), Article("镓和锗")])
    found = await Search(db, load_taxonomy()).more_like(first)
    assert [result.title for result in found.results] == alike


async def test_a_misspelt_word_is_answered_with_the_nearest(db: Database) -> None:
    await store(db, ARTICLES)
    search = Search(db, load_taxonomy())
    found = await search.find("Huawie supliers")
    assert (found.total, found.suggestion) == (0, "huawei suppliers")
    assert found.notes == ("Did you mean: huawei suppliers",)
    assert (await search.find("zzyzx")).suggestion == ""
    assert (await search.find("huawei -supliers")).suggestion == ""


async def test_an_exact_headline_comes_first_however_old(db: Database) -> None:
    old = Article("Additions to the Entity List", "Of long ago.", published=day("2010-01-04"))
    newer = [
        Article(
            f"Notice {n} of additions",
            "To the Entity List: additions.",
            published=day("2026-02-02"),
        )
        for n in range(40)
    ]
    await store(db, [old, *newer])
    found = await Search(db, load_taxonomy()).find("Additions to the Entity List")
    assert (found.total, found.results[0].title) == (41, old.title)


async def test_more_matches_than_are_ranked_are_said(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "RANKED", 20)
    monkeypatch.setattr(search_module, "COUNTED", 30)
    old = Article("Quota notice", "Of long ago.", published=day("2010-01-04"))
    newer = [
        Article(f"Notice {n}", "Quota and notice.", published=day("2026-02-02")) for n in range(40)
    ]
    await store(db, [old, *newer])
    found = await Search(db, load_taxonomy()).find("Quota notice")
    assert found.total == 30
    assert found.notes == ("Best of the newest 20.", "More than 30 match.")
    assert found.results[0].title == old.title
    monkeypatch.setattr(search_module, "LARGE", 40)
    found = await Search(db, load_taxonomy()).find("Quota notice")
    assert (found.total, found.notes[1]) == (20, "More than 20 match.")
    whole = await Search(db, load_taxonomy()).find("Quota notice", limit=100)
    assert (whole.total, len(whole.results), whole.notes) == (41, 41, ())


@pytest.mark.parametrize("typed", ["", "()", "((((-OR", '""', "-", "* ^ ~"])
async def test_what_asks_for_nothing_finds_nothing_and_says_so(db: Database, typed: str) -> None:
    await store(db, ARTICLES)
    found = await Search(db, load_taxonomy()).find(typed)
    assert (found.total, found.results) == (0, ())
    assert "could not be read" in found.notes[-1]


async def test_a_topics_name_finds_what_is_of_it_after_what_says_it(db: Database) -> None:
    articles = [
        Article("OFAC designates brokers", topics=["sanctions"], published=day("2026-02-02")),
        Article("Banks ask", "They fear sanctions.", published=day("2026-02-01")),
        Article("Treasury sanctions brokers", topics=["sanctions"], published=day("2025-02-01")),
        Article("Port dues rise", topics=["enforcement"]),
    ]
    await store(db, articles)
    designates, banks, treasury, _other = (article.title for article in articles)
    assert await titles(db, "sanctions") == [treasury, banks, designates]
    assert await titles(db, "sanctions ofac") == [designates]
    assert await titles(db, '"sanctions" sort:date') == [banks, treasury]
    assert await titles(db, "brokers -sanctions") == [designates]


async def test_facets_count_what_was_found(db: Database) -> None:
    await store(db, ARTICLES)
    facets = (await Search(db, load_taxonomy()).find("sort:date")).facets
    assert facets["topic"] == (("chip-controls", 2), ("entity-list", 1))
    assert facets["publication"] == (("Trade Gazette", 4), ("Federal Register", 1))
    assert facets["year"] == (("2025", 2), ("2023", 1), ("2024", 1), ("2026", 1))


async def test_edits_move_and_deleted_or_retracted_entries_leave_the_index(db: Database) -> None:
    edited, retracted, deleted, *_ = await store(db, ARTICLES)
    async with db.write() as conn:
        await conn.execute(update(entry).where(entry.c.id == edited).values(title="Quota changed"))
        gone = {"retracted_at": day("2026-03-01")}
        await conn.execute(update(entry).where(entry.c.id == retracted).values(gone))
        await index_entries(conn, [edited, retracted])
        await conn.execute(delete(entry).where(entry.c.id == deleted))
    assert await titles(db, "quota") == ["Quota changed"]
    assert await titles(db, '"entity list"') == []
    assert await titles(db, "chipmaking") == []


async def test_a_number_alone_finds_its_article_and_who_cites_it(db: Database) -> None:
    await store(db, ARTICLES)
    found = await titles(db, "2601100003")
    assert set(found) == {article.title for article in ARTICLES[:2]}
    assert await titles(db, "2601100004") == []


async def test_an_empty_archive_says_that_nothing_is_stored(db: Database) -> None:
    search = Search(db, load_taxonomy())
    assert search_module.NOTHING_STORED in (await search.find("huawei")).notes
    await store(db, ARTICLES)
    assert search_module.NOTHING_STORED not in (await search.find("zeppelin")).notes

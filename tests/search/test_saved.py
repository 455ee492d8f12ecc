"""A saved search alerts to just what the search would find."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from hypothesis import assume, example, given, settings

from bot.feeds.model import FeedEntry
from bot.importing import Importer
from bot.news.model import Analysis, Citation, Company, TopicMatch
from bot.news.taxonomy import load_taxonomy
from bot.search.parser import parse
from bot.search.saved import SavedQuery, SavedSearchMatcher
from bot.search.search import Search
from bot.storage.database import Database
from tests.search.archive import Article, store
from tests.search.queries import anything
from tests.search.test_search import ARTICLES


def understood(article: Article) -> tuple[FeedEntry, Analysis, str, datetime]:
    entry = FeedEntry(
        article.title,
        link=f"https://news.example/article-{article.number}" if article.number else "",
        summary=article.text,
        published=article.published,
    )
    analysis = Analysis(
        topics=tuple(TopicMatch(topic, 0.9, True, ()) for topic in article.topics),
        citations=tuple(Citation(k, v, v, 0, 1, "summary") for k, v in article.references),
        companies=tuple(Company(name, name) for name in article.companies),
    )
    return entry, analysis, article.source, article.published


def matching(query: str) -> Iterator[str]:
    matcher = SavedSearchMatcher([SavedQuery(7, query)], load_taxonomy())
    for article in ARTICLES:
        if matcher.find(*understood(article)) == (7,):
            yield article.title


def test_the_matcher_agrees_with_the_search(sqlite_url: str) -> None:
    with asyncio.Runner() as runner:
        db = Database(sqlite_url)
        runner.run(store(db, ARTICLES))
        search = Search(db, load_taxonomy())

        @given(anything)
        @example("cite:2601100003")
        @settings(max_examples=150, deadline=None)
        def agree(typed: str) -> None:
            assume("story:" not in typed.lower())  # a new entry has no story yet
            assume(parse(typed).asks or parse(typed).order == "relevance")
            found = runner.run(search.find(typed))
            assert {result.title for result in found.results} == set(matching(typed))

        agree()
        runner.run(db.close())


async def test_a_plural_of_two_letters_finds_and_alerts_alike(db: Database) -> None:
    """ "EVs" is of "EV", which is too short to be among the index's forms."""
    told = ("EV maker fined", "EVs seized", "Everything else")
    lines = [json.dumps({"id": n, "title": title}).encode() for n, title in enumerate(told)]
    await Importer(db, processes=1).run(lines)
    search = Search(db, load_taxonomy())
    for query in ("EV", "EVs"):
        matcher = SavedSearchMatcher([SavedQuery(7, query)], load_taxonomy())
        found = {result.title for result in (await search.find(query)).results}
        alerted = {
            title
            for title in told
            if matcher.find(FeedEntry(title), Analysis(), "", datetime(2026, 1, 1, tzinfo=UTC))
        }
        assert found == alerted == set(told[:2])


def test_only_the_searches_that_match_are_given_in_order() -> None:
    queries = ["huawei", "asml", '"entity list" -treasury', "topic:entity-list", "source:gazette"]
    matcher = SavedSearchMatcher([SavedQuery(n, q) for n, q in enumerate(queries, start=1)])
    assert matcher.find(*understood(ARTICLES[0])) == (1, 3, 4, 5)

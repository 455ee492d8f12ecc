"""Both engines give the same results in the same order, whatever is typed."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis.strategies import booleans

from bot.news.taxonomy import load_taxonomy
from bot.search import completion
from bot.search import search as search_module
from bot.search.search import Search
from bot.storage import fulltext_windows
from bot.storage.database import Database
from tests.search.archive import store
from tests.search.queries import anything
from tests.search.test_search import ARTICLES


@pytest.mark.parametrize(("ranked", "few"), [(2_000, 4_000), (1, 4_000), (2_000, 0), (1, 0)])
def test_engines_agree_on_anything_typed(
    sqlite_url: str, postgres_url: str, ranked: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one entry ranked, nearly every search is one of more matches than can be ranked; with
    none taken for few, PostgreSQL is asked window by window to the end."""
    monkeypatch.setattr(search_module, "RANKED", ranked)
    monkeypatch.setattr(fulltext_windows, "_FEW", few)
    monkeypatch.setattr(completion, "MOST", 3)
    taxonomy = load_taxonomy()
    with asyncio.Runner() as runner:
        databases = [Database(url) for url in (sqlite_url, postgres_url)]
        for db in databases:
            runner.run(store(db, ARTICLES))
        one, other = (Search(db, taxonomy) for db in databases)

        @given(anything, booleans())
        @settings(max_examples=100, deadline=None)
        def agree(typed: str, typing: bool) -> None:
            found = runner.run(one.find(typed, typing=typing))
            same = runner.run(other.find(typed, typing=typing))
            assert [r.title for r in found.results] == [r.title for r in same.results]
            assert [r.snippet for r in found.results] == [r.snippet for r in same.results]
            assert (found.query, found.total, found.notes) == (same.query, same.total, same.notes)
            assert found.facets == same.facets
            assert found.total <= len(ARTICLES)

        agree()
        for db in databases:
            runner.run(db.close())

"""The order stays good: judged queries over articles of our own."""

from __future__ import annotations

import statistics

from bench.search_relevance import score
from bot.news.taxonomy import load_taxonomy
from bot.search.search import Search
from bot.storage.database import Database


async def test_the_best_answers_come_first(db: Database) -> None:
    found = await score(db, Search(db, load_taxonomy()))
    assert len(found) >= 60
    assert statistics.mean(value for value, _judged in found) > 0.93

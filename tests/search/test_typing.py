"""What is searched for while it is typed, on both engines."""

from __future__ import annotations

import pytest

from bot.news.taxonomy import load_taxonomy
from bot.search import completion
from bot.search.parser import parse
from bot.search.query import Word
from bot.search.search import Search
from bot.storage.database import Database
from tests.search.archive import Article, day, store
from tests.search.test_search import ARTICLES


async def typed(db: Database, text: str) -> list[str]:
    found = await Search(db, load_taxonomy()).find(text, typing=True)
    return [result.title for result in found.results]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("huaw", [0]),
        ("entity list huaw", [0]),
        ("lithogr", [1]),
        ("chip-mak", [1, 2]),
        ("3b00", [1]),
        ("exp", [2]),
        ("hu", []),  # begins too many words
        ("entity li", [0, 4]),  # and beside others need not match yet
        ("exports as", [2]),
        ("huaw ", []),  # a space ends a word
        ('"entity lis', [0, 4]),
        ("huaw nine", []),  # only the last word is being typed
        ("-asm", [0, 1, 2, 3, 4]),  # nobody means to leave out all that begins so
        ("topic:ent", []),
        ("镓", [3]),
    ],
)
async def test_the_last_word_is_found_by_its_beginning(
    db: Database, text: str, found: list[int]
) -> None:
    await store(db, ARTICLES)
    assert sorted(await typed(db, text)) == sorted(ARTICLES[n].title for n in found)


async def test_a_whole_word_comes_before_longer_ones(db: Database) -> None:
    longer = Article("Semi trailers", published=day("2026-02-02"))
    whole = Article("Semiconductor tools", published=day("2026-02-03"))
    await store(db, [longer, whole])
    assert await typed(db, "semi") == ["Semi trailers", "Semiconductor tools"]


async def test_of_too_many_words_those_of_late_are_meant(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "MOST", 2)
    said = ["controls", "controls", "contracts", "cone", "cones"]
    await store(db, [Article(f"On {word} {n}") for n, word in enumerate(said)])
    # Of those said as often, the newest.
    assert sorted(await typed(db, "con")) == ["On cones 4", "On controls 0", "On controls 1"]


def test_only_a_word_at_the_very_end_is_unfinished() -> None:
    assert parse("huaw", typing=True).root == Word(("huaw",), unfinished=True)
    assert parse("huaw ", typing=True).root == Word(("huaw",))
    assert parse("huaw").root == Word(("huaw",))
    assert str(parse("huaw", typing=True)) == "huaw"

"""What the demo's box offers is what the bot understands."""

from __future__ import annotations

import pytest

from bot.commands.model import Search
from bot.commands.parser import parse
from bot.demo.hints import hints
from bot.demo.slack.page.server import Hint
from bot.news.taxonomy import load_taxonomy

SEARCHES = ("search ", '"', "topic:", "eccn:")


@pytest.mark.parametrize("hint", hints(), ids=lambda hint: hint.text)
def test_a_hint_is_a_command_unless_it_shows_how_to_search(hint: Hint) -> None:
    assert isinstance(parse(hint.text), Search) is hint.text.startswith(SEARCHES)


def test_every_topic_is_offered_and_nothing_twice() -> None:
    texts = [hint.text for hint in hints()]
    assert len(set(texts)) == len(texts)
    assert {f"subscribe {topic.id}" for topic in load_taxonomy().topics} <= set(texts)

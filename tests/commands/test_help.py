"""Promise: help about a command says all of that command, on every platform alike."""

from __future__ import annotations

import pytest

from bot.commands import cards, help_words
from bot.commands.answers import HelpPage
from bot.commands.help_words import CommandHelp
from bot.commands.model import Search
from bot.commands.parser import COMMANDS, parse
from tests.commands.desk import Desk, shown

WORDS = [word for one in help_words.COMMANDS for word in (one.name, *one.also)]


def test_every_word_that_is_a_command_has_help() -> None:
    assert {word.split(" ")[0] for word in WORDS} == set(COMMANDS)
    assert len(WORDS) == len(set(WORDS))
    names = {one.name for one in help_words.COMMANDS}
    for one in help_words.COMMANDS:
        assert one.related
        assert set(one.related) <= names - {one.name}


@pytest.mark.parametrize("one", help_words.COMMANDS, ids=lambda one: one.name)
def test_its_examples_are_that_command(one: CommandHelp) -> None:
    assert one.examples
    for typed, _meaning in one.examples:
        read = parse(typed)
        assert isinstance(read, Search) == (one.name == "search")
        assert one.name == "search" or typed.split(" ")[0] == one.name
    assert all(way.startswith(one.name) or one.name == "search" for way in one.usage)


@pytest.mark.parametrize("word", WORDS)
async def test_help_about_a_command_is_of_that_command_alone(desk: Desk, word: str) -> None:
    answer = await desk.ask(f"help {word}")
    assert isinstance(answer, HelpPage)
    one = help_words.command(answer.about)
    assert one is not None
    others = [way for other in help_words.COMMANDS if other != one for way in other.usage]
    for text in (shown(answer), str(cards.render(answer).cards)):
        for said in (one.usage[0], one.examples[0][0], *(f"help {name}" for name in one.related)):
            assert said in text.replace('\\"', '"').replace("\\'", "'")
        assert not [way for way in others if " " in way and way in text]


@pytest.mark.parametrize(
    "text",
    [
        "help subscribe",
        "help SUBSCRIBE entity-list",
        "help /exportnews subscribe",
        "help /subscribe",
        "subscribe help",
        "subscribe --help",
        "subscribe ?",
    ],
)
async def test_help_is_asked_for_in_many_ways(desk: Desk, text: str) -> None:
    assert await desk.ask(text) == HelpPage("subscribe")


@pytest.mark.parametrize(
    ("about", "meant"),
    [("subs", "subscribe"), ("zone", ""), ("timezon", "timezone"), ("wach", "watch")],
)
async def test_help_about_no_command_is_about_the_nearest(
    desk: Desk, about: str, meant: str
) -> None:
    answer = await desk.ask(f"help {about}")
    assert isinstance(answer, HelpPage)
    assert answer.about == meant
    assert f"There is no command `{about}`" in answer.note


async def test_a_search_for_help_is_a_search(desk: Desk) -> None:
    assert parse("search help") == Search("help")

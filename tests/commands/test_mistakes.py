"""Promise: what was mistyped is said, with what was meant, and never silently does something."""

from __future__ import annotations

import pytest

from bot.commands.answers import HelpPage, Listing, Sentence, SettingsList
from bot.commands.parser import near_command
from bot.messages import actions
from tests.commands.desk import Desk, shown

UNREADABLE = ("()", "((((-OR", '""', "-", "!!! ???")


@pytest.mark.parametrize("query", [*UNREADABLE, ""])
async def test_a_query_that_asks_for_nothing_says_so_and_offers_no_alert(
    desk: Desk, query: str
) -> None:
    await desk.fill()
    answer = await desk.ask(f"search {query}")
    assert isinstance(answer, Listing)
    assert answer.searched == ""
    assert "so this is the latest" in answer.notes[0] or "Say what to search for" in answer.notes[0]
    assert "Alert this channel" not in shown(answer)


@pytest.mark.parametrize("query", UNREADABLE)
async def test_a_query_that_asks_for_nothing_is_not_saved(desk: Desk, query: str) -> None:
    answer = await desk.ask(f"save search {query}")
    assert isinstance(answer, Sentence)
    assert answer.refused
    assert answer.text.startswith("Say what to search for")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("subscibe sanctions", "subscribe sanctions"),
        ("unsubcribe sanctions", "unsubscribe sanctions"),
        ("wacth ACME Corp", "watch ACME Corp"),
        ("timezon Berlin", "timezone Berlin"),
        ("Settigns", "settings"),
        ("watching Swiss makers", ""),
        ("export controls", ""),
        ("sanctions", ""),
        ("fed", ""),
        ("subscribe sanctions", ""),
    ],
)
def test_a_word_that_is_nearly_a_command(typed: str, meant: str) -> None:
    assert near_command(typed) == meant


async def test_a_misspelt_command_is_offered_as_meant(desk: Desk) -> None:
    await desk.fill()
    answer = await desk.ask("subscibe sanctions")
    assert isinstance(answer, Listing)
    assert answer.notes[0] == "Did you mean the command `subscribe sanctions`?"
    assert answer.suggestions[0].action == actions.Run("subscribe sanctions")
    assert await desk.subscriptions.settings(desk.context.channel) is None


async def test_a_command_with_what_it_does_not_take_is_searched_for_and_said(desk: Desk) -> None:
    answer = await desk.ask("permission nobody")
    assert isinstance(answer, Listing)
    assert answer.notes[0] == "This was searched for. For the command see `help permission`."


@pytest.mark.parametrize(
    ("about", "shows", "note"),
    [
        ("watch", "watch", ""),
        ("set up", "set up", ""),
        ("wacth", "watch", "There is no command `wacth`; this is about `watch`."),
        ("xyz", "", "There is no command `xyz`; these are all there are."),
    ],
)
async def test_help_about_no_command_says_so(desk: Desk, about: str, shows: str, note: str) -> None:
    answer = await desk.ask(f"help {about}")
    assert isinstance(answer, HelpPage)
    assert (answer.about, answer.note) == (shows, note)
    assert (about in shown(answer)) or not note


async def test_resuming_what_is_not_paused_says_so(desk: Desk) -> None:
    await desk.ask("subscribe sanctions")
    answer = await desk.ask("resume")
    assert isinstance(answer, SettingsList)
    assert answer.lead == "This channel is not paused."


async def test_a_far_word_suggests_no_topic(desk: Desk) -> None:
    said = await desk.say("subscribe weather")
    assert "There is no topic “weather”; `topics` lists them all." in said


async def test_what_is_no_date_is_said_by_a_search(desk: Desk) -> None:
    answer = await desk.ask("search from:yesterday iran")
    assert isinstance(answer, Listing)
    said = "“from:yesterday” is no date (write from:2023-11-01); taken as words."
    assert said in answer.notes


async def test_only_what_is_near_a_mistyped_topic_is_named(desk: Desk) -> None:
    said = await desk.say("subscribe entity-lst")
    assert "Did you mean `entity-list`?" in said
    assert "china-countermeasures" not in said

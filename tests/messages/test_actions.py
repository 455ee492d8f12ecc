"""Buttons' values: what goes out comes back; what is not ours is nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import action_values, actions, limits
from bot.messages.action_values import decode, encode, fits
from bot.messages.actions import Action

_BIG = 2**63 - 1
_TARGET = "t" * 64

ALL: list[Action] = [
    actions.SaveEntry(_BIG, on=False),
    actions.ShareForm(_BIG),
    actions.ShareHere(_BIG),
    actions.Mute("search", _TARGET, 30),
    actions.NotRelevant(_BIG, on=False),
    actions.WrongTopic(_BIG, _TARGET, on=False),
    actions.Explain(_BIG),
    actions.MoreLike(_BIG),
    actions.SearchPage('"entity list" -x', 20),
    actions.LatestPage(_TARGET, 10),
    actions.SavedPage(5),
    actions.DigestPage(_BIG, 40),
    actions.CatchUp(7, 30),
    actions.SettingsForm("C0123456789"),
    actions.Subscribe(_TARGET, "weekly"),
    actions.Unsubscribe(_TARGET),
    actions.SaveSearch("eccn:3A090"),
    actions.Resume("C1"),
    actions.Run("changes <#C1>"),
]


@pytest.mark.parametrize("action", ALL, ids=lambda action: type(action).__name__)
def test_what_goes_out_comes_back(action: Action) -> None:
    assert decode(encode(action)) == action
    assert fits(action)


@pytest.mark.parametrize(
    "action",
    [a for a in ALL if not isinstance(a, actions.SearchPage | actions.LatestPage)],
    ids=lambda action: type(action).__name__,
)
def test_what_stands_in_menus_has_room_there(action: Action) -> None:
    assert fits(action, limits.OPTION_VALUE)


def test_a_button_and_a_menu_are_read_alike() -> None:
    value = encode(actions.Explain(7))
    assert action_values.read({"type": "button", "value": value}) == actions.Explain(7)
    chosen = {"type": "overflow", "selected_option": {"value": value}}
    assert action_values.read(chosen) == actions.Explain(7)
    assert action_values.read({"type": "button", "url": "https://a.example"}) is None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"do":"launch"}',
        '{"do":"why"}',
        '{"do":"why","entry":"7"}',
        '{"do":"why","entry":true}',
        '{"do":"why","entry":99999999999999999999}',
        '{"do":"why","entry":7,"else":1}',
        '{"do":"subscribe","topic":"x","mode":"hourly"}',
        '{"do":["why"]}',
        "[" * 100_000,
    ],
    ids=lambda value: value[:40] or "nothing",
)
def test_what_is_not_ours_is_nothing(value: str) -> None:
    assert decode(value) is None


@given(st.text(max_size=3_000))
def test_a_query_is_cut_to_the_room_there_is(query: str) -> None:
    body = json.loads(encode(actions.SearchPage(query)))
    assert body.get("query", "") == query[: action_values.MAX_QUERY]

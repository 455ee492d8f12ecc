"""Promise: what the bot builds fits each of Slack's limits: whole at the limit, cut one past it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.commands.fields import choose_many, choose_one, input_block
from bot.commands.views import modal
from bot.demo.slack.blockkit import check_message, check_view
from bot.messages import action_values, actions, kit, limits
from bot.messages.kit import Block

Made = Callable[[str], Block]


def button(text: str) -> Block:
    return kit.button(text, "a", "v")


def words(length: int) -> str:
    """A text of exactly so many characters, in words of four."""
    return ("abcd " * (length // 5 + 1))[: length - 1] + "e"


def in_message(*blocks: Block) -> list[str]:
    return check_message({"text": "t", "blocks": list(blocks)})


@pytest.mark.parametrize(
    ("most", "build", "read"),
    [
        (3_000, kit.section, lambda block: block["text"]["text"]),
        (150, kit.header, lambda block: block["text"]["text"]),
        (
            75,
            lambda text: kit.actions([button(text)]),
            lambda block: block["elements"][0]["text"]["text"],
        ),
        (
            75,
            lambda text: kit.actions(
                [kit.overflow("o", [kit.option(text, "v"), kit.option("b", "w")])]
            ),
            lambda block: block["elements"][0]["options"][0]["text"]["text"],
        ),
    ],
    ids=["section", "header", "button", "option"],
)
def test_a_text_is_whole_at_its_limit_and_cut_at_a_word_one_past_it(
    most: int, build: Made, read: Callable[[Block], str]
) -> None:
    whole, past = build(words(most)), build(words(most + 1))
    assert read(whole) == words(most)
    assert len(read(past)) <= most
    assert read(past).endswith("abcd…")
    assert in_message(whole) == in_message(past) == []


@pytest.mark.parametrize(
    ("most", "build", "count"),
    [
        (10, lambda n: kit.context(*["x"] * n), lambda b: len(b["elements"])),
        (
            25,
            lambda n: kit.actions([kit.button("x", f"a{i}", "v") for i in range(n)]),
            lambda b: len(b["elements"]),
        ),
        (
            5,
            lambda n: kit.actions(
                [kit.overflow("o", [kit.option("x", f"v{i}") for i in range(n)])]
            ),
            lambda b: len(b["elements"][0]["options"]),
        ),
    ],
    ids=["context", "actions", "overflow"],
)
def test_no_more_elements_than_there_is_room_for(
    most: int, build: Callable[[int], Block], count: Callable[[Block], int]
) -> None:
    assert (count(build(most)), count(build(most + 1))) == (most, most)
    assert in_message(build(most)) == in_message(build(most + 1)) == []


@pytest.mark.parametrize(("blocks", "shown"), [(100, 100), (101, 100)])
def test_a_view_has_a_hundred_blocks(blocks: int, shown: int) -> None:
    view = modal("x", words(25), [kit.section("x")] * blocks)
    assert len(view["blocks"]) == shown
    assert len(view["title"]["text"]) <= 24
    assert check_view(view) == []


@pytest.mark.parametrize("number", [100, 101, 250])
def test_a_menu_of_many_has_a_hundred_options_in_a_group(number: int) -> None:
    options = [(f"v{one}", f"Topic {one}") for one in range(number)]
    menu = choose_many(options, ["v0"], "Choose")
    groups = menu.get("option_groups", [menu])
    assert sum(len(group["options"]) for group in groups) == number
    assert max(len(group["options"]) for group in groups) == min(number, 100)
    one = choose_one(options, "v0")
    fields = [input_block("a", "A", menu), input_block("b", "B", one)]
    assert check_view(modal("x", "X", fields, submit="Go")) == []


@pytest.mark.parametrize(("length", "fits"), [(1_500, True), (1_501, True)])
def test_a_query_in_a_button_is_cut_to_its_room(length: int, fits: bool) -> None:
    asked = actions.SearchPage("x" * length)
    assert action_values.fits(asked) is fits
    assert len(action_values.encode(asked)) <= limits.BUTTON_VALUE


@pytest.mark.parametrize("target", ["x" * 100, "x" * 300])
def test_a_menu_offers_only_what_its_values_have_room_for(target: str) -> None:
    mute = actions.Mute("watch", target)
    assert action_values.fits(mute, limits.OPTION_VALUE) is (len(action_values.encode(mute)) <= 150)


@pytest.mark.parametrize("length", [255, 256])
def test_an_id_has_255_characters(length: int) -> None:
    made: dict[str, Any] = kit.button("x", "a" * length)
    assert len(made["action_id"]) == 255
    assert in_message(kit.actions([made], block_id="b" * length)) == []


@pytest.mark.parametrize(("lines", "sections"), [(4, 4), (5, 4)])
def test_paragraphs_say_what_had_no_room(lines: int, sections: int) -> None:
    blocks = kit.paragraphs([words(2_900)] * lines, sections=sections)
    assert len([b for b in blocks if b["type"] == "section"]) == 4
    assert (blocks[-1]["type"] == "context") is (lines > 4)
    assert in_message(*blocks) == []

"""The checker refuses what Slack refuses: each published limit, and one past it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.slack.blockkit import check_message, check_view

Json = dict[str, Any]


def text(length: int, kind: str = "mrkdwn") -> Json:
    return {"type": kind, "text": "x" * length}


def plain(length: int) -> Json:
    return text(length, "plain_text")


def section(length: int = 5, **more: Any) -> Json:
    return {"type": "section", "text": text(length), **more}


def button(number: int = 0, **more: Any) -> Json:
    return {"type": "button", "action_id": f"a{number}", "text": plain(3), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def select(options: int, **more: Any) -> Json:
    return {
        "type": "static_select",
        "action_id": "s",
        "options": [{"text": plain(3), "value": str(n)} for n in range(options)],
        **more,
    }


def field(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain(5), "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    view = {"type": "modal", "title": plain(5), "submit": plain(4), "blocks": list(blocks)}
    return {**view, **more}


def option(text_length: int = 3, value_length: int = 3) -> Json:
    return {"text": plain(text_length), "value": "v" * value_length}


def overflow(count: int, **more: Any) -> Json:
    options = [{"text": plain(3), "value": str(n)} for n in range(count)]
    return {"type": "overflow", "action_id": "o", "options": options, **more}


BLOCKS_AT_THE_LIMIT: list[tuple[str, list[Json], list[Json]]] = [
    ("50 blocks", [section()] * 50, [section()] * 51),
    ("section text", [section(3000)], [section(3001)]),
    (
        "section fields",
        [{"type": "section", "fields": [text(2000)] * 10}],
        [{"type": "section", "fields": [text(2000)] * 11}],
    ),
    (
        "field text",
        [{"type": "section", "fields": [text(2000)]}],
        [{"type": "section", "fields": [text(2001)]}],
    ),
    ("header", [{"type": "header", "text": plain(150)}], [{"type": "header", "text": plain(151)}]),
    (
        "context elements",
        [{"type": "context", "elements": [text(5)] * 10}],
        [{"type": "context", "elements": [text(5)] * 11}],
    ),
    (
        "action elements",
        [actions(*[button(n) for n in range(25)])],
        [actions(*[button(n) for n in range(26)])],
    ),
    ("button text", [actions(button(text=plain(75)))], [actions(button(text=plain(76)))]),
    ("button value", [actions(button(value="v" * 2000))], [actions(button(value="v" * 2001))]),
    (
        "button address",
        [actions(button(url="https://a.example/".ljust(3000, "x")))],
        [actions(button(url="https://a.example/".ljust(3001, "x")))],
    ),
    ("action id", [actions(button(action_id="i" * 255))], [actions(button(action_id="i" * 256))]),
    ("block id", [section(block_id="i" * 255)], [section(block_id="i" * 256)]),
    ("overflow options", [actions(overflow(5))], [actions(overflow(6))]),
    (
        "option value",
        [actions(overflow(1, options=[option(3, 150)]))],
        [actions(overflow(1, options=[option(3, 151)]))],
    ),
    (
        "option text",
        [actions(overflow(1, options=[option(75)]))],
        [actions(overflow(1, options=[option(76)]))],
    ),
    ("select options", [actions(select(100))], [actions(select(101))]),
    (
        "markdown in all",
        [{"type": "markdown", "text": "x" * 6000}] * 2,
        [{"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * 6001}],
    ),
    (
        "image alt text",
        [{"type": "image", "image_url": "https://a.example/i.png", "alt_text": "x" * 2000}],
        [{"type": "image", "image_url": "https://a.example/i.png", "alt_text": "x" * 2001}],
    ),
]


@pytest.mark.parametrize(
    ("at", "past"),
    [(at, past) for _name, at, past in BLOCKS_AT_THE_LIMIT],
    ids=[name for name, _at, _past in BLOCKS_AT_THE_LIMIT],
)
def test_a_limit_is_taken_and_one_past_it_refused(at: list[Json], past: list[Json]) -> None:
    assert check_message(at) == []
    assert len(check_message(past)) == 1


def test_a_message_has_40000_characters_of_text() -> None:
    assert check_message({"text": "x" * 40_000}) == []
    assert check_message({"text": "x" * 40_001}) != []


VIEWS_AT_THE_LIMIT: list[tuple[str, Json, Json]] = [
    ("100 blocks", modal(*[section()] * 100), modal(*[section()] * 101)),
    ("title", modal(title=plain(24)), modal(title=plain(25))),
    ("submit", modal(submit=plain(24)), modal(submit=plain(25))),
    ("metadata", modal(private_metadata="x" * 3000), modal(private_metadata="x" * 3001)),
    ("callback id", modal(callback_id="x" * 255), modal(callback_id="x" * 256)),
    (
        "input label",
        modal(field({"type": "plain_text_input"}, label=plain(2000))),
        modal(field({"type": "plain_text_input"}, label=plain(2001))),
    ),
    (
        "placeholder",
        modal(field({"type": "plain_text_input", "placeholder": plain(150)})),
        modal(field({"type": "plain_text_input", "placeholder": plain(151)})),
    ),
    (
        "checkboxes",
        modal(field({"type": "checkboxes", "options": select(10)["options"]})),
        modal(field({"type": "checkboxes", "options": select(11)["options"]})),
    ),
    (
        "home blocks",
        {"type": "home", "blocks": [section()] * 100},
        {"type": "home", "blocks": [section()] * 101},
    ),
]


@pytest.mark.parametrize(
    ("at", "past"),
    [(at, past) for _name, at, past in VIEWS_AT_THE_LIMIT],
    ids=[name for name, _at, _past in VIEWS_AT_THE_LIMIT],
)
def test_a_limit_of_views_is_taken_and_one_past_it_refused(at: Json, past: Json) -> None:
    assert check_view(at) == []
    assert len(check_view(past)) == 1


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        ([{"type": "banner"}], "unsupported type: banner [json-pointer:/blocks/0/type]"),
        ([{"text": text(3)}], "missing required field: type [json-pointer:/blocks/0]"),
        ([{"type": "section"}], "missing required field: text or fields [json-pointer:/blocks/0]"),
        ([section(colour="red")], "invalid additional property: colour [json-pointer:/blocks/0]"),
        ([section(0)], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        (
            [{"type": "header", "text": text(5)}],
            "unsupported text type: mrkdwn [json-pointer:/blocks/0/text/type]",
        ),
        (
            [section(block_id="b"), section(block_id="b")],
            "block_id already exists for another block [json-pointer:/blocks/1/block_id]",
        ),
        (
            [actions(button(1), button(1))],
            "action_id already exists in the block [json-pointer:/blocks/0/elements/1/action_id]",
        ),
        (
            [actions({"type": "plain_text_input", "action_id": "a"})],
            "unsupported element: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
        ),
        (
            [actions(button(url="javascript:alert(1)"))],
            "failed to match the required format [json-pointer:/blocks/0/elements/0/url]",
        ),
        ([actions()], "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
        (["section"], "must provide an object [json-pointer:/blocks/0]"),
        (
            [actions(select(2, initial_option={"text": plain(3), "value": "9"}))],
            (
                "initial option must match one of the options provided "
                "[json-pointer:/blocks/0/elements/0]"
            ),
        ),
        (
            [actions(button(style="huge"))],
            "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
        ),
    ],
)
def test_says_what_is_wrong_and_where(blocks: list[Any], problem: str) -> None:
    assert check_message({"text": "x", "blocks": blocks}) == [problem]


def test_the_same_action_id_may_be_in_two_blocks() -> None:
    assert check_message([actions(button(1)), actions(button(1))]) == []


def test_a_message_without_anything_is_refused() -> None:
    assert check_message({"text": "", "blocks": []}) == ["no_text [json-pointer:]"]


def test_a_form_that_asks_needs_a_button_to_send_it() -> None:
    view = modal(field({"type": "plain_text_input"}))
    del view["submit"]
    assert "submit" in check_view(view)[0]


def test_what_belongs_to_messages_is_refused_in_views() -> None:
    problems = check_view(modal({"type": "markdown", "text": "x"}))
    assert problems == ["unsupported type in a modal [json-pointer:/view/blocks/0/type]"]


def test_a_home_has_no_title() -> None:
    assert check_view({"type": "home", "blocks": [], "title": plain(3)}) != []


@pytest.mark.parametrize(
    "element",
    [
        {"type": "multi_static_select", "options": [option()], "initial_options": [option()]},
        {"type": "conversations_select", "default_to_current_conversation": True},
        {"type": "timepicker", "initial_time": "08:30"},
        {"type": "datepicker", "initial_date": "2026-03-02"},
        {"type": "radio_buttons", "options": [option()]},
        {"type": "number_input", "is_decimal_allowed": True, "initial_value": "0.5"},
        {"type": "users_select"},
    ],
)
def test_every_kind_of_field_is_known(element: Json) -> None:
    assert check_view(modal(field(element))) == []


@pytest.mark.parametrize("time", ["8:30", "24:00", "08:61"])
def test_a_time_that_is_none_is_refused(time: str) -> None:
    assert check_view(modal(field({"type": "timepicker", "initial_time": time}))) != []

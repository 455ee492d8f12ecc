"""Fields of forms: each is an input block whose element is known by the block's id. Pure.

Source of limits: docs.slack.dev/reference/block-kit/block-elements.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import kit, limits
from bot.messages.kit import Block
from bot.messages.limits import cut


def input_block(
    block_id: str, label: str, element: Block, *, optional: bool = False, hint: str = ""
) -> Block:
    """A field; its element is known by the block's id."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": kit.plain(label, limits.INPUT_LABEL),
        "element": {"action_id": block_id, **element},
        "optional": optional,
    }
    if hint:
        block["hint"] = kit.plain(hint, limits.INPUT_LABEL)
    return block


def choose_one(options: Sequence[tuple[str, str]], initial: str) -> Block:
    """A menu of one choice."""
    shown = [kit.option(label, value) for value, label in options[: limits.OPTIONS]]
    element: Block = {"type": "static_select", "options": shown}
    chosen = [one for one in shown if one["value"] == initial]
    if chosen:
        element["initial_option"] = chosen[0]
    return element


def choose_many(
    options: Sequence[tuple[str, str]], initial: Sequence[str], placeholder: str
) -> Block:
    """A menu of many choices; more than a hundred come in groups."""
    shown = [kit.option(label, value) for value, label in options]
    element: Block = {
        "type": "multi_static_select",
        "placeholder": kit.plain(placeholder, limits.PLACEHOLDER),
    }
    if len(shown) <= limits.OPTIONS:
        element["options"] = shown
    else:
        starts = range(0, len(shown), limits.OPTIONS)
        element["option_groups"] = [
            {
                "label": kit.plain(cut(shown[at]["text"]["text"], 60) + " …", limits.OPTION_TEXT),
                "options": shown[at : at + limits.OPTIONS],
            }
            for at in starts
        ]
    chosen = [one for one in shown if one["value"] in set(initial)][: limits.OPTIONS]
    if chosen:
        element["initial_options"] = chosen
    return element


def checkboxes(options: Sequence[tuple[str, str]], chosen: Sequence[str]) -> Block:
    """Boxes to tick."""
    shown = [kit.option(label, value) for value, label in options]
    element: Block = {"type": "checkboxes", "options": shown}
    initial = [one for one in shown if one["value"] in chosen]
    if initial:
        element["initial_options"] = initial
    return element


def time_of_day(at: str) -> Block:
    """A time of day, `HH:MM`."""
    return {"type": "timepicker", "initial_time": at}

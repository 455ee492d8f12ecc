"""Blocks and elements of Block Kit, each within its limits. Pure data in, JSON out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.messages import limits
from bot.messages.limits import cut, cut_marked
from bot.messages.mrkdwn import address, clean

Block = dict[str, Any]


def plain(text: str, most: int, *, otherwise: str = "-") -> Block:
    """A plain text object; Slack refuses an empty one, so `otherwise` stands in for nothing."""
    return {"type": "plain_text", "text": clean(text, most) or otherwise, "emoji": True}


def marked(text: str, most: int) -> Block:
    """A mrkdwn object of text that is escaped already; nothing in it is linked by itself."""
    return {"type": "mrkdwn", "text": cut_marked(text, most) or "-", "verbatim": True}


def section(text: str, *, accessory: Block | None = None) -> Block:
    """A paragraph of mrkdwn."""
    block: Block = {"type": "section", "text": marked(text, limits.SECTION_TEXT)}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def header(text: str) -> Block:
    """A heading of plain text."""
    return {"type": "header", "text": plain(text, limits.HEADER_TEXT)}


def context(*texts: str) -> Block:
    """Small print of mrkdwn."""
    shown = [text for text in texts if text][: limits.CONTEXT_ELEMENTS]
    return {
        "type": "context",
        "elements": [marked(text, limits.FIELD_TEXT) for text in shown] or [marked("-", 1)],
    }


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def actions(elements: Sequence[Block], *, block_id: str = "") -> Block:
    """A row of buttons and menus."""
    block: Block = {"type": "actions", "elements": list(elements[: limits.ACTION_ELEMENTS])}
    if block_id:
        block["block_id"] = block_id[: limits.ID]
    return block


def button(
    text: str, action_id: str, value: str = "", *, url: str = "", style: str = "", label: str = ""
) -> Block:
    """A button; `label` is what a screen reader says instead of `text`."""
    block: Block = {
        "type": "button",
        "action_id": action_id[: limits.ID],
        "text": plain(text, limits.BUTTON_TEXT),
    }
    if value:
        block["value"] = value
    if safe := address(url):
        block["url"] = safe
    if style:
        block["style"] = style
    if label:
        block["accessibility_label"] = cut(clean(label, limits.BUTTON_TEXT), limits.BUTTON_TEXT)
    return block


def option(text: str, value: str, *, description: str = "") -> Block:
    """One choice of a menu."""
    block: Block = {"text": plain(text, limits.OPTION_TEXT), "value": value}
    if description:
        block["description"] = plain(description, limits.OPTION_TEXT)
    return block


def overflow(action_id: str, options: Sequence[Block]) -> Block:
    """The menu behind three dots."""
    return {
        "type": "overflow",
        "action_id": action_id,
        "options": list(options[: limits.OVERFLOW_OPTIONS]),
    }


def paragraphs(lines: Sequence[str], *, sections: int = 4) -> list[Block]:
    """Put lines of mrkdwn into at most so many sections, and say how many had no room."""
    blocks: list[Block] = []
    left = [limits.cut_marked(line, limits.SECTION_TEXT - 100) for line in lines]
    while left and len(blocks) < sections:
        taken, length = 0, 0
        for line in left:
            length += len(line) + 1
            if taken and length > limits.SECTION_TEXT:
                break
            taken += 1
        blocks.append(section("\n".join(left[:taken])))
        left = left[taken:]
    if left:
        blocks.append(context(f"and {len(left):,} more"))
    return blocks

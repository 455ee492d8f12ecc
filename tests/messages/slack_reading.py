"""Reads what we send as Slack would: is it taken, and does it notify or break anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.demo.slack.blockkit import check_message, check_view
from bot.messages.model import Message

_BRACKETS = re.compile(r"<([^<>]*)>")
_ALLOWED = re.compile(
    r"(?i:https?)://[^\s<>|\"]+(\|[^<>]+)?|!date\^\d+\^[^^|<>]+\|[^<>]+|#[A-Z0-9]+|@[A-Z0-9]+"
)
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")


def marked_texts(value: Any) -> Iterator[str]:
    """Every text of a payload that Slack reads as mrkdwn."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for one in value.values():
            yield from marked_texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from marked_texts(one)


def problems_of_text(text: str) -> list[str]:
    """What is wrong with mrkdwn: brackets that notify or are torn, `&` without its entity."""
    found = [
        f"bracket <{inner}>" for inner in _BRACKETS.findall(text) if not _ALLOWED.fullmatch(inner)
    ]
    rest = _BRACKETS.sub("", text)
    if "<" in rest or ">" in rest:
        found.append(f"torn bracket in {rest!r}")
    if _ENTITY.search(text):
        found.append(f"torn entity in {text!r}")
    if re.search(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", text):
        found.append("control character")
    return found


def problems_of(message: Message) -> list[str]:
    """What Slack would refuse in a message, and what would do harm in it."""
    blocks = [dict(block) for block in message.blocks]
    found = check_message({"text": message.text, "blocks": blocks})
    for text in (message.text, *marked_texts(blocks)):
        found += problems_of_text(text)
    return found


def problems_of_view(view: dict[str, Any]) -> list[str]:
    """What Slack would refuse in a view, and what would do harm in it."""
    found = check_view(view)
    for text in marked_texts(view):
        found += problems_of_text(text)
    return found

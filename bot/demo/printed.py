"""A message of the look-alike as lines of text, for a terminal."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bot.demo.slack.model import StoredMessage
from bot.messages.plain_text import with_address
from bot.messages.words import moment_in

_DATE = re.compile(r"<!date\^(\d+)\^[^|>]*(?:\|[^>]*)?>")
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
_MENTION = re.compile(r"<[#@!]([^|>]+)(?:\|([^>]*))?>")
_MARK = re.compile(r"(?<!\w)([*_~])(?=\S)(.+?)(?<=\S)\1(?!\w)")


def text_of(message: StoredMessage) -> str:
    """Give a message as text: its blocks' texts, without buttons, links written out."""
    lines = [plain(text) for text in _texts(message.blocks)] or [plain(message.text)]
    return "\n".join(line for line in lines if line.strip())


def plain(text: str) -> str:
    """Give mrkdwn as plain text; dates in UTC, as everywhere in plain text."""
    text = _DATE.sub(lambda m: moment_in(datetime.fromtimestamp(int(m[1]), UTC), "UTC"), text)
    text = _LINK.sub(lambda m: with_address(m[2] or "", m[1]), text)
    text = _MENTION.sub(lambda m: m[2] or m[1], text)
    return html.unescape(_MARK.sub(r"\2", text))


def _texts(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        parts = [block.get("text"), *block.get("fields", [])]
        if block["type"] == "context":
            parts += block["elements"]
        yield from (part["text"] for part in parts if isinstance(part, dict) and "text" in part)

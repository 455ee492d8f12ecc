"""Promise: the demo's page draws every emoji that the bot sends."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

ROOT = Path(__file__).parents[2]
SENDING = ("bot/messages", "bot/commands", "bot/handling", "bot/delivery", "handlers")
_NAME = re.compile(r":([a-z0-9_+-]*[a-z][a-z0-9_+-]*|[+-]1):")


def sent() -> Iterator[str]:
    """Give the emoji of every text in the code that makes messages."""
    for folder in SENDING:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield from _NAME.findall(node.value)


def drawn() -> set[str]:
    script = resources.files("bot.demo.slack.page").joinpath("mrkdwn.js").read_text("utf-8")
    table = script[script.index("const EMOJI") : script.index("};")]
    return set(re.findall(r'"?([\w+-]+)"?: "', table))


def test_every_emoji_that_the_bot_sends_is_drawn() -> None:
    used = set(sent())
    assert {"no_entry_sign", "warning"} <= used
    assert used <= drawn()

"""Alerts on the terminal."""

from __future__ import annotations

import io

from rich.console import Console

from bot.delivery.model import Address, Outgoing
from bot.delivery.senders.console import ConsoleSender
from bot.messages.model import Message


async def test_a_message_is_printed_as_text() -> None:
    out = io.StringIO()
    sender = ConsoleSender(Console(file=out, markup=False, highlight=False, soft_wrap=True))
    text = "[bold]Story one[/bold] https://news.example/a"
    here = Address(1, 1, "console", "console", "console")
    there = Address(2, 1, "console", "console", "second", name="Second")
    assert await sender.send(here, Outgoing(7, 1, Message(text=text))) == "7"
    await sender.send(there, Outgoing(8, 1, Message(text=text)))
    assert out.getvalue() == f"{text}\n\n[Second] {text}\n\n"

"""An answer as one platform takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.commands.answers import FileAnswer
from bot.messages.model import Message


@dataclass(frozen=True, slots=True)
class Reply:
    """What to send back: a message, or a form to open (`view`).

    `public`: for everybody in the channel; else only for the person who asked. `channel`: the
    platform's id of the channel that a public message is posted in. `file`: a file for the person
    alone, where the platform can give one.
    """

    message: Message | None = None
    view: Mapping[str, Any] | None = None
    public: bool = False
    channel: str = ""
    file: FileAnswer | None = None


@dataclass(frozen=True, slots=True)
class CardReply:
    """What to send back as Adaptive Cards, one message a card.

    `text`: plain, for notifications. `public`: for everybody in the conversation; else for the
    person who asked, as far as the platform has it. `channel`: where a public message is posted.
    `dialog`: the card is a form; `title`: the dialog's. `file`: a file for the person alone, where
    the platform can give one.
    """

    cards: tuple[Mapping[str, Any], ...]
    text: str
    public: bool = False
    channel: str = ""
    dialog: bool = False
    title: str = "Export news"
    file: FileAnswer | None = None

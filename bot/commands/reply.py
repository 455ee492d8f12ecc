"""An answer as one platform takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.messages.model import Message


@dataclass(frozen=True, slots=True)
class Reply:
    """What to send back: a message, or a form to open (`view`).

    `public`: for everybody in the channel; else only for the person who asked. `channel`: the
    platform's id of the channel that a public message is posted in.
    """

    message: Message | None = None
    view: Mapping[str, Any] | None = None
    public: bool = False
    channel: str = ""

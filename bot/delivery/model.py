"""What the delivery room hands on: deliveries as owed, and what sends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages.model import Message

State = Literal["pending", "sending", "sent", "failed", "dead"]
DeliveryKind = Literal["alert", "follow-up", "update", "digest", "catch-up", "held", "notice"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes. `secret` is a webhook's opened address, only ever in memory."""

    channel_id: int
    workspace_id: int
    platform: str
    workspace: str
    channel: str
    name: str = ""
    conversation: Mapping[str, Any] | None = None
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """A delivery claimed for sending."""

    id: int
    address: Address
    kind: DeliveryKind
    subject: str
    story_id: int | None
    entry_id: int | None
    reasons: str
    payload: Mapping[str, Any] | None
    attempts: int
    unknown: bool
    created_at: datetime
    position: int = 0
    """Where it stands in time (`bot.storage.positions`): an alert where its article does."""
    tried_at: datetime | None = None
    """When it may first have been sent, where that is unknown."""
    marks: AbstractSet[str] = frozenset()
    """By what else its message is recognised, where another life of the database may have sent
    it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message about to be sent for a delivery; `thread` is the platform's id of the message
    it replies to. `aloud`: it is shown in the channel as well, for nobody reads that thread now."""

    delivery_id: int
    story_id: int | None
    message: Message
    thread: str = ""
    aloud: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """A message that may have arrived.

    `since`: when it may first have been sent, by the database's clock; `after`: the platform's id
    of the last message that was in the channel before it, which no clock can belie. `thread`: the
    message that it answers, if it does. A message with one of `marks` is it too.
    """

    delivery_id: int
    since: datetime
    after: str = ""
    thread: str = ""
    marks: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """A message of ours that stands in a channel: of which delivery, and what it told of."""

    external_id: str
    delivery_id: int | None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SaidPage:
    """Messages of ours, newest first. `before`: where the next page begins; empty at the end."""

    said: tuple[Said, ...]
    before: str = ""


class Composer(Protocol):
    """Makes the messages of deliveries (`bot.delivery.composer`).

    One message for each delivery's id; an alert is rendered once for each platform, entry and
    set of reasons. A delivery whose message cannot be made is left out and named in the log.
    """

    async def __call__(self, conn: AsyncConnection, owed: Sequence[Owed]) -> Mapping[int, Message]:
        """Compose the messages of `owed`."""


class Sender(Protocol):
    """Sends to one platform. Errors are `DeliveryError`, with `retry_after`, `permanent` and
    `unknown` set as the platform's answer means."""

    @property
    def edits(self) -> bool:
        """Whether `update` changes the message itself, so that done twice it is done once; else
        it posts another."""

    async def send(self, address: Address, outgoing: Outgoing) -> str:
        """Send, and give the platform's id of the message (Slack: its `ts`)."""

    async def find(self, address: Address, sought: Sought) -> str | None:
        """Ask whether a message is there: its id, or None when it is not.

        Raises DeliveryError when the platform cannot be asked: with `retry_after` or `unknown`
        when it should be asked later.
        """

    async def said(
        self, address: Address, since: datetime, *, after: str = "", before: str = ""
    ) -> SaidPage:
        """Give one page of what the bot said in a channel, `since` and `after` as in `Sought`,
        `before` as the former page has it. Raises DeliveryError as `find` does."""

    async def update(self, address: Address, external_id: str, outgoing: Outgoing) -> None:
        """Put a new text in place of a message sent before."""

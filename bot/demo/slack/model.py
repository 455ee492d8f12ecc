"""What the look-alike keeps and tells: messages, channels, users, calls, replies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

WAIT_SECONDS = 5.0


@dataclass(slots=True)
class StoredFile:
    """A file as announced; `content` once it was uploaded."""

    id: str
    name: str
    length: int
    content: bytes | None = None


@dataclass(slots=True)
class StoredMessage:
    """A message as Slack would keep it. `edited` is the ts of the last edit, where there was one.

    `broadcast`: an answer in a thread that is shown in the channel too. `ephemeral_for` is the user
    who alone sees it. `rev` is the number of its last change.
    """

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    edited: str | None = None
    bot: bool = False
    ephemeral_for: str = ""
    deleted: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[StoredFile] = field(default_factory=list)
    rev: int = 0

    @property
    def shown(self) -> str:
        """All text that a reader sees, block by block; the fallback text when it has none."""
        return "\n".join(texts_of(self.blocks)) or self.text


def texts_of(value: object) -> Iterator[str]:
    """Give every text of a block structure, in order (labels of buttons and options too)."""
    if isinstance(value, Mapping):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for key, child in value.items():
            if key != "text" or not isinstance(child, str):
                yield from texts_of(child)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for child in value:
            yield from texts_of(child)


@dataclass(slots=True)
class Channel:
    """A conversation: public or private channel, or the direct messages with one `partner`."""

    id: str
    name: str
    private: bool = False
    member: bool = True
    archived: bool = False
    partner: str = ""
    topic: str = ""
    created: int = 0
    messages: dict[str, StoredMessage] = field(default_factory=dict)
    ephemerals: list[StoredMessage] = field(default_factory=list)

    def visible(self) -> list[StoredMessage]:
        """Give what stands in the channel, oldest first."""
        return [message for message in self.messages.values() if not message.deleted]


@dataclass(slots=True)
class User:
    """A person (or the bot) of a workspace; `tz` is an IANA name.

    `team`: another workspace's id, for a person who is here only by a shared channel (Slack
    Connect); `enterprise`: the organisation (Enterprise Grid) they are of.
    """

    id: str
    name: str
    tz: str = "America/New_York"
    admin: bool = False
    bot: bool = False
    dnd: bool = False
    team: str = ""
    enterprise: str = ""


@dataclass(slots=True)
class View:
    """A modal or an App Home as the bot gave it; `root` and `previous` are ids of a modal stack."""

    id: str
    user: str
    body: dict[str, Any]
    root: str = ""
    previous: str = ""
    hash: str = ""
    values: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call as it came; `outcome` is `ok`, Slack's error word, or the fault's name."""

    method: str
    arguments: Mapping[str, Any]
    at: datetime
    outcome: str
    team: str = ""


@dataclass(slots=True)
class Replies:
    """How the bot answered one interaction.

    `ack` is the payload that came with the acknowledgement, `posts` what came to the
    `response_url`, both as sent. `acked` says whether it was acknowledged in time, and
    `ack_seconds` after how long (real seconds).
    """

    ack: dict[str, Any] | None = None
    acked: bool = False
    ack_seconds: float = 0.0
    status: int = 0
    posts: list[dict[str, Any]] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The answers in order: what came with the ack (where it says something), then posts."""
        said = self.ack if self.ack and (self.ack.get("text") or self.ack.get("blocks")) else None
        return [*([said] if said else []), *self.posts]

    @property
    def text(self) -> str:
        """All that the person sees of the answers."""
        return "\n".join(
            "\n".join(texts_of(message.get("blocks") or [])) or str(message.get("text", ""))
            for message in self.messages
        )

    async def wait(self, count: int = 1, timeout: float = WAIT_SECONDS) -> list[dict[str, Any]]:
        """Wait (real seconds) until there are `count` answers, and give them.

        Raises TimeoutError.
        """
        async with asyncio.timeout(timeout):
            while len(self.messages) < count:
                self._news.clear()
                await self._news.wait()
        return self.messages

    def add(self, post: dict[str, Any]) -> None:
        """Take in a post to the `response_url`."""
        self.posts.append(post)
        self._news.set()

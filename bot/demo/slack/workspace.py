"""One workspace of the look-alike: its people, channels, messages and views."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from bot.clock import Clock
from bot.demo.slack.errors import Refused
from bot.demo.slack.model import Channel, StoredFile, StoredMessage, User, View
from bot.installations import SCOPES

APP_ID = "A0DEMO0001"
BOT_NAME = "exportnews"
# The scopes of docs/slack-manifest.json: what a team that pastes it grants.
BOT_SCOPES = SCOPES


class Workspace:
    """A workspace that installed the bot. `changed` is called at each change, for the page.

    `enterprise`: the organisation (Enterprise Grid) it is part of; `org_install`: all of that
    installs the bot at once.
    `token_error` (`token_revoked`, `account_inactive`, `invalid_auth`) is what its token gets.
    """

    def __init__(
        self, team_id: str, name: str, bot_token: str, *, clock: Clock, changed: Callable[[], int]
    ) -> None:
        self.team_id = team_id
        self.name = name
        self.domain = name.lower().replace(" ", "-")
        self.bot_token = bot_token
        self.bot_user_id = f"U{team_id[1:]}BOT"
        self.bot_id = f"B{team_id[1:]}BOT"
        self.scopes: set[str] = set(BOT_SCOPES)
        self.token_error = ""
        self.enterprise = ""
        self.org_install = False
        self.refresh_token = ""
        self.channels: dict[str, Channel] = {}
        self.users: dict[str, User] = {}
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.files: dict[str, StoredFile] = {}
        self._clock = clock
        self._changed = changed
        self._last_ts = 0
        self._numbers = itertools.count(1)
        self.users[self.bot_user_id] = User(self.bot_user_id, BOT_NAME, "UTC", bot=True)

    def add_channel(
        self,
        id: str,  # noqa: A002 (the pinned name)
        name: str,
        *,
        private: bool = False,
        member: bool = True,
        archived: bool = False,
        topic: str = "",
    ) -> Channel:
        """Add a channel; `member` says whether the bot is in it."""
        channel = Channel(id, name, private, member, archived, topic=topic)
        channel.created = int(self._clock().timestamp())
        self.channels[id] = channel
        self._changed()
        return channel

    def add_user(
        self,
        id: str,  # noqa: A002
        name: str,
        tz: str = "America/New_York",
        *,
        admin: bool = False,
        team: str = "",
        enterprise: str = "",
    ) -> User:
        """Add a person; `tz` is an IANA name, `team` another workspace's id for a guest."""
        self.users[id] = user = User(id, name, tz, admin, team=team, enterprise=enterprise)
        self._changed()
        return user

    def new_id(self, letter: str) -> str:
        """Make an id of Slack's form."""
        return f"{letter}{self.team_id[1:]}{next(self._numbers):05d}"

    def new_ts(self) -> str:
        """Make a message's ts: the clock's time, never twice the same, always rising."""
        wanted = int(self._clock().timestamp() * 1_000_000)
        self._last_ts = max(wanted, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def channel(self, name: str) -> Channel:
        """Find a channel by its id or `#name`. Raises Refused (`channel_not_found`)."""
        found = self.channels.get(name)
        if found is None and name in self.users:
            return self.direct(name)
        if found is None and name and not name[0].isupper():
            wanted = name.removeprefix("#")
            found = next((c for c in self.channels.values() if c.name == wanted), None)
        if found is None:
            raise Refused("channel_not_found")
        return found

    def direct(self, user: str) -> Channel:
        """Give the direct messages of the bot and a person, opened when need be."""
        for channel in self.channels.values():
            if channel.partner == user:
                return channel
        channel = self.add_channel(self.new_id("D"), "", private=True)
        channel.partner = user
        return channel

    def post(self, message: StoredMessage) -> StoredMessage:
        """Put a message where it belongs and tell the page."""
        channel = self.channels[message.channel]
        if message.ephemeral_for:
            channel.ephemerals.append(message)
        else:
            channel.messages[message.ts] = message
        self.touch(message)
        return message

    def touch(self, message: StoredMessage) -> None:
        """Note that a message changed."""
        message.rev = self._changed()

    def touched(self) -> None:
        """Note that something else than a message changed."""
        self._changed()

    def find(self, channel: Channel, ts: str) -> StoredMessage | None:
        """Find a message, an ephemeral one too, by its ts."""
        for message in (channel.messages.get(ts), *channel.ephemerals):
            if message is not None and message.ts == ts and not message.deleted:
                return message
        return None

    def view(self, view_id: str) -> View | None:
        """Find an open modal or a Home by its id."""
        stacks: Iterable[View] = itertools.chain(*self.modals.values(), self.homes.values())
        return next((view for view in stacks if view.id == view_id), None)

    def as_message(self, message: StoredMessage, *, metadata: bool = True) -> dict[str, Any]:
        """Give a message as the Web API and interactions show it."""
        body: dict[str, Any] = {
            "type": "message",
            "user": message.user,
            "ts": message.ts,
            "text": message.text,
            "team": self.team_id,
        }
        if message.blocks:
            body["blocks"] = message.blocks
        if message.bot:
            body |= {"bot_id": self.bot_id, "app_id": APP_ID}
            body["bot_profile"] = {"id": self.bot_id, "app_id": APP_ID, "name": BOT_NAME}
        if message.thread_ts:
            body["thread_ts"] = message.thread_ts
        if message.broadcast:
            body["subtype"] = "thread_broadcast"
        if message.edited:
            body["edited"] = {"user": message.user, "ts": message.edited}
        if message.metadata and metadata:
            body["metadata"] = message.metadata
        if message.files:
            body["files"] = [{"id": file.id, "name": file.name} for file in message.files]
        if message.reactions:
            body["reactions"] = [
                {"name": name, "users": users, "count": len(users)}
                for name, users in message.reactions.items()
            ]
        return body

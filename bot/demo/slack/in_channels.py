"""What people do in channels and messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.demo.slack.elements import Given
from bot.demo.slack.errors import Refused
from bot.demo.slack.interactions import Interactions, take_ack
from bot.demo.slack.method_views import as_view
from bot.demo.slack.model import Channel, Replies, StoredMessage
from bot.demo.slack.responses import show_reply
from bot.demo.slack.workspace import APP_ID

_CHANNEL_NAME = re.compile(r"(?<![\w<&])#([\w-]+)")
_USER_NAME = re.compile(r"(?<![\w<&])@([\w.-]+)")


@dataclass(frozen=True, slots=True)
class EventReceipt:
    """Whether an event was acknowledged in time; the same `event_id` comes again in a retry."""

    event_id: str
    acked: bool
    status: int


class InChannels(Interactions):
    """A workspace's people in its channels."""

    async def slash(self, text: str, channel: str, user: str, command: str) -> Replies:
        """Type a slash command; names of channels and people are escaped as Slack does."""
        place = self.workspace.channel(channel)
        replies = Replies()
        payload = {
            "token": "lookalike",
            "team_id": self.workspace.team_id,
            "team_domain": self.workspace.domain,
            "channel_id": place.id,
            "channel_name": "directmessage" if place.partner else place.name,
            "user_id": user,
            "user_name": self.workspace.users[user].name,
            "command": command,
            "text": self._escape(text),
            "api_app_id": APP_ID,
            "is_enterprise_install": str(self.workspace.org_install).lower(),
            **({"enterprise_id": self.workspace.enterprise} if self.workspace.enterprise else {}),
            **self.handles(place.id, user, replies, None),
        }
        answer = await self.server.line.deliver("slash_commands", payload)
        take_ack(replies, answer)
        if not answer.ok:
            self._say_failed(place, user, f"{command} failed because the app did not respond.")
        elif answer.payload.get("text") or answer.payload.get("blocks"):
            show_reply(self.workspace, place.id, user, answer.payload, None)
        return replies

    async def click(
        self,
        channel: str,
        ts: str,
        action_id: str,
        value: Given,
        user: str,
    ) -> Replies:
        """Use an element of a message (an ephemeral one too)."""
        place = self.workspace.channel(channel)
        message = self.workspace.find(place, ts)
        if message is None:
            raise LookupError(f"no message {ts} in {channel}")
        container = {
            "type": "message",
            "message_ts": ts,
            "channel_id": place.id,
            "is_ephemeral": bool(message.ephemeral_for),
        }
        extra: dict[str, Any] = {
            "container": container,
            "channel": {"id": place.id, "name": place.name or "directmessage"},
        }
        if not message.ephemeral_for:
            extra["message"] = self.workspace.as_message(message)
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        replies = Replies()
        handles = self.handles(place.id, user, replies, message)
        await self.block_action(message.blocks, action_id, value, user, extra | handles, replies)
        return replies

    async def shortcut(
        self, callback_id: str, user: str, channel: str = "", ts: str = ""
    ) -> Replies:
        """Use a global shortcut, or with `channel` and `ts` a message's."""
        replies = Replies()
        payload: dict[str, Any] = {
            "type": "shortcut",
            **self.who(user),
            "callback_id": callback_id,
            "action_ts": self.workspace.new_ts(),
            "trigger_id": self.server.triggers.give(self.workspace, user),
        }
        if channel:
            place = self.workspace.channel(channel)
            message = self.workspace.find(place, ts)
            if message is None:
                raise LookupError(f"no message {ts} in {channel}")
            payload |= {
                "type": "message_action",
                "message_ts": ts,
                "channel": {"id": place.id, "name": place.name},
                "message": self.workspace.as_message(message),
                **self.handles(place.id, user, replies, message),
            }
        take_ack(replies, await self.server.line.deliver("interactive", payload))
        return replies

    async def event(
        self, event: dict[str, Any], event_id: str, retry: int, reason: str
    ) -> EventReceipt:
        """Send an event (its inner part)."""
        payload = {
            "token": "lookalike",
            "team_id": self.workspace.team_id,
            "api_app_id": APP_ID,
            "event": {"event_ts": self.workspace.new_ts(), **event},
            "type": "event_callback",
            "event_id": event_id or self.workspace.new_id("Ev"),
            "event_time": int(self.server.clock().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": self.workspace.enterprise or None,
                    "team_id": None if self.workspace.org_install else self.workspace.team_id,
                    "user_id": self.workspace.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": self.workspace.org_install,
                }
            ],
        }
        answer = await self.server.line.deliver("events_api", payload, retry=retry, reason=reason)
        return EventReceipt(str(payload["event_id"]), answer.ok, answer.status)

    async def say(
        self, text: str, channel: str, user: str, thread_ts: str | None = None
    ) -> StoredMessage:
        """Write a message as a person; the bot hears of it where it would in Slack."""
        place = self.workspace.channel(channel)
        if place.archived:
            raise Refused("is_archived")
        message = self.workspace.post(
            StoredMessage(
                self.workspace.new_ts(), place.id, user, self._escape(text), thread_ts=thread_ts
            )
        )
        event = {
            "user": user,
            "text": message.text,
            "ts": message.ts,
            "channel": place.id,
            "team": self.workspace.users[user].team or self.workspace.team_id,
        }
        if thread_ts:
            event["thread_ts"] = thread_ts
        if place.partner:
            await self.event({"type": "message", "channel_type": "im", **event}, "", 0, "")
        elif f"<@{self.workspace.bot_user_id}>" in message.text and place.member:
            await self.event({"type": "app_mention", **event}, "", 0, "")
        return message

    async def open_assistant(self, user: str) -> str:
        """Open the assistant's view; give the `ts` of its thread."""
        place = self.workspace.direct(user)
        root = self.workspace.post(
            StoredMessage(self.workspace.new_ts(), place.id, self.workspace.bot_user_id, bot=True)
        )
        thread = {
            "user_id": user,
            "channel_id": place.id,
            "thread_ts": root.ts,
            "context": {"team_id": self.workspace.team_id},
        }
        event = {"type": "assistant_thread_started", "assistant_thread": thread}
        await self.event(event, "", 0, "")
        return root.ts

    async def open_home(self, user: str) -> EventReceipt:
        """Open the app's Home."""
        home = self.workspace.homes.get(user)
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.workspace.direct(user).id,
            "tab": "home",
        }
        if home is not None:
            event["view"] = as_view(self.workspace, home)
        return await self.event(event, "", 0, "")

    def _say_failed(self, place: Channel, user: str, text: str) -> None:
        self.workspace.post(
            StoredMessage(self.workspace.new_ts(), place.id, "USLACKBOT", text, ephemeral_for=user)
        )

    def _escape(self, text: str) -> str:
        """Put ids for `#channel` and `@person` as Slack does with `should_escape`."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        channels = {c.name: c for c in self.workspace.channels.values() if c.name}
        people = {u.name.lower().replace(" ", "."): u for u in self.workspace.users.values()}

        def channel(match: re.Match[str]) -> str:
            found = channels.get(match[1])
            return f"<#{found.id}|{found.name}>" if found else match[0]

        def person(match: re.Match[str]) -> str:
            found = people.get(match[1].lower())
            return f"<@{found.id}>" if found else match[0]

        return _USER_NAME.sub(person, _CHANNEL_NAME.sub(channel, text))

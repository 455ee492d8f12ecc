"""What people do in a workspace, as the bot gets to know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.demo.slack import elements
from bot.demo.slack.delivery import Acknowledged
from bot.demo.slack.errors import Refused
from bot.demo.slack.method_views import as_view, check_body, push, replace
from bot.demo.slack.model import Channel, Replies, StoredMessage, View
from bot.demo.slack.responses import show_reply
from bot.demo.slack.workspace import APP_ID, Workspace

if TYPE_CHECKING:
    from bot.demo.slack.lookalike import SlackLookalike

_CHANNEL_NAME = re.compile(r"(?<![\w<&])#([\w-]+)")
_USER_NAME = re.compile(r"(?<![\w<&])@([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Submitted:
    """How the bot took a modal's submission: `errors` by block id, the next view if there is one."""

    acked: bool
    errors: dict[str, str] = field(default_factory=dict)
    view: View | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class EventReceipt:
    """Whether an event was acknowledged in time; the same `event_id` comes again in a retry."""

    event_id: str
    acked: bool
    status: int


class People:
    """The people's side of one workspace."""

    def __init__(self, server: SlackLookalike, workspace: Workspace) -> None:
        self._server = server
        self._workspace = workspace

    async def slash(self, text: str, channel: str, user: str, command: str) -> Replies:
        """Type a slash command; names of channels and people are escaped as Slack does."""
        place = self._workspace.channel(channel)
        replies = Replies()
        payload = {
            "token": "lookalike",
            "team_id": self._workspace.team_id,
            "team_domain": self._workspace.domain,
            "channel_id": place.id,
            "channel_name": "directmessage" if place.partner else place.name,
            "user_id": user,
            "user_name": self._workspace.users[user].name,
            "command": command,
            "text": self._escape(text),
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            **self._handles(place.id, user, replies, None),
        }
        answer = await self._server.line.deliver("slash_commands", payload)
        self._take_ack(replies, answer)
        if not answer.ok:
            self._say_failed(place, user, f"{command} failed because the app did not respond.")
        elif replies.messages:
            show_reply(self._workspace, place.id, user, replies.messages[0], None)
        return replies

    async def click(
        self,
        channel: str,
        ts: str,
        action_id: str,
        value: Any,
        user: str,
    ) -> Replies:
        """Use an element of a message (an ephemeral one too)."""
        place = self._workspace.channel(channel)
        message = self._workspace.find(place, ts)
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
            extra["message"] = self._workspace.as_message(message)
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        replies = Replies()
        handles = self._handles(place.id, user, replies, message)
        await self._block_action(message.blocks, action_id, value, user, extra | handles, replies)
        return replies

    async def click_view(self, view: View, action_id: str, value: Any) -> Replies:  # noqa: ANN401
        """Use an element of a modal or of the Home."""
        block_id, element = elements.find(view.body["blocks"], action_id, _decisive(value))
        if element["type"] != "button":
            view.values.setdefault(block_id, {})[action_id] = elements.use(element, value)
        extra = {
            "container": {"type": "view", "view_id": view.id},
            "view": as_view(self._workspace, view),
            "trigger_id": self._server.triggers.give(self._workspace, view.user),
        }
        replies = Replies()
        await self._block_action(view.body["blocks"], action_id, value, view.user, extra, replies)
        return replies

    async def submit(self, view: View, values: dict[str, dict[str, Any]]) -> Submitted:
        """Submit a modal. `values`: by block id and action id, what each element is set to."""
        filled: dict[str, dict[str, Any]] = {}
        for block in view.body["blocks"]:
            for block_id, element in elements.elements([block]):
                kept = view.values.get(block_id, {}).get(element["action_id"])
                said = kept or elements.initial(element)
                if element["action_id"] in values.get(block_id, {}):
                    said = elements.use(element, values[block_id][element["action_id"]])
                if block["type"] == "input" or kept:
                    filled.setdefault(block_id, {})[element["action_id"]] = said
        view.values = filled
        payload = {
            "type": "view_submission",
            **self._who(view.user),
            "trigger_id": self._server.triggers.give(self._workspace, view.user),
            "view": as_view(self._workspace, view),
            "response_urls": [],
        }
        answer = await self._server.line.deliver("interactive", payload)
        return self._after_submission(view, answer)

    async def close_view(self, view: View) -> None:
        """Close a modal, telling the bot where it asked for that."""
        stack = self._workspace.modals.get(view.user, [])
        self._workspace.modals[view.user] = stack[: stack.index(view)] if view in stack else stack
        self._workspace.touched()
        if view.body.get("notify_on_close"):
            payload = {
                "type": "view_closed",
                **self._who(view.user),
                "view": as_view(self._workspace, view),
                "is_cleared": False,
            }
            await self._server.line.deliver("interactive", payload)

    async def suggest(self, view: View, action_id: str, typed: str) -> list[dict[str, Any]]:
        """Ask the bot for the options of an external select."""
        block_id, _ = elements.find(view.body["blocks"], action_id, None)
        payload = {
            "type": "block_suggestion",
            **self._who(view.user),
            "action_id": action_id,
            "block_id": block_id,
            "value": typed,
            "container": {"type": "view", "view_id": view.id},
            "view": as_view(self._workspace, view),
        }
        answer = await self._server.line.deliver("interactive", payload)
        return elements.options(answer.payload)

    async def shortcut(
        self, callback_id: str, user: str, channel: str = "", ts: str = ""
    ) -> Replies:
        """Use a global shortcut, or with `channel` and `ts` a message's."""
        replies = Replies()
        payload: dict[str, Any] = {
            "type": "shortcut",
            **self._who(user),
            "callback_id": callback_id,
            "action_ts": self._workspace.new_ts(),
            "trigger_id": self._server.triggers.give(self._workspace, user),
        }
        if channel:
            place = self._workspace.channel(channel)
            message = self._workspace.find(place, ts)
            if message is None:
                raise LookupError(f"no message {ts} in {channel}")
            payload |= {
                "type": "message_action",
                "message_ts": ts,
                "channel": {"id": place.id, "name": place.name},
                "message": self._workspace.as_message(message),
                **self._handles(place.id, user, replies, message),
            }
        self._take_ack(replies, await self._server.line.deliver("interactive", payload))
        return replies

    async def event(
        self, event: dict[str, Any], event_id: str, retry: int, reason: str
    ) -> EventReceipt:
        """Send an event (its inner part)."""
        payload = {
            "token": "lookalike",
            "team_id": self._workspace.team_id,
            "api_app_id": APP_ID,
            "event": {"event_ts": self._workspace.new_ts(), **event},
            "type": "event_callback",
            "event_id": event_id or self._workspace.new_id("Ev"),
            "event_time": int(self._server.clock().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self._workspace.team_id,
                    "user_id": self._workspace.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
        }
        answer = await self._server.line.deliver("events_api", payload, retry=retry, reason=reason)
        return EventReceipt(str(payload["event_id"]), answer.ok, answer.status)

    async def say(
        self, text: str, channel: str, user: str, thread_ts: str | None = None
    ) -> StoredMessage:
        """Write a message as a person; the bot hears of it where it would in Slack."""
        place = self._workspace.channel(channel)
        if place.archived:
            raise Refused("is_archived")
        message = self._workspace.post(
            StoredMessage(
                self._workspace.new_ts(), place.id, user, self._escape(text), thread_ts=thread_ts
            )
        )
        event = {
            "user": user,
            "text": message.text,
            "ts": message.ts,
            "channel": place.id,
            "team": self._workspace.team_id,
        }
        if thread_ts:
            event["thread_ts"] = thread_ts
        if place.partner:
            await self.event({"type": "message", "channel_type": "im", **event}, "", 0, "")
        elif f"<@{self._workspace.bot_user_id}>" in message.text and place.member:
            await self.event({"type": "app_mention", **event}, "", 0, "")
        return message

    async def open_home(self, user: str) -> EventReceipt:
        """Open the app's Home."""
        home = self._workspace.homes.get(user)
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._workspace.direct(user).id,
            "tab": "home",
        }
        if home is not None:
            event["view"] = as_view(self._workspace, home)
        return await self.event(event, "", 0, "")

    def _who(self, user: str) -> dict[str, Any]:
        person = self._workspace.users[user]
        team = {"id": self._workspace.team_id, "domain": self._workspace.domain}
        return {
            "team": team,
            "user": {
                "id": user,
                "username": person.name,
                "name": person.name,
                "team_id": self._workspace.team_id,
            },
            "api_app_id": APP_ID,
            "token": "lookalike",
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _handles(
        self, channel: str, user: str, replies: Replies, source: StoredMessage | None
    ) -> dict[str, str]:
        path = self._server.response_urls.give(self._workspace, channel, user, replies, source)
        return {
            "trigger_id": self._server.triggers.give(self._workspace, user),
            "response_url": f"{self._server.url}{path}",
        }

    async def _block_action(
        self,
        blocks: list[dict[str, Any]],
        action_id: str,
        value: Any,  # noqa: ANN401
        user: str,
        extra: dict[str, Any],
        replies: Replies,
    ) -> None:
        block_id, element = elements.find(blocks, action_id, _decisive(value))
        action = {
            "action_id": action_id,
            "block_id": block_id,
            "action_ts": self._workspace.new_ts(),
            **elements.use(element, value),
        }
        payload = {"type": "block_actions", **self._who(user), **extra, "actions": [action]}
        self._take_ack(replies, await self._server.line.deliver("interactive", payload))

    def _after_submission(self, view: View, answer: Acknowledged) -> Submitted:
        if not answer.ok:
            return Submitted(False)
        stack = self._workspace.modals.get(view.user, [])
        action = answer.payload.get("response_action")
        if action == "errors":
            known = {block.get("block_id") for block in view.body["blocks"]}
            errors = dict(answer.payload.get("errors") or {})
            if not errors or set(errors) - known:
                raise Refused("invalid_arguments", ["errors must name blocks of the view"])
            self._workspace.touched()
            return Submitted(True, errors=errors)
        if action in ("update", "push"):
            body = answer.payload["view"]
            check_body(body, "modal")
            if action == "push":
                return Submitted(True, view=push(self._workspace, view.user, body))
            replace(self._workspace, view, body)
            return Submitted(True, view=view)
        if action not in (None, "clear"):
            raise Refused("invalid_arguments", [f"unknown response_action {action!r}"])
        kept = [] if action == "clear" or view not in stack else stack[: stack.index(view)]
        self._workspace.modals[view.user] = kept
        self._workspace.touched()
        return Submitted(True, closed=True)

    def _take_ack(self, replies: Replies, answer: Acknowledged) -> None:
        replies.acked, replies.ack_seconds = answer.ok, answer.seconds
        replies.status, replies.ack = answer.status, answer.payload or None

    def _say_failed(self, place: Channel, user: str, text: str) -> None:
        self._workspace.post(
            StoredMessage(self._workspace.new_ts(), place.id, "USLACKBOT", text, ephemeral_for=user)
        )

    def _escape(self, text: str) -> str:
        """Put ids for `#channel` and `@person` as Slack does with `should_escape`."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        channels = {c.name: c for c in self._workspace.channels.values() if c.name}
        people = {u.name.lower().replace(" ", "."): u for u in self._workspace.users.values()}

        def channel(match: re.Match[str]) -> str:
            found = channels.get(match[1])
            return f"<#{found.id}|{found.name}>" if found else match[0]

        def person(match: re.Match[str]) -> str:
            found = people.get(match[1].lower())
            return f"<@{found.id}>" if found else match[0]

        return _USER_NAME.sub(person, _CHANNEL_NAME.sub(channel, text))


def _decisive(value: object) -> str | None:
    return value if isinstance(value, str) else None

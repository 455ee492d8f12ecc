"""The look-alike: one strict Slack on loopback, for the demo and as the tests' Slack.

async with SlackLookalike(clock=clock) as slack:
    slack.add_channel("C1", "export-controls")
    ...  # the bot is started with slack.api_url, slack.bot_token, slack.app_token
    replies = await slack.slash("latest", channel="C1", user="U1")
"""

from __future__ import annotations

from typing import Any

from bot.demo.slack.elements import Given
from bot.demo.slack.in_channels import EventReceipt, InChannels
from bot.demo.slack.in_views import InViews, Submitted
from bot.demo.slack.model import Replies, StoredMessage, View
from bot.demo.slack.server import SlackServer

COMMAND = "/exportnews"


class SlackLookalike(SlackServer):
    """A Slack with people in it: what they do reaches the bot as Slack would send it.

    Over Socket Mode, or signed HTTP once `http_target` is set. Each takes `team`, the
    workspace's id; without it, the first.
    """

    async def slash(
        self,
        text: str,
        *,
        channel: str,
        user: str,
        team: str = "",
        command: str = COMMAND,
        expect: int = 1,
    ) -> Replies:
        """Type `/exportnews TEXT`; wait for the ack and for `expect` answers, if acknowledged.

        Raises TimeoutError when the answers do not come within five (real) seconds.
        """
        replies = await InChannels(self, self.of(team)).slash(text, channel, user, command)
        if replies.acked:
            await replies.wait(expect)
        return replies

    async def click(
        self,
        channel: str,
        ts: str,
        action_id: str,
        *,
        user: str,
        value: Given = None,
        team: str = "",
        expect: int = 0,
    ) -> Replies:
        """Use an element of a message; `value` is the button's, the option's, ...

        Raises LookupError when there is no such element.
        """
        replies = await InChannels(self, self.of(team)).click(channel, ts, action_id, value, user)
        await replies.wait(expect)
        return replies

    async def click_view(
        self,
        view: View,
        action_id: str,
        *,
        value: Given = None,
        values: dict[str, dict[str, Any]] | None = None,
        team: str = "",
    ) -> Replies:
        """Use an element of a modal or of the Home; `values` as for `submit_view`."""
        return await InViews(self, self.of(team)).click_view(view, action_id, value, values or {})

    async def submit_view(
        self,
        view: View | None = None,
        values: dict[str, dict[str, Any]] | None = None,
        *,
        user: str = "",
        team: str = "",
    ) -> Submitted:
        """Submit a modal (without `view`: the top one of `user`).

        `values`: by block id and action id, what each element is set to.
        """
        view = view or self.modals(user, team)[-1]
        return await InViews(self, self.of(team)).submit(view, values or {})

    async def close_view(self, view: View, *, team: str = "") -> None:
        """Close a modal."""
        await InViews(self, self.of(team)).close_view(view)

    async def suggest(
        self, view: View, action_id: str, typed: str, *, team: str = ""
    ) -> list[dict[str, Any]]:
        """Type into an external select, and give the options that the bot offers."""
        return await InViews(self, self.of(team)).suggest(view, action_id, typed)

    async def shortcut(
        self, callback_id: str, *, user: str, channel: str = "", ts: str = "", team: str = ""
    ) -> Replies:
        """Use a global shortcut, or with `channel` and `ts` a message's."""
        return await InChannels(self, self.of(team)).shortcut(callback_id, user, channel, ts)

    async def event(
        self,
        event: dict[str, Any],
        *,
        team: str = "",
        event_id: str = "",
        retry: int = 0,
        reason: str = "",
    ) -> EventReceipt:
        """Send an event, given by its inner part; for a retry the same `event_id` and a number."""
        return await InChannels(self, self.of(team)).event(event, event_id, retry, reason)

    async def say(
        self, text: str, *, channel: str, user: str, thread_ts: str | None = None, team: str = ""
    ) -> StoredMessage:
        """Write a message as a person; direct messages and mentions reach the bot."""
        return await InChannels(self, self.of(team)).say(text, channel, user, thread_ts)

    async def open_assistant(self, user: str, *, team: str = "") -> str:
        """Open the assistant's view as a person; give the `ts` of its thread."""
        return await InChannels(self, self.of(team)).open_assistant(user)

    async def open_home(self, user: str, *, team: str = "") -> EventReceipt:
        """Open the app's Home as a person."""
        return await InChannels(self, self.of(team)).open_home(user)

"""What every interaction of a person carries to the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.demo.slack import elements
from bot.demo.slack.delivery import Acknowledged
from bot.demo.slack.elements import Given
from bot.demo.slack.model import Replies, StoredMessage
from bot.demo.slack.workspace import APP_ID, Workspace

if TYPE_CHECKING:
    from bot.demo.slack.server import SlackServer


class Interactions:
    """One workspace's interactions on their way to the bot."""

    def __init__(self, server: SlackServer, workspace: Workspace) -> None:
        self.server = server
        self.workspace = workspace

    def who(self, user: str) -> dict[str, Any]:
        """Give what says who acted, where."""
        person = self.workspace.users[user]
        team = {"id": self.workspace.team_id, "domain": self.workspace.domain}
        return {
            "team": team,
            "user": {
                "id": user,
                "username": person.name,
                "name": person.name,
                "team_id": person.team or self.workspace.team_id,
            },
            "api_app_id": APP_ID,
            "token": "lookalike",
            "enterprise": (
                {"id": self.workspace.enterprise} if self.workspace.enterprise else None
            ),
            "is_enterprise_install": self.workspace.org_install,
        }

    def handles(
        self, channel: str, user: str, replies: Replies, source: StoredMessage | None
    ) -> dict[str, str]:
        """Give what the bot may answer with: a trigger id and a response address."""
        path = self.server.response_urls.give(self.workspace, channel, user, replies, source)
        return {
            "trigger_id": self.server.triggers.give(self.workspace, user),
            "response_url": f"{self.server.url}{path}",
        }

    async def block_action(
        self,
        blocks: list[dict[str, Any]],
        action_id: str,
        value: Given,
        user: str,
        extra: dict[str, Any],
        replies: Replies,
    ) -> None:
        """Tell the bot that an element was used."""
        block_id, element = elements.find(blocks, action_id, decisive(value))
        action = {
            "action_id": action_id,
            "block_id": block_id,
            "action_ts": self.workspace.new_ts(),
            **elements.use(element, value),
        }
        payload = {"type": "block_actions", **self.who(user), **extra, "actions": [action]}
        take_ack(replies, await self.server.line.deliver("interactive", payload))


def take_ack(replies: Replies, answer: Acknowledged) -> None:
    """Note how the bot acknowledged."""
    replies.acked, replies.ack_seconds = answer.ok, answer.seconds
    replies.status, replies.ack = answer.status, answer.payload or None


def decisive(value: Given) -> str | None:
    """Give the value that decides between elements of one action_id."""
    return value if isinstance(value, str) else None

"""What the page shows, as JSON: the workspace as one person sees it."""

from __future__ import annotations

from typing import Any

from bot.demo.slack.lookalike import SlackLookalike
from bot.demo.slack.model import Channel, StoredMessage, View
from bot.demo.slack.workspace import Workspace


def snapshot(slack: SlackLookalike, you: str, since: int) -> dict[str, Any]:
    """Give everything that the person `you` may see; of messages, those changed after `since`."""
    workspace = slack.workspace
    home = workspace.homes.get(you)
    return {
        "version": slack.version,
        "team": workspace.name,
        "team_id": workspace.team_id,
        "you": you,
        "bot": workspace.bot_user_id,
        "connected": slack.sockets.count > 0 or bool(slack.http_target),
        "channels": [
            _channel(channel)
            for channel in workspace.channels.values()
            if channel.partner in ("", you)
        ],
        "users": {user.id: {"name": user.name} for user in workspace.users.values()},
        "messages": _messages(workspace, you, since),
        "modals": [_view(view) for view in workspace.modals.get(you, [])],
        "home": _view(home) if home else None,
    }


def _channel(channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": channel.name,
        "private": channel.private,
        "member": channel.member,
        "archived": channel.archived,
        "direct": bool(channel.partner),
        "topic": channel.topic,
    }


def _messages(workspace: Workspace, you: str, since: int) -> list[dict[str, Any]]:
    found = [
        message
        for channel in workspace.channels.values()
        if channel.partner in ("", you)
        for message in (*channel.messages.values(), *channel.ephemerals)
        if message.rev > since and message.ephemeral_for in ("", you)
    ]
    return [_message(message) for message in sorted(found, key=lambda one: one.rev)]


def _message(message: StoredMessage) -> dict[str, Any]:
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "thread": message.thread_ts,
        "broadcast": message.broadcast,
        "edited": bool(message.edited),
        "bot": message.bot,
        "ephemeral": bool(message.ephemeral_for),
        "deleted": message.deleted,
        "files": [{"name": f.name, "id": f.id, "size": f.length} for f in message.files],
        "reactions": {name: len(users) for name, users in message.reactions.items()},
        "rev": message.rev,
    }


def _view(view: View) -> dict[str, Any]:
    return {"id": view.id, "hash": view.hash, "body": view.body, "values": view.values}

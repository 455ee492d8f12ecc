"""The `conversations.*` methods and `users.conversations`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.demo.slack.errors import Refused
from bot.demo.slack.model import Channel, StoredMessage
from bot.demo.slack.registry import Request, method, page
from bot.demo.slack.workspace import Workspace

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
RESTRICTED_MOST = 15
_RANGE = "channel! cursor include_all_metadata inclusive latest limit oldest"


@method("conversations.history", _RANGE, scopes=HISTORY, tier=3)
def history(request: Request) -> dict[str, Any]:
    """Give a channel's messages, newest first; metadata only when it is asked for."""
    channel = _readable(request)
    found = [m for m in channel.visible() if m.thread_ts in (None, m.ts) or m.broadcast]
    return _messages(request, list(reversed(found)))


@method("conversations.replies", f"{_RANGE} ts!", scopes=HISTORY, tier=3)
def replies(request: Request) -> dict[str, Any]:
    """Give a thread, oldest first."""
    channel = _readable(request)
    ts = request.text("ts")
    parent = channel.messages.get(ts)
    if parent is None or parent.deleted:
        raise Refused("thread_not_found")
    return _messages(request, [m for m in channel.visible() if ts in (m.ts, m.thread_ts)])


@method("conversations.info", "channel! include_locale include_num_members", scopes=READ, tier=3)
def info(request: Request) -> dict[str, Any]:
    """Describe a channel."""
    channel = request.workspace.channel(request.text("channel"))
    _hide_foreign(channel)
    _needs(request, channel, "read")
    return {"ok": True, "channel": describe(request.workspace, channel)}


@method("conversations.list", "cursor exclude_archived limit team_id types", scopes=READ, tier=2)
def list_all(request: Request) -> dict[str, Any]:
    """List the channels that the bot may know of."""
    return _listing(request, lambda channel: channel.member or not channel.private)


@method(
    "users.conversations",
    "cursor exclude_archived limit team_id types user",
    scopes=READ,
    tier=3,
)
def of_bot(request: Request) -> dict[str, Any]:
    """List the channels that the bot is in."""
    return _listing(request, lambda channel: channel.member)


@method("conversations.join", "channel!", scopes=("channels:join",), tier=3)
def join(request: Request) -> dict[str, Any]:
    """Bring the bot into a public channel."""
    channel = request.workspace.channel(request.text("channel"))
    if channel.private:
        raise Refused(
            "method_not_supported_for_channel_type" if channel.member else "channel_not_found"
        )
    if channel.archived:
        raise Refused("is_archived")
    body: dict[str, Any] = {"ok": True}
    if channel.member:
        body |= {
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    channel.member = True
    request.workspace.touched()
    return body | {"channel": describe(request.workspace, channel)}


@method("conversations.members", "channel! cursor limit", scopes=READ, tier=4)
def members(request: Request) -> dict[str, Any]:
    """List who is in a channel: everybody, and the bot where it was invited."""
    channel = request.workspace.channel(request.text("channel"))
    _hide_foreign(channel)
    _needs(request, channel, "read")
    bot = request.workspace.bot_user_id
    people = [{"id": u} for u in request.workspace.users if u != bot or channel.member]
    if channel.partner:
        people = [{"id": channel.partner}, {"id": bot}]
    found, cursor = page(people, request.text("cursor"), request.number("limit", 100))
    return {
        "ok": True,
        "members": [person["id"] for person in found],
        "response_metadata": {"next_cursor": cursor},
    }


@method(
    "conversations.open",
    "channel prevent_creation return_im users",
    scopes=("im:write", "mpim:write", "groups:write", "channels:manage"),
    tier=3,
)
def open_direct(request: Request) -> dict[str, Any]:
    """Open the direct messages with one person."""
    users = [user for user in request.text("users").split(",") if user]
    if len(users) != 1:
        raise Refused("users_list_not_supplied" if not users else "not_enough_users")
    if users[0] not in request.workspace.users:
        raise Refused("user_not_found")
    channel = request.workspace.direct(users[0])
    return {"ok": True, "channel": {"id": channel.id}}


def describe(workspace: Workspace, channel: Channel) -> dict[str, Any]:
    """Give a channel as the Web API shows it."""
    body: dict[str, Any] = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.archived,
        "is_im": bool(channel.partner),
        "is_member": channel.member,
        "context_team_id": workspace.team_id,
    }
    if channel.partner:
        return body | {"user": channel.partner}
    return body | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_private": channel.private,
        "is_general": channel.name == "general",
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(workspace.users) - (0 if channel.member else 1),
    }


def _kind(channel: Channel) -> str:
    if channel.partner:
        return "im"
    return "private_channel" if channel.private else "public_channel"


def _needs(request: Request, channel: Channel, right: str) -> None:
    kinds = {"im": "im", "private_channel": "groups", "public_channel": "channels"}
    request.needs(f"{kinds[_kind(channel)]}:{right}")


def _hide_foreign(channel: Channel) -> None:
    if channel.private and not channel.member:
        raise Refused("channel_not_found")


def _readable(request: Request) -> Channel:
    channel = request.workspace.channel(request.text("channel"))
    _hide_foreign(channel)
    _needs(request, channel, "history")
    if not channel.member:
        raise Refused("not_in_channel")
    return channel


def _messages(request: Request, found: list[StoredMessage]) -> dict[str, Any]:
    oldest, latest = request.text("oldest", "0"), request.text("latest")
    inclusive, with_metadata = request.flag("inclusive"), request.flag("include_all_metadata")

    def inside(ts: str) -> bool:
        try:
            at = int(float(ts) * 1_000_000)
            low = int(float(oldest) * 1_000_000)
            high = int(float(latest) * 1_000_000) if latest else None
        except ValueError:
            raise Refused("invalid_ts_oldest") from None
        if inclusive and at in (low, high):
            return True
        return at > low and (high is None or at < high)

    restricted = request.server.limits.on and request.server.limits.restricted_history
    most = RESTRICTED_MOST if restricted else 999
    limit = min(request.number("limit", 100), most)
    bodies = [
        request.workspace.as_message(m, metadata=with_metadata) for m in found if inside(m.ts)
    ]
    shown, cursor = page(bodies, request.text("cursor"), limit)
    return {
        "ok": True,
        "messages": shown,
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _listing(request: Request, known: Callable[[Channel], bool]) -> dict[str, Any]:
    wanted = set(request.text("types", "public_channel").replace(" ", "").split(","))
    if wanted - {"public_channel", "private_channel", "im", "mpim"}:
        raise Refused("invalid_types")
    rights = {"public_channel": "channels", "private_channel": "groups", "im": "im"}
    for kind in wanted & set(rights):
        request.needs(f"{rights[kind]}:read")
    hide_archived = request.flag("exclude_archived")
    bodies = [
        describe(request.workspace, channel)
        for channel in request.workspace.channels.values()
        if known(channel) and _kind(channel) in wanted and not (hide_archived and channel.archived)
    ]
    found, cursor = page(bodies, request.text("cursor"), request.number("limit", 100))
    return {"ok": True, "channels": found, "response_metadata": {"next_cursor": cursor}}

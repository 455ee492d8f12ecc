"""The `chat.*` and `reactions.*` methods."""

from __future__ import annotations

import json
from typing import Any

from bot.demo.slack.blockkit import check_message
from bot.demo.slack.elements import identify
from bot.demo.slack.errors import Refused
from bot.demo.slack.limits import POSTING
from bot.demo.slack.model import Channel, StoredMessage, texts_of
from bot.demo.slack.registry import Request, method

TEXT_MOST, UPDATE_TEXT_MOST, METADATA_MOST = 40_000, 4_000, 8_000
BLOCKS_TEXT_MOST = 12_000
"""Texts of all blocks together; not documented, seen near 12,000 (slackapi/bolt-js#2509, #2867).
Answers to a `response_url` are not held to it."""

_CONTENT = "text blocks attachments metadata link_names parse as_user markdown_text"
_POST = (
    f"channel! {_CONTENT} icon_emoji icon_url mrkdwn reply_broadcast thread_ts unfurl_links "
    "unfurl_media username"
)


@method("chat.postMessage", _POST, scopes=("chat:write",), tier=POSTING)
def post_message(request: Request) -> dict[str, Any]:
    """Post a message."""
    channel = _writable(request)
    text, blocks = content_of(request, TEXT_MOST)
    thread = _thread(request, channel)
    message = request.workspace.post(
        StoredMessage(
            ts=request.workspace.new_ts(),
            channel=channel.id,
            user=request.workspace.bot_user_id,
            text=text,
            blocks=blocks,
            metadata=_metadata(request),
            thread_ts=thread,
            broadcast=thread is not None and request.flag("reply_broadcast"),
            bot=True,
        )
    )
    body = {
        "ok": True,
        "channel": channel.id,
        "ts": message.ts,
        "message": request.workspace.as_message(message),
    }
    if not text:
        body |= {
            "warning": "missing_text_in_message",
            "response_metadata": {"warnings": ["missing_text_in_message"]},
        }
    return body


@method(
    "chat.postEphemeral",
    f"channel! user! {_CONTENT} icon_emoji icon_url thread_ts username",
    scopes=("chat:write",),
    tier=4,
)
def post_ephemeral(request: Request) -> dict[str, Any]:
    """Post a message that one person sees."""
    channel = request.workspace.channel(request.text("channel"))
    if channel.archived:
        raise Refused("is_archived")
    if not channel.member:
        raise Refused("channel_not_found" if channel.private else "not_in_channel")
    user = request.text("user")
    if user not in request.workspace.users:
        raise Refused("user_not_in_channel")
    text, blocks = content_of(request, TEXT_MOST)
    message = request.workspace.post(
        StoredMessage(
            ts=request.workspace.new_ts(),
            channel=channel.id,
            user=request.workspace.bot_user_id,
            text=text,
            blocks=blocks,
            thread_ts=_thread(request, channel),
            bot=True,
            ephemeral_for=user,
        )
    )
    return {"ok": True, "message_ts": message.ts}


@method(
    "chat.update",
    f"channel! ts! {_CONTENT} reply_broadcast file_ids",
    scopes=("chat:write",),
    tier=3,
)
def update(request: Request) -> dict[str, Any]:
    """Put a new text in place of one of the bot's own messages."""
    channel, message = _own(request, "cant_update_message")
    text, blocks = content_of(request, UPDATE_TEXT_MOST)
    message.text = text
    if "blocks" in request.arguments:
        message.blocks = blocks
    if "metadata" in request.arguments:
        message.metadata = _metadata(request)
    message.edited = request.workspace.new_ts()
    request.workspace.touch(message)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": request.workspace.as_message(message),
    }


@method("chat.delete", "channel! ts! as_user", scopes=("chat:write",), tier=3)
def delete(request: Request) -> dict[str, Any]:
    """Delete one of the bot's own messages."""
    channel, message = _own(request, "cant_delete_message")
    message.deleted = True
    request.workspace.touch(message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


@method("chat.getPermalink", "channel! message_ts!", tier=4)
def permalink(request: Request) -> dict[str, Any]:
    """Give the address of a message."""
    channel = request.workspace.channel(request.text("channel"))
    message = channel.messages.get(request.text("message_ts"))
    if message is None or message.deleted:
        raise Refused("message_not_found")
    place = f"{channel.id}/p{message.ts.replace('.', '')}"
    return {
        "ok": True,
        "channel": channel.id,
        "permalink": f"{request.server.url}/archives/{place}",
    }


@method("reactions.add", "channel! timestamp! name!", scopes=("reactions:write",), tier=3)
def add_reaction(request: Request) -> dict[str, Any]:
    """React to a message."""
    channel = request.workspace.channel(request.text("channel"))
    message = channel.messages.get(request.text("timestamp"))
    if message is None or message.deleted:
        raise Refused("message_not_found")
    users = message.reactions.setdefault(request.text("name"), [])
    if request.workspace.bot_user_id in users:
        raise Refused("already_reacted")
    users.append(request.workspace.bot_user_id)
    request.workspace.touch(message)
    return {"ok": True}


@method("blocks.validate", "blocks! surface", tier=4)
def validate(request: Request) -> dict[str, Any]:
    """Say whether blocks would be taken."""
    checked_blocks(request.structure("blocks", "invalid_blocks_format"))
    return {"ok": True}


def checked_blocks(blocks: object) -> list[dict[str, Any]]:
    """Give blocks that Slack would take. Raises Refused (`invalid_blocks`) with the reasons."""
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    problems = [str(problem) for problem in check_message(blocks)]
    if problems:
        raise Refused("invalid_blocks", problems, errors=problems)
    return identify(blocks)


def content_of(request: Request, most: int) -> tuple[str, list[dict[str, Any]]]:
    """Give text and blocks. Raises Refused when there is nothing, too much, or wrong blocks."""
    text = request.text("text") or request.text("markdown_text")
    blocks = checked_blocks(request.structure("blocks", "invalid_blocks_format"))
    if not text and not blocks and not request.structure("attachments", "invalid_attachments"):
        raise Refused("no_text")
    if len(text) > most:
        raise Refused("msg_too_long")
    if sum(len(one) for one in texts_of(blocks)) > BLOCKS_TEXT_MOST:
        raise Refused("msg_blocks_too_long")
    return text, blocks


def _writable(request: Request) -> Channel:
    channel = request.workspace.channel(request.text("channel"))
    if channel.archived:
        raise Refused("is_archived")
    public = "chat:write.public" in request.workspace.scopes and not channel.private
    if not channel.member and not public:
        raise Refused("channel_not_found" if channel.private else "not_in_channel")
    return channel


def _own(request: Request, refusal: str) -> tuple[Channel, StoredMessage]:
    channel = request.workspace.channel(request.text("channel"))
    message = channel.messages.get(request.text("ts"))
    if message is None or message.deleted:
        raise Refused("message_not_found")
    if channel.archived:
        raise Refused("is_archived")
    if message.user != request.workspace.bot_user_id:
        raise Refused(refusal)
    return channel, message


def _thread(request: Request, channel: Channel) -> str | None:
    ts = request.text("thread_ts")
    if not ts:
        return None
    parent = channel.messages.get(ts)
    if parent is None or parent.deleted:
        raise Refused("thread_not_found")
    return parent.thread_ts or parent.ts


def _metadata(request: Request) -> dict[str, Any] | None:
    metadata = request.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if (
        not isinstance(metadata, dict)
        or set(metadata) - {"event_type", "event_payload", "entities"}
        or not isinstance(metadata.get("event_type"), str)
        or not metadata["event_type"]
        or not isinstance(metadata.get("event_payload"), dict)
    ):
        raise Refused("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_MOST:
        raise Refused("metadata_too_large")
    return metadata

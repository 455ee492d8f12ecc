"""Answers of the bot to an interaction: with the acknowledgement, or to a `response_url`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.demo.slack.errors import Refused
from bot.demo.slack.method_chat import TEXT_MOST, checked_blocks
from bot.demo.slack.model import StoredMessage
from bot.demo.slack.workspace import Workspace

if TYPE_CHECKING:
    from bot.demo.slack.server import SlackServer

_FIELDS = frozenset(
    {
        "text",
        "blocks",
        "attachments",
        "response_type",
        "replace_original",
        "delete_original",
        "thread_ts",
        "metadata",
        "unfurl_links",
        "unfurl_media",
        "mrkdwn",
    }
)


async def take_reply(server: SlackServer, request: web.Request) -> web.Response:
    """Take a post to a `response_url`."""
    try:
        body = json.loads(await request.read())
    except json.JSONDecodeError:
        return web.Response(status=400, text="invalid_payload")
    try:
        address = server.response_urls.use(request.match_info["key"])
        if not isinstance(body, dict):
            raise Refused("invalid_payload")
        show_reply(address.workspace, address.channel, address.user, body, address.source)
    except Refused as refused:
        status = 404 if refused.error in ("expired_url", "used_url") else 400
        headers = {"X-Outcome": refused.error}
        return web.json_response(refused.body, status=status, headers=headers)
    address.replies.add(body)
    return web.Response(text="ok", content_type="text/plain")


def show_reply(
    workspace: Workspace,
    channel: str,
    user: str,
    body: dict[str, Any],
    source: StoredMessage | None,
) -> None:
    """Show an answer where it belongs. Raises Refused when Slack would not take it."""
    unknown = sorted(set(body) - _FIELDS)
    if unknown:
        raise Refused("invalid_payload", [f"unknown field {name}" for name in unknown])
    if body.get("delete_original") and source is not None:
        source.deleted = True
        workspace.touch(source)
        return
    blocks = checked_blocks(body.get("blocks"))
    text = str(body.get("text") or "")
    if not text and not blocks:
        raise Refused("no_text")
    if len(text) > TEXT_MOST:
        raise Refused("msg_too_long")
    kind = body.get("response_type", "ephemeral")
    if kind not in ("ephemeral", "in_channel"):
        raise Refused("invalid_payload", ["response_type must be ephemeral or in_channel"])
    if body.get("replace_original") and source is not None:
        source.text, source.blocks, source.edited = text, blocks, workspace.new_ts()
        workspace.touch(source)
        return
    workspace.post(
        StoredMessage(
            ts=workspace.new_ts(),
            channel=channel,
            user=workspace.bot_user_id,
            text=text,
            blocks=blocks,
            thread_ts=body.get("thread_ts"),
            bot=True,
            ephemeral_for="" if kind == "in_channel" else user,
        )
    )

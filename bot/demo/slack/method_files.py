"""The `files.*` methods: an address to upload to, the upload, and the message with the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.demo.slack.errors import Refused
from bot.demo.slack.model import StoredFile, StoredMessage
from bot.demo.slack.registry import Request, method

if TYPE_CHECKING:
    from bot.demo.slack.server import SlackServer

FILE_BYTES = 50_000_000


@method(
    "files.getUploadURLExternal",
    "filename! length! alt_txt snippet_type",
    scopes=("files:write",),
    tier=4,
)
def upload_address(request: Request) -> dict[str, Any]:
    """Give an address that takes one file."""
    length = request.number("length", 0, FILE_BYTES)
    workspace = request.workspace
    file = StoredFile(workspace.new_id("F"), request.text("filename"), length)
    workspace.files[file.id] = file
    url = f"{request.server.url}/upload/{workspace.team_id}/{file.id}"
    return {"ok": True, "upload_url": url, "file_id": file.id}


@method(
    "files.completeUploadExternal",
    "files! blocks channel_id channels initial_comment thread_ts highlight_type",
    scopes=("files:write",),
    tier=4,
)
def complete(request: Request) -> dict[str, Any]:
    """Post uploaded files where they belong."""
    workspace = request.workspace
    named = request.structure("files", "invalid_arguments")
    files = [workspace.files.get(str(one.get("id"))) for one in named or []]
    found = [file for file in files if file is not None and file.content is not None]
    if not found or len(found) != len(files):
        raise Refused("file_not_found")
    if request.text("channel_id"):
        channel = workspace.channel(request.text("channel_id"))
        if not channel.member:
            raise Refused("not_in_channel")
        message = StoredMessage(
            workspace.new_ts(), channel.id, workspace.bot_user_id, request.text("initial_comment")
        )
        message.bot, message.files = True, found
        workspace.post(message)
    shown = [{"id": file.id, "title": file.name, "name": file.name} for file in found]
    return {"ok": True, "files": shown}


async def take_upload(server: SlackServer, request: web.Request) -> web.Response:
    """Take a file at the address that was given for it."""
    workspace = server.workspaces.get(request.match_info["team"])
    file = workspace.files.get(request.match_info["file"]) if workspace else None
    content = await request.read()
    if file is None or file.content is not None or len(content) != file.length:
        return web.Response(status=400, text="the file is not as announced")
    file.content = content
    return web.Response(text=f"OK - {len(content)}")

"""Files for one person: offered in the personal chat, uploaded once the person accepts.

Teams lets a bot give files in personal chats only, and asks the person first
(learn.microsoft.com, "Send and receive files through a bot").
"""

from __future__ import annotations

from typing import Any

import aiohttp
import structlog
from microsoft_teams.api import Account, ConversationAccount
from microsoft_teams.api.activities.invoke.file_consent import FileConsentInvokeActivity
from microsoft_teams.api.activities.message import MessageActivityInput
from microsoft_teams.api.clients.conversation.params import CreateConversationParams
from microsoft_teams.api.models.attachment import Attachment
from microsoft_teams.api.models.conversation import ConversationReference
from microsoft_teams.api.models.file import FileUploadInfo
from microsoft_teams.apps import ActivityContext, App

from bot.commands.answers import FileAnswer
from bot.errors import DeliveryError
from handlers.teams.desk import Desk, conversation_of, id_of
from handlers.teams.people import FAILED
from handlers.teams.trouble import or_apologise

log = structlog.get_logger(__name__)

CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"

OFFERED = "The file is in our personal chat; accept it there."
NO_CHAT = "Files are given in the personal chat only; add me for yourself first, then ask again."
_LATE = "That file was offered too long ago; ask for it again."


def register(app: App, desk: Desk) -> None:
    """Add the listener for files that are accepted or declined."""

    @app.on_file_consent
    async def answered(ctx: ActivityContext[FileConsentInvokeActivity]) -> None:
        text = await or_apologise(_answered(desk, ctx), str, "file")
        if text:
            await ctx.send(text)


async def offer(desk: Desk, ctx: ActivityContext[Any], file: FileAnswer) -> str:
    """Offer a file in the personal chat; the sentence for where it was asked for, if elsewhere."""
    try:
        chat = await _personal_chat(ctx)
    except FAILED as error:
        log.info("teams.no_personal_chat", reason=type(error).__name__)
        return NO_CHAT
    key = desk.shelf.put(id_of(ctx.activity.from_), file)
    content = {
        "description": file.sentence,
        "sizeInBytes": len(file.content.encode()),
        "acceptContext": {"file": key},
        "declineContext": {"file": key},
    }
    consent = Attachment(content_type=CONSENT, name=file.name, content=content)
    await ctx.send(MessageActivityInput().add_attachments(consent), chat)
    return OFFERED if chat else ""


async def _personal_chat(ctx: ActivityContext[Any]) -> ConversationReference | None:
    """Give how to reach the person alone; None where that is here."""
    here = conversation_of(ctx.activity)
    if here.personal:
        return None
    made = await ctx.api.conversations.create(
        CreateConversationParams(
            members=[Account(id=ctx.activity.from_.id)],
            tenant_id=here.tenant,
            channel_data={"tenant": {"id": here.tenant}},
        )
    )
    return ConversationReference(
        channel_id="msteams",
        service_url=here.service_url,
        bot=ctx.activity.recipient,
        conversation=ConversationAccount(id=made.id),
    )


async def _answered(desk: Desk, ctx: ActivityContext[FileConsentInvokeActivity]) -> str:
    value = ctx.activity.value
    key = str(value.context.get("file") or "") if isinstance(value.context, dict) else ""
    file = desk.shelf.take(id_of(ctx.activity.from_), key)
    if value.action != "accept":
        return ""
    upload = value.upload_info
    if file is None or upload is None or not upload.upload_url:
        return _LATE
    await _upload(desk.engine.teams.session, upload.upload_url, file.content.encode())
    await ctx.send(MessageActivityInput().add_attachments(_info(upload)))
    return ""


async def _upload(session: aiohttp.ClientSession, url: str, content: bytes) -> None:
    """Put a file where Teams said. Raises DeliveryError."""
    headers = {"Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}"}
    try:
        async with session.put(url, data=content, headers=headers) as response:
            if response.status not in (200, 201):
                raise DeliveryError(f"The file was not taken (status {response.status}).")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        # `from None`: the address in the error's text is a secret of the person's.
        raise DeliveryError("The file was not taken.", detail=type(error).__name__) from None


def _info(upload: FileUploadInfo) -> Attachment:
    content = {"uniqueId": upload.unique_id, "fileType": upload.file_type}
    return Attachment(
        content_type=INFO, content_url=upload.content_url, name=upload.name, content=content
    )

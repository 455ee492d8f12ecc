"""Files for one person: uploaded into their direct messages with the bot.

Source: docs.slack.dev/messaging/working-with-files (files.getUploadURLExternal, the upload,
files.completeUploadExternal), which slack_sdk's `files_upload_v2` carries out.
"""

from __future__ import annotations

import structlog
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.answers import FileAnswer

log = structlog.get_logger(__name__)

GIVEN = "It is in your direct messages with me."
NO_SCOPE = (
    "I may not upload files in this workspace yet; an admin grants it by installing me again "
    "(scope files:write)."
)
NOT_TAKEN = "Slack did not take the file; please try again in a minute."


async def give_file(file: FileAnswer, client: AsyncWebClient, user: str) -> str:
    """Upload a file for a person alone, and give the sentence that says what came of it."""
    try:
        opened = await client.conversations_open(users=user)
        await client.files_upload_v2(
            channel=opened["channel"]["id"],
            filename=file.name,
            title=file.name,
            content=file.content,
            initial_comment=file.sentence,
        )
    except SlackApiError as error:
        reason = str(error.response.get("error"))
        log.warning("slack.file_refused", reason=reason)
        return NO_SCOPE if reason == "missing_scope" else NOT_TAKEN
    except SlackRequestError as error:
        log.warning("slack.file_not_taken", reason=type(error).__name__)
        return NOT_TAKEN
    return GIVEN

"""What Slack's error codes mean for a message.

Codes from docs.slack.dev/reference/methods/chat.postMessage and chat.update.
"""

from __future__ import annotations

from bot.delivery.senders.answers import retry_after
from bot.errors import DeliveryError

OF_WORKSPACE = {
    "account_inactive": "The bot was removed from the workspace; install it again.",
    "token_revoked": "The bot's token was revoked; install the bot again.",
    "token_expired": "The bot's token has expired; install the bot again.",
    "invalid_auth": "Slack refuses the bot's token; install the bot again.",
    "not_authed": "The bot has no token for this workspace; install it again.",
    "org_login_required": "The workspace is being moved to an organisation; try later.",
    "ekm_access_denied": "The workspace's administrators have suspended posting.",
    "team_access_not_granted": "The bot was not granted this workspace; grant it in the org.",
    "missing_scope": "The bot lacks the right to post (chat:write); install it again.",
    "no_permission": "The bot's token may not post here; install the bot again.",
    "team_not_found": "The workspace is not there any more.",
    "access_denied": "Slack denies the bot access; ask an administrator of the workspace.",
    "not_allowed_token_type": "The bot's token is of the wrong kind; use one that begins xoxb-.",
    "enterprise_is_restricted": "The organisation does not allow the bot to post.",
}
"""Every channel of the workspace has this trouble."""

OF_CHANNEL = {
    "channel_not_found": "Slack does not know the channel; if it is private, invite the bot.",
    "not_in_channel": "The bot is not in the channel; invite it with /invite.",
    "is_archived": "The channel is archived; unarchive it, or subscribe another channel.",
    "is_inactive": "The channel is not active any more; subscribe another channel.",
    "restricted_action": "A setting of the workspace keeps the bot from posting in the channel.",
    "restricted_action_read_only_channel": "The channel is read-only; let the bot post there.",
    "restricted_action_non_threadable_channel": "The channel does not allow such messages.",
    "channel_is_limited_access": "The channel is limited to certain people; add the bot.",
    "messages_tab_disabled": "The app's Messages tab is off; switch it on in its App Home.",
    "user_not_found": "Slack does not know this person any more.",
    "user_disabled": "This person's account is deactivated.",
    "cannot_dm_bot": "This is a bot, which cannot be written to.",
    "cant_dm_bot": "This is a bot, which cannot be written to.",
}

OF_MESSAGE = {
    "invalid_blocks": "Slack refused the message's layout.",
    "invalid_blocks_format": "Slack refused the message's layout.",
    "msg_too_long": "The message is too long for Slack.",
    "msg_blocks_too_long": "The message is too long for Slack.",
    "no_text": "The message is empty.",
    "invalid_arguments": "Slack refused the message's fields.",
    "invalid_metadata_format": "Slack refused the message's metadata.",
    "invalid_metadata_schema": "Slack refused the message's metadata.",
    "metadata_too_large": "Slack refused the message's metadata.",
    "message_not_found": "The message to be changed is not there any more.",
    "cant_update_message": "The message cannot be changed any more.",
    "edit_window_closed": "The message can no longer be changed; the workspace limits editing.",
}

OF_METADATA = {"invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large"}

OF_THREAD = {"thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"}
"""The message to be answered is gone or closed; the answer can stand by itself."""

_MAYBE_DONE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
"""Slack: "it's possible some aspect of the operation succeeded before the error was raised"."""

_TRY_LATER = {"ratelimited", "rate_limited", "message_limit_exceeded", "accesslimited"}


def rate_limited(header: str | None) -> DeliveryError:
    """Give the error for an answer 429 with its Retry-After (seconds)."""
    seconds = retry_after(header)
    return DeliveryError(
        f"Slack asked to wait {seconds:g} seconds.", detail="429", retry_after=seconds
    )


def unclear(status: int | None, detail: str = "") -> DeliveryError:
    """Give the error for an answer that does not tell whether the message was taken."""
    said = f"Slack answered with status {status}" if status else "Slack's connection was cut"
    return DeliveryError(f"{said}; the message may have arrived.", detail=detail, unknown=True)


def unreachable(detail: str, *, asked: bool) -> DeliveryError:
    """Give the error for a connection that was not made; `asked`: it was to settle a doubt, which
    then remains."""
    return DeliveryError("Slack cannot be reached.", detail=detail, unknown=asked)


def refused(code: str, *, detail: str = "") -> DeliveryError:
    """Give the error for an answer `"ok": false` with Slack's `error` code."""
    if code in _TRY_LATER:
        return rate_limited(None)
    if code in _MAYBE_DONE:
        return DeliveryError(
            f"Slack had an error of its own ({code}); the message may have arrived.",
            detail=detail,
            unknown=True,
        )
    if code in OF_MESSAGE:
        return DeliveryError(
            f"{OF_MESSAGE[code]} ({code})", detail=detail, permanent=True, of_message=True
        )
    known = OF_WORKSPACE.get(code) or OF_CHANNEL.get(code)
    if known:
        return DeliveryError(f"{known} ({code})", detail=detail, permanent=True)
    return DeliveryError(f"Slack refused the message ({code}).", detail=detail, of_message=True)

"""What the Bot Connector's answers mean for a message.

Statuses and codes from learn.microsoft.com, "Status codes from bot conversational APIs".
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.delivery.senders.answers import retry_after
from bot.errors import DeliveryError

_UNTIL_AN_OPERATOR_ACTS = 300.0
"""Seconds between attempts while Teams refuses the bot itself; nothing is given up meanwhile."""

_OF_CHANNEL = {
    "BotNotInConversationRoster": "The app is not in this conversation any more; add it again.",
    "BotDisabledByAdmin": "An administrator blocked the app; ask them to allow it.",
    "ConversationBlockedByUser": "The person blocked the bot or left the chat.",
    "ConversationNotFound": "Teams does not know this conversation any more.",
    "ForbiddenOperationException": "The app is not installed for this person; they must add it.",
    "InvalidBotApiHost": "Teams moved this conversation; write to the bot there once.",
    "NotEnoughPermissions": "The app lacks the right to post here; add it again.",
    "MessageWritesBlocked": "Posting is blocked in this conversation.",
}

_OF_STATUS = {
    403: "Teams does not let the app post in this conversation; add it again.",
    404: "Teams does not know this conversation any more.",
}


class Answer:
    """An error as the Connector tells it: its status, code and wait."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.code = _code(body)
        self.retry_after = headers.get("Retry-After")


def refused(answer: Answer, *, of_update: bool = False) -> DeliveryError:
    """Give the error for an answer that is no success; `of_update`: a message was to be changed."""
    status, code = answer.status, answer.code
    detail = f"{status} {code}".strip()
    if status == 429 or (status == 503 and answer.retry_after):
        return rate_limited(answer.retry_after, detail)
    if status == 401:
        return DeliveryError(
            f"Teams refuses the bot ({code or status}); see that the Azure Bot has this CLIENT_ID "
            "and the channel Microsoft Teams.",
            detail=detail,
            retry_after=_UNTIL_AN_OPERATOR_ACTS,
        )
    if status in (412, 500, 502, 503, 504):
        return unclear(status, code)
    if of_update and status == 404:
        return DeliveryError(
            "The message was deleted in Teams.", detail=detail, permanent=True, of_message=True
        )
    if status in (403, 404):
        said = _OF_CHANNEL.get(code, _OF_STATUS[status])
        return DeliveryError(f"{said} ({code or status})", detail=detail, permanent=True)
    if status == 413 or code == "MessageSizeTooBig":
        return too_large(detail)
    if status == 400:
        return DeliveryError(
            f"Teams cannot read the message ({code or status}).",
            detail=detail,
            permanent=True,
            of_message=True,
        )
    return DeliveryError(f"Teams refused the message ({code or status}).", detail=detail)


def rate_limited(header: str | None, detail: str = "429") -> DeliveryError:
    """Give the error for being asked to wait, with the Retry-After there may be (seconds)."""
    seconds = retry_after(header)
    return DeliveryError(
        f"Teams asked to wait {seconds:g} seconds.", detail=detail, retry_after=seconds
    )


def too_large(detail: str) -> DeliveryError:
    """Give the error for a message that Teams would not take for its size."""
    return DeliveryError(
        "The card is too large for Teams.", detail=detail, permanent=True, of_message=True
    )


def unclear(status: int | None, detail: str = "") -> DeliveryError:
    """Give the error for an answer that does not tell whether the message was taken."""
    said = f"Teams answered with status {status}" if status else "The connection to Teams was cut"
    return DeliveryError(f"{said}; the message may have arrived.", detail=detail, unknown=True)


def _code(body: bytes) -> str:
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return str(code or "")[:80]

"""Posts cards to a Workflows webhook: Teams channels where no app can be installed.

The address itself is the secret: whoever has it can post. It is never logged and never part of
an error. A webhook cannot be asked what arrived, nor can a message be changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.delivery.model import Address, Outgoing, SaidPage, Sought
from bot.delivery.senders.answers import retry_after
from bot.errors import DeliveryError, FetchFailed
from bot.feeds.guard import CheckedResolver, check_host, checked_sockets

MESSAGE_BYTES = 28_000
"""The largest message that a webhook or flow takes (learn.microsoft.com; 413 above it)."""

CALL_SECONDS = 15
_ANSWER_BYTES = 10_000
_THROTTLED = "returned http error 429"
"""Such a webhook may say 200 and tell in its text that Teams throttled it."""


class WebhookSender:
    """Sends to webhooks. Close it at the end, or use it with `async with`.

    `allow_private` lets addresses be on loopback or private networks, and unencrypted.
    """

    edits = False

    def __init__(self, *, allow_private: bool = False) -> None:
        self._allow_private = allow_private
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> WebhookSender:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, address: Address, outgoing: Outgoing) -> str:
        """Post a card. A webhook gives no id, so the delivery's is given."""
        self._check(address.secret)
        body = _body(outgoing)
        if len(body) > MESSAGE_BYTES:
            raise DeliveryError(
                "The card is too large for Teams.",
                detail=f"{len(body)} bytes",
                permanent=True,
                of_message=True,
            )
        try:
            async with self._open().post(
                address.secret,
                data=body,
                headers={"Content-Type": "application/json; charset=utf-8"},
                allow_redirects=False,
            ) as response:
                answer = (await response.content.read(_ANSWER_BYTES)).decode(errors="replace")
                _judge(response.status, response.headers, answer)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # `from None`: the error's own text has the address in it.
            raise DeliveryError(
                "The webhook's server cannot be reached.", detail=type(error).__name__
            ) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DeliveryError(
                "The connection to the webhook was cut; the message may have arrived.",
                detail=type(error).__name__,
                unknown=True,
            ) from None
        return str(outgoing.delivery_id)

    async def find(self, address: Address, sought: Sought) -> str | None:  # noqa: ARG002
        """Raise DeliveryError: a webhook cannot be asked."""
        raise DeliveryError("A webhook cannot be asked what arrived.")

    async def said(
        self,
        address: Address,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
        *,
        after: str = "",  # noqa: ARG002
        before: str = "",  # noqa: ARG002
    ) -> SaidPage:
        """Raise DeliveryError: a webhook cannot be asked."""
        raise DeliveryError("A webhook cannot be asked what arrived.")

    async def update(
        self,
        address: Address,
        external_id: str,  # noqa: ARG002 - a posted card cannot be changed
        outgoing: Outgoing,
    ) -> None:
        """Post the new text as a message of its own."""
        await self.send(address, outgoing)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0,  # who sends bounds its calls
                    resolver=CheckedResolver(allow_private=self._allow_private),
                    socket_factory=checked_sockets(allow_private=self._allow_private),
                ),
                timeout=aiohttp.ClientTimeout(total=CALL_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _check(self, secret: str) -> None:
        try:
            parts = urlsplit(secret)
            host = parts.hostname or ""
        except ValueError:
            parts, host = urlsplit(""), ""
        schemes = {"https", "http"} if self._allow_private else {"https"}
        if not host or parts.scheme not in schemes:
            raise DeliveryError(
                "The channel has no webhook address; set it again (https://...).", permanent=True
            )
        try:
            check_host(host, allow_private=self._allow_private)
        except FetchFailed:
            raise DeliveryError(
                "The webhook's address leads into a private network; set a public one.",
                permanent=True,
            ) from None


def _body(outgoing: Outgoing) -> bytes:
    card: Mapping[str, Any] = outgoing.message.card or {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [{"type": "TextBlock", "text": outgoing.message.text, "wrap": True}],
    }
    message = {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": card,
            }
        ],
    }
    return json.dumps(message, ensure_ascii=False).encode()


def _judge(status: int, headers: Mapping[str, str], answer: str) -> None:
    """Raise the DeliveryError that a webhook's answer means."""
    if status == 429 or (status < 300 and _THROTTLED in answer.lower()):
        seconds = retry_after(headers.get("Retry-After"))
        raise DeliveryError("Teams asked to wait.", detail="429", retry_after=seconds)
    if status < 300:
        return
    if status == 413:
        raise DeliveryError("The card is too large for Teams.", permanent=True, of_message=True)
    if status == 400:
        raise DeliveryError(
            "The workflow refused the card.",
            detail=answer[:200],
            permanent=True,
            of_message=True,
        )
    if status in (401, 403, 404, 410):
        raise DeliveryError(
            f"The webhook is not there any more (status {status}); make a new one in Teams.",
            permanent=True,
        )
    if status >= 500:
        raise DeliveryError(
            f"The webhook answered with status {status}; the message may have arrived.",
            unknown=True,
        )
    raise DeliveryError(f"The webhook answered with status {status}.", detail=answer[:200])

"""What is let in at `POST /slack/events`, and that an event is answered once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import structlog
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

log = structlog.get_logger(__name__)

TOO_EARLY = "I have just started, and Slack has not told me yet who I am. Try again in a minute."
EARLY_SECONDS = 30
EVENTS = 10_000
"""How many events' ids are remembered. Slack sends one again for about an hour."""


class Door:
    """Reads a request only when Slack signed it: what a stranger sends is not even parsed."""

    def __init__(self, signing_secret: str) -> None:
        self._verifier = SignatureVerifier(signing_secret)

    async def let_in(self, request: Request) -> AsyncBoltRequest | Response:
        """Give what Slack sent, or the answer for what it did not send or nobody can read."""
        body = await request.body()
        if not self._is_signed(request, body):
            if _is_ssl_check(body):  # Slack looks whether the address has a certificate, unsigned
                return Response()
            return _refused(401, "no valid signature")
        try:
            sent = to_async_bolt_request(request, body)
        except (ValueError, RecursionError, AttributeError, TypeError):  # Bolt's, of odd JSON
            return _refused(400, "a body that cannot be read")
        if not isinstance(sent.body, dict) or not isinstance(sent.body.get("event", {}), dict):
            return _refused(400, "a body of another form")
        return sent

    def _is_signed(self, request: Request, body: bytes) -> bool:
        at = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not (at.isascii() and at.isdigit() and len(at) < 13 and signature.isascii()):
            return False
        try:
            return self._verifier.is_valid(body, at, signature)
        except UnicodeDecodeError:  # of no text does Slack make a signature
            return False


def too_early(sent: AsyncBoltRequest) -> Response | None:
    """Give the answer for what comes before Slack has said who the bot is.

    An event Slack sends again, a command it does not, so there the person is told; whether the
    address is ours can be answered by anybody who knows the signing secret (None).
    """
    if sent.body.get("type") == "url_verification":
        return None
    log.warning("slack.too_early")
    if sent.body.get("command"):
        return JSONResponse({"response_type": "ephemeral", "text": TOO_EARLY})
    return PlainTextResponse(TOO_EARLY, 503, {"Retry-After": str(EARLY_SECONDS)})


class Once:
    """Lets each event through once: Slack sends one again that it saw no answer to in time."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def __call__(
        self,
        body: dict[str, Any],
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt's name
    ) -> BoltResponse:
        """Go on, or acknowledge what was seen before; a Bolt middleware."""
        event = str(body.get("event_id") or "")
        if event in self._seen:
            log.info("slack.event_again", event_id=event)
            return BoltResponse(status=200)
        if event:
            self._seen[event] = None
            if len(self._seen) > EVENTS:
                self._seen.popitem(last=False)
        return await next()


def _is_ssl_check(body: bytes) -> bool:
    if len(body) > 1_000:
        return False
    return parse_qs(body.decode("ascii", "replace")).get("ssl_check") == ["1"]


def _refused(status: int, reason: str) -> Response:
    log.warning("slack.refused", reason=reason)
    return PlainTextResponse("", status)

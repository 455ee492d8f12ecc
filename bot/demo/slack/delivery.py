"""How the look-alike reaches the bot: over Socket Mode, or by signed HTTP requests.

docs.slack.dev/authentication/verifying-requests-from-slack: `v0=` HMAC-SHA256 over
`v0:timestamp:body`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from bot.clock import Clock
from bot.demo.slack.sockets import NoConnection, Sockets

ACK_SECONDS = 3.0
Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """How the bot acknowledged. `status` is 200 for Socket Mode; 0 when nothing came in time."""

    ok: bool
    payload: dict[str, Any]
    seconds: float
    status: int


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Give the signature of a request."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class BotLine:
    """Carries interactions and events to the bot. `http_target` switches to signed HTTP."""

    def __init__(self, sockets: Sockets, signing_secret: str, wall_clock: Clock) -> None:
        self.http_target = ""
        self._sockets = sockets
        self._secret = signing_secret
        self._clock = wall_clock
        self._session: aiohttp.ClientSession | None = None

    async def deliver(
        self, kind: Kind, payload: dict[str, Any], *, retry: int = 0, reason: str = ""
    ) -> Acknowledged:
        """Send one payload and wait for its acknowledgement, three (real) seconds at most."""
        begun = time.monotonic()
        if self.http_target:
            body, content_type = encode(kind, payload)
            headers = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
            status, text = await self.post(body, content_type, headers if retry else {})
            taken = time.monotonic() - begun
            return Acknowledged(status == 200, _payload(text), taken, status)
        try:
            answer = await self._sockets.send(
                kind,
                payload,
                timeout=ACK_SECONDS,
                accepts_payload=kind != "events_api",
                retry=retry,
                reason=reason,
            )
        except NoConnection:
            answer = None
        taken = time.monotonic() - begun
        return Acknowledged(
            answer is not None, answer or {}, taken, 200 if answer is not None else 0
        )

    async def post(
        self,
        body: bytes,
        content_type: str,
        headers: Mapping[str, str] | None = None,
        *,
        timestamp: str | None = None,
        signature: str | None = None,
    ) -> tuple[int, str]:
        """POST to `http_target`, signed; a wrong `timestamp` or `signature` may be given.

        Gives status and body; status 0 when nothing came within three seconds.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False)
        stamp = timestamp or str(int(self._clock().timestamp()))
        sent = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature or sign(self._secret, stamp, body),
            **(headers or {}),
        }
        timeout = aiohttp.ClientTimeout(total=ACK_SECONDS)
        try:
            async with self._session.post(
                self.http_target, data=body, headers=sent, timeout=timeout
            ) as answer:
                return answer.status, await answer.text()
        except (TimeoutError, aiohttp.ClientError):
            return 0, ""

    async def close(self) -> None:
        """Close the connections of signed requests."""
        if self._session is not None:
            await self._session.close()


def encode(kind: Kind, payload: dict[str, Any]) -> tuple[bytes, str]:
    """Give body and content type of a request as Slack makes them for `kind`."""
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _payload(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return {"text": text}
    return value if isinstance(value, dict) else {"text": text}

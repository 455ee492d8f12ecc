"""One call of Slack's Web API, made once, on the shared session of slack_sdk's clients.

Not by the clients' own methods, for two reasons: their default retry handler repeats a call whose
connection was cut, which would post a message twice, and here an alert's JSON is written once and
not once a channel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.senders import slack_errors as errors
from bot.delivery.senders.answers import read_at_most
from bot.errors import DeliveryError

ANSWER_BYTES = 4_000_000
"""The largest answer that is read."""

_NO_CODE = re.compile(r"[^\w.:-]", re.ASCII)
"""What no error code of Slack's has, and a database may not take."""


class SlackAccess(Protocol):
    """Where the clients and tokens of workspaces come from (`bot.installations`)."""

    def client(self, token: str | None = None) -> AsyncWebClient:
        """Give a client over the shared session."""

    async def token(self, workspace: str) -> str:
        """Give a workspace's bot token. Raises DeliveryError (permanent) when there is none."""


class Refused(Exception):
    """Slack answered `"ok": false`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code[:80]
        self.detail = detail


class SlackCalls:
    """Makes calls for every workspace that installed the bot."""

    def __init__(self, access: SlackAccess) -> None:
        self._access = access

    async def call(
        self,
        workspace: str,
        method: str,
        *,
        body: str | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """Make one call, with a body of JSON or a form, by a workspace's bot token.

        Raises `Refused` for `"ok": false`, DeliveryError for the rest.
        """
        token = await self._access.token(workspace)
        client = self._access.client()
        if client.session is None:
            raise DeliveryError("The connection to Slack is not open.")
        headers = {"Authorization": f"Bearer {token}"}
        if body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            async with client.session.post(
                client.base_url + method,
                data=body.encode() if body is not None else form,
                headers=headers,
                allow_redirects=False,
            ) as response:
                if response.status == 429:
                    raise errors.rate_limited(response.headers.get("Retry-After"))
                answer = _read(await _bounded(response))
                status = response.status
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise errors.unreachable(type(error).__name__, asked=form is not None) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise errors.unclear(None, type(error).__name__) from error
        if answer is None:
            raise errors.unclear(status, "no JSON")
        if answer.get("ok") is True:
            return answer
        code = _NO_CODE.sub("?", str(answer.get("error", "unknown_error")))
        raise Refused(code, _details(answer))


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    taken = await read_at_most(response, ANSWER_BYTES)
    if taken is None:
        raise errors.unclear(response.status, "answer too large")
    return taken


def _read(answer: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(answer)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _details(answer: Mapping[str, Any]) -> str:
    """Give what Slack says beside its error code, cut short, for the log."""
    metadata = answer.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    needed = answer.get("needed")
    parts = [str(part) for part in (needed, messages or answer.get("errors")) if part]
    return "; ".join(parts)[:500]

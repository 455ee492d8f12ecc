"""Sends to Slack: `chat.postMessage`, `chat.update`, and `conversations.history` to settle doubt.

The calls are made on the shared session of slack_sdk's clients and not by its methods, for two
reasons: its default retry handler repeats a call whose connection was cut, which would post a
message twice, and here an alert's JSON is written once and not once a channel.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.model import Address, Outgoing
from bot.delivery.senders import slack_errors as errors
from bot.errors import DeliveryError
from bot.messages.model import Message

EVENT_TYPE = "exportnews_alert"

ANSWER_BYTES = 4_000_000
"""The largest answer that is read."""

_HISTORY = 100
"""Messages asked for at a time when looking for one; apps outside Slack's Marketplace get 15."""

_PAGES = 5
"""How many times one look asks; what is further back cannot be told."""

_LOOK_BACK = timedelta(minutes=2)
"""How much earlier than the attempt to look, for clocks that differ."""

_BODIES = 256
"""Rendered messages whose JSON is kept."""


class SlackAccess(Protocol):
    """Where the clients and tokens of workspaces come from (`bot.installations`)."""

    def client(self, token: str | None = None) -> AsyncWebClient:
        """Give a client over the shared session."""

    async def token(self, workspace: str) -> str:
        """Give a workspace's bot token. Raises DeliveryError (permanent) when there is none."""


class SlackSender:
    """Sends to the channels of every workspace that installed the bot."""

    def __init__(self, access: SlackAccess) -> None:
        self._access = access
        self._bodies: OrderedDict[int, tuple[Message, str]] = OrderedDict()

    async def send(self, address: Address, outgoing: Outgoing) -> str:
        """Post a message and give its `ts`. A thread that is gone is left out."""
        try:
            answer = await self._post(address, outgoing, outgoing.thread)
        except _Refused as refused:
            if refused.code not in errors.OF_THREAD or not outgoing.thread:
                raise errors.refused(refused.code, detail=refused.detail) from None
            try:
                answer = await self._post(address, outgoing, "")
            except _Refused as again:
                raise errors.refused(again.code, detail=again.detail) from None
        ts = answer.get("ts")
        if not isinstance(ts, str) or not ts:
            raise errors.unclear(200, "no ts")
        return ts

    async def find(
        self, address: Address, delivery_id: int, since: datetime, thread: str = ""
    ) -> str | None:
        """Look in the channel's (or thread's) newest messages for a delivery; its `ts`, or None.

        Raises DeliveryError: with `retry_after` or `unknown` when Slack should be asked later,
        without when the history may not be read or is too long to tell.
        """
        if address.channel.startswith(("U", "W")):
            raise DeliveryError("A direct message's history is not read.")
        if thread:
            try:
                found = await self._look(address, delivery_id, since, thread)
            except _Refused as refused:
                if refused.code not in errors.OF_THREAD:
                    raise _unreadable(refused) from None
            else:
                if found is not None:
                    return found
        try:
            return await self._look(address, delivery_id, since, "")
        except _Refused as refused:
            raise _unreadable(refused) from None

    async def _look(
        self, address: Address, delivery_id: int, since: datetime, thread: str
    ) -> str | None:
        form = {
            "channel": address.channel,
            "oldest": f"{(since - _LOOK_BACK).timestamp():.6f}",
            "limit": str(_HISTORY),
            "include_all_metadata": "true",
        }
        if thread:  # answers in a thread are not in the channel's history
            form["ts"] = thread
        method = "conversations.replies" if thread else "conversations.history"
        token = await self._access.token(address.workspace)
        for _ in range(_PAGES):
            answer = await self._call(token, method, form=form)
            messages = answer.get("messages")
            for message in messages if isinstance(messages, list) else ():
                if isinstance(message, dict) and _delivery_of(message) == delivery_id:
                    return str(message.get("ts"))
            cursor = _next_page(answer)
            if not answer.get("has_more") or not cursor:
                return None
            form["cursor"] = cursor
        raise DeliveryError("Too much was posted since to find it in the channel's history.")

    async def update(self, address: Address, external_id: str, outgoing: Outgoing) -> None:
        """Put a new text in place of the message with `ts` `external_id`."""
        token = await self._access.token(address.workspace)
        head = json.dumps({"channel": address.channel, "ts": external_id})
        body = head[:-1] + "," + self._body(outgoing.message)[1:]
        try:
            await self._call(token, "chat.update", body=body)
        except _Refused as refused:
            raise errors.refused(refused.code, detail=refused.detail) from None

    async def _post(self, address: Address, outgoing: Outgoing, thread: str) -> Mapping[str, Any]:
        token = await self._access.token(address.workspace)
        head: dict[str, Any] = {
            "channel": address.channel,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {
                "event_type": EVENT_TYPE,
                "event_payload": {"delivery": outgoing.delivery_id, "story": outgoing.story_id},
            },
        }
        if thread:
            head["thread_ts"] = thread
        body = json.dumps(head)[:-1] + "," + self._body(outgoing.message)[1:]
        return await self._call(token, "chat.postMessage", body=body)

    def _body(self, message: Message) -> str:
        """Give the JSON of what is the same in every channel: an object with text and blocks."""
        key = id(message)
        known = self._bodies.get(key)
        if known is not None:
            return known[1]
        content: dict[str, Any] = {"text": message.text}
        if message.blocks:
            content["blocks"] = list(message.blocks)
        body = json.dumps(content)
        # The message is kept with its JSON, so that its id stays its own.
        self._bodies[key] = (message, body)
        if len(self._bodies) > _BODIES:
            self._bodies.popitem(last=False)
        return body

    async def _call(
        self,
        token: str,
        method: str,
        *,
        body: str | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """Make one call, once. Raises `_Refused` for `"ok": false`, DeliveryError for the rest."""
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
        raise _Refused(str(answer.get("error", "unknown_error")), _details(answer))


class _Refused(Exception):
    """Slack answered `"ok": false`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code[:80]
        self.detail = detail


def _next_page(answer: Mapping[str, Any]) -> str:
    metadata = answer.get("response_metadata")
    return str(metadata.get("next_cursor") or "") if isinstance(metadata, dict) else ""


def _unreadable(refused: _Refused) -> DeliveryError:
    """Give what a refusal to show a channel's history means."""
    meant = errors.refused(refused.code, detail=refused.detail)
    of_workspace = refused.code in errors.OF_WORKSPACE and refused.code != "missing_scope"
    if of_workspace or meant.unknown or meant.retry_after is not None:
        return meant
    return DeliveryError(f"The channel's history cannot be read ({refused.code}).")


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    if response.content_length is not None and response.content_length <= ANSWER_BYTES:
        return await response.read()
    taken = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        taken += chunk
        if len(taken) > ANSWER_BYTES:
            raise errors.unclear(response.status, "answer too large")
    return bytes(taken)


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


def _delivery_of(message: Mapping[str, Any]) -> int | None:
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload")
    found = payload.get("delivery") if isinstance(payload, dict) else None
    return found if isinstance(found, int) else None

"""Sends to Slack: `chat.postMessage`, `chat.update`, and `conversations.history` to settle doubt.

The calls are made on the shared session of slack_sdk's clients and not by its methods, for two
reasons: its default retry handler repeats a call whose connection was cut, which would post a
message twice, and here an alert's JSON is written once and not once a channel.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.model import Address, Outgoing, Said, SaidPage, Sought
from bot.delivery.senders import slack_errors as errors
from bot.delivery.senders.answers import read_at_most
from bot.errors import DeliveryError
from bot.messages.model import Message

EVENT_TYPE = "exportnews_alert"

ANSWER_BYTES = 4_000_000
"""The largest answer that is read."""

_HISTORY = 100
"""Messages asked for at a time when looking for one; apps outside Slack's Marketplace get 15."""

_PAGES = 10
"""How many times one look asks; what is further back cannot be told."""

_LOOK_BACK = timedelta(days=1)
"""How much earlier than the attempt to look where nothing else says: the database's clock and
Slack's may differ by as much. Newest first, so a message that is there is found at once."""

_TS = re.compile(r"\d{10}\.\d{6}")

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

    async def find(self, address: Address, sought: Sought) -> str | None:
        """Look in the channel's (or thread's) newest messages for one; its `ts`, or None.

        Raises DeliveryError: with `retry_after` or `unknown` when Slack should be asked later,
        without when the history may not be read or is too long to tell.
        """
        _refuse_direct(address)
        if sought.thread:
            try:
                found = await self._look(address, sought, sought.thread)
            except _Refused as refused:
                if refused.code not in errors.OF_THREAD:
                    raise _unreadable(refused) from None
            else:
                if found is not None:
                    return found
        try:
            return await self._look(address, sought, "")
        except _Refused as refused:
            raise _unreadable(refused) from None

    async def said(
        self, address: Address, since: datetime, *, after: str = "", before: str = ""
    ) -> SaidPage:
        """Give one page of the bot's messages in a channel, newest first, threads left out."""
        _refuse_direct(address)
        form = {"oldest": _oldest(since, after), "limit": str(_HISTORY)}
        if before:
            form["latest"] = before
        try:
            answer = await self._history(address, form)
        except _Refused as refused:
            raise _unreadable(refused) from None
        messages = _messages(answer)
        more = messages and answer.get("has_more")
        return SaidPage(
            tuple(said for message in messages if (said := _said(message)) is not None),
            before=str(messages[-1].get("ts", "")) if more else "",
        )

    async def _look(self, address: Address, sought: Sought, thread: str) -> str | None:
        # In a thread the message that is answered is the oldest, and comes first whatever is asked.
        form = {"oldest": _oldest(sought.since, sought.after), "limit": str(_HISTORY)}
        if thread:  # answers in a thread are not in the channel's history
            form["ts"] = thread
        for _ in range(_PAGES):
            answer = await self._history(address, form)
            for said in filter(None, map(_said, _messages(answer))):
                if said.delivery_id == sought.delivery_id or sought.marks & set(said.marks):
                    return said.external_id
            cursor = _next_page(answer)
            if not answer.get("has_more") or not cursor:
                return None
            form["cursor"] = cursor
        raise DeliveryError("Too much was posted since to find it in the channel's history.")

    async def _history(self, address: Address, form: Mapping[str, str]) -> Mapping[str, Any]:
        method = "conversations.replies" if "ts" in form else "conversations.history"
        asked = {**form, "channel": address.channel, "include_all_metadata": "true"}
        return await self._call(await self._access.token(address.workspace), method, form=asked)

    async def update(self, address: Address, external_id: str, outgoing: Outgoing) -> None:
        """Put a new text in place of the message with `ts` `external_id`."""
        token = await self._access.token(address.workspace)
        head = json.dumps({"channel": address.channel, "ts": external_id})
        body = head[:-1] + "," + self._body(outgoing)
        try:
            await self._call(token, "chat.update", body=body)
        except _Refused as refused:
            raise errors.refused(refused.code, detail=refused.detail) from None

    async def _post(self, address: Address, outgoing: Outgoing, thread: str) -> Mapping[str, Any]:
        token = await self._access.token(address.workspace)
        body = _head(address, outgoing, thread, outgoing.message.marks) + self._body(outgoing)
        try:
            return await self._call(token, "chat.postMessage", body=body)
        except _Refused as refused:
            if refused.code not in errors.OF_METADATA or not outgoing.message.marks:
                raise
        # Marks are for the day after a restore; the message is for now.
        body = _head(address, outgoing, thread, ()) + self._body(outgoing)
        return await self._call(token, "chat.postMessage", body=body)

    def _body(self, outgoing: Outgoing) -> str:
        """Give the JSON of what is the same in every channel: text and blocks, and the end of the
        object that begins with what is not."""
        message = outgoing.message
        key = id(message)
        known = self._bodies.get(key)
        if known is not None:
            return known[1]
        content: dict[str, Any] = {"text": message.text}
        if message.blocks:
            content["blocks"] = list(message.blocks)
        body = json.dumps(content)[1:]
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


def _refuse_direct(address: Address) -> None:
    if address.channel.startswith(("U", "W")):
        raise DeliveryError("A direct message's history is not read.")


def _oldest(since: datetime, after: str) -> str:
    """Give the `ts` after which to look: that of the last message known, which is Slack's own,
    unless it is far back; then clocks must do, which may differ."""
    back = f"{(since - _LOOK_BACK).timestamp():.6f}"
    return max(back, after) if _TS.fullmatch(after) else back


def _head(address: Address, outgoing: Outgoing, thread: str, marks: Sequence[str]) -> str:
    """Give the beginning of a message's JSON, up to where text and blocks follow."""
    payload: dict[str, Any] = {"delivery": outgoing.delivery_id, "story": outgoing.story_id}
    if marks:
        payload["marks"] = list(marks)
    head: dict[str, Any] = {
        "channel": address.channel,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": payload},
    }
    if thread:
        head["thread_ts"] = thread
    return json.dumps(head)[:-1] + ","


def _messages(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    messages = answer.get("messages")
    return [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []


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


def _said(message: Mapping[str, Any]) -> Said | None:
    """Give what a message says of itself; None for one that is not an alert of ours."""
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload")
    found = payload if isinstance(payload, dict) else {}
    delivery, marks = found.get("delivery"), found.get("marks")
    return Said(
        external_id=str(message.get("ts")),
        delivery_id=delivery if isinstance(delivery, int) else None,
        marks=tuple(str(mark) for mark in marks) if isinstance(marks, list) else (),
    )

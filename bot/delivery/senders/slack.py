"""Sends to Slack: `chat.postMessage`, `chat.update`, and a channel's history to settle doubt."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.delivery.model import Address, Outgoing, SaidPage, Sought
from bot.delivery.senders import slack_errors as errors
from bot.delivery.senders.slack_calls import Refused, SlackAccess, SlackCalls
from bot.delivery.senders.slack_history import EVENT_TYPE, TS, SlackHistory
from bot.messages.model import Message

_BODIES = 256
"""Rendered messages whose JSON is kept."""


class SlackSender:
    """Sends to the channels of every workspace that installed the bot."""

    edits = True

    def __init__(self, access: SlackAccess) -> None:
        self._calls = SlackCalls(access)
        self._history = SlackHistory(self._calls)
        self._bodies: OrderedDict[int, tuple[Message, str]] = OrderedDict()

    async def send(self, address: Address, outgoing: Outgoing) -> str:
        """Post a message and give its `ts`. A thread that is gone is left out."""
        try:
            answer = await self._post(address, outgoing, outgoing.thread)
        except Refused as refused:
            if refused.code not in errors.OF_THREAD or not outgoing.thread:
                raise errors.refused(refused.code, detail=refused.detail) from None
            try:
                answer = await self._post(address, outgoing, "")
            except Refused as again:
                raise errors.refused(again.code, detail=again.detail) from None
        ts = answer.get("ts")
        if not isinstance(ts, str) or not TS.fullmatch(ts):
            raise errors.unclear(200, "no ts")
        return ts

    async def find(self, address: Address, sought: Sought) -> str | None:
        """Look in the channel's (or thread's) newest messages for one; its `ts`, or None."""
        return await self._history.find(address, sought)

    async def said(
        self, address: Address, since: datetime, *, after: str = "", before: str = ""
    ) -> SaidPage:
        """Give one page of the bot's messages in a channel, newest first, threads left out."""
        return await self._history.said(address, since, after=after, before=before)

    async def update(self, address: Address, external_id: str, outgoing: Outgoing) -> None:
        """Put a new text in place of the message with `ts` `external_id`."""
        head = json.dumps({"channel": address.channel, "ts": external_id})
        body = head[:-1] + "," + self._body(outgoing)
        try:
            await self._calls.call(address.workspace, "chat.update", body=body)
        except Refused as refused:
            raise errors.refused(refused.code, detail=refused.detail) from None

    async def _post(self, address: Address, outgoing: Outgoing, thread: str) -> Mapping[str, Any]:
        body = _head(address, outgoing, thread, outgoing.message.marks) + self._body(outgoing)
        try:
            return await self._calls.call(address.workspace, "chat.postMessage", body=body)
        except Refused as refused:
            if refused.code not in errors.OF_METADATA or not outgoing.message.marks:
                raise
        # Marks are for the day after a restore; the message is for now.
        body = _head(address, outgoing, thread, ()) + self._body(outgoing)
        return await self._calls.call(address.workspace, "chat.postMessage", body=body)

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
        if outgoing.aloud:
            head["reply_broadcast"] = True
    return json.dumps(head)[:-1] + ","

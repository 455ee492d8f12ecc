"""What stands in Slack's channels of ours: one message looked for, or all that was said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.delivery.model import Address, Said, SaidPage, Sought
from bot.delivery.senders import slack_errors as errors
from bot.delivery.senders.slack_calls import Refused, SlackCalls
from bot.errors import DeliveryError

EVENT_TYPE = "exportnews_alert"
"""Of the metadata of every message that is sent."""

TS = re.compile(r"\d{10}\.\d{6}")
"""Slack's id of a message in its channel."""

_HISTORY = 100
"""Messages asked for at a time when looking for one; apps outside Slack's Marketplace get 15."""

_PAGES = 10
"""How many times one look asks; what is further back cannot be told."""

_LOOK_BACK = timedelta(days=1)
"""How much earlier than the attempt to look where nothing else says: the database's clock and
Slack's may differ by as much. Newest first, so a message that is there is found at once."""


class SlackHistory:
    """Reads channels' histories (`conversations.history`, in threads `conversations.replies`)."""

    def __init__(self, calls: SlackCalls) -> None:
        self._calls = calls

    async def find(self, address: Address, sought: Sought) -> str | None:
        """Look in the channel's (or thread's) newest messages for one; its `ts`, or None.

        Raises DeliveryError: with `retry_after` or `unknown` when Slack should be asked later,
        without when the history may not be read or is too long to tell.
        """
        _refuse_direct(address)
        if sought.thread:
            try:
                found = await self._look(address, sought, sought.thread)
            except Refused as refused:
                if refused.code not in errors.OF_THREAD:
                    raise _unreadable(refused) from None
            else:
                if found is not None:
                    return found
        try:
            return await self._look(address, sought, "")
        except Refused as refused:
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
        except Refused as refused:
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
        return await self._calls.call(address.workspace, method, form=asked)


def _refuse_direct(address: Address) -> None:
    if address.channel.startswith(("U", "W")):
        raise DeliveryError("A direct message's history is not read.")


def _oldest(since: datetime, after: str) -> str:
    """Give the `ts` after which to look: that of the last message known, which is Slack's own,
    unless it is far back; then clocks must do, which may differ."""
    back = f"{(since - _LOOK_BACK).timestamp():.6f}"
    return max(back, after) if TS.fullmatch(after) else back


def _messages(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    messages = answer.get("messages")
    return [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []


def _next_page(answer: Mapping[str, Any]) -> str:
    metadata = answer.get("response_metadata")
    return str(metadata.get("next_cursor") or "") if isinstance(metadata, dict) else ""


def _unreadable(refused: Refused) -> DeliveryError:
    """Give what a refusal to show a channel's history means."""
    meant = errors.refused(refused.code, detail=refused.detail)
    of_workspace = refused.code in errors.OF_WORKSPACE and refused.code != "missing_scope"
    if of_workspace or meant.unknown or meant.retry_after is not None:
        return meant
    return DeliveryError(f"The channel's history cannot be read ({refused.code}).")


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

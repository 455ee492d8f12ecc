"""What channels were told after the copy was made from which the database was put back.

The copy knows nothing of it, and what was published meanwhile is read from the feeds anew. So
before anything is sent to a channel, its own history is asked (`ask`), and what it says is kept
(`keep`) by marks that do not depend on ids. From then on what is owed is held against it
(`settle_told`): what was told is settled, and a summary loses the stories that were told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.marks import load_marks, mark_of_delivery
from bot.delivery.model import Address, Owed, Said, SaidPage, Sender
from bot.errors import DeliveryError
from bot.storage import dialects
from bot.storage.batches import CHUNK, rows_in_chunks
from bot.storage.tables import channel, delivery, recalled
from bot.subscriptions.gathering import ALERTS
from bot.subscriptions.summary import Summary, from_payload, to_payload

PAGES = 20
"""Pages of a history read in one go; the next claim goes on."""

REST = 20.0
"""Seconds between asking a channel and sending to it: in the meantime the feeds are read, so that
the reports of one story are known together."""

Call = Callable[[Awaitable[SaidPage]], Awaitable[SaidPage]]


@dataclass(frozen=True, slots=True)
class Recall:
    """What of a channel has to be asked: what was said `since` and after the message `after`, as
    far as it was said before the message `before` (empty: up to now)."""

    since: datetime
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a channel's history said. `before`: how far back it was read, when it was not read to
    the end (`done`). `readable` is false where it may not be read at all."""

    said: tuple[Said, ...] = ()
    before: str = ""
    done: bool = False
    readable: bool = True


async def load_recalls(conn: AsyncConnection, channel_ids: Collection[int]) -> Mapping[int, Recall]:
    """Give what has still to be asked before anything is sent to these channels."""
    if not channel_ids:
        return {}
    newest = (
        select(func.max(delivery.c.external_id))
        .where(
            delivery.c.channel_id == channel.c.id,
            delivery.c.state == "sent",
            delivery.c.sent_at <= channel.c.recall_from,
        )
        .correlate(channel)
        .scalar_subquery()
    )
    rows = await conn.execute(
        select(channel.c.id, channel.c.recall_from, channel.c.recall_before, newest.label("after"))
        .where(channel.c.id.in_(channel_ids))
        .where(channel.c.recall_from.is_not(None), channel.c.recalled_at.is_(None))
    )
    return {
        row.id: Recall(row.recall_from, row.after or "", row.recall_before or "") for row in rows
    }


async def ask(
    sender: Sender, address: Address, recall: Recall, call: Call, more: Callable[[], bool]
) -> tuple[Recalled, DeliveryError | None]:
    """Read a channel's history as far as it goes; with the error that ended it, if one did.

    `call` makes one call within its bounds; `more`: whether there is time for another.
    """
    said: list[Said] = []
    before = recall.before
    for _ in range(PAGES):
        if not more():
            break
        page = sender.said(address, recall.since, after=recall.after, before=before)
        try:
            found = await call(page)
        except DeliveryError as error:
            later = error.retry_after is not None or error.unknown
            if later or error.permanent:
                return Recalled(tuple(said), before), error
            return Recalled(tuple(said), before, done=True, readable=False), None
        said += found.said
        before = found.before
        if not before:
            return Recalled(tuple(said), done=True), None
    return Recalled(tuple(said), before), None


async def keep(conn: AsyncConnection, channel_id: int, found: Recalled, now: datetime) -> None:
    """Keep what a channel's history said, and how far it was read."""
    told: dict[str, str | None] = {}
    for said in found.said:
        if said.delivery_id is not None:
            told[mark_of_delivery(said.delivery_id)] = said.external_id
        single = said.external_id if len(said.marks) == 1 else None
        for mark in said.marks:
            told.setdefault(mark, single)
    listed = [
        {"channel_id": channel_id, "mark": mark, "external_id": external_id, "at": now}
        for mark, external_id in told.items()
    ]
    for first in range(0, len(listed), CHUNK):
        await conn.execute(
            dialects.insert(conn, recalled).on_conflict_do_nothing(), listed[first : first + CHUNK]
        )
    here = channel.c.id == channel_id
    progress: dict[str, Any] = {"recall_before": found.before[:64] or None}
    if found.done:
        progress["recalled_at"] = now
    await conn.execute(update(channel).where(here).values(progress))
    if found.done and found.readable:
        # What was not found did not arrive. Answers in threads are not in a channel's history.
        await conn.execute(
            update(delivery)
            .where(
                delivery.c.channel_id == channel_id,
                delivery.c.state.in_(("pending", "failed")),
                delivery.c.kind != "follow-up",
            )
            .values(unknown=False)
        )


async def settle_told(
    conn: AsyncConnection, owed: Sequence[Owed], restored: Mapping[int, datetime], now: datetime
) -> Sequence[Owed]:
    """Settle those of `owed` that another life of the database has told their channels, and give
    the rest as it is to be sent. `restored`: the copy's time, by channel that was put back."""
    concerned = [one for one in owed if one.address.channel_id in restored]
    if not concerned:
        return owed
    known = await _Known.load(conn, concerned)
    left = []
    for one in owed:
        since = restored.get(one.address.channel_id)
        if since is None:
            left.append(one)
        elif (rest := await known.settle(conn, one, now)) is not None:
            left.append(_doubted(rest, since, known.marks_of(one)))
    return left


def _doubted(owed: Owed, since: datetime, marks: frozenset[str]) -> Owed:
    """A follow-up may stand in its thread, which is asked before it is sent for the first time."""
    if owed.kind != "follow-up" or owed.attempts > 1:
        return owed
    return replace(owed, unknown=True, tried_at=since, marks=marks)


class _Known:
    """What is known to have been told, for some deliveries."""

    def __init__(
        self,
        of_story: Mapping[int, frozenset[str]],
        told: Mapping[tuple[int, str], str | None],
    ) -> None:
        self._of_story = of_story
        self._told = told

    @classmethod
    async def load(cls, conn: AsyncConnection, owed: Sequence[Owed]) -> _Known:
        """Load the marks of what is owed, and which of them the channels were told."""
        stories = {one.story_id for one in owed if one.story_id and one.kind in ALERTS}
        stories |= {item.story_id for one in owed for item in _summary(one).items}
        of_story = await load_marks(conn, stories)
        sought = {mark for marks in of_story.values() for mark in marks}
        sought |= {mark for one in owed for mark in (mark_of_delivery(one.id), one.subject)}
        here = recalled.c.channel_id.in_({one.address.channel_id for one in owed})
        rows = await rows_in_chunks(
            conn, sought, lambda some: select(recalled).where(here, recalled.c.mark.in_(some))
        )
        return cls(of_story, {(row.channel_id, row.mark): row.external_id for row in rows})

    def marks_of(self, owed: Owed) -> frozenset[str]:
        """Give the marks by which a delivery's message is recognised."""
        return self._of_story.get(owed.story_id or 0, frozenset())

    async def settle(self, conn: AsyncConnection, owed: Owed, now: datetime) -> Owed | None:
        """Write that a delivery was told already (None), or give what of it is to be sent."""
        own = (mark_of_delivery(owed.id),)
        marks = own + (tuple(sorted(self.marks_of(owed))) if owed.kind in ALERTS else ())
        found = next((mark for mark in marks if self._was_told(owed, mark)), None)
        if found is not None:
            await _mark_sent(conn, owed, self._told[owed.address.channel_id, found], now)
            return None
        return owed if owed.kind in ALERTS else await self._without_told(conn, owed, now)

    async def _without_told(self, conn: AsyncConnection, owed: Owed, now: datetime) -> Owed | None:
        """Leave out of a summary what was told."""
        summary = _summary(owed)
        items = tuple(
            item
            for item in summary.items
            if not any(self._was_told(owed, mark) for mark in self._of_story.get(item.story_id, ()))
        )
        if not items and self._needless(owed, summary):
            await _mark_sent(conn, owed, None, now)
            return None
        if items == summary.items:
            return owed
        payload = to_payload(replace(summary, items=items))
        await conn.execute(update(delivery).where(delivery.c.id == owed.id).values(payload=payload))
        return replace(owed, payload=payload)

    def _needless(self, owed: Owed, summary: Summary) -> bool:
        """Whether a summary with nothing left to tell need not be sent: a quiet day's digest is
        sent once all the same."""
        if owed.kind == "digest":
            return self._was_told(owed, owed.subject)
        return bool(summary.items)

    def _was_told(self, owed: Owed, mark: str) -> bool:
        return (owed.address.channel_id, mark) in self._told


def _summary(owed: Owed) -> Summary:
    try:
        return from_payload(owed.payload or {})
    except (KeyError, TypeError, ValueError):
        return Summary("digest")


async def _mark_sent(
    conn: AsyncConnection, owed: Owed, external_id: str | None, now: datetime
) -> None:
    await conn.execute(
        update(delivery)
        .where(delivery.c.id == owed.id)
        .values(state="sent", sent_at=now, external_id=external_id, unknown=False, last_error=None)
    )

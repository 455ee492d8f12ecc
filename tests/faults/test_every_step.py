"""Promise: whatever moment a worker is killed at, each channel has each story once, in order.

A worker is killed at its first step, then another at its second, and so on until one lives to its
end: a step is a statement of the database or one side of a call to Slack. What comes after the
kill never happens, however it is tried.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event

from bot.delivery.dispatcher import Timing
from bot.delivery.model import Address, Outgoing, SaidPage, Sought
from bot.delivery.senders.slack import SlackSender
from bot.storage.database import Database
from bot.subscriptions.model import ChannelRef
from tests.delivery.conftest import Desk, desk
from tests.subscriptions.makers import ANN, article, make_feed, understood
from tests.subscriptions.newsroom import open_newsroom

__all__ = ["desk"]

MOST_STEPS = 200


class Killed(BaseException):
    """The process is no more."""


class Life:
    """Counts the steps of a worker, and ends it at one of them."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.taken = 0

    @property
    def ended(self) -> bool:
        return self.taken > self.last

    def step(self, *_: Any) -> None:
        self.taken += 1
        if self.ended:
            raise Killed

    @contextmanager
    def of(self, db: Database) -> Iterator[None]:
        """Count the statements of a database too, commits among them."""
        engine = db.engine.sync_engine
        names = ("before_cursor_execute", "commit")
        for name in names:
            event.listen(engine, name, self.step)
        try:
            yield
        finally:
            for name in names:
                event.remove(engine, name, self.step)


class MortalSender:
    """Slack's sender in a process that may be killed before a call and after it."""

    edits = SlackSender.edits

    def __init__(self, sender: SlackSender, life: Life) -> None:
        self._sender = sender
        self._life = life

    async def send(self, address: Address, outgoing: Outgoing) -> str:
        self._life.step()
        sent = await self._sender.send(address, outgoing)
        self._life.step()
        return sent

    async def find(self, address: Address, sought: Sought) -> str | None:
        self._life.step()
        return await self._sender.find(address, sought)

    async def said(
        self, address: Address, since: datetime, *, after: str = "", before: str = ""
    ) -> SaidPage:
        self._life.step()
        return await self._sender.said(address, since, after=after, before=before)

    async def update(self, address: Address, external_id: str, outgoing: Outgoing) -> None:
        self._life.step()
        await self._sender.update(address, external_id, outgoing)


async def _one_life(desk: Desk, last: int) -> Life:
    """Let a worker live to its step `last`."""
    life = Life(last)
    mortal = Desk(desk.db, desk.clock, desk.slack, MortalSender(desk.sender, life))  # type: ignore[arg-type]
    with life.of(desk.db), suppress(Killed):
        await mortal.dispatcher(f"w{last}", timing=Timing(patience=0)).dispatch_due()
    return life


@pytest.mark.timeout(300)
async def test_a_worker_killed_between_any_two_steps_of_sending(desk: Desk) -> None:
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # tasks that were killed
    names = ("C1", "C2")
    ids = await desk.channels(*names)
    for last in range(MOST_STEPS):
        first = await desk.story(f"Story {last}a")
        told = [first, await desk.story(f"Story {last}b", follows=first)]
        for one, kind in zip(told, ("alert", "follow-up"), strict=True):
            await desk.owe(one, *ids, kind=kind)
        life = await _one_life(desk, last)
        for _ in range(4):  # its leases run out, and what it left in doubt is settled
            desk.clock.advance(seconds=100)
            await desk.dispatcher(f"after w{last}").dispatch_due()
        for name in names:
            assert desk.titles(name)[-2:] == [one.title for one in told], f"killed at {last}"
            assert len(desk.titles(name)) == 2 * (last + 1), f"killed at {last}"
            alert, answer = desk.slack.messages(name)[-2:]
            assert answer.thread_ts == alert.ts, f"killed at {last}"
        if not life.ended:
            break
    assert 10 < last < MOST_STEPS - 1, "every step was one at which a worker was killed"


@pytest.mark.timeout(300)
async def test_a_poll_killed_between_any_two_steps_of_taking_news_in(desk: Desk) -> None:
    desk.slack.add_channel("C1", "alerts")
    room = await open_newsroom(desk.db, desk.clock)
    await room.door.subscribe(ChannelRef("slack", desk.slack.team_id, "C1"), ANN, ["sanctions"])
    for last in range(MOST_STEPS):
        found = (article(f"Story {last}"), understood("sanctions"))
        life = Life(last)
        with life.of(desk.db), suppress(Killed):
            await room.publish(found)
        if life.ended:
            await room.publish(found)  # the next poll reads it again
        await desk.dispatcher().dispatch_due()
        desk.clock.advance(minutes=1)
        assert len(desk.shown("C1")) == last + 1, f"killed at {last}"
        if not life.ended:
            break
    assert 10 < last < MOST_STEPS - 1, "every step was one at which a poll was killed"


@pytest.mark.timeout(300)
async def test_a_poll_killed_while_it_takes_in_what_may_be_told_already(desk: Desk) -> None:
    desk.slack.add_channel("C1", "alerts")
    room = await open_newsroom(desk.db, desk.clock)
    async with desk.db.write() as conn:
        sister = await make_feed(conn, desk.clock(), "Sister Daily")
    await room.door.subscribe(ChannelRef("slack", desk.slack.team_id, "C1"), ANN, ["sanctions"])
    for last in range(MOST_STEPS):
        desk.clock.advance(days=9)
        first = article("Two Oil Companies of Russia Designated by Treasury", summary="")
        other = article("Brussels Adopts a Ban on Russian Gas", summary="")
        await room.publish((first, understood("sanctions")))
        await desk.dispatcher().dispatch_due()
        life = Life(last)
        with life.of(desk.db), suppress(Killed):
            await room.publish((other, understood("sanctions")), feed=sister)
        if life.ended:
            await room.publish((other, understood("sanctions")), feed=sister)
        desk.clock.advance(minutes=1)
        await desk.dispatcher().dispatch_due()
        assert len(desk.shown("C1")) == 2 * (last + 1), f"killed at {last}"
        alert, answer = desk.slack.messages("C1")[-2:]
        assert answer.thread_ts == alert.ts, f"killed at {last}"
        assert answer.text.startswith("May be the same story"), f"killed at {last}"
        if not life.ended:
            break
    assert 10 < last < MOST_STEPS - 1, "every step was one at which a poll was killed"

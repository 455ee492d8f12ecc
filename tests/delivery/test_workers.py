"""Several workers on one database: each channel served by one, all workspaces in turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import claims, outbox
from bot.delivery.dispatcher import DispatchReport, Timing
from bot.delivery.due import look
from bot.delivery.model import Owed
from bot.delivery.outbox import Settled
from bot.delivery.policy import Outcome
from bot.demo.slack.faults import Delay
from bot.errors import StorageError
from bot.messages.model import Message
from bot.storage import dialects
from bot.storage.database import Database
from bot.wakeups import DELIVERIES, Wakeups
from tests.delivery.conftest import Desk
from tests.support.outbox import states, the_channel, the_delivery

LEASE = timedelta(seconds=90)


async def _claim(desk: Desk, worker: str, limit: int = 10) -> list[str]:
    async with desk.db.write() as conn:
        seen = (await look(conn, desk.clock(), platforms=["slack"])).candidates
        ids = [one.channel_id for one in seen][:limit]
        claimed = await claims.claim(
            conn, worker, desk.clock(), ids, platforms=["slack"], lease=LEASE
        )
    return [claim.address.channel for claim in claimed]


async def test_workers_together_send_everything_once(desk: Desk) -> None:
    names = [f"C{number}" for number in range(60)]
    ids = await desk.channels(*names)
    told = [await desk.story(f"Story {letter}") for letter in "ab"]
    for one in told:
        await desk.owe(one, *ids)
    reports = await asyncio.gather(*(desk.dispatcher(f"w{n}").dispatch_due() for n in range(3)))
    assert sum(report.sent for report in reports) == 120
    assert all(desk.titles(name) == ["Story a", "Story b"] for name in names)


async def test_a_leased_channel_is_nobody_elses_until_its_lease_ends(desk: Desk) -> None:
    ids = await desk.channels("C1", "C2", "C3")
    await desk.owe(await desk.story("Story one"), *ids)
    assert len(await _claim(desk, "one", limit=2)) == 2
    assert len(await _claim(desk, "two")) == 1
    assert await _claim(desk, "two") == []
    desk.clock.advance(seconds=89)
    assert await _claim(desk, "two") == []
    desk.clock.advance(seconds=1)
    assert len(await _claim(desk, "three")) == 3


async def test_a_worker_that_lost_its_lease_changes_nothing_but_what_it_sent(desk: Desk) -> None:
    here, there = await desk.channels("C1", "C2")
    first, second = await desk.owe(await desk.story("Story one"), here, there)
    await _claim(desk, "slow")
    desk.clock.advance(seconds=91)
    assert len(await _claim(desk, "quick")) == 2
    late = [
        Settled(here, 1, (Outcome(first, "failed", reason="late", wait=500),)),
        Settled(there, 1, (Outcome(second, "sent", external_id="17.1"),)),
    ]
    async with desk.db.write() as conn:
        await outbox.settle(conn, "slow", desk.clock(), late)
    assert (await the_delivery(desk.db, first)).state == "sending"
    assert (await the_delivery(desk.db, second)).state == "sent"
    assert (await the_channel(desk.db, here)).lease_by == "quick"


async def test_workspaces_take_turns(desk: Desk) -> None:
    """A huge workspace was owed first; a small one is served in the same claim."""
    desk.slack.add_workspace("T2", "Small")
    huge = await desk.channels(*[f"C{n}" for n in range(50)])
    told = await desk.story("Story one")
    await desk.owe(told, *huge)
    desk.clock.advance(seconds=30)
    small = await desk.channels("C900", "C901", team="T2")
    await desk.owe(told, *small)
    assert set(await _claim(desk, "one", limit=4)) >= {"C900", "C901"}


async def test_a_workspace_that_hangs_leaves_places_for_others(desk: Desk) -> None:
    desk.slack.add_workspace("T2", "Small")
    hanging = await desk.channels(*[f"C{n}" for n in range(40)])
    told = await desk.story("Story one")
    await desk.owe(told, *hanging)
    desk.slack.plan("chat.postMessage", *[Delay(30)] * 16)
    stop = asyncio.Event()
    # Of 8 places the workspace may hold a few; the others are free for whoever comes.
    timing = Timing(call=6, lease=90, stop=0.1)
    dispatcher = desk.dispatcher(timing=timing, places=8)
    working = asyncio.create_task(dispatcher.run(stop, tick=0.05))
    while not desk.slack.messages("C0"):
        await desk.slack.change(desk.slack.version, timeout=1)
    desk.slack._api.plans["chat.postMessage"].clear()
    (here,) = await desk.channels("C900", team="T2")
    began = asyncio.get_running_loop().time()
    await desk.owe(told, here)
    while not desk.slack.messages("C900", "T2"):
        await desk.slack.change(desk.slack.version, timeout=1)
    assert asyncio.get_running_loop().time() - began < 5
    stop.set()
    await working


async def test_stopping_finishes_what_is_in_flight_and_gives_the_rest_back(desk: Desk) -> None:
    ids = await desk.channels("C1", "C2")
    told = [await desk.story(f"Story {letter}") for letter in "ab"]
    for one in told:
        await desk.owe(one, *ids)
    desk.slack.plan("chat.postMessage", Delay(0.5), Delay(0.5))
    stop = asyncio.Event()
    working = asyncio.create_task(desk.dispatcher().run(stop, tick=0.05))
    while not (desk.shown("C1") and desk.shown("C2")):
        await desk.slack.change(desk.slack.version, timeout=1)
    stop.set()
    assert await working == DispatchReport(sent=2)
    assert await states(desk.db) == {"sent": 2, "pending": 2}
    for channel_id in ids:
        assert (await the_channel(desk.db, channel_id)).lease_by is None
    # Another goes on at once, and doubts nothing.
    desk.clock.advance(seconds=2)
    assert await desk.dispatcher("two").dispatch_due() == DispatchReport(sent=2)
    assert desk.slack.calls("conversations.history") == []


async def test_what_does_not_end_in_time_is_cut_off_and_settled_later(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    (owed,) = await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", Delay(30))
    stop = asyncio.Event()
    dispatcher = desk.dispatcher(timing=Timing(call=20, lease=90, stop=0.2))
    working = asyncio.create_task(dispatcher.run(stop, tick=0.05))
    while not desk.shown("C1"):
        await desk.slack.change(desk.slack.version, timeout=1)
    stop.set()
    await asyncio.wait_for(working, 10)
    row = await the_delivery(desk.db, owed)
    assert (row.state, row.unknown) == ("failed", True)
    desk.clock.advance(minutes=1)
    assert await desk.dispatcher("two").dispatch_due() == DispatchReport(sent=1)
    assert len(desk.shown("C1")) == 1


class _Away(Database):
    """A database that is away for a while."""

    away = False

    def write(self) -> object:  # type: ignore[override]
        if self.away:
            raise StorageError("The database cannot be reached.")
        return super().write()


async def test_a_database_that_is_away_is_waited_for(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    db = _Away(desk.db.url.render_as_string(hide_password=False), clock=desk.clock)
    away_desk = Desk(db, desk.clock, desk.slack, desk.sender, desk.workspaces)
    db.away = True
    stop = asyncio.Event()
    working = asyncio.create_task(away_desk.dispatcher().run(stop, tick=0.05))
    await desk.owe(await desk.story("Story one"), here)
    await asyncio.sleep(0)
    db.away = False
    async with asyncio.timeout(15):
        while not desk.shown("C1"):
            await desk.slack.change(desk.slack.version, timeout=1)
    stop.set()
    assert (await working).sent == 1
    await db.close()


async def test_one_delivery_that_cannot_be_composed_holds_up_no_other(desk: Desk) -> None:
    ids = await desk.channels("C1", "C2", "C3")
    _, second, _ = await desk.owe(await desk.story("Story one"), *ids)

    async def broken(conn: AsyncConnection, owed: Sequence[Owed]) -> Mapping[int, Message]:
        if any(one.id == second for one in owed):
            raise ValueError("a bug")
        return {one.id: Message(text="Story one") for one in owed}

    from bot.delivery.dispatcher import Dispatcher

    dispatcher = Dispatcher(desk.db, {"slack": desk.sender}, broken, worker="one")
    assert await dispatcher.dispatch_due() == DispatchReport(sent=2, dead=1)


@pytest.fixture
async def postgres_desk(desk: Desk) -> Desk:
    if desk.db.is_sqlite:
        pytest.skip("SQLite has no LISTEN")
    return desk


async def test_a_commit_wakes_a_waiting_worker(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    told = await desk.story("Story one")
    stop = asyncio.Event()
    async with Wakeups(desk.db) as wakeups:
        await asyncio.wait_for(wakeups.ready.wait(), 10)
        run = desk.dispatcher().run(stop, tick=600, wakeups=wakeups)
        working = asyncio.create_task(run)
        await desk.owe(told, here)
        async with desk.db.write() as conn:
            await dialects.wake(conn, "deliveries")
        async with asyncio.timeout(15):
            while not desk.shown("C1"):
                await desk.slack.change(desk.slack.version, timeout=1)
        stop.set()
        await working


async def test_what_is_rolled_back_wakes_nobody(desk: Desk) -> None:
    async with Wakeups(desk.db) as wakeups:
        await asyncio.wait_for(wakeups.ready.wait(), 10)
        wakeups.event(DELIVERIES).clear()
        with contextlib.suppress(ZeroDivisionError):
            async with desk.db.write() as conn:
                await dialects.wake(conn, DELIVERIES)
                raise ZeroDivisionError
        async with desk.db.write() as conn:
            await dialects.wake(conn, "something else")
        await asyncio.wait_for(wakeups.event("something else").wait(), 10)
        assert not wakeups.event(DELIVERIES).is_set()


async def test_listening_goes_on_after_the_connection_was_lost(postgres_desk: Desk) -> None:
    from sqlalchemy import text

    db = postgres_desk.db
    async with Wakeups(db, again=0.05) as wakeups:
        await asyncio.wait_for(wakeups.ready.wait(), 10)
        event = wakeups.event(DELIVERIES)
        async with db.write() as conn:
            listening = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            await conn.execute(text(f"SELECT pg_terminate_backend(pid) {listening}"))
        # What came meanwhile may have been missed, so whoever waits is woken.
        await asyncio.wait_for(event.wait(), 10)
        event.clear()
        async with db.write() as conn:
            await dialects.wake(conn, "deliveries")
        await asyncio.wait_for(event.wait(), 10)

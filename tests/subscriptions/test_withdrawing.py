"""Promise: what a channel asks for no longer is not sent any more, though it was owed already."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.storage.database import Database
from bot.storage.tables import delivery
from bot.subscriptions.gathering import WITHDRAWN
from bot.subscriptions.summary import from_payload
from tests.subscriptions.makers import ANN, article, slack, understood
from tests.subscriptions.newsroom import Newsroom, open_newsroom
from tests.support.clock import SetClock


@pytest.fixture
async def room(db: Database, clock: SetClock) -> Newsroom:
    return await open_newsroom(db, clock)


async def _unsubscribe(room: Newsroom) -> None:
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])


async def _mute(room: Newsroom) -> None:
    until = room.clock() + timedelta(days=1)
    await room.door.mute(slack(), ANN, "topic", "sanctions", until)


@pytest.mark.parametrize("change", [_unsubscribe, _mute])
async def test_an_alert_that_waits_is_dropped_when_nothing_asks_for_it_any_more(
    room: Newsroom, change: Callable[[Newsroom], Awaitable[None]]
) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"])
    await room.door.subscribe(slack("C2"), ANN, ["sanctions"])
    await room.publish((article(), understood("sanctions")))
    await room.publish((article(), understood("sanctions", "entity-list")))
    await room.publish((article(), understood("sanctions")))
    first, *_ = await room.owed()
    async with room.db.write() as conn:
        tried = update(delivery).where(delivery.c.id == first.id)
        await conn.execute(tried.values(state="failed", unknown=True, attempts=1))
    await change(room)
    one, two, three = await room.owed()
    assert (one.state, one.last_error) == ("dead", WITHDRAWN)
    assert (two.state, two.reasons) == ("pending", "topic:entity-list")
    assert three.state == "dead"
    (elsewhere, *_) = await room.owed(slack("C2"))
    assert elsewhere.state == "pending"


async def test_a_watch_taken_away_takes_what_it_found_with_it(room: Newsroom) -> None:
    await room.door.watch(slack(), ANN, "Norvik Optics")
    await room.door.save_search(slack(), ANN, "photonics")
    stopped = "Customs officers in Rotterdam stopped a shipment of Norvik Optics lenses."
    await room.publish((article(summary=stopped), understood()))
    sold = "Shareholders of Norvik Optics voted on the sale of its photonics business."
    await room.publish((article(summary=sold), understood()))
    await room.door.unwatch(slack(), ANN, "Norvik Optics")
    one, two = await room.owed()
    assert one.state == "dead"
    assert two.state == "pending"
    assert two.reasons.startswith("search:")
    await room.door.drop_search(slack(), ANN, "photonics")
    assert [row.state for row in await room.owed()] == ["dead", "dead"]


async def test_a_summary_that_waits_loses_what_is_asked_for_no_longer(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"])
    _, kept = await room.publish(
        (article(), understood("sanctions")), (article(), understood("entity-list")), catch_up=True
    )
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])
    (row,) = await room.owed()
    assert [item.entry_id for item in from_payload(row.payload).items] == [kept]
    await room.door.unsubscribe(slack(), ANN, ["entity-list"])
    (row,) = await room.owed()
    assert (row.state, row.last_error) == ("dead", WITHDRAWN)


async def test_what_was_sent_stays_sent(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.publish((article(), understood("sanctions")))
    await room.sent(slack())
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])
    assert [row.state for row in await room.owed()] == ["sent"]


async def test_news_that_comes_in_while_a_channel_unsubscribes_is_not_owed(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await asyncio.gather(
        *(room.publish((article(), understood("sanctions"))) for _ in range(5)),
        room.door.unsubscribe(slack(), ANN, ["sanctions"]),
        *(room.publish((article(), understood("sanctions"))) for _ in range(5)),
    )
    assert {row.state for row in await room.owed()} <= {"dead"}

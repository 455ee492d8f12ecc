"""Promise: what was withdrawn before it was told does not count as told: who asks for the story in
another way, or learns of it from a later report, is told of it once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.delivery import ledger
from bot.feeds.model import FeedEntry
from bot.storage.database import Database
from bot.storage.tables import delivery
from bot.subscriptions.explain import explain
from bot.subscriptions.summary import from_payload
from tests.subscriptions.makers import ANN, article, make_feed, slack, understood
from tests.subscriptions.newsroom import Newsroom, open_newsroom
from tests.support.clock import SetClock


@pytest.fixture
async def room(db: Database, clock: SetClock) -> Newsroom:
    return await open_newsroom(db, clock)


async def _report_again(room: Newsroom, found: FeedEntry, *topics: str) -> None:
    async with room.db.write() as conn:
        sister = await make_feed(conn, room.clock(), f"Sister {room.clock():%d}")
    again = replace(found, link=f"https://sister.example/{room.clock():%d}")
    await room.publish((again, understood(*topics)), feed=sister)


async def _listed(room: Newsroom) -> list[int]:
    """Make the next day's digest, and give the entries that digests list in all."""
    room.clock.advance(days=1)
    await room.digest()
    rows = [row for row in await room.owed() if row.kind == "digest"]
    return [item.entry_id for row in rows for item in from_payload(row.payload).items]


async def test_a_later_report_tells_what_was_withdrawn(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"])
    found = article()
    await room.publish((found, understood("sanctions")))
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])
    await _report_again(room, found, "sanctions", "entity-list")
    (row,) = await room.owed()
    assert (row.state, row.reasons, row.last_error) == ("pending", "topic:entity-list", None)


async def test_what_may_have_arrived_is_looked_for_when_it_is_owed_anew(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"])
    found = article()
    await room.publish((found, understood("sanctions")))
    async with room.db.write() as conn:
        await conn.execute(update(delivery).values(state="failed", unknown=True, attempts=3))
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])
    await _report_again(room, found, "entity-list")
    (row,) = await room.owed()
    assert (row.state, row.unknown, row.attempts) == ("pending", True, 0)


async def test_what_was_sent_is_not_told_again(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"])
    found = article()
    await room.publish((found, understood("sanctions")))
    await room.sent(slack())
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])
    await _report_again(room, found, "entity-list")
    assert [row.state for row in await room.owed()] == ["sent"]


async def test_what_is_wanted_in_the_digest_as_well_comes_there(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.door.subscribe(slack(), ANN, ["entity-list"], mode="daily")
    found = article(link="https://trade.example/both")
    (entry_id,) = await room.publish((found, understood("sanctions", "entity-list")))
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])
    said = await explain(room.db, slack(), found.link)
    assert said.step == "digest"
    assert await _listed(room) == [entry_id]


async def test_a_digest_lists_what_an_alert_was_withdrawn_of(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    await room.door.subscribe(slack(), ANN, ["entity-list"], mode="daily")
    found = article()
    (entry_id,) = await room.publish((found, understood("entity-list")))
    await _report_again(room, found, "sanctions")
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])
    assert await _listed(room) == [entry_id]


async def test_what_a_digest_left_out_is_told_when_it_is_asked_for(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "chip-controls"], mode="daily")
    found = article()
    await room.publish((found, understood("sanctions")))
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])
    assert await _listed(room) == []
    await _report_again(room, found, "chip-controls")
    assert len(await _listed(room)) == 1


async def test_what_a_summary_lost_is_told_when_it_is_asked_for(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"])
    found, other = article(), article()
    items = (found, understood("sanctions")), (other, understood("entity-list"))
    await room.publish(*items, catch_up=True)
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])
    await _report_again(room, found, "entity-list")
    assert [row.kind for row in await room.owed()] == ["catch-up", "alert"]
    room.clock.advance(days=1)
    await _report_again(room, other, "entity-list")
    assert len(await room.owed()) == 2


async def test_all_that_is_dead_is_retried_but_what_nobody_asks_for(room: Newsroom) -> None:
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"])
    await room.publish((article(), understood("sanctions")))
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])
    await room.publish((article(), understood("entity-list")))
    async with room.db.write() as conn:
        of_the_second = delivery.c.reasons == "topic:entity-list"
        given_up = update(delivery).where(of_the_second)
        await conn.execute(given_up.values(state="dead", last_error="Given up."))
        assert await ledger.retry_all(conn, room.clock()) == 1
    assert [row.state for row in await room.owed()] == ["dead", "pending"]


async def test_what_one_watch_found_is_no_others(room: Newsroom) -> None:
    await room.door.watch(slack(), ANN, "Norvik Optics", mode="daily")
    await room.door.save_search(slack(), ANN, "lenses", mode="daily")
    stopped = article(summary="Customs stopped a shipment of Norvik Optics lenses.")
    (entry_id,) = await room.publish((stopped, understood()))
    await room.door.unwatch(slack(), ANN, "Norvik Optics")
    await room.door.drop_search(slack(), ANN, "lenses")
    await room.door.watch(slack(), ANN, "Zeta Lasers", mode="daily")
    await room.door.save_search(slack(), ANN, "lasers", mode="daily")
    assert await _listed(room) == []
    await room.door.watch(slack(), ANN, "Zeta Lasers", mode="instant")
    room.clock.now -= timedelta(days=1)
    later = replace(stopped, summary="Customs stopped a shipment of Zeta Lasers.")
    await room.edit(entry_id, later, understood())
    assert "alert" in {row.kind for row in await room.owed()}


async def test_who_takes_it_back_within_quiet_hours_has_lost_nothing(room: Newsroom) -> None:
    """The clock stands at 15:00."""
    await room.door.subscribe(slack(), ANN, ["sanctions", "entity-list"])
    await room.door.configure(slack(), ANN, quiet=("14:00", "20:00"))
    await room.publish((article(), understood("sanctions", "entity-list")))
    await room.door.unsubscribe(slack(), ANN, ["sanctions", "entity-list"])
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    (row,) = await room.owed()
    assert (row.state, row.reasons, row.last_error) == ("pending", "topic:sanctions", None)
    assert row.held_until is not None
    await room.door.mute(slack(), ANN, "topic", "sanctions", room.clock() + timedelta(days=1))
    assert [row.state for row in await room.owed()] == ["dead"]
    await room.door.mute(slack(), ANN, "topic", "sanctions", None)
    assert [row.state for row in await room.owed()] == ["pending"]
    await room.door.unsubscribe(slack(), ANN, ["sanctions"])
    room.clock.advance(hours=6)
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    assert [row.state for row in await room.owed()] == ["dead"], "its hour is over"

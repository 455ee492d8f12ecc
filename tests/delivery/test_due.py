"""Looking for what is due: every workspace has its turn, and a look reads only what it gives."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, event

from bot.delivery.due import look, next_due
from tests.delivery.conftest import Desk
from tests.support.outbox import add_channels, add_workspace, states

SLACK = ["slack"]


async def _workspaces(desk: Desk, number: int) -> list[int]:
    """Make workspaces with one channel each, which is owed a story."""
    told = await desk.story("Story one")
    made = []
    for one in range(number):
        home = await add_workspace(desk.db, f"T{one}", desk.clock())
        await desk.owe(told, *await add_channels(desk.db, home, [f"C{one}"], desk.clock()))
        made.append(home)
    return made


async def test_looks_go_round_however_many_workspaces_are_owed_something(desk: Desk) -> None:
    made = await _workspaces(desk, 120)
    seen: list[int] = []
    after = 0
    for _ in range(2):
        async with desk.db.read() as conn:
            found = await look(conn, desk.clock(), platforms=SLACK, after=after)
        seen += [one.workspace_id for one in found.candidates]
        after = found.after
    assert sorted(seen) == sorted(made)
    assert after == 0
    async with desk.db.read() as conn:
        found = await look(conn, desk.clock(), platforms=SLACK, after=made[60], without=made[61:])
    assert {one.workspace_id for one in found.candidates} <= set(made[:61])
    assert found.candidates


async def test_the_longest_waiting_of_each_workspace_comes_first(desk: Desk) -> None:
    desk.slack.add_workspace("T2", "Second")
    many = await desk.channels("C1", "C2", "C3")
    (one,) = await desk.channels("C9", team="T2")
    told = await desk.story("Story one")
    now = desk.clock()
    for channel_id, waited in zip(many, (1, 3, 2), strict=True):
        await desk.owe(told, channel_id, due_at=now - timedelta(minutes=waited))
    await desk.owe(told, one)
    async with desk.db.read() as conn:
        found = await look(conn, now, platforms=SLACK)
    first, second, third = many
    assert [c.channel_id for c in found.candidates] == [second, one, third, first]


async def test_the_next_moment_is_that_of_a_rest_or_of_what_becomes_due(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    now = desk.clock()
    assert await _next(desk) is None
    await desk.owe(await desk.story("Story one"), here, due_at=now + timedelta(minutes=5))
    assert await _next(desk) == now + timedelta(minutes=5)
    await desk.owe(await desk.story("Story two"), here)
    await desk.owe(await desk.story("Story three"), here)
    await desk.dispatcher().dispatch_due()
    assert await states(desk.db) == {"sent": 2, "pending": 1}
    assert await _next(desk) == now + timedelta(minutes=5)


async def _next(desk: Desk) -> object:
    async with desk.db.read() as conn:
        return await next_due(conn, desk.clock(), SLACK)


@pytest.mark.parametrize("what", ["look", "next"])
async def test_a_look_goes_by_the_index_of_what_is_owed(desk: Desk, what: str) -> None:
    """Its cost must not grow with what is owed, so it must not gather and sort."""
    await _workspaces(desk, 3)
    ran: list[tuple[str, object]] = []

    def note(_conn: Connection, _cursor: object, sql: str, given: object, *_: object) -> None:
        if "FROM delivery" in sql:
            ran.append((sql, given))

    event.listen(desk.db.engine.sync_engine, "before_cursor_execute", note)
    async with desk.db.read() as conn:
        if what == "look":
            await look(conn, desk.clock(), platforms=SLACK)
        else:
            await next_due(conn, desk.clock(), SLACK)
        event.remove(desk.db.engine.sync_engine, "before_cursor_execute", note)
        assert ran
        how = "EXPLAIN QUERY PLAN " if desk.db.is_sqlite else "EXPLAIN "
        for sql, given in ran:
            rows = await conn.exec_driver_sql(how + sql, given)  # type: ignore[arg-type]
            plan = "\n".join(str(row[-1]) for row in rows)
            assert "ix_delivery_due" in plan, plan

"""Promise: operators hear once that the bot started, that its database was away, and that a newer
version has taken the database over, however many processes share it."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url, text

from bot.notices import OperatorNotices
from bot.watch import Watch
from tests.delivery.conftest import Desk
from tests.support.databases import PostgresServer


async def watches(desk: Desk) -> list[Watch]:
    """Give those of two processes on one database."""
    await desk.channels("C0OPS")
    tell = OperatorNotices("C0OPS", now=desk.db.now).tell
    return [Watch(desk.db, tell, desk.clock) for _ in range(2)]


async def said(desk: Desk) -> list[str]:
    await desk.dispatcher().dispatch_due()
    return desk.shown("C0OPS")


async def test_a_start_is_told_once_a_day(desk: Desk) -> None:
    for watch in await watches(desk):
        for _ in range(3):
            await watch.started()
    (told,) = await said(desk)
    assert "has started on" in told


async def test_a_database_as_it_should_be_is_not_worth_a_word(desk: Desk) -> None:
    for watch in await watches(desk):
        await watch.look()
    assert await said(desk) == []


async def test_a_database_that_a_newer_version_took_over_is_told_once(desk: Desk) -> None:
    one, other = await watches(desk)
    async with desk.db.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for watch in (one, other, one):
        await watch.look()
    (told,) = await said(desk)
    assert "upgraded by a newer exportnews" in told
    assert "restart it" in told


async def test_an_outage_is_told_once_when_it_is_over(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    if desk.db.is_sqlite:
        pytest.skip("an embedded database is never away")
    server: PostgresServer = request.getfixturevalue("postgres")
    one, other = await watches(desk)
    with server.away(str(make_url(str(desk.db.url)).database)):
        for watch in (one, other, one):
            await watch.look()
        await one.started()
        desk.clock.advance(minutes=9)
    for watch in (one, other, one):
        await watch.look()
    (told,) = await said(desk)
    assert "The database did not answer from" in told
    assert "Nothing is lost" in told

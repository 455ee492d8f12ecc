"""Promise: what SQLite is asked costs one journey to its thread, and its answers are whole."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.storage import sqlite_driver
from bot.storage.database import Database


async def test_a_statement_is_one_journey_to_the_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = sqlite_driver.connect(str(tmp_path / "a.sqlite3"))
    journeys = 0
    really: Callable[..., Awaitable[object]] = connection._execute

    async def counted(*args: object) -> object:
        nonlocal journeys
        journeys += 1
        return await really(*args)

    await connection
    monkeypatch.setattr(connection, "_execute", counted)
    cursor = await connection.cursor().__aenter__()
    await cursor.execute("VALUES (1), (2)", ())
    rows = await cursor.fetchall()
    await cursor.close()
    assert list(rows) == [(1,), (2,)]
    assert journeys == 1
    monkeypatch.undo()
    await connection.close()


async def test_rows_counts_and_errors_are_what_sqlite_gives(tmp_path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path}/a.sqlite3")
    async with db.write() as conn:
        await conn.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER UNIQUE)"))
        made = await conn.execute(text("INSERT INTO t (n) VALUES (7)"))
        assert made.lastrowid == 1
        await conn.execute(text("INSERT INTO t (n) VALUES (:n)"), [{"n": n} for n in (8, 9)])
        given = await conn.execute(text("UPDATE t SET n = n + 10 RETURNING n"))
        assert sorted(given.scalars()) == [17, 18, 19]
        assert (await conn.execute(text("DELETE FROM t WHERE n > 17"))).rowcount == 2
        assert (await conn.execute(text("SELECT n FROM t WHERE n > 17"))).all() == []
        with pytest.raises(IntegrityError):
            await conn.execute(text("INSERT INTO t (n) VALUES (17)"))
        with pytest.raises(OperationalError):
            await conn.execute(text("SELECT nothing FROM nowhere"))
        assert (await conn.execute(text("SELECT n FROM t"))).scalar_one() == 17
    await db.close()


@pytest.mark.parametrize("times", [1, 2])
async def test_a_write_that_is_cancelled_while_it_waits_leaves_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, times: int
) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path}/a.sqlite3")
    async with db.write() as conn:
        await conn.execute(text("CREATE TABLE t (n INTEGER)"))
    other = sqlite3.connect(tmp_path / "a.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = asyncio.Event()

    async def write() -> None:
        begun.set()
        async with db.write() as conn:
            await conn.execute(text("INSERT INTO t VALUES (1)"))

    async with asyncio.timeout(10):  # less than the lock would be waited for
        task = asyncio.create_task(write())
        await begun.wait()
        for _ in range(times):
            for _ in range(20):  # let it come to wait in its thread
                await asyncio.to_thread(lambda: None)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        other.execute("COMMIT")
        async with db.write() as conn:
            await conn.execute(text("INSERT INTO t VALUES (2)"))
            assert (await conn.execute(text("SELECT n FROM t"))).scalars().all() == [2]
        await db.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
    other.close()
    assert [one for one in caplog.records if one.levelno > logging.INFO] == []

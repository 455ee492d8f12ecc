"""SQLite's driver, with one journey to its thread for each statement.

aiosqlite makes four, each two switches of threads and a turn of the event loop: to make a cursor,
to execute, to fetch, to close. Nothing here reads rows piecemeal, so all of it is done at once.

Nor does it leave its thread waiting for a lock that nobody wants any more: SQLite cannot be
interrupted in that, and whoever was cancelled waited for the thread, which logged its troubles.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import aiosqlite
import structlog

log = structlog.get_logger(__name__)

BEGIN_WRITING = "BEGIN IMMEDIATE"
_SLICE = 0.25
"""Seconds that SQLite waits for a lock at a time."""


def connect(*args: Any, **words: Any) -> aiosqlite.Connection:  # noqa: ANN401 - sqlite3's own
    """Give a connection that is not open yet, as `aiosqlite.connect` does; the arguments are those
    of `sqlite3.connect`."""
    connection = _Connection(partial(sqlite3.connect, *args, **words), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy has it: one left open keeps no process
    return connection


class _Connection(aiosqlite.Connection):
    """Its cursors are made when they are needed, by the thread."""

    _stopped = False

    def stop(self) -> asyncio.Future[Any] | None:
        """Stop the thread; once it is told to, nobody may wait for a second end of it."""
        if self._stopped:
            return None
        self._stopped = True
        return super().stop()

    def cursor(self) -> Any:  # noqa: ANN401 - not aiosqlite's cursor, and used like it
        """Give a cursor, at once."""
        return _Cursor(self)


class _Cursor:
    """Holds what one statement gave. The real cursor never leaves the thread."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - its thread is its own affair
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> _Cursor:
        return self

    async def execute(self, sql: str, parameters: Any = ()) -> None:  # noqa: ANN401 - as below
        """Execute a statement and fetch all of its rows."""
        if sql != BEGIN_WRITING:
            await self._do(lambda cursor: cursor.execute(sql, parameters))
            return
        unwanted = threading.Event()
        try:
            await self._do(lambda cursor: _begin_writing(cursor, unwanted))
        except asyncio.CancelledError:
            unwanted.set()
            log.info("storage.write_cancelled_before_it_began")
            raise

    async def executemany(self, sql: str, parameters: Any) -> None:  # noqa: ANN401 - sqlite3's own
        """Execute a statement for each of `parameters`."""
        await self._do(lambda cursor: cursor.executemany(sql, parameters))

    async def fetchall(self) -> Sequence[Any]:
        """Give the rows."""
        return self._rows

    async def close(self) -> None:
        """Nothing is held."""

    async def _do(self, act: Callable[[sqlite3.Cursor], object]) -> None:
        def work() -> None:
            cursor = self._connection._conn.cursor()
            try:
                act(cursor)
                self.description = cursor.description
                self._rows = cursor.fetchall() if cursor.description else ()
                self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        await self._connection._execute(work)


def _begin_writing(cursor: sqlite3.Cursor, unwanted: threading.Event) -> None:
    """Wait for the lock as long as SQLite would, by slices, but no longer than it is wanted."""
    [(whole,)] = cursor.execute("PRAGMA busy_timeout").fetchall()
    ends = time.monotonic() + whole / 1000
    cursor.execute(f"PRAGMA busy_timeout={min(whole, int(_SLICE * 1000))}")
    try:
        while True:
            try:
                cursor.execute(BEGIN_WRITING)
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
                if not busy or unwanted.is_set() or time.monotonic() >= ends:
                    raise
            else:
                return
    finally:
        cursor.execute(f"PRAGMA busy_timeout={whole}")

"""SQLite's driver, with one journey to its thread for each statement.

aiosqlite makes four, each two switches of threads and a turn of the event loop: to make a cursor,
to execute, to fetch, to close. Nothing here reads rows piecemeal, so all of it is done at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import aiosqlite


def connect(*args: Any, **words: Any) -> aiosqlite.Connection:  # noqa: ANN401 - sqlite3's own
    """Give a connection that is not open yet, as `aiosqlite.connect` does; the arguments are those
    of `sqlite3.connect`."""
    connection = _Connection(partial(sqlite3.connect, *args, **words), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy has it: one left open keeps no process
    return connection


class _Connection(aiosqlite.Connection):
    """Its cursors are made when they are needed, by the thread."""

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
        await self._do(lambda cursor: cursor.execute(sql, parameters))

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

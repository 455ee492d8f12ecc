"""The database: connections, transactions and the time, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.clock import Clock
from bot.errors import StorageError
from bot.storage import sqlite_driver
from bot.storage.dialects import now_expression

BUSY_TIMEOUT_SECONDS = 15
POOL_SIZE = 10

_DISK_FULL, _READ_ONLY = "53100", "25006"
"""States of an error, as PostgreSQL names them."""


class Database:
    """One database, shared by a process's tasks.

    `read()` and `write()` each give a connection inside one transaction, which is committed at
    the end of the block and rolled back on an error. On SQLite writes queue up behind one lock
    in the process (and `BEGIN IMMEDIATE` between processes); reads never wait for them (WAL).
    """

    def __init__(self, url: str, *, clock: Clock | None = None) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._clock = clock
        self._writing = asyncio.Lock()
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection for reading, one consistent transaction."""
        async with _open(self.engine) as conn, conn.begin():
            yield conn

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection for one writing transaction."""
        if not self.is_sqlite:
            async with _open(self.engine) as conn, conn.begin():
                yield conn
            return
        async with self._writing, _open(self.engine) as conn:
            await conn.execution_options(exportnews_write=True)
            async with conn.begin():
                yield conn

    @property
    def writing_engine(self) -> AsyncEngine:
        """The engine for libraries that open transactions of their own.

        Each of them begins as a writing one, so that SQLite waits its turn rather than failing.
        """
        return self.engine.execution_options(exportnews_write=True)

    async def now(self, conn: AsyncConnection) -> datetime:
        """Give the database's present moment (UTC), or that of the clock a test has set."""
        if self._clock is not None:
            return self._clock()
        value: Any = (await conn.execute(select(now_expression(conn.dialect.name)))).scalar_one()
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    async def moment(self) -> datetime:
        """Give the present moment as `now` does, where nothing else is asked of the database."""
        async with self.read() as conn:
            return await self.now(conn)

    async def ping(self) -> None:
        """Check that the database answers.

        Raises StorageError with a sentence when it does not.
        """
        async with self.read() as conn:
            await conn.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


@asynccontextmanager
async def _open(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    try:
        conn = await engine.connect()
    except (DBAPIError, OSError) as error:
        if isinstance(error, DBAPIError) and "not a database" in str(error.orig):
            raise StorageError(
                f"{engine.url.database} is no SQLite database; check DATABASE_URL.",
                detail=type(error).__name__,
            ) from error
        raise StorageError(
            "The database cannot be reached; check DATABASE_URL and that it is running.",
            detail=type(error).__name__,
        ) from error
    try:
        yield conn
    finally:
        await conn.close()


def is_passing(error: BaseException) -> bool:
    """Whether a database error may pass by itself (server away, locked), so waiting helps."""
    if isinstance(error, StorageError):
        return True
    return isinstance(error, OperationalError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database cannot be used just now, so waiting helps."""
    return isinstance(error, OSError) or is_passing(error)


def in_words(error: DBAPIError) -> StorageError | None:
    """Give the sentence for a database that could not be used meanwhile; None for any other
    error. What was written before stays written."""
    said = str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if "disk is full" in said or state == _DISK_FULL:
        sentence = "The database's disk is full; free some space, and do it again."
    elif "readonly database" in said or state == _READ_ONLY:
        sentence = "The database can only be read; let it be written, and do it again."
    elif "database is locked" in said:
        sentence = "Another process holds the database for long; do it again."
    elif is_passing(error):
        sentence = "The database went away meanwhile; do it again when it is running."
    else:
        return None
    return StorageError(sentence, detail=said[:200])


def _postgresql_engine(url: str) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=BUSY_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10},
    )


def _sqlite_engine(url: str) -> AsyncEngine:
    path = make_url(url).database
    if path and path != ":memory:":
        try:
            Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The folder of the database cannot be made: {Path(path).parent}. "
                "Set DATABASE_URL to a place that can be written.",
                detail=str(error),
            ) from error
    engine = create_async_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=0,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "async_creator_fn": sqlite_driver.connect},
    )
    event.listen(engine.sync_engine, "do_connect", _make_own)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _make_own(_dialect: Any, _record: Any, words: Any, _named: Any) -> None:  # noqa: ANN401
    # SQLite would make a new file readable for all. What it puts beside it has the file's rights.
    if str(words[0]).startswith((":memory:", "file:")):
        return
    with suppress(OSError):  # it is there, or SQLite will say why not
        os.close(os.open(words[0], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:  # noqa: ANN401 - driver types
    # The driver's own implicit transactions are switched off; `_begin_sqlite` opens them.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
        "temp_store=MEMORY",
        "cache_size=-65536",
        "mmap_size=268435456",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(conn: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event signature
    writes = conn.get_execution_options().get("exportnews_write", False)
    conn.exec_driver_sql(sqlite_driver.BEGIN_WRITING if writes else "BEGIN")

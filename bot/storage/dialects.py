"""What SQLite and PostgreSQL do differently, in one place."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, func, literal_column, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement, Select

WAKE_CHANNEL = "exportnews_wake"
_INGEST_LOCK = 5_010_744


def is_postgresql(conn: AsyncConnection) -> bool:
    """Whether `conn` speaks to PostgreSQL (else it is SQLite)."""
    return conn.dialect.name == "postgresql"


def insert(conn: AsyncConnection, table: Table) -> Any:  # noqa: ANN401 - two unrelated Insert types
    """Give the dialect's INSERT, which has `on_conflict_do_nothing` and `..._do_update`."""
    return postgresql_insert(table) if is_postgresql(conn) else sqlite_insert(table)


def skip_locked(conn: AsyncConnection, query: Select[Any]) -> Select[Any]:
    """Claim rows: on PostgreSQL lock them and step over those that others hold.

    Foreign keys' checks of others do not wait for it (`key_share`). SQLite needs nothing: its one
    writer already keeps others out (`Database.write`).
    """
    if not is_postgresql(conn):
        return query
    return query.with_for_update(key_share=True, skip_locked=True)


def now_expression(dialect_name: str) -> ColumnElement[Any]:
    """Give the SQL for the database's own present moment."""
    if dialect_name == "postgresql":
        return func.clock_timestamp()
    return literal_column("strftime('%Y-%m-%d %H:%M:%f', 'now')")


async def serialise_ingest(conn: AsyncConnection) -> None:
    """Let one ingest transaction in at a time, so that two feeds cannot make one story twice.

    Held to the end of the transaction; SQLite's single writer gives the same.
    """
    if is_postgresql(conn):
        await conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _INGEST_LOCK})


async def wake(conn: AsyncConnection, what: str) -> None:
    """Tell waiting workers, when this transaction commits, that there is work of kind `what`.

    On SQLite only those of this process hear of it (`bot.wakeups`); others see it at their tick.
    """
    if is_postgresql(conn):
        await conn.execute(
            text("SELECT pg_notify(:channel, :what)"), {"channel": WAKE_CHANNEL, "what": what}
        )
    elif conn.sync_connection is not None:
        conn.sync_connection.info.setdefault(WAKE_CHANNEL, set()).add(what)

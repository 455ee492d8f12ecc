"""The database, opened for one command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.settings import Settings, load_settings
from bot.storage import schema
from bot.storage.database import Database


@asynccontextmanager
async def open_database(settings: Settings | None = None) -> AsyncIterator[Database]:
    """Give the database of the settings, and close it at the end.

    An embedded SQLite file is brought to this version's schema, so that a first use just works;
    a PostgreSQL must have it already. Raises SettingsError, StorageError or SchemaError.
    """
    settings = settings or load_settings()
    db = Database(settings.database_url)
    try:
        await (schema.upgrade(db) if settings.uses_sqlite else schema.check(db))
        yield db
    finally:
        await db.close()

"""The database, opened for one command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import typer
from sqlalchemy.exc import DBAPIError

from bot.news.taxonomy import Taxonomy, load_taxonomy
from bot.settings import Settings, load_settings
from bot.storage import schema
from bot.storage.database import Database, in_words


@asynccontextmanager
async def open_database(settings: Settings | None = None) -> AsyncIterator[Database]:
    """Give the database of the settings, and close it at the end.

    An embedded SQLite file is brought to this version's schema, so that a first use just works;
    a PostgreSQL must have it already. Raises SettingsError, StorageError or SchemaError.
    """
    settings = settings or load_settings()
    db = Database(settings.database_url)
    missing = _missing_file(settings, db)
    try:
        await (schema.upgrade(db) if settings.uses_sqlite else schema.check(db))
        if missing is not None:  # a slip of the pen in the path looks like an empty archive
            typer.echo(
                f"There was no database at {missing}; a new, empty one was made. "
                "If that is not what you meant, check DATABASE_URL.",
                err=True,
            )
        yield db
    except DBAPIError as error:
        trouble = in_words(error)
        if trouble is None:
            raise
        raise trouble from error
    finally:
        await db.close()


def taxonomy_here() -> Taxonomy:
    """Give the taxonomy of the settings. Raises SettingsError or TaxonomyError."""
    return load_taxonomy(load_settings().exportnews_taxonomy)


def _missing_file(settings: Settings, db: Database) -> Path | None:
    """Give the SQLite file that the operator named, when it is not there."""
    name = db.url.database
    if not db.is_sqlite or "database_url" not in settings.model_fields_set or not name:
        return None
    file = Path(name)
    return None if file.exists() else file

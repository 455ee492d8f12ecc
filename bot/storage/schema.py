"""The schema's version: upgrade, and refuse to work on the wrong one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.errors import SchemaError, StorageError
from bot.storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0001"
"""The newest migration. Alembic, which could tell, is slow to import and rarely needed."""

_UPGRADE_LOCK = 5_010_743
_MIGRATIONS = Path(__file__).parent / "migrations"


async def upgrade(db: Database) -> None:
    """Bring the schema to this program's version; several processes may call it at once.

    Raises StorageError when the database cannot be reached, SchemaError when it is of a newer
    version.
    """
    found = await current(db)
    if found is not None and found != HEAD:
        await _refuse_newer(found)
    if found != HEAD:
        await asyncio.to_thread(_upgrade, db.url)


async def check(db: Database) -> None:
    """Raise SchemaError unless the schema is exactly the one this program was written for, and
    nobody is about to change it."""
    if await _is_upgraded_now(db):
        raise SchemaError("The database is being upgraded just now; start again when that is done.")
    found = await current(db)
    if found == HEAD:
        return
    if found is None:
        raise SchemaError("The database is empty; run: exportnews db upgrade")
    await _refuse_newer(found)
    raise SchemaError(
        "The database is of an older version; run: exportnews db upgrade",
        detail=f"found {found}, need {HEAD}",
    )


async def _refuse_newer(found: str) -> None:
    if found not in await asyncio.to_thread(known):
        raise SchemaError(
            "The database is of a newer version than this program; update exportnews.",
            detail=f"found {found}, need {HEAD}",
        )


async def _is_upgraded_now(db: Database) -> bool:
    """Whether an upgrade is under way; its version is seen only when it is done."""
    if db.is_sqlite:
        return False
    async with db.read() as conn:
        # Let go at the end of the transaction.
        free = text("SELECT pg_try_advisory_xact_lock_shared(:key)")
        return not await conn.scalar(free, {"key": _UPGRADE_LOCK})


async def current(db: Database) -> str | None:
    """Give the schema's version in the database, or None when it has none."""
    async with db.read() as conn:
        if not await conn.run_sync(lambda c: inspect(c).has_table("alembic_version")):
            return None
        found: str | None = (
            await conn.execute(text("SELECT version_num FROM alembic_version"))
        ).scalar_one_or_none()
        return found


def known() -> list[str]:
    """Give every version that the schema has had, the newest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config())
    return [script.revision for script in scripts.walk_revisions()]


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _upgrade(url: URL) -> None:
    from alembic import command

    sync_url = url.set(
        drivername="sqlite" if url.get_backend_name() == "sqlite" else url.drivername
    )
    engine = create_engine(sync_url)
    config = _config()
    try:
        with engine.connect() as conn:
            if conn.dialect.name == "postgresql":
                conn.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _UPGRADE_LOCK})
                conn.commit()
            else:
                conn.execute(text("PRAGMA journal_mode=WAL"))
                conn.commit()
            config.attributes["connection"] = conn
            command.upgrade(config, "head")
            conn.commit()
    except DBAPIError as error:
        raise StorageError(
            "The database's schema could not be upgraded; check DATABASE_URL and its rights.",
            detail=str(error.orig),
        ) from error
    finally:
        engine.dispose()

"""Promise: both databases keep what is committed, forget what is not, and say what is wrong."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.errors import SchemaError, SettingsError, StorageError
from bot.settings import load_settings
from bot.storage import schema
from bot.storage.database import Database, in_words
from bot.storage.tables import publication, workspace
from tests.support.clock import SetClock


async def test_a_failed_transaction_leaves_nothing(db: Database) -> None:
    async def half_done() -> None:
        async with db.write() as conn:
            await conn.execute(insert(publication).values(name="Half done"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await half_done()
    async with db.read() as conn:
        assert (await conn.execute(select(func.count()).select_from(publication))).scalar() == 0


async def test_times_come_back_aware_and_in_utc(db: Database, clock: SetClock) -> None:
    async with db.write() as conn:
        await conn.execute(
            insert(workspace).values(platform="slack", external_id="T1", installed_at=clock())
        )
    async with db.read() as conn:
        found = (await conn.execute(select(workspace.c.installed_at))).scalar_one()
    assert found == clock()
    assert found.utcoffset() == timedelta(0)


async def test_without_a_set_clock_the_database_tells_the_time(database_url: str) -> None:
    db = Database(database_url)
    async with db.read() as conn:
        now = await db.now(conn)
    await db.close()
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=5)


async def test_many_writers_at_once_all_get_through(db: Database) -> None:
    async def write(number: int) -> None:
        async with db.write() as conn:
            await conn.execute(insert(publication).values(name=f"P{number}"))

    await asyncio.gather(*(write(n) for n in range(30)))
    async with db.read() as conn:
        assert (await conn.execute(select(func.count()).select_from(publication))).scalar() == 30


async def test_sqlite_enforces_foreign_keys_and_uses_wal(sqlite_url: str) -> None:
    db = Database(sqlite_url)
    async with db.read() as conn:
        assert (await conn.execute(text("PRAGMA foreign_keys"))).scalar() == 1
        assert (await conn.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
    await db.close()


async def test_an_empty_database_is_named_as_such(tmp_path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite3'}")
    with pytest.raises(SchemaError, match="exportnews db upgrade"):
        await schema.check(db)
    await schema.upgrade(db)
    await schema.check(db)
    await db.close()


async def test_a_schema_from_the_future_is_refused(db: Database) -> None:
    async with db.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="newer version"):
        await schema.check(db)
    with pytest.raises(SchemaError, match="newer version"):
        await schema.upgrade(db)


def test_the_version_that_is_asked_for_is_the_newest() -> None:
    assert schema.known()[0] == schema.HEAD


async def test_nothing_starts_while_the_schema_is_being_upgraded(postgres_url: str) -> None:
    db = Database(postgres_url)
    upgrading = await psycopg.AsyncConnection.connect(postgres_url.replace("+psycopg", ""))
    await upgrading.execute("SELECT pg_advisory_lock(%s)", [schema._UPGRADE_LOCK])
    with pytest.raises(SchemaError, match="being upgraded"):
        await schema.check(db)
    await upgrading.execute("SELECT pg_advisory_unlock(%s)", [schema._UPGRADE_LOCK])
    await upgrading.close()
    await schema.check(db)
    await db.close()


async def test_an_unreachable_server_is_one_sentence(tmp_path: Path) -> None:
    db = Database(f"postgresql+psycopg://postgres@/postgres?host={tmp_path}")
    with pytest.raises(StorageError, match="cannot be reached"):
        await db.ping()
    await db.close()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://somewhere"),
        ("PORT", "many"),
        ("EXPORTNEWS_POLL_SECONDS", "-1"),
        ("SLACK_BOT_TOKEN", "xapp-wrong-kind"),
        ("EXPORTNEWS_LOG_FORMAT", "yaml"),
        ("EXPORTNEWS_CATALOGUE", "/nowhere/catalogue.toml"),
    ],
)
def test_a_wrong_setting_is_one_line_naming_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(variable)
    assert "\n" not in str(caught.value)


def test_a_secret_never_stands_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxp-very-secret-12345")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "very-secret" not in str(caught.value)
    assert "very-secret" not in caught.value.detail


def test_heroku_style_database_addresses_are_taken_as_they_come() -> None:
    assert load_settings(database_url="postgres://u:p@h/d").database_url.endswith("://u:p@h/d")
    assert load_settings(database_url="postgresql://h/d").database_url.startswith("postgresql+")


async def test_a_folder_that_is_made_for_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "exportnews"
    await Database(f"sqlite+aiosqlite:///{folder}/bot.sqlite3").close()
    assert folder.stat().st_mode & 0o077 == 0


async def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3"
    db = Database(f"sqlite+aiosqlite:///{file}")
    await schema.upgrade(db)
    async with db.write() as conn:
        await conn.execute(text("CREATE TABLE t (a)"))
        made = {one.name: one.stat().st_mode & 0o777 for one in tmp_path.iterdir()}
    await db.close()
    assert made == dict.fromkeys(("bot.sqlite3", "bot.sqlite3-wal", "bot.sqlite3-shm"), 0o600)


async def test_a_database_that_cannot_be_written_is_one_sentence(db: Database) -> None:
    forbid = "PRAGMA query_only=ON" if db.is_sqlite else "SET TRANSACTION READ ONLY"

    async def write() -> None:
        async with db.read() as conn:
            await conn.execute(text(forbid))
            await conn.execute(insert(publication).values(name="Refused"))

    with pytest.raises(DBAPIError) as raised:
        await write()
    trouble = in_words(raised.value)
    assert trouble is not None
    assert str(trouble) == "The database can only be read; let it be written, and do it again."

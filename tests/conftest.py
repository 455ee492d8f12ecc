"""What every room's tests share: real databases, a clock that tests set, and factories."""

from __future__ import annotations

import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from bot.storage import schema
from bot.storage.database import Database
from tests.support.clock import SetClock
from tests.support.databases import PostgresServer, make_sqlite_template


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the tester's own settings, files and proxies out of the tests."""
    import os

    for name in list(os.environ):
        if name.startswith(("SLACK_", "EXPORTNEWS_")) or name in {
            "CLIENT_ID",
            "CLIENT_SECRET",
            "TENANT_ID",
            "DATABASE_URL",
            "PORT",
        }:
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Undo what a command that ran in this process set up, so that the next test hears its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands still until the test moves it."""
    return SetClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A real PostgreSQL server, one for a test process."""
    with PostgresServer.start(tmp_path_factory.mktemp("pg")) as server:
        yield server


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite database with today's schema."""
    path = tmp_path / "exportnews.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a fresh PostgreSQL database with today's schema."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database; each test runs on both engines."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
async def db(database_url: str, clock: SetClock) -> AsyncIterator[Database]:
    """A fresh database on each engine, its time set by `clock`."""
    database = Database(database_url, clock=clock)
    await schema.check(database)
    yield database
    await database.close()

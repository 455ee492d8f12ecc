"""What operators are told of the process itself: that it started, that its database was away, that
a newer version has taken the database over. Once each, however many processes share it."""

from __future__ import annotations

import asyncio
import socket
from datetime import datetime
from importlib.metadata import version

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.delivery.pausing import Tell
from bot.errors import BotError
from bot.storage import schema
from bot.storage.database import Database

log = structlog.get_logger(__name__)

LOOK_SECONDS = 10.0
_AWAY = (BotError, SQLAlchemyError, OSError, TimeoutError)


class Watch:
    """Looks after the database for one process. What is told waits until it can be written."""

    def __init__(self, db: Database, tell: Tell, clock: Clock) -> None:
        self._db = db
        self._tell = tell
        self._clock = clock
        self._away_since: datetime | None = None

    async def started(self) -> None:
        """Tell, once a day and version, that the bot runs. Never raises for a database that is
        away: what there is to do is not held up by what there is to say."""
        number, host = version("exportnews"), socket.gethostname()
        text = f"exportnews {number} has started on {host}."
        try:
            async with asyncio.timeout(LOOK_SECONDS), self._db.write() as conn:
                now = await self._db.now(conn)
                await self._tell(conn, f"start:{number}:{now:%Y-%m-%d}", text, now)
        except _AWAY as error:
            log.warning("start.not_told", reason=type(error).__name__)

    async def look(self) -> None:
        """Ask the database whether it is there and whose it is; tell what changed. Never raises
        for a database that is away."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                found = await schema.current(self._db)
                if self._away_since is not None:
                    await self._tell_of_outage(self._away_since)
                    self._away_since = None
                if found is not None and found != schema.HEAD:
                    await self._tell_of_version(found)
        except _AWAY as error:
            if self._away_since is None:
                self._away_since = self._clock()
                log.warning("database.away", reason=type(error).__name__)

    async def _tell_of_outage(self, since: datetime) -> None:
        text = (
            f"The database did not answer from {since:%H:%M} to {self._clock():%H:%M} UTC "
            f"({since:%Y-%m-%d}). Nothing is lost; what became due meanwhile comes now."
        )
        log.warning("database.back", since=since.isoformat())
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            await self._tell(conn, f"database:{since:%Y-%m-%dT%H}", text, now)

    async def _tell_of_version(self, found: str) -> None:
        text = (
            f"The database was upgraded by a newer exportnews, and {version('exportnews')} still "
            f"runs on {socket.gethostname()}. Install the new version there and restart it."
        )
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            await self._tell(conn, f"version:{found}:{now:%Y-%m-%d}", text, now)

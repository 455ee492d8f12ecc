"""Wakes waiting work when the database says that there is some (`LISTEN/NOTIFY`).

SQLite has no such thing: there a commit in this process wakes this process (what
`dialects.wake` noted on the connection), and others see the work at their next tick.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

import psycopg
import structlog
from sqlalchemy import Connection, event

from bot.storage.database import Database
from bot.storage.dialects import WAKE_CHANNEL

log = structlog.get_logger(__name__)

DELIVERIES = "deliveries"
"""The kind of work that the dispatcher waits for."""

_AGAIN_SECONDS = 5.0


class Wakeups:
    """Events that are set when work of a kind has come in. Open it with `async with`."""

    def __init__(self, db: Database, *, again: float = _AGAIN_SECONDS) -> None:
        self._db = db
        self._again = again
        self._events: dict[str, asyncio.Event] = {}
        self._listening: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()
        """Set while the database is listened to."""

    async def __aenter__(self) -> Wakeups:
        if self._db.is_sqlite:
            event.listen(self._db.engine.sync_engine, "commit", self._committed)
            event.listen(self._db.engine.sync_engine, "rollback", _forget)
            self.ready.set()
        else:
            self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._db.is_sqlite:
            event.remove(self._db.engine.sync_engine, "commit", self._committed)
            event.remove(self._db.engine.sync_engine, "rollback", _forget)
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    def event(self, what: str) -> asyncio.Event:
        """Give the event for work of kind `what`; who waits for it clears it."""
        return self._events.setdefault(what, asyncio.Event())

    def wake(self, what: str) -> None:
        """Say in this process that there is work of kind `what`."""
        self.event(what).set()

    def _committed(self, conn: Connection) -> None:
        # The commit comes right after; who is woken then waits for the one writer to be done.
        for what in conn.info.pop(WAKE_CHANNEL, ()):
            self.wake(what)

    async def _listen(self) -> None:
        while True:
            try:
                async with await self._connect() as conn:
                    await conn.execute(f"LISTEN {WAKE_CHANNEL}")
                    self.ready.set()
                    for what in list(self._events):  # something may have come while away
                        self.wake(what)
                    async for notification in conn.notifies():
                        self.wake(notification.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("wakeups.away", reason=type(error).__name__)
            self.ready.clear()
            await asyncio.sleep(self._again)

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        dialect = self._db.engine.dialect
        positional, named = dialect.create_connect_args(self._db.url)
        return await psycopg.AsyncConnection.connect(
            *positional, **{**named, "autocommit": True, "connect_timeout": 10}
        )


def _forget(conn: Connection) -> None:
    conn.info.pop(WAKE_CHANNEL, None)

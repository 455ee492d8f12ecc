"""Bookkeeping of polls that brought nothing, many in one transaction.

While one transaction is being written, the next outcomes gather; each caller waits until its own
is committed. So a thousand unchanged feeds cost a few transactions, not a thousand.
"""

from __future__ import annotations

import asyncio
import random

from bot.feeds import records
from bot.feeds.fetcher import Document
from bot.feeds.outcomes import Outcome, after_unchanged
from bot.feeds.ports import Notify
from bot.feeds.records import FeedState
from bot.storage.database import Database

MOST = 200


class Bookkeeper:
    """Writes down unchanged polls."""

    def __init__(self, db: Database, notify: Notify, rng: random.Random) -> None:
        self._db = db
        self._notify = notify
        self._rng = rng
        self._gathered: list[tuple[FeedState, Document, asyncio.Future[Outcome | None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def unchanged(self, state: FeedState, document: Document) -> Outcome | None:
        """Write down that a feed is unchanged, and tell the operators what that calls for.

        Gives the outcome unwritten when the feed's address has moved, which needs a transaction
        of its own, else None.
        """
        done: asyncio.Future[Outcome | None] = asyncio.get_running_loop().create_future()
        self._gathered.append((state, document, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="feeds bookkeeping")
        return await done

    async def _write(self) -> None:
        while self._gathered:
            batch, self._gathered = self._gathered[:MOST], self._gathered[MOST:]
            try:
                outcomes = await self._write_batch([(state, doc) for state, doc, _ in batch])
            except Exception as error:  # noqa: BLE001 - each caller gets it and deals with it
                for _, _, done in batch:
                    if not done.done():
                        done.set_exception(error)
                continue
            for (_, _, done), outcome in zip(batch, outcomes, strict=True):
                if not done.done():
                    done.set_result(outcome)

    async def _write_batch(self, batch: list[tuple[FeedState, Document]]) -> list[Outcome | None]:
        left: list[Outcome | None] = []
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            plain = []
            for state, document in batch:
                outcome = after_unchanged(state, document, now, self._rng)
                left.append(outcome if outcome.moves_to else None)
                if outcome.moves_to:
                    continue
                for notice in outcome.notices:
                    await self._notify(conn, notice)
                plain.append((state, outcome.values))
            await records.save_many(conn, now, plain)
        return left

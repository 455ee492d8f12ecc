"""The bookkeeping of polls: each outcome into its feed's row, and to the operators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds import records
from bot.feeds.group_commit import GroupCommit
from bot.feeds.outcomes import Outcome
from bot.feeds.ports import Notify
from bot.feeds.records import FeedState
from bot.storage.database import Database

MOST = 200

Decide = Callable[[datetime], Outcome]
"""Gives the outcome of a poll, at the moment at which it is written down."""


class Bookkeeper:
    """Writes down polls that brought nothing, many in one transaction."""

    def __init__(self, db: Database, notify: Notify) -> None:
        self._db = db
        self._notify = notify
        self._group = GroupCommit(self._write, MOST)

    async def note(self, state: FeedState, decide: Decide) -> None:
        """Write down what came of a poll; when the claim was lost, nothing."""
        await self._group.add((state, decide))

    async def finish(self) -> None:
        """Wait for what is being written."""
        await self._group.finish()

    async def _write(self, polls: Sequence[tuple[FeedState, Decide]]) -> Sequence[None]:
        async with self._db.write() as conn:
            held = await records.still_held(conn, [state for state, _ in polls])
            now = await self._db.now(conn)
            decided = [(state, decide(now)) for state, decide in polls if state.record.id in held]
            await write_down(conn, self._notify, decided, now)
        return [None] * len(polls)


async def write_down(
    conn: AsyncConnection,
    notify: Notify,
    polls: Sequence[tuple[FeedState, Outcome]],
    now: datetime,
) -> None:
    """Write outcomes into the feeds' rows, whose claims are `records.still_held`, and tell the
    operators what calls for it."""
    changes = []
    for state, outcome in polls:
        values, notices = outcome.values, outcome.notices
        if outcome.moves_to and await records.is_taken(conn, outcome.moves_to):
            values = {name: value for name, value in values.items() if name != "url"}
            notices = tuple(notice for notice in notices if notice.kind != "moved")
        for notice in notices:
            await notify(conn, notice)
        changes.append((state, values))
    await records.save(conn, now, changes)

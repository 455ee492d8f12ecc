"""The channels that a worker will claim next: looked for once, claimed bit by bit.

To look costs much more than to claim channels that are known. What is on the list may have been
claimed by another worker since, or may rest; the claim itself finds that out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.claims import NOW, OWED, may_be_claimed
from bot.storage.batches import among, read_in_index_order
from bot.storage.dialects import is_postgresql
from bot.storage.tables import channel, delivery, workspace

_LOOKED_AT = 1000
"""Due deliveries seen in one look; among them workspaces take turns."""

KEPT_FOR = 2.0
"""How long a list is used, seconds; what has come due since stands on the next one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A channel that something is due for, and its workspace."""

    channel_id: int
    workspace_id: int


class Shortlist:
    """Candidates in the order in which they take their turns."""

    def __init__(self) -> None:
        self._candidates: list[Candidate] = []
        self._until = 0.0

    def fill(self, candidates: Iterable[Candidate], now: float) -> None:
        """Put new candidates in place of what is left; `now` is monotonic time, seconds."""
        self._candidates = list(candidates)
        self._until = now + KEPT_FOR

    def pick(self, limit: int, busy: Mapping[int, int], share: int, now: float) -> list[Candidate]:
        """Take up to `limit` candidates, so that no workspace has more than `share` places.

        `busy`: how many places each workspace has already.
        """
        if now >= self._until:
            return []
        places = Counter(busy)
        picked: list[Candidate] = []
        left: list[Candidate] = []
        for one in self._candidates:
            if len(picked) < limit and places[one.workspace_id] < share:
                places[one.workspace_id] += 1
                picked.append(one)
            else:
                left.append(one)
        self._candidates = left
        return picked


async def look(
    conn: AsyncConnection,
    now: datetime,
    *,
    platforms: Collection[str],
    without: Collection[int] = (),
) -> list[Candidate]:
    """Give free channels that have something due, workspaces in turn, at most a thousand or so.

    `without`: ids of workspaces to leave out. Nothing is claimed by it: another worker may be
    quicker.
    """
    postgresql = is_postgresql(conn)
    asked = {"now": now, "platforms": list(platforms), "without": list(without)}
    await read_in_index_order(conn)
    rows = await conn.execute(_free_channels(postgresql=postgresql), asked)
    return [Candidate(row.channel_id, row.workspace_id) for row in rows]


@cache
def _free_channels(*, postgresql: bool) -> Select[Any]:
    due = (
        select(delivery.c.channel_id, channel.c.workspace_id, delivery.c.due_at)
        .join(channel, channel.c.id == delivery.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(
            delivery.c.state.in_(OWED),
            delivery.c.due_at <= NOW,
            may_be_claimed(),
            ~among(channel.c.workspace_id, "without", postgresql=postgresql),
        )
        # As the index is ordered, so that only so many rows are read, however much is owed.
        .order_by(delivery.c.state, delivery.c.due_at)
        .limit(_LOOKED_AT)
        .subquery("due")
    )
    waiting = (
        select(due.c.channel_id, due.c.workspace_id, func.min(due.c.due_at).label("since"))
        .group_by(due.c.channel_id, due.c.workspace_id)
        .subquery("waiting")
    )
    turn = func.row_number().over(
        partition_by=waiting.c.workspace_id, order_by=(waiting.c.since, waiting.c.channel_id)
    )
    return select(waiting.c.channel_id, waiting.c.workspace_id).order_by(
        turn, waiting.c.since, waiting.c.channel_id
    )

"""What operators are told: once each, as a delivery to the operators' channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import notices
from bot.feeds.model import Notice
from bot.storage.dialects import now_expression

log = structlog.get_logger(__name__)

Now = Callable[[AsyncConnection], Awaitable[datetime]]


async def database_now(conn: AsyncConnection) -> datetime:
    """Give the database's present moment, UTC."""
    value: Any = (await conn.execute(select(now_expression(conn.dialect.name)))).scalar_one()
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class OperatorNotices:
    """Tells the operators of trouble with feeds and deliveries; `Notify` for the poller.

    `channel` is the id of their channel, Slack's or Teams'; without one, notices are kept in the
    database and logged. `now` gives the moment (`Database.now`).
    """

    def __init__(self, channel: str | None, *, now: Now = database_now) -> None:
        self._channel = channel
        self._now = now

    async def __call__(self, conn: AsyncConnection, notice: Notice) -> None:
        """Pass on what the poller found; of one feed and kind at most once an hour."""
        now = await self._now(conn)
        key = f"feed:{notice.feed_id}:{notice.kind}:{now:%Y-%m-%dT%H}"
        await self.tell(conn, key, notice.text, now)

    async def tell(self, conn: AsyncConnection, key: str, text: str, now: datetime) -> None:
        """Tell the operators `text`, once for each `key`, inside the caller's transaction."""
        if not await notices.record(conn, key, text, now):
            return
        log.warning("operators.told", key=key, text=text)
        if self._channel is None:
            return
        platform = "teams" if ":" in self._channel else "slack"  # no id of Slack's has a colon
        workspace_id = await notices.home_of(conn, platform, self._channel)
        if workspace_id is None:
            return
        await notices.owe_notice(
            conn,
            workspace_id,
            self._channel,
            kind="channel",
            subject=f"notice:{key}",
            text=text,
            now=now,
        )
        await notices.mark_told(conn, key, now)

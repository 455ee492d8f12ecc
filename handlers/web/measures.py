"""`/metrics`: what this process counted, and what stands in the database just now."""

from __future__ import annotations

import asyncio

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import and_, case, func, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.delivery.claims import in_state, is_owed
from bot.engine import Engine
from bot.errors import BotError
from bot.metrics import DEAD, FEEDS, OWED, OWED_FOR
from bot.storage.tables import channel, delivery, feed, workspace
from handlers.web.access import Door

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
_HEALTHS = ("well", "failing", "paused")


class Measures:
    """Answers `/metrics` to who may see the console."""

    def __init__(self, engine: Engine, door: Door) -> None:
        self._engine = engine
        self._door = door

    async def metrics(self, request: Request) -> Response:
        """Answer `/metrics`; when the database is away with what this process counted."""
        if self._door.visitor(request) is None:
            return PlainTextResponse("Metrics need the admin token (EXPORTNEWS_ADMIN_TOKEN).", 403)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._look()
        except (BotError, SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("metrics.database_away", reason=type(error).__name__)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def _look(self) -> None:
        owed = is_owed(delivery)
        async with self._engine.db.read() as conn:
            now = await self._engine.db.now(conn)
            may_go = and_(
                owed,
                delivery.c.due_at <= now,
                channel.c.paused_at.is_(None),
                workspace.c.removed_at.is_(None),
            )
            oldest = await conn.scalar(
                select(func.min(delivery.c.due_at))
                .select_from(delivery)
                .join(channel, channel.c.id == delivery.c.channel_id)
                .join(workspace, workspace.c.id == channel.c.workspace_id)
                .where(may_go)
            )
            OWED_FOR.set((now - oldest).total_seconds() if oldest else 0)
            OWED.set(await conn.scalar(select(func.count()).where(owed)) or 0)
            dead = in_state(delivery, "dead")
            DEAD.set(await conn.scalar(select(func.count()).where(dead)) or 0)
            how = case(
                (feed.c.state != "active", "paused"), (feed.c.failures > 0, "failing"), else_="well"
            )
            counts = select(how.label("how"), func.count().label("number")).group_by("how")
            found = {row.how: row.number for row in await conn.execute(counts)}
        for health in _HEALTHS:
            FEEDS.labels(health).set(found.get(health, 0))

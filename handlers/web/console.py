"""The console: one page that shows what is read, what came, and what is owed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from jinja2 import Environment, FileSystemLoader, select_autoescape
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.engine import Engine
from bot.errors import BotError
from bot.search.model import Results
from bot.storage.tables import channel, delivery, entry, feed, publication, workspace
from handlers.web.access import may_enter

log = structlog.get_logger(__name__)

PAGE_SECONDS = 10.0
STORIES = 25
DEAD = 25
# Everything the page needs stands in the page itself, so nothing else may be loaded or run.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed and its health."""

    publication: str
    url: str
    state: str
    last_success_at: datetime | None
    next_poll_at: datetime
    last_error: str
    entries: int


@dataclass(frozen=True, slots=True)
class DeadLine:
    """One delivery that was given up."""

    id: int
    workspace: str
    channel: str
    subject: str
    reason: str


class Console:
    """Serves `/`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        pages = FileSystemLoader(Path(__file__).parent / "pages")
        self._pages = Environment(loader=pages, autoescape=select_autoescape())

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The console's only address."""
        return [Route("/", self._page, methods=["GET"])]

    async def _page(self, request: Request) -> Response:
        if not may_enter(request, self._engine.settings.exportnews_admin_token):
            return PlainTextResponse(
                "The console is open on this machine itself, or with the admin token "
                "(EXPORTNEWS_ADMIN_TOKEN) as a bearer token.",
                403,
            )
        try:
            async with asyncio.timeout(PAGE_SECONDS):
                html = await self._render(request.query_params.get("q", "")[:500])
        except (BotError, SQLAlchemyError, TimeoutError) as error:
            log.warning("console.failed", reason=type(error).__name__)
            return PlainTextResponse("The database does not answer; try again shortly.", 503)
        return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})

    async def _render(self, query: str) -> str:
        found = await self._stories(query)
        return self._pages.get_template("console.html").render(
            query=query,
            found=found,
            topics={topic.id: topic.title for topic in self._engine.taxonomy.topics},
            feeds=await self._feeds(),
            owed=await self._owed(),
            dead=await self._dead(),
            now=self._engine.clock(),
        )

    async def _stories(self, query: str) -> Results:
        if query.strip():
            return await self._engine.search.find(query, limit=STORIES)
        return await self._engine.search.latest(None, limit=STORIES)

    async def _feeds(self) -> list[FeedLine]:
        stored = (
            select(entry.c.feed_id, func.count().label("entries")).group_by(entry.c.feed_id)
        ).subquery()
        query = (
            select(
                publication.c.name,
                feed.c.url,
                feed.c.state,
                feed.c.last_success_at,
                feed.c.next_poll_at,
                feed.c.last_error,
                stored.c.entries,
            )
            .join_from(feed, publication)
            .outerjoin(stored, stored.c.feed_id == feed.c.id)
            .order_by(publication.c.name, feed.c.url)
        )
        async with self._engine.db.read() as conn:
            rows = (await conn.execute(query)).all()
        return [FeedLine(*row[:5], row[5] or "", row[6] or 0) for row in rows]

    async def _owed(self) -> dict[str, int]:
        query = select(delivery.c.state, func.count()).group_by(delivery.c.state)
        async with self._engine.db.read() as conn:
            return {row[0]: row[1] for row in await conn.execute(query)}

    async def _dead(self) -> list[DeadLine]:
        query = (
            select(
                delivery.c.id,
                workspace.c.name,
                channel.c.name,
                delivery.c.subject,
                func.coalesce(delivery.c.last_error, ""),
            )
            .join_from(delivery, channel)
            .join(workspace, workspace.c.id == channel.c.workspace_id)
            .where(delivery.c.state == "dead")
            .order_by(delivery.c.id.desc())
            .limit(DEAD)
        )
        async with self._engine.db.read() as conn:
            return [DeadLine(*row) for row in (await conn.execute(query)).all()]

"""The web front: health, metrics and the console."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.engine import Engine
from bot.metrics import OWED
from bot.storage.tables import delivery
from handlers.web.access import Door
from handlers.web.console import Console
from handlers.web.health import Readiness, healthz
from handlers.web.websub import WebSubCallback


class WebFront:
    """Serves what needs no chat platform."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._door = Door(engine.settings, engine.clock)
        console = Console(engine, self._door)
        self._routes = [
            Route("/healthz", healthz, methods=["GET"]),
            Route("/readyz", Readiness(engine).readyz, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
            *console.routes,
            *WebSubCallback(engine).routes,
        ]

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Health, metrics, console, the hubs' callback."""
        return self._routes

    async def connect(self) -> bool:
        """Nothing to connect to."""
        return False

    async def close(self) -> None:
        """Nothing to close."""

    async def _metrics(self, request: Request) -> Response:
        if self._door.visitor(request) is None:
            return PlainTextResponse("Metrics need the admin token (EXPORTNEWS_ADMIN_TOKEN).", 403)
        async with self._engine.db.read() as conn:
            owed = delivery.c.state.in_(("pending", "sending", "failed"))
            OWED.set(await conn.scalar(select(func.count()).where(owed)) or 0)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def open_front(engine: Engine) -> WebFront:
    """Make the web front; the entry point that `bot.fronts` loads."""
    return WebFront(engine)

"""The web front: health, metrics and the console."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from bot.engine import Engine
from bot.serving import NotFound
from handlers.web.access import Door
from handlers.web.console import Console
from handlers.web.health import Readiness, healthz
from handlers.web.measures import Measures
from handlers.web.websub import WebSubCallback


class WebFront:
    """Serves what needs no chat platform."""

    def __init__(self, engine: Engine) -> None:
        door = Door(engine.settings, engine.clock)
        console = Console(engine, door)
        self.not_found: NotFound | None = console.not_found
        self._routes = [
            Route("/healthz", healthz, methods=["GET"]),
            Route("/readyz", Readiness(engine).readyz, methods=["GET"]),
            Route("/metrics", Measures(engine, door).metrics, methods=["GET"]),
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


def open_front(engine: Engine) -> WebFront:
    """Make the web front; the entry point that `bot.fronts` loads."""
    return WebFront(engine)

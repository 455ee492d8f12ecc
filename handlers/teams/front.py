"""The Teams front: `POST /api/messages` by the Teams SDK, when CLIENT_ID is set."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from starlette.routing import BaseRoute

from bot.engine import Engine
from bot.serving import NotFound


class TeamsFront:
    """Answers Teams. Without CLIENT_ID it serves nothing, and the SDK is not even loaded."""

    not_found: NotFound | None = None

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._routes: Sequence[BaseRoute] | None = None

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """`POST /api/messages`."""
        if self._routes is None:
            self._routes = self._build() if self._engine.teams.configured else []
        return self._routes

    async def connect(self) -> bool:
        """Teams only comes over HTTP."""
        return False

    async def close(self) -> None:
        """Nothing is open that the account does not close."""

    def _build(self) -> Sequence[BaseRoute]:
        # The SDK takes seconds to load, which a worker and other commands need not wait for.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of previews of its own that are not used
            from handlers.teams.bot import build_routes

        return build_routes(self._engine)


def open_front(engine: Engine) -> TeamsFront:
    """Make the Teams front; the entry point that `bot.fronts` loads."""
    return TeamsFront(engine)

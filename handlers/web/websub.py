"""Where hubs verify and push: `GET` and `POST /websub/{id}` (W3C WebSub, 5.3 and 7)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.engine import Engine


class WebSubCallback:
    """Answers hubs. A push that is not signed with our secret is answered alike and dropped."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The callback's address."""
        return [
            Route("/websub/{id:int}", self._verify, methods=["GET"]),
            Route("/websub/{id:int}", self._receive, methods=["POST"]),
        ]

    async def _verify(self, request: Request) -> Response:
        answer = await self._engine.websub.verify(request.path_params["id"], request.query_params)
        if not answer.accepted:
            return PlainTextResponse("Not asked for.", 404)
        return PlainTextResponse(answer.challenge)

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        await self._engine.websub.receive(
            self._engine.poller, request.path_params["id"], body, request.headers
        )
        return Response(status_code=202)

"""Where hubs verify and push: `GET` and `POST /websub/{id}` (W3C WebSub, 5.3 and 7)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.engine import Engine

_DIGITS = 9
"""Of a feed's number at most: databases take no number without end."""


class WebSubCallback:
    """Answers hubs. A push that is not signed with our secret is answered alike and dropped."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The callback's address."""
        return [
            Route("/websub/{id}", self._verify, methods=["GET"]),
            Route("/websub/{id}", self._receive, methods=["POST"]),
        ]

    async def _verify(self, request: Request) -> Response:
        id_, token = _asked_for(request)
        answer = await self._engine.websub.verify(id_, token, request.query_params)
        if not answer.accepted:
            return PlainTextResponse("Not asked for.", 404)
        return PlainTextResponse(answer.challenge)

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        id_, _ = _asked_for(request)
        await self._engine.websub.receive(self._engine.poller, id_, body, request.headers)
        return Response(status_code=202)


def _asked_for(request: Request) -> tuple[int, str]:
    """Give the feed's number and the token; 0, which no feed has, for what is no number."""
    number, _, token = str(request.path_params["id"]).partition("-")
    known = number.isascii() and number.isdigit() and len(number) <= _DIGITS
    return int(number) if known else 0, token

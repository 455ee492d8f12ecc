"""The SDK's app with all its listeners, and its routes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from microsoft_teams.api import Credentials, TokenCredentials
from microsoft_teams.api.auth.cloud_environment import PUBLIC
from microsoft_teams.apps import App
from microsoft_teams.common import ClientOptions
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.engine import Engine
from bot.teams.account import CALL_SECONDS
from handlers.teams import buttons, dialogs, events, extension, files, messages
from handlers.teams.desk import Desk
from handlers.teams.keys import SigningKeys
from handlers.teams.server import CheckedServer, RouteAdapter


class TeamsApp(App):
    """The SDK's app, whose token is the account's: the SDK would read CLIENT_SECRET from the
    environment and ask for one of its own."""

    def _init_credentials(self) -> Credentials | None:
        token = self.options.token
        if self.options.client_id is None or token is None:
            return None
        return TokenCredentials(
            client_id=self.options.client_id, tenant_id=self.options.tenant_id, token=token
        )


def build_routes(engine: Engine) -> Sequence[BaseRoute]:
    """Make the app, and give the routes on which Teams reaches it."""
    account = engine.teams

    async def token(_scope: str | list[str], _tenant: str | None) -> str:
        return await account.token()

    _quiet(logging.ERROR)  # it warns of checks that only its tabs would use
    adapter = RouteAdapter()
    app = TeamsApp(
        client_id=account.app_id,
        tenant_id=account.tenant or None,
        token=token,
        cloud=PUBLIC,  # else an environment variable decides
        client=ClientOptions(timeout=CALL_SECONDS),
        http_server_adapter=adapter,
        dangerously_allow_unauthenticated_requests=False,  # as above
        state=False,
    )
    keys = SigningKeys(account.endpoints.keys, account)
    _quiet(logging.WARNING)
    app.server = CheckedServer(adapter, keys, tenant=account.tenant)
    desk = Desk(engine)
    for room in (messages, buttons, dialogs, files, extension, events):
        room.register(app, desk)
    starting = asyncio.Lock()
    started = False

    async def receive(request: Request) -> Response:
        nonlocal started
        async with starting:
            if not started:
                await app.initialize()
                started = True
        return await adapter.handle(request)

    return [Route(app.server.messaging_endpoint, receive, methods=["POST"])]


def _quiet(level: int) -> None:
    """Let the SDK tell of what went wrong only; it logs every call, and every activity whole."""
    logging.getLogger("microsoft_teams").setLevel(level)
    # It gives httpx's logger the level of this one, whenever it makes a client.
    logging.getLogger("microsoft_teams.common.http.client").setLevel(logging.WARNING)

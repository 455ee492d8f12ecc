"""The Slack front: one Bolt app, reached over signed HTTP or Socket Mode."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.engine import Engine
from bot.errors import DeliveryError, SettingsError
from bot.serving import NotFound
from handlers.slack import listeners
from handlers.slack.install import Install
from handlers.slack.letting_in import Door, Once, too_early

log = structlog.get_logger(__name__)

_AWHILE = {
    "accesslimited",
    "fatal_error",
    "internal_error",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
    "unknown",
}
"""What Slack answers that says nothing of the token."""

NOT_INSTALLED = "I am not installed in this workspace any more; an admin installs me again."


class SlackFront:
    """Answers Slack. Without a bot token it serves nothing."""

    not_found: NotFound | None = None

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._app = build_app(engine) if engine.slack.configured else None
        self._install = Install(engine) if engine.slack.by_install else None
        self._socket: AsyncSocketModeHandler | None = None

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """`POST /slack/events`, when there is a signing secret to check requests with, and the
        pages of an install.
        """
        app, secret = self._app, self._engine.settings.slack_signing_secret
        if app is None or secret is None:
            return []
        door = Door(secret.get_secret_value())

        async def events(request: Request) -> Response:
            sent = await door.let_in(request)
            if isinstance(sent, Response):
                return sent
            if self._engine.slack.awaited:
                early = too_early(sent)
                if early is not None:
                    return early
            return to_starlette_response(await app.async_dispatch(sent))

        pages = self._install.routes if self._install else []
        return [Route("/slack/events", events, methods=["POST"]), *pages]

    async def connect(self) -> bool:
        """Open Socket Mode, when SLACK_APP_TOKEN is set.

        Raises SettingsError when Slack refuses the token, DeliveryError when it is away.
        """
        token = self._engine.settings.slack_app_token
        if self._app is None or token is None:
            return False
        client = self._engine.slack.client()
        # The kit would ask for the address again and again, with a trace each time, even where the
        # token is refused: so it is given the first one.
        address = await _socket_address(client, token.get_secret_value())
        self._socket = AsyncSocketModeHandler(
            self._app, token.get_secret_value(), web_client=client
        )
        self._socket.client.wss_uri = address
        await self._socket.connect_async()  # type: ignore[no-untyped-call]
        log.info("slack.connected", way="socket mode")
        return True

    async def close(self) -> None:
        """Leave Socket Mode."""
        if self._socket is not None:
            await self._socket.close_async()  # type: ignore[no-untyped-call]


async def _socket_address(client: AsyncWebClient, token: str) -> str:
    """Ask Slack for the address of Socket Mode (`apps.connections.open`).

    Raises SettingsError when Slack refuses the token, DeliveryError when it is away.
    """
    try:
        opened = await client.apps_connections_open(app_token=token)
        return str(opened["url"])
    except SlackApiError as error:
        reason = str(error.response.get("error", "unknown"))
        if reason in _AWHILE:
            raise DeliveryError(f"Slack answered apps.connections.open with {reason}.") from None
        raise SettingsError(
            f"SLACK_APP_TOKEN: Slack refuses it ({reason}). Make an app-level token with the "
            "scope connections:write and start again."
        ) from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise DeliveryError(
            "Slack's Socket Mode cannot be reached; check the network and the proxy.",
            detail=type(error).__name__,
        ) from error


def build_app(engine: Engine) -> AsyncApp:
    """Make the Bolt app with all its listeners."""
    secret = engine.settings.slack_signing_secret

    async def authorize(
        context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None, **_rest: object
    ) -> AuthorizeResult | None:
        by_organisation = context.is_enterprise_install and enterprise_id
        workspace = (enterprise_id if by_organisation else team_id) or enterprise_id or ""
        try:
            token = await engine.slack.token(workspace)
        except DeliveryError:
            log.warning("slack.unknown_workspace", workspace=workspace)
            return None
        identity = engine.slack.identity
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=token,
            bot_id=identity.bot_id if identity else None,
            bot_user_id=await engine.slack.bot_user(workspace),
        )

    bolt = logging.getLogger("exportnews.bolt")
    bolt.setLevel(logging.ERROR)  # it would warn that SLACK_BOT_TOKEN is not used, as is meant
    app = AsyncApp(
        logger=bolt,
        client=engine.slack.client(),
        signing_secret=secret.get_secret_value() if secret else secrets.token_hex(),
        user_facing_authorize_error_message=NOT_INSTALLED,
        authorize=cast(Callable[..., Awaitable[AuthorizeResult]], authorize),
    )
    bolt.setLevel(logging.WARNING)
    app.middleware(Once())
    listeners.register(app, engine)
    return app


def open_front(engine: Engine) -> SlackFront:
    """Make the Slack front; the entry point that `bot.fronts` loads."""
    return SlackFront(engine)

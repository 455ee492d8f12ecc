"""Installing in many workspaces: Slack's OAuth flow, by Bolt."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

import structlog
from slack_bolt.adapter.starlette.async_handler import (
    to_async_bolt_request,
    to_starlette_response,
)
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.engine import Engine
from bot.errors import BotError
from bot.installations import SCOPES
from bot.slack_store import STATE_SECONDS, state_store
from handlers.slack.desk import CUT, reason_of
from handlers.slack.welcome import greet

AWAY = "The install could not be finished just now. Please begin it again in a minute."

log = structlog.get_logger(__name__)


class Install:
    """Serves `/slack/install` and `/slack/oauth_redirect`.

    The state is checked in the browser's cookie and in the database, and can be used once.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        settings = engine.settings
        secret = settings.slack_client_secret
        quiet = logging.getLogger("exportnews.oauth")
        quiet.setLevel(logging.ERROR)  # Bolt's warnings there show the code of the install
        oauth = AsyncOAuthSettings(
            client_id=settings.slack_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            scopes=SCOPES,
            user_scopes=[],
            redirect_uri=self._redirect_uri(settings.exportnews_public_url),
            installation_store=engine.slack.store,
            state_store=state_store(engine.db),
            state_expiration_seconds=STATE_SECONDS,
            logger=quiet,
        )
        self._flow = AsyncOAuthFlow(client=engine.slack.client(), logger=quiet, settings=oauth)
        default = self._flow.default_callback_options
        self._flow.success_handler = self._installed_then(default)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The two pages of an install."""
        return [
            Route("/slack/install", self._page(self._flow.handle_installation), methods=["GET"]),
            Route("/slack/oauth_redirect", self._page(self._flow.handle_callback), methods=["GET"]),
        ]

    def _installed_then(
        self, default: AsyncCallbackOptions
    ) -> Callable[[AsyncSuccessArgs], Awaitable[BoltResponse]]:
        async def installed(args: AsyncSuccessArgs) -> BoltResponse:
            done = args.installation
            workspace = done.enterprise_id if done.is_enterprise_install else done.team_id
            name = done.enterprise_name if done.is_enterprise_install else done.team_name
            await self._engine.subscriptions.install(
                "slack", workspace or "", name or "", done.user_id
            )
            log.info("slack.installed", workspace=workspace)
            await greet(self._engine.slack.client(done.bot_token), done.user_id)
            return await default.success(args)

        return installed

    @staticmethod
    def _page(
        handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def page(request: Request) -> Response:
            try:
                answer = await handle(to_async_bolt_request(request, b""))
            except (SlackApiError, SQLAlchemyError, BotError, *CUT) as error:
                log.warning("slack.install_failed", reason=reason_of(error))
                return PlainTextResponse(AWAY, 503)
            return to_starlette_response(answer)

        return page

    @staticmethod
    def _redirect_uri(public_url: str | None) -> str | None:
        return public_url.rstrip("/") + "/slack/oauth_redirect" if public_url else None

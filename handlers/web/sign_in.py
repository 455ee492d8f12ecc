"""Signing in to the console: with the admin token, or with Slack (OpenID Connect).

https://docs.slack.dev/authentication/sign-in-with-slack: the code is exchanged at
`openid.connect.token`, and `openid.connect.userInfo` tells who it is, both straight from Slack
over TLS, so that no token that a browser carried has to be trusted.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode, urljoin

import aiohttp
import structlog
from jinja2 import Environment
from slack_sdk.errors import SlackApiError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.engine import Engine
from handlers.web.access import TOO_MANY, Door
from handlers.web.pages import HEADERS

log = structlog.get_logger(__name__)

STATE = "exportnews_state"
STATE_TIME = timedelta(minutes=10)


class SignIn:
    """Serves `/sign-in` and what belongs to it."""

    def __init__(self, engine: Engine, door: Door, pages: Environment) -> None:
        self._engine = engine
        self._door = door
        self._pages = pages
        self._operators = engine.settings.operators
        self._by_slack = engine.settings.signs_in_with_slack

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The pages of signing in and out."""
        routes = [
            Route("/sign-in", self._ask, methods=["GET"]),
            Route("/sign-in", self._with_token, methods=["POST"]),
            Route("/sign-out", self._out, methods=["POST"]),
        ]
        if self._by_slack:
            routes += [
                Route("/sign-in/slack", self._to_slack, methods=["GET"]),
                Route("/sign-in/slack/done", self._from_slack, methods=["GET"]),
            ]
        return routes

    def page(self, problem: str = "", status: int = 200) -> Response:
        """Give the page that asks who it is."""
        html = self._pages.get_template("sign_in.html").render(
            problem=problem,
            by_token=self._engine.settings.exportnews_admin_token is not None,
            by_slack=self._by_slack,
        )
        return HTMLResponse(html, status, headers=HEADERS)

    async def _ask(self, _request: Request) -> Response:
        return self.page()

    async def _with_token(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            known = self._door.knows(request, str(form.get("token", ""))[:1000])
        if known is None:
            return self.page(TOO_MANY, 429)
        if not known:
            return self.page("That is not the admin token.", 403)
        return self._enter(request, "admin")

    async def _out(self, request: Request) -> Response:
        visitor = self._door.visitor(request)
        response = RedirectResponse("/sign-in", 303)
        async with request.form(max_files=0, max_fields=4) as form:
            sent = str(form.get("form_token", ""))
        if visitor is not None and self._door.may_change(request, visitor, sent):
            self._door.close_session(response)
        return response

    async def _to_slack(self, request: Request) -> Response:
        state = secrets.token_urlsafe(24)
        asked = {
            "response_type": "code",
            "scope": "openid profile",
            "client_id": self._engine.settings.slack_client_id,
            "redirect_uri": self._back,
            "state": state,
            "nonce": secrets.token_urlsafe(24),
        }
        where = urljoin(self._engine.settings.exportnews_slack_api_url, "/openid/connect/authorize")
        response = RedirectResponse(f"{where}?{urlencode(asked)}", 303)
        self._door.set_cookie(request, response, STATE, state, STATE_TIME)
        return response

    async def _from_slack(self, request: Request) -> Response:
        state = request.query_params.get("state", "")
        begun = request.cookies.get(STATE, "")
        if not begun or not hmac.compare_digest(begun.encode(), state.encode()):
            return self.page("This sign-in was not begun here, or too long ago. Try again.", 403)
        try:
            who, name = await self._ask_slack(request.query_params.get("code", ""))
        except SlackApiError as error:
            log.warning("console.slack_refused", reason=error.response.get("error", "unknown"))
            return self.page("Slack did not confirm who you are. Try again.", 403)
        except (TimeoutError, aiohttp.ClientError, OSError):
            return self.page("Slack cannot be reached just now. Try again in a minute.", 503)
        if who not in self._operators:
            log.warning("console.no_operator", who=who)
            return self.page(f"{who} is not among the operators (EXPORTNEWS_OPERATORS).", 403)
        response = self._enter(request, name or who)
        response.delete_cookie(STATE)
        return response

    async def _ask_slack(self, code: str) -> tuple[str, str]:
        """Give `TEAM/USER` and the name of the person to whom Slack gave this code."""
        settings, slack = self._engine.settings, self._engine.slack
        secret = settings.slack_client_secret
        token = await slack.client().openid_connect_token(
            client_id=settings.slack_client_id or "",
            client_secret=secret.get_secret_value() if secret else "",
            code=code,
            redirect_uri=self._back,
        )
        told = await slack.client(token["access_token"]).openid_connect_userInfo()
        who = f"{told['https://slack.com/team_id']}/{told['https://slack.com/user_id']}"
        return who, str(told.get("name", ""))

    @property
    def _back(self) -> str:
        return urljoin(self._engine.settings.exportnews_public_url or "", "/sign-in/slack/done")

    def _enter(self, request: Request, name: str) -> Response:
        response = RedirectResponse("/", 303)
        self._door.open_session(request, response, name.replace("|", " ")[:80])
        log.info("console.signed_in", who=name)
        return response

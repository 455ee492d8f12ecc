"""The SDK's HTTP server inside the bot's own: its checks, on our route, without blocking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import jwt
import structlog
from microsoft_teams.api import Credentials
from microsoft_teams.api.auth.cloud_environment import CloudEnvironment
from microsoft_teams.apps.auth import InboundActivityTokenValidator, TokenValidator
from microsoft_teams.apps.http import HttpServer
from microsoft_teams.apps.http.adapter import (
    HttpMethod,
    HttpRequest,
    HttpResponse,
    HttpRouteHandler,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from handlers.teams.keys import CHANNEL, SigningKeys

log = structlog.get_logger(__name__)


class RouteAdapter:
    """Lets the bot's own web server pass requests to the SDK; the SDK's `HttpServerAdapter`."""

    def __init__(self) -> None:
        self._handlers: dict[str, HttpRouteHandler] = {}

    async def handle(self, request: Request) -> Response:
        """Pass a request on to what the SDK registered for its path."""
        try:
            body = json.loads(await request.body())
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            return JSONResponse({"error": "The body is no JSON object."}, 400)
        handler = self._handlers[request.url.path]
        answer = await handler(HttpRequest(body=body, headers=dict(request.headers)))
        if answer["body"] is None:
            return Response(status_code=answer["status"])
        return JSONResponse(answer["body"], answer["status"])

    def register_route(self, method: HttpMethod, path: str, handler: HttpRouteHandler) -> None:  # noqa: ARG002
        """Take the SDK's handler for a path; it knows POST only."""
        self._handlers[path] = handler

    def serve_static(self, path: str, directory: str) -> None:
        """The bot has no static files."""

    async def start(self, port: int) -> None:
        """The bot's own web server runs already."""

    async def stop(self) -> None:
        """The bot's own web server is stopped elsewhere."""


class CheckedServer(HttpServer):
    """The SDK's server, stricter: a token must be the Connector's and name the service address,
    the channel must be Teams, and a single-tenant bot hears its own tenant only.

    An Azure Bot may have other channels (web chat is on by default), on which a stranger may
    write what Teams alone vouches for, such as the tenant.
    """

    def __init__(self, adapter: RouteAdapter, keys: SigningKeys, *, tenant: str) -> None:
        super().__init__(adapter)
        self._keys = keys
        self._tenant = tenant.casefold()

    def initialize(
        self,
        credentials: Credentials | None = None,
        cloud: CloudEnvironment | None = None,
        dangerously_allow_unauthenticated_requests: bool = False,  # noqa: ARG002
        skip_auth: bool | None = None,  # noqa: ARG002
    ) -> None:
        """Register the endpoint; requests without a good token are never let in."""
        super().initialize(credentials, cloud)
        app_id = getattr(credentials, "client_id", "")
        self._token_validator = ConnectorTokens(str(app_id), cloud, self._keys)

    async def handle_request(self, request: HttpRequest) -> HttpResponse:
        """Handle an activity; one of another channel or tenant is refused with 403."""
        body = request["body"]
        tenant = tenant_of(body)
        if body.get("channelId") != CHANNEL or not tenant:
            log.warning("teams.other_channel", channel=str(body.get("channelId"))[:64])
            return HttpResponse(status=403, body={"error": "This bot is for Microsoft Teams."})
        if self._tenant and tenant.casefold() != self._tenant:
            log.warning("teams.other_tenant", tenant=tenant[:64])
            return HttpResponse(status=403, body={"error": "This bot is another tenant's."})
        return await super().handle_request(request)


class ConnectorTokens(InboundActivityTokenValidator):
    """The SDK's checks of a token: signature, issuer, audience, times, service address.

    Left out is its second way in, tokens of the Agent 365 platform: they bear no service
    address, so what they say of one could not be believed.
    """

    def __init__(self, app_id: str, cloud: CloudEnvironment | None, keys: SigningKeys) -> None:
        super().__init__(app_id, cloud)
        self._keys = keys
        checks = cast(_KeyedChecks, _KeyedChecks.for_service(app_id, cloud=cloud))
        self._service_validator = checks.with_keys(keys)

    async def validate_token(
        self, raw_token: str, service_url: str | None = None
    ) -> dict[str, Any]:
        """Give a good token's claims. Raises jwt.InvalidTokenError for any other."""
        if not service_url:
            raise jwt.InvalidTokenError("The activity names no service address")
        await self._keys.prepare(raw_token)
        return await self._service_validator.validate_token(raw_token, service_url)


class _KeyedChecks(TokenValidator):
    """The SDK's checks with our keys."""

    def with_keys(self, keys: SigningKeys) -> TokenValidator:
        self._jwks_client = keys
        return self


def tenant_of(body: Mapping[str, Any]) -> str:
    """Give the tenant that an activity comes from."""
    data = body.get("channelData")
    tenant = data.get("tenant") if isinstance(data, Mapping) else None
    if isinstance(tenant, Mapping) and tenant.get("id"):
        return str(tenant["id"])
    conversation = body.get("conversation")
    return str(conversation.get("tenantId") or "") if isinstance(conversation, Mapping) else ""

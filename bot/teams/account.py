"""The bot's account with Microsoft: who it is, its token, the session that calls are made on.

The token is asked for here and not by the SDK's MSAL, for three reasons: MSAL blocks a thread a
call, speaks to nothing but Microsoft (a loopback stand-in needs plain HTTP), and the sender and
the SDK's replies share one token this way.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import aiohttp
import structlog

from bot.delivery.senders.answers import read_at_most
from bot.errors import DeliveryError, SettingsError
from bot.settings import Settings
from bot.storage.database import Database
from bot.teams.conversations import service_address
from bot.teams.endpoints import SCOPE, endpoints_of

log = structlog.get_logger(__name__)

CALL_SECONDS = 20
_EARLY = 300.0
"""How long before its end a token is renewed, seconds."""
_SHORTEST = 30.0
_REFUSED_FOR = 300.0
"""How long to wait after Microsoft refused the credentials, seconds: an operator must act."""
_ANSWER_BYTES = 100_000


class TeamsAccount:
    """Who the bot is at Microsoft. Open it with `async with`; without CLIENT_ID it does nothing.

    Raises SettingsError when CLIENT_ID has no CLIENT_SECRET.
    """

    def __init__(
        self, settings: Settings, db: Database, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        if settings.client_id and settings.client_secret is None:
            raise SettingsError(
                "CLIENT_SECRET is missing; make a secret in the app registration whose id is "
                "CLIENT_ID, and set it."
            )
        self.app_id = settings.client_id or ""
        self.tenant = settings.tenant_id or ""
        self.endpoints = endpoints_of(settings.exportnews_teams_login_url, settings.tenant_id)
        self._secret = settings.client_secret
        self._db = db
        self._monotonic = monotonic
        self._session: aiohttp.ClientSession | None = None
        self._token = ""
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def __aenter__(self) -> TeamsAccount:
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        # Who sends bounds its calls; one that waited here for a free connection would seem cut off.
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=True)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def configured(self) -> bool:
        """Whether there is a bot registration to speak for."""
        return bool(self.app_id)

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session. Raises DeliveryError when it is not open."""
        if self._session is None:
            raise DeliveryError("The connection to Teams is not open.")
        return self._session

    async def token(self, *, refused: str = "") -> str:
        """Give the bot's access token; `refused`: one that was not taken, so not that again.

        Raises DeliveryError: with `retry_after` when Microsoft refuses the credentials, for
        nothing is lost by waiting until an operator has renewed them.
        """
        async with self._asking:
            if not self._token or self._token == refused or self._monotonic() >= self._until:
                self._token, seconds = await self._ask()
                self._until = self._monotonic() + max(seconds - _EARLY, _SHORTEST)
            return self._token

    async def service_address(self, workspace_id: int) -> str:
        """Give a service address that Teams gave for a tenant, nothing when none is known."""
        return await service_address(self._db, workspace_id)

    async def _ask(self) -> tuple[str, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.app_id,
            "client_secret": self._secret.get_secret_value() if self._secret else "",
            "scope": SCOPE,
        }
        try:
            async with self.session.post(
                self.endpoints.token, data=form, allow_redirects=False
            ) as response:
                status = response.status
                answer = _read(await read_at_most(response, _ANSWER_BYTES) or b"")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise DeliveryError(
                "Microsoft's log-in cannot be reached.", detail=type(error).__name__
            ) from None
        token = answer.get("access_token")
        if status == 200 and isinstance(token, str) and token:
            return token, _seconds(answer.get("expires_in"))
        if status in (400, 401, 403):
            code = _code(answer)
            log.error("teams.credentials_refused", code=code)
            raise DeliveryError(
                f"Microsoft refuses CLIENT_ID, CLIENT_SECRET or TENANT_ID ({code}); renew the "
                "secret in the app registration and start again.",
                retry_after=_REFUSED_FOR,
            )
        raise DeliveryError(f"Microsoft's log-in answered with status {status}; try later.")


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _code(answer: dict[str, Any]) -> str:
    """Give Microsoft's own code of an error (AADSTS...), never its whole text."""
    first = str(answer.get("error_description") or "").split(":", 1)[0]
    return first if first.startswith("AADSTS") else str(answer.get("error") or "unknown")[:60]

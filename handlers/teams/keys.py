"""The keys that Microsoft signs requests with, fetched ahead so that a check never waits for them.

The SDK's own key client fetches inside the event loop, and once for every unknown key id; here
keys are fetched without blocking, at most once a minute, whatever is sent.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Protocol

import aiohttp
import jwt
import structlog

from bot.delivery.senders.answers import read_at_most

log = structlog.get_logger(__name__)

CHANNEL = "msteams"
"""What the Connector calls Teams, among the channels that it serves."""

FRESH_SECONDS = 3600.0
"""How long the keys are taken as they are; the protocol asks to renew them daily at least."""
PAUSE_SECONDS = 60.0
"""How often at most keys are asked for, though unknown key ids keep coming."""
_ANSWER_BYTES = 1_000_000


class Sessions(Protocol):
    """What gives the session to ask on (`bot.teams.account`)."""

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session."""


class SigningKeys(jwt.PyJWKClient):
    """The keys at `url`. `prepare` fetches, `get_signing_key_from_jwt` only looks up."""

    def __init__(
        self, url: str, sessions: Sessions, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(url)
        self._sessions = sessions
        self._monotonic = monotonic
        self._known: dict[str, jwt.PyJWK] = {}
        self._fetched = self._asked = float("-inf")
        self._asking = asyncio.Lock()

    async def prepare(self, raw_token: str) -> None:
        """Have the key of a token at hand, if there is one.

        Raises jwt.InvalidTokenError for what is no token.
        """
        key_id = jwt.get_unverified_header(raw_token).get("kid")
        async with self._asking:
            now = self._monotonic()
            fresh = now - self._fetched < FRESH_SECONDS
            if (key_id in self._known and fresh) or now - self._asked < PAUSE_SECONDS:
                return
            self._asked = now
            await self._fetch()

    def get_signing_key_from_jwt(self, token: str | bytes) -> jwt.PyJWK:
        """Give the key that a token names. Raises jwt.InvalidTokenError for an unknown one."""
        found = self._known.get(str(jwt.get_unverified_header(token).get("kid")))
        if found is None:
            raise jwt.InvalidTokenError("The token is signed with an unknown key")
        return found

    async def _fetch(self) -> None:
        """Take the keys as they are now; when they cannot be had, those known stay."""
        try:
            async with self._sessions.session.get(self.uri, allow_redirects=False) as response:
                body = await read_at_most(response, _ANSWER_BYTES)
                if response.status != 200 or body is None:
                    raise aiohttp.ClientError(f"status {response.status}")
            keys = jwt.PyJWKSet.from_dict(_for_teams(json.loads(body))).keys
        except (
            aiohttp.ClientError,
            TimeoutError,
            OSError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            jwt.PyJWTError,
        ) as error:
            log.warning("teams.keys_unreadable", url=self.uri, reason=type(error).__name__)
            return
        self._known = {key.key_id: key for key in keys if key.key_id}
        self._fetched = self._monotonic()


def _for_teams(published: dict[str, Any]) -> dict[str, Any]:
    """Leave out keys that are endorsed for other channels only (Bot Connector authentication,
    "verify the JWT token", step 6)."""
    keys = published["keys"]
    return {"keys": [key for key in keys if CHANNEL in key.get("endorsements", [CHANNEL])]}

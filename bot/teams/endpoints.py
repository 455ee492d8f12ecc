"""Where Microsoft's services are that a Teams bot needs: log-in, signing keys."""

from __future__ import annotations

from dataclasses import dataclass

LOGIN = "https://login.microsoftonline.com"
KEYS = "https://login.botframework.com/v1/.well-known/keys"
SCOPE = "https://api.botframework.com/.default"
ANY_TENANT = "botframework.com"
"""The tenant in whose name a multi-tenant bot logs in."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """`token`: where the bot gets its token; `keys`: the keys that sign what Teams sends."""

    token: str
    keys: str


def endpoints_of(stand_in: str | None, tenant: str | None) -> Endpoints:
    """Give the addresses for a single-tenant bot (`tenant`) or a multi-tenant one.

    `stand_in` serves both in place of Microsoft, for tests. Source: learn.microsoft.com, "Bot
    Connector authentication".
    """
    login = stand_in.rstrip("/") if stand_in else LOGIN
    keys = f"{login}/v1/.well-known/keys" if stand_in else KEYS
    return Endpoints(f"{login}/{tenant or ANY_TENANT}/oauth2/v2.0/token", keys)

"""Slack workspaces and their bot tokens: that of SLACK_BOT_TOKEN, and those of installs (OAuth).

One deployment has either one workspace (a token in the settings) or many (SLACK_CLIENT_ID and
SLACK_CLIENT_SECRET; each install leaves its token in the store, sealed).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import delete, select

from bot.errors import DeliveryError, SettingsError
from bot.settings import Settings
from bot.slack_store import installation_store
from bot.storage.database import Database
from bot.storage.secrets import Vault

log = structlog.get_logger(__name__)

CALL_SECONDS = 20
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "team:read",
    "users:read",
)
"""What the bot asks of a workspace; docs/slack-manifest.json asks the same."""
_REFUSED = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}


@dataclass(frozen=True, slots=True)
class SlackIdentity:
    """Who the bot is in one workspace."""

    workspace: str
    workspace_name: str
    bot_id: str
    bot_user_id: str
    scopes: frozenset[str]
    enterprise: str = ""


class SlackInstallations:
    """Gives the Web API client of each workspace that installed the bot.

    All clients share one HTTP session. Open it with `async with`.
    """

    def __init__(self, settings: Settings, db: Database, vault: Vault) -> None:
        self._settings = settings
        self._db = db
        client_id = settings.slack_client_id
        self.store = installation_store(db, client_id, vault) if client_id else None
        self._session: aiohttp.ClientSession | None = None
        self._identity: SlackIdentity | None = None

    async def __aenter__(self) -> SlackInstallations:
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, trust_env=True)
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
        """Whether there is, or can be, a workspace to speak to."""
        return self._settings.slack_bot_token is not None or self.by_install

    @property
    def by_install(self) -> bool:
        """Whether workspaces install the bot by themselves (OAuth)."""
        return self.store is not None and self._settings.slack_client_secret is not None

    @property
    def identity(self) -> SlackIdentity | None:
        """Who the bot is, once `identify` has been answered."""
        return self._identity

    def client(self, token: str | None = None) -> AsyncWebClient:
        """Give a client over the shared session."""
        return AsyncWebClient(
            token=token,
            base_url=self._settings.exportnews_slack_api_url,
            session=self._session,
            timeout=CALL_SECONDS,
        )

    async def token(self, workspace: str) -> str:
        """Give the bot token of a workspace.

        Raises DeliveryError (permanent) when the bot is not installed there.
        """
        own = self._settings.slack_bot_token
        if own is not None and self._identity is not None:
            known = {self._identity.workspace, self._identity.enterprise} - {""}
            if workspace in known:
                return own.get_secret_value()
        stored = await self._stored_token(workspace)
        if stored is not None:
            return stored
        raise DeliveryError(
            "The bot is not installed in this workspace any more; install it again.",
            detail=workspace,
            permanent=True,
        )

    async def forget(self, workspace: str) -> None:
        """Delete what an install left: the bot was taken out of the workspace."""
        if self.store is None:
            return
        for table in (self.store.bots, self.store.installations):
            whole_org = table.c.team_id.is_(None) & (table.c.enterprise_id == workspace)
            async with self._db.write() as conn:
                await conn.execute(
                    delete(table).where(
                        table.c.client_id == self.store.client_id,
                        (table.c.team_id == workspace) | whole_org,
                    )
                )

    async def _stored_token(self, workspace: str) -> str | None:
        if self.store is None:
            return None
        bots = self.store.bots.c
        whole_org = bots.team_id.is_(None) & (bots.enterprise_id == workspace)
        query = (
            select(bots.bot_token)
            .where(bots.client_id == self.store.client_id)
            .where((bots.team_id == workspace) | whole_org)
            .where(bots.bot_token.is_not(None))
            .order_by(bots.installed_at.desc(), bots.id.desc())
            .limit(1)
        )
        async with self._db.read() as conn:
            token: str | None = (await conn.execute(query)).scalar_one_or_none()
        return token

    async def identify(self) -> SlackIdentity:
        """Ask Slack who the bot is (`auth.test`), and remember the answer.

        Raises SettingsError when Slack refuses the token, DeliveryError when it does not answer.
        """
        if self._settings.slack_bot_token is None:
            raise SettingsError("SLACK_BOT_TOKEN is missing; copy it from the app's OAuth page.")
        client = self.client(self._settings.slack_bot_token.get_secret_value())
        try:
            answer = await client.auth_test()
        except SlackApiError as error:
            reason = str(error.response.get("error", "unknown"))
            if reason in _REFUSED:
                raise SettingsError(
                    f"SLACK_BOT_TOKEN: Slack refuses it ({reason}). Copy the current bot token "
                    "from the app's OAuth page and start again."
                ) from None
            raise DeliveryError(f"Slack answered auth.test with {reason}; try later.") from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise DeliveryError(
                "Slack cannot be reached; check the network and the proxy.",
                detail=type(error).__name__,
            ) from error
        scopes = str(answer.headers.get("x-oauth-scopes") or answer.headers.get("X-OAuth-Scopes"))
        self._identity = SlackIdentity(
            workspace=str(answer["team_id"]),
            workspace_name=str(answer.get("team", "")),
            bot_id=str(answer.get("bot_id", "")),
            bot_user_id=str(answer.get("user_id", "")),
            scopes=frozenset(s.strip() for s in scopes.split(",") if s.strip() != "None"),
            enterprise=str(answer.get("enterprise_id") or ""),
        )
        log.info("slack.identified", workspace=self._identity.workspace)
        return self._identity

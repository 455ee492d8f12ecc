"""Slack workspaces and their bot tokens: that of SLACK_BOT_TOKEN, and those of installs (OAuth).

One deployment has either one workspace (a token in the settings) or many (SLACK_CLIENT_ID and
SLACK_CLIENT_SECRET; each install leaves its token in the store, sealed).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import DeliveryError, SettingsError
from bot.settings import Settings
from bot.slack_store import InstalledBots
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.subscriptions import workspaces

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
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "team:read",
    "users:read",
)
"""What the bot asks of a workspace; docs/slack-manifest.json asks the same."""
_AWAY = (TimeoutError, aiohttp.ClientError, OSError)
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
        self._bots = InstalledBots(db, client_id, vault) if client_id else None
        self._renewing: dict[str, asyncio.Lock] = {}
        self._session: aiohttp.ClientSession | None = None
        self._identity: SlackIdentity | None = None
        self._trouble = "It was asked, and has not answered yet."

    async def __aenter__(self) -> SlackInstallations:
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
        """Whether there is, or can be, a workspace to speak to."""
        return self._settings.slack_bot_token is not None or self.by_install

    @property
    def by_install(self) -> bool:
        """Whether workspaces install the bot by themselves (OAuth)."""
        return self._bots is not None and self._settings.slack_client_secret is not None

    @property
    def store(self) -> AsyncSQLAlchemyInstallationStore | None:
        """Where installs are kept, when workspaces install the bot by themselves."""
        return self._bots.store if self._bots else None

    @property
    def identity(self) -> SlackIdentity | None:
        """Who the bot is, once `identify` has been answered."""
        return self._identity

    @property
    def awaited(self) -> str:
        """What is waited for before this workspace can be served, as sentences; nothing where the
        bot is known, or has no token of its own."""
        if self._settings.slack_bot_token is None or self._identity is not None:
            return ""
        return f"Slack does not say yet who the bot is (auth.test). {self._trouble}"

    def client(self, token: str | None = None) -> AsyncWebClient:
        """Give a client over the shared session.

        It makes each call once: slack_sdk's own retry repeats a call whose connection was cut,
        which may post a message twice.
        """
        return AsyncWebClient(
            token=token,
            base_url=self._settings.exportnews_slack_api_url,
            session=self._session,
            timeout=CALL_SECONDS,
            retry_handlers=[],
        )

    async def token(self, workspace: str) -> str:
        """Give the bot token of a workspace (of an organisation that installed the bot).

        Raises DeliveryError (permanent) when the bot is not installed there.
        """
        own = self._settings.slack_bot_token
        if own is not None and self._is_own(workspace):
            return own.get_secret_value()
        bot = await self._bots.find(workspace) if self._bots else None
        if bot is not None:
            return str((await self._fresh(workspace, bot)).bot_token)
        raise DeliveryError(await self._why_none(workspace), detail=workspace, permanent=True)

    async def bot_user(self, workspace: str) -> str:
        """Give the bot's own user id in a workspace, or nothing where it is not installed."""
        if self._identity is not None and self._is_own(workspace):
            return self._identity.bot_user_id
        bot = await self._bots.find(workspace) if self._bots else None
        return bot.bot_user_id if bot else ""

    async def enterprise(self, workspace: str) -> str:
        """Give the organisation (Enterprise Grid) that a workspace is part of, or nothing."""
        if self._identity is not None and self._is_own(workspace):
            return self._identity.enterprise
        bot = await self._bots.find(workspace) if self._bots else None
        return (bot.enterprise_id if bot else None) or ""

    async def installed_after(self, workspace: str, moment: float) -> bool:
        """Whether the workspace installed the bot after `moment` (seconds since 1970)."""
        bot = await self._bots.find(workspace) if self._bots else None
        return bot is not None and bot.installed_at > moment

    async def forget(self, workspace: str) -> None:
        """Delete what an install left: the bot was taken out of the workspace."""
        if self._bots is not None:
            await self._bots.forget(workspace)

    async def _why_none(self, workspace: str) -> str:
        async with self._db.read() as conn:
            once = await workspaces.was_installed(conn, "slack", workspace)
        if once:
            return "The bot is not installed in this workspace any more; install it again."
        who = self._identity
        token = f"; SLACK_BOT_TOKEN is of {who.workspace} ({who.workspace_name})" if who else ""
        return (
            f"No Slack workspace {workspace} was ever connected{token}. Check the id, or connect "
            "it, then resume the channel."
        )

    def _is_own(self, workspace: str) -> bool:
        """Whether it is the workspace of SLACK_BOT_TOKEN."""
        who = self._identity
        return who is not None and workspace in {who.workspace, who.enterprise} - {""}

    async def _fresh(self, workspace: str, bot: Bot) -> Bot:
        """Give a bot whose token is good for a while: tokens that end are renewed before.

        Each refresh token works once, so of several workers one renews; the others, refused,
        find the new token in the store. Source: docs.slack.dev/authentication/using-token-rotation.
        """
        if bot.bot_token_expires_at is None or self._bots is None:
            return bot
        async with self._renewing.setdefault(workspace, asyncio.Lock()):
            known = await self._bots.find(workspace) or bot
            try:
                renewed = await self._rotator().perform_bot_token_rotation(bot=known)
            except (SlackTokenRotationError, *_AWAY) as error:
                log.warning(
                    "slack.token_not_renewed", workspace=workspace, why=type(error).__name__
                )
                return await self._bots.find(workspace) or known
            if renewed is None:
                return known
            await self._bots.store.async_save_bot(renewed)
            log.info("slack.token_renewed", workspace=workspace)
            return renewed

    def _rotator(self) -> AsyncTokenRotator:
        secret = self._settings.slack_client_secret
        return AsyncTokenRotator(
            client_id=self._settings.slack_client_id or "",
            client_secret=secret.get_secret_value() if secret else "",
            client=self.client(),
        )

    async def identify(self) -> SlackIdentity:
        """Ask Slack who the bot is (`auth.test`), and remember the answer.

        Raises SettingsError when Slack refuses the token, DeliveryError when it does not answer.
        """
        if self._settings.slack_bot_token is None:
            raise SettingsError("SLACK_BOT_TOKEN is missing; copy it from the app's OAuth page.")
        try:
            self._identity = await self._asked(self._settings.slack_bot_token.get_secret_value())
        except DeliveryError as error:
            self._trouble = str(error)
            raise
        log.info("slack.identified", workspace=self._identity.workspace)
        return self._identity

    async def _asked(self, token: str) -> SlackIdentity:
        try:
            answer = await self.client(token).auth_test()
        except SlackApiError as error:
            reason = str(error.response.get("error", "unknown"))
            if reason in _REFUSED:
                raise SettingsError(
                    f"SLACK_BOT_TOKEN: Slack refuses it ({reason}). Copy the current bot token "
                    "from the app's OAuth page and start again."
                ) from None
            raise DeliveryError(f"Slack answered auth.test with {reason}; try later.") from None
        except _AWAY as error:
            raise DeliveryError(
                "Slack cannot be reached; check the network and the proxy.",
                detail=type(error).__name__,
            ) from error
        scopes = str(answer.headers.get("x-oauth-scopes") or answer.headers.get("X-OAuth-Scopes"))
        return SlackIdentity(
            workspace=str(answer["team_id"]),
            workspace_name=str(answer.get("team", "")),
            bot_id=str(answer.get("bot_id", "")),
            bot_user_id=str(answer.get("user_id", "")),
            scopes=frozenset(s.strip() for s in scopes.split(",") if s.strip() != "None"),
            enterprise=str(answer.get("enterprise_id") or ""),
        )

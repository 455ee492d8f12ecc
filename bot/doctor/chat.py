"""Whether Slack and Teams let the bot do its work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.doctor.model import Finding
from bot.errors import BotError
from bot.installations import SCOPES, SlackInstallations
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.teams.account import TeamsAccount

SIGNED_FOR = timedelta(minutes=5)
"""Slack's requests older than this are refused (docs.slack.dev, verifying requests)."""


async def slack(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Check the tokens, their scopes, and this machine's clock against Slack's."""
    if settings.slack_bot_token is None:
        text = "SLACK_BOT_TOKEN is not set; alerts go to the terminal of `exportnews run`."
        yield Finding("note", "slack", text)
        return
    vault = Vault(settings.exportnews_secret_key)
    db = Database(settings.database_url)
    async with SlackInstallations(settings, db, vault) as access:
        yield await _bot_token(access)
        yield await _app_token(access, settings)
        if (late := await _clock(access, clock)) is not None:
            yield late
    await db.close()
    if settings.slack_signing_secret is None:
        text = "SLACK_SIGNING_SECRET is not set; `exportnews web` needs it, Socket Mode does not."
        yield Finding("note", "slack web", text)


async def _bot_token(slack: SlackInstallations) -> Finding:
    try:
        who = await slack.identify()
    except BotError as error:
        return Finding("wrong", "slack", str(error))
    missing = sorted(set(SCOPES) - who.scopes)
    if missing:
        text = (
            f"The app lacks the scopes {', '.join(missing)}; add them on its OAuth page "
            "(docs/slack-manifest.json has all) and install it again."
        )
        return Finding("wrong", "slack", text)
    return Finding("ok", "slack", f"The bot is in the workspace {who.workspace_name}.")


async def _app_token(slack: SlackInstallations, settings: Settings) -> Finding:
    token = settings.slack_app_token
    if token is None:
        text = "SLACK_APP_TOKEN is not set; `exportnews run` will not answer /exportnews."
        return Finding("note", "socket mode", text)
    try:
        await slack.client().apps_connections_open(app_token=token.get_secret_value())
    except SlackApiError as error:
        reason = error.response.get("error", "unknown")
        text = (
            f"SLACK_APP_TOKEN: Slack refuses it ({reason}); it needs the scope connections:write."
        )
        return Finding("wrong", "socket mode", text)
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        return Finding("wrong", "socket mode", f"Slack cannot be reached ({type(error).__name__}).")
    return Finding("ok", "socket mode", "Slack gives a connection.")


async def _clock(slack: SlackInstallations, clock: Clock) -> Finding | None:
    """Compare the clocks: with one that is minutes off, every signed request is refused."""
    try:
        answer = await slack.client().api_test()
        told = parsedate_to_datetime(str(answer.headers.get("Date", "")))
    except (SlackApiError, TimeoutError, aiohttp.ClientError, OSError, ValueError):
        return None
    skew = abs(told.replace(tzinfo=told.tzinfo or UTC) - clock())
    if skew < SIGNED_FOR / 2:
        return None
    seconds = int(skew.total_seconds())
    text = (
        f"This machine's clock and Slack's differ by {seconds} s; beyond 300 s every request from "
        "Slack is refused. Set the clock (NTP)."
    )
    return Finding("wrong", "clock", text)


async def teams(settings: Settings) -> AsyncIterator[Finding]:
    """Check that Microsoft gives the bot a token."""
    if settings.client_id is None:
        yield Finding("note", "teams", "CLIENT_ID is not set; Microsoft Teams is off.")
        return
    db = Database(settings.database_url)
    try:
        async with TeamsAccount(settings, db) as account:
            await account.token()
    except BotError as error:
        yield Finding("wrong", "teams", str(error))
    else:
        whose = f"for the tenant {account.tenant} alone" if account.tenant else "for every tenant"
        yield Finding("ok", "teams", f"Microsoft gives the bot a token; it is {whose}.")
    finally:
        await db.close()
    if settings.exportnews_teams_login_url is not None:
        text = (
            "EXPORTNEWS_TEAMS_LOGIN_URL is set: that address, and not Microsoft, says who may "
            "speak to the bot. Unset it, unless this is a test."
        )
        yield Finding("wrong", "teams log-in", text)

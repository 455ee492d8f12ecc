"""Looks for what keeps the bot from working, and says what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import aiohttp
from slack_sdk.errors import SlackApiError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.errors import BotError
from bot.feeds.catalogue import load_catalogue
from bot.installations import SCOPES, SlackInstallations
from bot.news.taxonomy import load_taxonomy
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.storage.tables import delivery, feed, publication
from bot.teams.account import TeamsAccount

SKEW = timedelta(seconds=60)

State = Literal["ok", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: `wrong` keeps something from working, `note` is worth knowing."""

    state: State
    subject: str
    text: str


async def examine(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Check files, database, feeds, deliveries, Slack and Teams, one finding after the other."""
    yield _files(settings)
    async for finding in _database(settings, clock):
        yield finding
    async for finding in _slack(settings):
        yield finding
    async for finding in _teams(settings):
        yield finding
    yield _secret_key(settings)


def _files(settings: Settings) -> Finding:
    try:
        topics = len(load_taxonomy().topics)
        feeds = len(load_catalogue(settings.exportnews_catalogue).feeds)
    except BotError as error:
        return Finding("wrong", "catalogue", str(error))
    return Finding("ok", "catalogue", f"{feeds} feeds and {topics} topics are readable.")


async def _database(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    kind = "SQLite" if settings.uses_sqlite else "PostgreSQL"
    try:
        db = Database(settings.database_url)
    except BotError as error:
        yield Finding("wrong", "database", str(error))
        return
    try:
        await schema.check(db)
        yield Finding("ok", "database", f"{kind} answers; its schema is {schema.HEAD}.")
        async with db.read() as conn:
            skew = abs(await db.now(conn) - clock())
        if skew > SKEW:
            seconds = int(skew.total_seconds())
            text = f"This machine and the database differ by {seconds} s; set the clocks (NTP)."
            yield Finding("wrong", "clock", text)
        yield await _feeds(db)
        yield await _dead(db)
    except BotError as error:
        yield Finding("wrong", "database", str(error))
    except SQLAlchemyError as error:
        text = f"{kind} does not answer as it should ({type(error).__name__}); check DATABASE_URL."
        yield Finding("wrong", "database", text)
    finally:
        await db.close()


async def _feeds(db: Database) -> Finding:
    failing = (
        select(publication.c.name, feed.c.last_error)
        .join_from(feed, publication)
        .where(feed.c.failures > 0, feed.c.state == "active")
        .order_by(feed.c.failing_since)
        .limit(5)
    )
    async with db.read() as conn:
        total = await conn.scalar(select(func.count()).select_from(feed)) or 0
        rows = (await conn.execute(failing)).all()
    if not total:
        return Finding(
            "note", "feeds", "None yet; the first `exportnews run` adds the catalogue's."
        )
    if not rows:
        return Finding("ok", "feeds", f"{total} feeds, none failing.")
    named = "; ".join(f"{row.name}: {row.last_error}" for row in rows)
    return Finding("wrong", "feeds", f"{named}. See `exportnews feeds list`.")


async def _dead(db: Database) -> Finding:
    query = select(func.count()).select_from(delivery).where(delivery.c.state == "dead")
    async with db.read() as conn:
        dead = await conn.scalar(query) or 0
    if dead:
        text = f"{dead} dead; see `exportnews deliveries --state dead`."
        return Finding("wrong", "deliveries", text)
    return Finding("ok", "deliveries", "None is dead.")


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if settings.slack_bot_token is None:
        text = "SLACK_BOT_TOKEN is not set; alerts go to the terminal of `exportnews run`."
        yield Finding("note", "slack", text)
        return
    vault = Vault(settings.exportnews_secret_key)
    db = Database(settings.database_url)
    async with SlackInstallations(settings, db, vault) as slack:
        yield await _bot_token(slack)
        yield await _app_token(slack, settings)
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


async def _teams(settings: Settings) -> AsyncIterator[Finding]:
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


def _secret_key(settings: Settings) -> Finding:
    if settings.exportnews_secret_key is None:
        text = "EXPORTNEWS_SECRET_KEY is not set; needed to store tokens and feed credentials."
        return Finding("note", "secret key", text)
    return Finding("ok", "secret key", "Stored secrets are encrypted.")


async def collect(settings: Settings, clock: Clock, *, seconds: float = 60.0) -> list[Finding]:
    """Give all findings, within a bound of time."""
    found: list[Finding] = []
    try:
        async with asyncio.timeout(seconds):
            async for finding in examine(settings, clock):
                found.append(finding)  # noqa: PERF401 - what was found before a timeout is kept
    except TimeoutError:
        found.append(Finding("wrong", "doctor", f"Not finished within {seconds:.0f} s."))
    return found

"""The real bot, whole, led to the tests' newsroom and to the tests' Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.clock import Clock
from bot.demo.slack import SlackLookalike
from bot.runtime import Runtime, open_runtime
from bot.settings import Settings, load_settings


def write_catalogue(folder: Path, *urls: str, show: str = "summary", every: str = "1m") -> Path:
    """Write a catalogue of just these feeds, all of one publication."""
    feeds = "".join(
        f'[[publication.feed]]\nurl = "{url}"\nkind = "feed"\nevery = "{every}"\nshow = "{show}"\n'
        for url in urls
    )
    path = folder / "catalogue.toml"
    path.write_text(
        'replace = true\n[[publication]]\nname = "Trade Wire"\nurl = "http://wire.example"\n'
        + feeds,
        "utf-8",
    )
    return path


def settings_for(
    database_url: str, catalogue: Path, slack: SlackLookalike | None = None, **more: object
) -> Settings:
    """Give the settings of a bot on this database, with this catalogue and Slack."""
    tokens: dict[str, object] = {}
    if slack is not None:
        tokens = {
            "slack_bot_token": slack.bot_token,
            "slack_app_token": slack.app_token,
            "slack_signing_secret": slack.signing_secret,
            "exportnews_slack_api_url": slack.api_url,
        }
    return load_settings(
        database_url=database_url,
        exportnews_catalogue=catalogue,
        exportnews_allow_private_network=True,
        **{**tokens, **more},
    )


@asynccontextmanager
async def open_bot(settings: Settings, clock: Clock) -> AsyncIterator[Runtime]:
    """Give the bot, put together as its commands do."""
    async with open_runtime(settings, clock=clock) as runtime:
        yield runtime

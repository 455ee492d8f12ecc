"""The demo's world: the newsroom, the look-alike, and the settings that lead the real bot there."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import system_clock
from bot.demo.hints import hints
from bot.demo.newsroom import Newsroom
from bot.demo.slack import SlackLookalike
from bot.demo.slack.page.server import Page
from bot.settings import Settings

PORT = 8300
YOU, COLLEAGUE = "U0YOU00001", "U0MARA0001"


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """A channel of the demo and the topics that it is subscribed to."""

    id: str
    name: str
    about: str
    topics: tuple[str, ...] = ()


CHANNELS = (
    DemoChannel(
        "C0EXPORT01",
        "export-controls",
        "Chips, the Entity List and trade secrets",
        ("chip-controls", "entity-list", "trade-secrets"),
    ),
    DemoChannel(
        "C0SANCT001",
        "sanctions-desk",
        "Sanctions, enforcement, licensing, arms",
        ("sanctions", "enforcement", "licensing", "defense-trade"),
    ),
    DemoChannel(
        "C0SUPPLY01",
        "supply-chain",
        "What can stop a shipment or a deal",
        ("china-countermeasures", "forced-labor", "investment-screening", "multilateral"),
    ),
    DemoChannel("C0GENERAL1", "general", "Yours to try: /exportnews subscribe, watch, search"),
)


class DemoClock:
    """The machine's time, and on: `skip` lets waits pass at once."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        """Give the time, UTC."""
        return system_clock() + self._ahead

    def skip(self, seconds: float) -> None:
        """Go on by so many seconds."""
        self._ahead += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Setting:
    """The demo's servers, running, and the settings of the bot that is to meet them.

    `overrides` names every setting there is, so that no variable of the person who tries the
    demo (a real Slack token!) has a say in it.
    """

    slack: SlackLookalike
    newsroom: Newsroom
    clock: DemoClock
    overrides: Mapping[str, object]


@asynccontextmanager
async def open_setting(*, port: int | None = None) -> AsyncIterator[Setting]:
    """Open newsroom and look-alike, with channels, people and yesterday's news.

    `port` is the page's; 0: any; None: the usual one, any when it is taken. Raises SettingsError
    when it cannot be had.
    """
    clock = DemoClock()
    slack = SlackLookalike(clock=clock, port=_usual_port() if port is None else port)
    with tempfile.TemporaryDirectory(prefix="exportnews-demo-", ignore_cleanup_errors=True) as name:
        newsroom = Newsroom(clock=clock)
        Page(slack, you=YOU, hints=hints(), extra=lambda: _of_newsroom(newsroom))
        async with newsroom, slack:
            for channel in CHANNELS:
                slack.add_channel(channel.id, channel.name, topic=channel.about)
            slack.add_user(YOU, "You", admin=True)
            slack.add_user(COLLEAGUE, "Mara Lindqvist", tz="Europe/Amsterdam")
            newsroom.open_archive()
            yield Setting(slack, newsroom, clock, _overrides(slack, newsroom, Path(name)))


def _usual_port() -> int:
    """Give the usual port, or 0 when another program has it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return 0
        return PORT


def _of_newsroom(newsroom: Newsroom) -> dict[str, object]:
    return {"newsroom": {"url": f"{newsroom.url}/", "remaining": newsroom.remaining}}


def _overrides(slack: SlackLookalike, newsroom: Newsroom, folder: Path) -> dict[str, object]:
    untouched = {
        name: field.get_default(call_default_factory=True)
        for name, field in Settings.model_fields.items()
    }
    return untouched | {
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token,
        "slack_signing_secret": slack.signing_secret,
        "database_url": f"sqlite:///{folder / 'demo.sqlite3'}",
        "exportnews_slack_api_url": slack.api_url,
        "exportnews_catalogue": newsroom.write_catalogue(folder / "catalogue.toml"),
        "exportnews_allow_private_network": True,
        "exportnews_poll_seconds": 1.0,
        "exportnews_log_level": "ERROR",
    }

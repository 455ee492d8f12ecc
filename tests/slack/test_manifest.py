"""Promise: one paste of the manifest makes an app that can do all the bot does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.clock import system_clock
from bot.demo.slack import SlackLookalike
from bot.demo.slack.workspace import BOT_SCOPES
from bot.installations import SCOPES
from handlers.slack import events, shortcuts
from handlers.slack.desk import Desk
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.slack import open_slack

MANIFEST = json.loads((Path(__file__).parents[2] / "docs/slack-manifest.json").read_text())
MANIFEST_SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])

NEEDED = {
    "app_mention": {"app_mentions:read"},
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_left": {"channels:read"},
    "channel_rename": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_left": {"groups:read"},
    "group_rename": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.im": {"im:history"},
    "app_home_opened": set(),
    "app_uninstalled": set(),
    "tokens_revoked": set(),
}
"""Events and the scopes they need (docs.slack.dev/reference/events)."""


class NotingApp(AsyncApp):
    """Bolt's app, which also notes what is listened to."""

    def __init__(self, slack: SlackLookalike) -> None:
        super().__init__(token=slack.bot_token, signing_secret=slack.signing_secret)
        self.events: set[str] = set()
        self.shortcuts: set[str] = set()

    def event(self, event: Any, *rest: Any, **more: Any) -> Any:
        self.events.add(event)
        return super().event(event, *rest, **more)

    def shortcut(self, constraints: Any, *rest: Any, **more: Any) -> Any:
        self.shortcuts.add(constraints)
        return super().shortcut(constraints, *rest, **more)


async def test_manifest_and_listeners_name_the_same(sqlite_url: str, tmp_path: Path) -> None:
    async with open_slack() as slack:
        settings = settings_for(sqlite_url, write_catalogue(tmp_path), slack)
        async with open_bot(settings, system_clock) as bot:
            app, desk = NotingApp(slack), Desk(bot.engine)
            events.register(app, desk)
            shortcuts.register(app, desk)
    subscribed = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
    assert {event.partition(".")[0] for event in subscribed} == app.events
    named = {shortcut["callback_id"] for shortcut in MANIFEST["features"]["shortcuts"]}
    assert named == app.shortcuts


def test_every_event_has_its_scopes() -> None:
    for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"]:
        assert NEEDED[event] <= MANIFEST_SCOPES, event


def test_an_install_asks_for_what_the_manifest_names_and_the_tests_slack_grants_no_more() -> None:
    assert set(SCOPES) == MANIFEST_SCOPES
    assert set(BOT_SCOPES) == MANIFEST_SCOPES

"""Promise: forms, Home tab, mentions, shortcuts and events work as they do in Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.commands import forms
from bot.demo.setting import DemoClock
from bot.demo.slack import SlackLookalike
from bot.demo.slack.blockkit import check_message, check_view
from bot.runtime import Runtime
from bot.storage.tables import delivery, workspace
from bot.subscriptions.model import ChannelRef, ChannelSettings
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.newsroom import Item, Newsroom, open_newsroom, rss
from tests.support.slack import ADMIN, CHANNEL, MEMBER, PRIVATE_CHANNEL, open_slack, until

KNOWN = Item("Ministry plans a fair", "https://wire.example/1", "g1")
FRESH = Item("BIS adds firms to the Entity List", "https://wire.example/2", "g2")


@dataclass
class Office:
    """A workspace with the bot in it."""

    slack: SlackLookalike
    bot: Runtime
    newsroom: Newsroom
    clock: DemoClock

    async def settings(self, channel: str = CHANNEL) -> ChannelSettings | None:
        ref = ChannelRef("slack", self.slack.team_id, channel)
        return await self.bot.engine.subscriptions.settings(ref)

    async def alert(self) -> str:
        """Let one alert come to CHANNEL; give its `ts`."""
        await self.slack.slash("subscribe entity-list", channel=CHANNEL, user=MEMBER)
        self.newsroom.serve("/f.xml", rss(KNOWN))
        await self.bot.once()
        self.newsroom.serve("/f.xml", rss(FRESH, KNOWN))
        self.clock.skip(65)
        await self.bot.once()
        (message,) = self.slack.messages(CHANNEL)
        return message.ts


@pytest.fixture
async def office(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        newsroom = await stack.enter_async_context(open_newsroom())
        slack = await stack.enter_async_context(open_slack())
        clock = DemoClock()
        catalogue = write_catalogue(tmp_path, newsroom.address("/f.xml"))
        bot = await stack.enter_async_context(
            open_bot(settings_for(sqlite_url, catalogue, slack), clock)
        )
        await bot.connect()
        yield Office(slack, bot, newsroom, clock)


def topics(*ids: str) -> dict[str, Any]:
    return {forms.INSTANT: list(ids)}


async def test_the_settings_form_saves_what_it_says(office: Office) -> None:
    await office.slack.slash("settings", channel=CHANNEL, user=MEMBER, expect=0)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    form = office.slack.modals(MEMBER)[-1]
    assert check_view(form.body) == []
    taken = await office.slack.submit_view(
        form,
        {
            forms.INSTANT: topics("entity-list", "chip-controls"),
            forms.WATCHES: {forms.WATCHES: "Huawei = 华为"},
        },
    )
    assert taken.acked
    assert taken.errors == {}
    await until(office.slack, lambda: bool(office.slack.ephemerals(CHANNEL, MEMBER)))
    settings = await office.settings()
    assert settings is not None
    wanted = {(s.kind, s.label) for s in settings.subscriptions}
    assert wanted == {
        ("topic", "Entity List"),
        ("topic", "Chip controls"),
        ("watch", "Huawei"),
    }


async def test_a_wrong_field_is_said_beside_it(office: Office) -> None:
    await office.slack.slash("settings", channel=CHANNEL, user=MEMBER, expect=0)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    same = {"entity-list"}
    taken = await office.slack.submit_view(
        None,
        {
            forms.INSTANT: {forms.INSTANT: list(same)},
            forms.DAILY: {forms.DAILY: list(same)},
        },
        user=MEMBER,
    )
    assert set(taken.errors) == {forms.DAILY}
    assert await office.settings() is None


@pytest.mark.parametrize("who", [MEMBER, ADMIN])
async def test_the_home_tab_shows_channels_and_to_admins_feeds(office: Office, who: str) -> None:
    await office.alert()
    await office.slack.open_home(who)
    await until(office.slack, lambda: office.slack.home(who) is not None)
    home = office.slack.home(who)
    assert home is not None
    assert check_view(home.body) == []
    shown = str(home.body)
    assert FRESH.title in shown
    assert ("feed" in shown.casefold()) or who == MEMBER


@pytest.mark.parametrize("direct", [True, False])
async def test_what_is_written_to_the_bot_is_searched(office: Office, direct: bool) -> None:
    await office.alert()
    workspace_ = office.slack.of("")
    channel = workspace_.direct(MEMBER).id if direct else CHANNEL
    text = "entity list firms" if direct else "@exportnews entity list firms"
    before = len(office.slack.messages(channel))
    said = await office.slack.say(text, channel=channel, user=MEMBER)
    await until(office.slack, lambda: len(office.slack.messages(channel)) >= before + 2)
    answer = office.slack.messages(channel)[-1]
    assert FRESH.title in f"{answer.text} {answer.blocks}"
    assert check_message({"text": answer.text, "blocks": answer.blocks}) == []
    assert answer.thread_ts == (None if direct else said.ts)


async def test_the_search_shortcut_answers_in_its_window(office: Office) -> None:
    await office.alert()
    await office.slack.shortcut("search_news", user=MEMBER)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    taken = await office.slack.submit_view(
        None, {forms.QUERY: {forms.QUERY: "entity list"}}, user=MEMBER
    )
    assert taken.view is not None
    assert FRESH.title in str(taken.view.body)


async def test_sharing_posts_for_all_with_the_note(office: Office) -> None:
    ts = await office.alert()
    await office.slack.click(CHANNEL, ts, "share", user=MEMBER)
    await until(office.slack, lambda: bool(office.slack.modals(MEMBER)))
    await office.slack.submit_view(
        None,
        {forms.CHANNEL: {forms.CHANNEL: CHANNEL}, forms.NOTE: {forms.NOTE: "see <!channel>"}},
        user=MEMBER,
    )
    await until(office.slack, lambda: len(office.slack.messages(CHANNEL)) == 2)
    shared = office.slack.messages(CHANNEL)[-1]
    assert MEMBER in str(shared.blocks)
    assert "see &lt;!channel&gt;" in str(shared.blocks)


async def test_a_private_channel_without_the_bot_says_how_to_invite_it(office: Office) -> None:
    replies = await office.slack.slash(
        "subscribe entity-list", channel=PRIVATE_CHANNEL, user=MEMBER
    )
    assert "/invite" in str(replies.messages[0])


async def test_an_archived_channel_is_paused_and_resumes(office: Office) -> None:
    await office.alert()
    await office.slack.event({"type": "channel_archive", "channel": CHANNEL, "user": ADMIN})
    await _holds(office, lambda found: found.paused_at is not None)
    await office.slack.event({"type": "channel_unarchive", "channel": CHANNEL, "user": ADMIN})
    await _holds(office, lambda found: found.paused_at is None)


async def test_an_uninstalled_workspace_is_owed_nothing_more(office: Office) -> None:
    await office.alert()
    await office.slack.event({"type": "app_uninstalled"})

    async def removed() -> bool:
        async with office.bot.engine.db.read() as conn:
            return (await conn.execute(select(workspace.c.removed_at))).scalar_one() is not None

    for _ in range(200):
        if await removed():
            break
        await office.slack.change(office.slack.version, timeout=0.05)
    assert await removed()
    another = Item("BIS drops a firm from the Entity List", "https://wire.example/3", "g3")
    office.newsroom.serve("/f.xml", rss(another, FRESH, KNOWN))
    office.clock.skip(65)
    await office.bot.once()
    async with office.bot.engine.db.read() as conn:
        states = (await conn.execute(select(delivery.c.state))).scalars().all()
    assert states == ["sent"]


async def _holds(office: Office, wanted: Any) -> None:
    for _ in range(200):
        settings = await office.settings()
        assert settings is not None
        if wanted(settings):
            return
        await office.slack.change(office.slack.version, timeout=0.05)
    raise AssertionError("it never came about")

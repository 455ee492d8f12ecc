"""Promise: forms, Home tab, mentions, shortcuts and events work as they do in Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.commands import forms
from bot.demo.slack.blockkit import check_message, check_view
from bot.demo.slack.faults import Delay
from bot.storage.tables import delivery, workspace
from bot.subscriptions.model import ChannelSettings
from tests.slack.office import FRESH, KNOWN, Office, open_office
from tests.support.newsroom import Item, rss
from tests.support.slack import ADMIN, CHANNEL, MEMBER, PRIVATE_CHANNEL, until


@pytest.fixture
async def office(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(sqlite_url, tmp_path) as office:
        yield office


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


async def test_a_form_is_tried_on_the_past_before_it_is_saved(office: Office) -> None:
    await office.alert()
    await office.slack.slash("settings", channel=CHANNEL, user=ADMIN, expect=0)
    await until(office.slack, lambda: bool(office.slack.modals(ADMIN)))
    form = office.slack.modals(ADMIN)[-1]
    await office.slack.click_view(
        form, "try-form", values={forms.DAILY: {forms.DAILY: ["sanctions"]}}
    )
    await until(office.slack, lambda: len(office.slack.modals(ADMIN)) == 2)
    shown = str(office.slack.modals(ADMIN)[-1].body)
    assert "this would have been *1 alert*" in shown
    assert FRESH.title in shown
    assert check_view(office.slack.modals(ADMIN)[-1].body) == []
    settings = await office.settings()
    assert settings is not None
    assert [one.target for one in settings.subscriptions] == ["entity-list"]


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


async def test_an_invited_bot_offers_topics_to_who_invited_it(office: Office) -> None:
    bot = office.slack.workspace.bot_user_id
    joined = {"type": "member_joined_channel", "user": bot, "channel": CHANNEL}
    await office.slack.event({**joined, "inviter": MEMBER, "channel_type": "C"})
    await until(office.slack, lambda: bool(office.slack.ephemerals(CHANNEL, MEMBER)))
    (offer,) = office.slack.ephemerals(CHANNEL, MEMBER)
    assert "Entity List" in offer.shown
    assert "Subscribe" in offer.shown
    await office.slack.event({**joined, "user": MEMBER})
    await office.slack.event(joined)
    await office.slack.slash("help", channel=CHANNEL, user=MEMBER)
    assert len(office.slack.ephemerals(CHANNEL, MEMBER)) == 2


@pytest.mark.parametrize("of_members", [True, False])
async def test_a_bot_that_was_taken_out_waits_until_it_is_invited_again(
    office: Office, of_members: bool
) -> None:
    await office.alert()
    bot = office.slack.workspace.bot_user_id
    left = {"type": "channel_left", "channel": CHANNEL, "actor_id": ADMIN}
    if of_members:
        left = {"type": "member_left_channel", "user": bot, "channel": CHANNEL}
    await office.slack.event(left)
    await _holds(office, lambda found: found.paused_at is not None)
    await office.slack.event({"type": "member_joined_channel", "user": bot, "channel": CHANNEL})
    await _holds(office, lambda found: found.paused_at is None)


@pytest.mark.parametrize("gone", ["channel_left", "channel_archive"])
async def test_old_news_of_a_channel_pauses_it_no_more(office: Office, gone: str) -> None:
    await office.alert()
    left = {"type": gone, "channel": CHANNEL, "event_ts": f"{office.clock().timestamp():.6f}"}
    await office.slack.event(left)
    await _holds(office, lambda found: found.paused_at is not None)
    await office.slack.slash("resume", channel=CHANNEL, user=ADMIN)
    await _holds(office, lambda found: found.paused_at is None)
    await office.slack.event(left)  # with a new id, as another process that knows of none gets it
    await office.slack.slash("help", channel=CHANNEL, user=MEMBER)
    settings = await office.settings()
    assert settings is not None
    assert settings.paused_at is None


async def test_who_leaves_a_channel_pauses_nothing(office: Office) -> None:
    await office.alert()
    await office.slack.event({"type": "member_left_channel", "user": MEMBER, "channel": CHANNEL})
    await office.slack.slash("help", channel=CHANNEL, user=MEMBER)
    settings = await office.settings()
    assert settings is not None
    assert settings.paused_at is None


async def test_a_renamed_channel_is_known_by_its_new_name(office: Office) -> None:
    await office.alert()
    named = {"id": CHANNEL, "name": "trade-law"}
    await office.slack.event({"type": "channel_rename", "channel": named})
    await _holds(office, lambda found: found.ref.name == "trade-law")


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

    await office.comes(removed)
    another = Item("BIS drops a firm from the Entity List", "https://wire.example/3", "g3")
    await office.publish(another, FRESH, KNOWN)
    async with office.bot.engine.db.read() as conn:
        states = (await conn.execute(select(delivery.c.state))).scalars().all()
    assert states == ["sent"]


async def _holds(office: Office, wanted: Callable[[ChannelSettings], bool]) -> None:
    async def so() -> bool:
        settings = await office.settings()
        return settings is not None and wanted(settings)

    await office.comes(so)


async def test_a_command_is_acknowledged_before_anybody_is_asked_anything(office: Office) -> None:
    office.slack.plan("users.info", Delay(1.0))
    replies = await office.slack.slash("subscribe sanctions", channel=CHANNEL, user=MEMBER)
    assert replies.acked
    assert replies.ack_seconds < 1.0
    assert "Sanctions" in replies.text


async def test_what_was_owed_and_is_asked_for_no_longer_is_not_posted(office: Office) -> None:
    await office.alert()
    another = Item("BIS drops a firm from the Entity List", "https://wire.example/3", "g3")
    office.newsroom.serve("/f.xml", rss(another, FRESH, KNOWN))
    office.clock.skip(65)
    await office.bot.engine.poller.poll_due()
    replies = await office.slack.slash("unsubscribe entity-list", channel=CHANNEL, user=MEMBER)
    assert "comes to <#C0NEWS0001> no more" in str(replies.messages)
    await office.send()
    assert [FRESH.title in str(m.blocks) for m in office.slack.messages(CHANNEL)] == [True]

"""Promise: what is published reaches the channel that asked for it, once, and can be found.

Everything is real but Slack's address: the feed is served over HTTP, the poller, classifier,
outbox and sender are the bot's own, and people act through the look-alike, over Socket Mode and
over signed HTTP, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import system_clock
from bot.demo.setting import DemoClock
from bot.demo.slack import SlackLookalike
from bot.runtime import Runtime
from bot.serving import build_app, serve
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.newsroom import Item, Newsroom, open_newsroom, rss
from tests.support.slack import CHANNEL, MEMBER, OTHER_CHANNEL, open_slack

FEED = "/feed.xml"
EARLIER = Item(
    "Laboratory Dropped From Entity List After End-Use Visit",
    "https://wire.example/article/2026/02/03/laboratory-dropped-2602020011",
    "a-1",
    "The Bureau of Industry and Security removed one laboratory from the Entity List.",
)
TALKS = Item(
    "Ministers Promise Talks on Trade Secrets, Quarrel Over Chip Controls",
    "https://wire.example/article/2026/02/10/ministers-promise-talks-2602090004",
    "a-2",
    "Officials will meet on the protection of trade secrets in licensing proceedings. The "
    "other side objected to export controls on advanced chips and asked for more removals "
    "from the Entity List after last week's (see 2602020011).",
)
NOISE = Item(
    "Potato Chip Maker Opens Second Fryer",
    "https://wire.example/article/2026/02/10/potato-chip-maker-2602090005",
    "a-3",
    "The snack company hires forty people.",
)


@dataclass
class World:
    """A newsroom, a Slack, and the bot between them."""

    newsroom: Newsroom
    slack: SlackLookalike
    bot: Runtime
    clock: DemoClock

    def publish(self, *items: Item) -> None:
        at = system_clock() - timedelta(minutes=1)
        for item in items:
            item.at = at
        self.newsroom.serve(FEED, rss(*items))

    async def round(self) -> None:
        """Let a feed come due, poll, send."""
        self.clock.skip(65)
        await self.bot.once()


@pytest.fixture(params=["socket mode", "signed http"])
async def world(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path
) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        newsroom = await stack.enter_async_context(open_newsroom())
        slack = await stack.enter_async_context(open_slack())
        catalogue = write_catalogue(tmp_path, newsroom.address(FEED))
        clock = DemoClock()
        bot = await stack.enter_async_context(
            open_bot(settings_for(database_url, catalogue, slack), clock)
        )
        if request.param == "socket mode":
            assert await bot.connect()
        else:
            app = build_app([route for front in bot.fronts for route in front.routes])
            address = await stack.enter_async_context(
                serve(app, host="127.0.0.1", port=0, stop_seconds=1)
            )
            slack.http_target = f"{address}/slack/events"
        yield World(newsroom, slack, bot, clock)


async def test_a_story_comes_once_with_its_reasons_and_is_found(world: World) -> None:
    replies = await world.slack.slash(
        "subscribe chip-controls entity-list trade-secrets", channel=CHANNEL, user=MEMBER
    )
    assert "Chip controls" in replies.messages[0]["text"]
    world.publish(EARLIER)
    await world.round()
    assert world.slack.messages(CHANNEL) == [], "the first poll is history"

    world.publish(NOISE, TALKS, EARLIER)
    await world.round()
    await world.round()
    alert, *more = world.slack.messages(CHANNEL)
    assert not more, "one story, one alert; no noise"
    shown = str(alert.blocks)
    assert TALKS.link in shown
    for topic in ("Chip controls", "Entity List", "Trade secrets"):
        assert topic in shown
    assert "advanced chips" in shown, "it says why it came"
    assert EARLIER.title in shown, "the article referred to is linked with its headline"
    assert alert.metadata is not None
    assert alert.metadata["event_type"] == "exportnews_alert"
    assert set(alert.metadata["event_payload"]) >= {"delivery", "story"}

    found = await world.slack.slash('"trade secrets" quarrel', channel=CHANNEL, user=MEMBER)
    assert TALKS.title in found.messages[0]["text"]


async def test_an_edit_or_a_new_id_is_not_a_second_alert(world: World) -> None:
    await world.slack.slash("subscribe trade-secrets", channel=CHANNEL, user=MEMBER)
    world.publish(EARLIER)
    await world.round()
    world.publish(TALKS, EARLIER)
    await world.round()
    again = Item(
        TALKS.title,
        TALKS.link.replace("https://", "http://www.") + "?utm_source=rss",
        "changed-id",
        TALKS.text,
    )
    world.publish(again, EARLIER)
    await world.round()
    assert len(world.slack.messages(CHANNEL)) == 1


async def test_every_answer_is_for_the_person_alone_and_acknowledged_in_time(
    world: World,
) -> None:
    for text in ("", "help", "topics", "latest", "subscriptions", "feeds", "no such words"):
        replies = await world.slack.slash(text, channel=CHANNEL, user=MEMBER)
        assert replies.acked
        assert replies.posts[0]["response_type"] == "ephemeral"
    assert world.slack.messages(CHANNEL) == []


async def test_a_mistyped_topic_is_answered_with_the_nearest(world: World) -> None:
    replies = await world.slack.slash("subscribe entty-lst", channel=CHANNEL, user=MEMBER)
    assert "entity-list" in str(replies.messages[0])
    shown = await world.slack.slash("subscriptions", channel=CHANNEL, user=MEMBER)
    assert "*Entity List*" not in str(shown.messages[0])


async def test_a_public_channel_is_joined_when_it_is_subscribed(world: World) -> None:
    await world.slack.slash("subscribe entity-list #chips", channel=CHANNEL, user=MEMBER)
    world.publish(NOISE)
    await world.round()
    world.publish(EARLIER, NOISE)
    await world.round()
    assert [m.metadata is not None for m in world.slack.messages(OTHER_CHANNEL)] == [True]
    assert len(world.slack.calls("conversations.join")) == 1


async def test_titles_cannot_shout_or_break_out(world: World) -> None:
    wild = Item(
        "<!channel> *Entity List* <https://evil.example|click> & more",
        "https://wire.example/article/2026/02/11/wild-2602100001?a=|b>",
        "a-9",
        "BIS adds <@U0MEMBER01> to the Entity List. <!here>",
    )
    await world.slack.slash("subscribe entity-list", channel=CHANNEL, user=MEMBER)
    world.publish(NOISE)
    await world.round()
    world.publish(wild, NOISE)
    await world.round()
    (alert,) = world.slack.messages(CHANNEL)
    marked_up = [alert.text, *_markdown(alert.blocks or [])]
    assert "Entity List" in " ".join(marked_up)
    for text in marked_up:
        assert not re.search(r"<(!channel|!here|@U0MEMBER01|https://evil)", text)


async def test_pressing_mute_silences_the_topic_here(world: World) -> None:
    await world.slack.slash("subscribe entity-list", channel=CHANNEL, user=MEMBER)
    world.publish(NOISE)
    await world.round()
    world.publish(EARLIER, NOISE)
    await world.round()
    (alert,) = world.slack.messages(CHANNEL)
    mute = _value_of(alert.blocks or [], '"do":"mute"')
    replies = await world.slack.click(
        CHANNEL, alert.ts, mute[0], value=mute[1], user=MEMBER, expect=1
    )
    assert "silent here" in str(replies.messages[0])
    silenced = Item("BIS adds a laser maker to the Entity List", "https://wire.example/7", "a-7")
    world.publish(silenced, TALKS, EARLIER, NOISE)
    await world.round()
    assert len(world.slack.messages(CHANNEL)) == 1

    offer = world.slack.ephemerals(CHANNEL, MEMBER)[-1]
    undo = _value_of(offer.blocks or [], '"days":0')
    await world.slack.click(CHANNEL, offer.ts, undo[0], value=undo[1], user=MEMBER, expect=1)
    later = Item("BIS adds a drone yard to the Entity List", "https://wire.example/8", "a-8")
    world.publish(later, silenced, TALKS, EARLIER, NOISE)
    await world.round()
    told = [str(message.blocks) for message in world.slack.messages(CHANNEL)]
    assert len(told) == 2
    assert later.link in told[1]


def _markdown(part: object) -> list[str]:
    """Give every text of `part` that Slack reads as mrkdwn."""
    if isinstance(part, list):
        return [text for one in part for text in _markdown(one)]
    if not isinstance(part, dict):
        return []
    own = [str(part["text"])] if part.get("type") == "mrkdwn" else []
    return own + [text for one in part.values() for text in _markdown(one)]


def _value_of(blocks: list[dict[str, object]], part: str) -> tuple[str, str]:
    """Give action id and value of the first element whose value holds `part`."""
    waiting: list[object] = list(blocks)
    action_id = ""
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting = [*one, *waiting]
        elif isinstance(one, dict):
            action_id = str(one.get("action_id", action_id))
            if part in str(one.get("value", "")):
                return action_id, str(one["value"])
            waiting = [*one.values(), *waiting]
    raise AssertionError(f"no element has {part}")


async def test_a_digest_comes_with_the_first_round_after_its_hour(world: World) -> None:
    await world.slack.slash("subscribe chip-controls daily", channel=CHANNEL, user=MEMBER)
    world.publish(EARLIER)
    await world.round()
    world.publish(TALKS, EARLIER)
    await world.round()
    assert world.slack.messages(CHANNEL) == []
    world.clock.skip(24 * 3600)
    await world.bot.once()
    (digest,) = world.slack.messages(CHANNEL)
    assert TALKS.link in str(digest.blocks)
    await world.bot.once()
    assert len(world.slack.messages(CHANNEL)) == 1

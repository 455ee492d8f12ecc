"""Promise: a team can ask of any link why it came, or at which step it stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.errors import UsageError
from bot.storage.database import Database
from bot.storage.tables import delivery, feed
from bot.subscriptions.explanation import Explanation
from bot.subscriptions.model import Actor
from tests.subscriptions.makers import ANN, article, make_feed, slack, topic, understood
from tests.subscriptions.newsroom import Newsroom, open_newsroom
from tests.support.clock import SetClock

LINK = "https://trade.example/2026/03/02/an-article-2603020001"


@pytest.fixture
async def room(db: Database, clock: SetClock) -> Newsroom:
    room = await open_newsroom(db, clock)
    await room.door.subscribe(slack(), ANN, ["sanctions"])
    return room


async def why(room: Newsroom, link: str = LINK, **channel: str) -> Explanation:
    return await room.door.explain(slack(**channel), link)


async def publish(room: Newsroom, *topics: Any, **how: Any) -> int:
    (entry_id,) = await room.publish((article(link=LINK), understood(*topics, **how)))
    return entry_id


async def test_a_link_of_nobody_is_said_to_be_unwatched(room: Newsroom) -> None:
    found = await why(room, "https://nowhere.example/1")
    assert (found.step, found.sentence) == (
        "unwatched",
        "No feed of nowhere.example is watched.",
    )
    assert (await why(room, "no link at all")).step == "unwatched"


async def test_what_has_not_come_yet_is_told_with_the_last_reading(room: Newsroom) -> None:
    link = "https://www.trade-daily.example/article/1"
    found = await why(room, link)
    assert found.step == "not-read"
    assert found.sentence.endswith("Trade Daily was last read on 2 March 2026 at 15:00 (UTC).")
    async with room.db.write() as conn:
        failing = {"failing_since": room.clock(), "last_error": "The server answered 503."}
        await conn.execute(update(feed).values(failing))
    assert (await why(room, link)).sentence == (
        "It has not come yet; Trade Daily cannot be read since 2 March 2026 at 15:00 (UTC): "
        "The server answered 503."
    )


async def test_each_step_of_an_alert_is_told(room: Newsroom) -> None:
    await publish(room, "sanctions", "entity-list")
    found = await why(room)
    assert found.step == "due"
    assert [(c.subscription.target, c.verdict, c.score) for c in found.considered] == [
        ("sanctions", "wanted", 0.9)
    ]
    assert found.unclaimed == (("entity-list", 0.9),)
    for values, step, words in (
        ({"state": "sending"}, "sending", "being sent"),
        ({"state": "failed", "last_error": "Slack said wait."}, "failed", "Slack said wait."),
        ({"state": "dead", "last_error": "no such channel"}, "dead", "no such channel"),
        ({"state": "sent", "sent_at": room.clock()}, "sent", "2 March 2026 at 15:00"),
    ):
        async with room.db.write() as conn:
            await conn.execute(update(delivery).values(values))
        found = await why(room)
        assert found.step == step
        assert words in found.sentence


async def test_a_link_is_known_with_tracking_and_on_other_hosts(room: Newsroom) -> None:
    await publish(room, "sanctions")
    await room.publish((article(link="https://www.trade.example/a?id=7"), understood("sanctions")))
    for link in (
        f"{LINK}?utm_source=rss",
        "http://trade.example/a/?utm_medium=mail&id=7#top",
        # The publication's own number is in the address, and identifies the article anywhere.
        "https://stage.trade.example./article/2026/03/02/renamed-2603020001?BC=bc_1",
    ):
        assert (await why(room, link)).step == "due"
    assert (await why(room, "https://trade.example/a?id=8")).step != "due"


async def test_history_round_ups_scores_and_mutes_are_told(room: Newsroom) -> None:
    await room.publish((article(link="https://t.example/1"), understood("sanctions")), history=True)
    await room.publish((article(link="https://t.example/2"), understood(roundup=True)))
    await room.publish(
        (article(link="https://t.example/3"), understood(topic("sanctions", 0.3))),
        (article(link="https://t.example/4"), understood("entity-list")),
    )
    until = room.clock() + timedelta(days=1)
    await room.door.mute(slack(), ANN, "topic", "sanctions", until)
    await room.publish((article(link="https://t.example/5"), understood("sanctions")))
    found = [await why(room, f"https://t.example/{number}") for number in range(1, 6)]
    assert [one.step for one in found] == [
        "history",
        "round-up",
        "below-score",
        "unwanted",
        "muted",
    ]
    assert "score 0.30; this channel asks for at least 0.50" in found[2].sentence
    assert found[4].at == until


async def test_quiet_hours_pauses_and_digests_are_told(room: Newsroom) -> None:
    await room.door.configure(slack(), ANN, quiet=("14:00", "16:00"), timezone="Europe/London")
    await room.door.subscribe(slack("C2"), ANN, ["sanctions"], mode="daily")
    await publish(room, "sanctions")
    found = await why(room)
    assert (found.step, found.at) == ("quiet", room.clock() + timedelta(hours=1))
    assert found.sentence == "Quiet hours hold it until 2 March 2026 at 16:00 (Europe/London)."
    waiting = await why(room, channel="C2")
    assert waiting.step == "digest"
    assert "3 March 2026 at 08:00" in waiting.sentence
    settings = await room.door.settings(slack())
    assert settings is not None
    async with room.db.write() as conn:
        await room.door.pause(conn, settings.id, "The channel is archived.")
    found = await why(room)
    assert found.step == "paused"
    assert "(The channel is archived)" in found.sentence
    room.clock.advance(days=1)
    await room.digest()
    assert (await why(room, channel="C2")).step == "due"
    await room.sent(slack("C2"))
    assert (await why(room, channel="C2")).step == "summarised"


async def test_a_second_report_is_told_to_be_one(room: Newsroom) -> None:
    first = article(link=LINK)
    await room.publish((first, understood("sanctions")))
    async with room.db.write() as conn:
        sister = await make_feed(conn, room.clock(), "Sister Daily")
    again = "https://sister.example/2"
    await room.publish((replace(first, link=again), understood("sanctions")), feed=sister)
    await room.sent(slack())
    found = await why(room, again)
    assert found.step == "duplicate"
    assert found.sentence.endswith("as Trade Daily reported it.")
    assert (await why(room)).step == "sent"


async def test_what_was_asked_for_only_later_is_told(room: Newsroom) -> None:
    await publish(room, "entity-list")
    await room.door.subscribe(slack(), ANN, ["entity-list"])
    assert (await why(room)).step == "later"


async def test_a_channel_learns_nothing_of_others(room: Newsroom) -> None:
    theirs = slack("C1", "T2")
    await room.door.watch(theirs, Actor("U9"), "Acme Foundries")
    await room.publish(
        (article("Acme Foundries opens a plant", link=LINK), understood("sanctions"))
    )
    ours = await why(room)
    assert ours.entry is not None
    assert set(ours.entry.found) == {("topic", "sanctions")}
    assert (await why(room, channel="C9")).step == "unwanted"
    assert {c.subscription.kind for c in (await room.door.explain(theirs, LINK)).considered} == {
        "watch"
    }


async def test_the_digest_of_a_span_is_given_now(room: Newsroom) -> None:
    await room.door.watch(slack(), ANN, "Acme Foundries", mode="weekly")
    now = room.clock()
    old = article(published=now - timedelta(days=3))
    both = article("Acme Foundries is sanctioned", published=now - timedelta(hours=5))
    weak = article(published=now - timedelta(hours=1))
    ids = await room.publish(
        (old, understood("sanctions")),
        (both, understood("sanctions")),
        (weak, understood(topic("sanctions", 0.3))),
    )
    today = await room.door.catch_up(slack())
    assert [item.entry_id for item in today.items] == [ids[1]]
    assert today.items[0].reasons.startswith("topic:sanctions,watch:")
    week = await room.door.catch_up(slack(), days=7)
    assert [item.entry_id for item in week.items] == [ids[1], ids[0]]
    assert week.coverage is not None
    assert week.coverage.publications == 1
    with pytest.raises(UsageError, match="1 to 90 days"):
        await room.door.catch_up(slack(), days=91)
    with pytest.raises(UsageError, match="gets nothing yet"):
        await room.door.catch_up(slack("C9"))

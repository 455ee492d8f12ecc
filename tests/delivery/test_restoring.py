"""Promise: after a copy was put back nothing is told twice, and nothing that was missed is lost.

What was told after the copy was made is not in it; it is read from the feeds anew and would be
told again, were the channels not asked first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.delivery.dispatcher import Timing
from bot.demo.slack.faults import ApiError, Status
from bot.demo.slack.model import StoredMessage
from bot.feeds.model import FeedEntry
from bot.news.model import Analysis
from bot.settings import UnknownOutcome
from bot.storage.backup import backup, mark_restored
from bot.storage.database import Database
from bot.storage.tables import channel, recalled
from bot.subscriptions.model import ChannelRef, Mode
from tests.delivery.conftest import Desk
from tests.subscriptions.makers import ANN, article, understood
from tests.subscriptions.newsroom import Newsroom, open_newsroom
from tests.support.databases import PostgresServer
from tests.support.outbox import states


@dataclass
class Office:
    """A newsroom and the desk that sends what it owes, in one life of the database."""

    room: Newsroom
    desk: Desk

    @property
    def here(self) -> ChannelRef:
        return ChannelRef("slack", self.desk.slack.team_id, "C1")

    async def publish(self, *items: tuple[FeedEntry, Analysis], **how: Any) -> None:
        await self.room.publish(*items, **how)

    async def send(self, minutes: int = 2, **options: Any) -> None:
        options.setdefault("timing", Timing(patience=0))
        for _ in range(minutes):
            await self.desk.dispatcher(**options).dispatch_due()
            self.desk.clock.advance(minutes=1)

    def told(self, found: tuple[FeedEntry, Analysis]) -> int:
        """How many messages in the channel tell of an article."""
        return sum(found[0].title in shown for shown in self.desk.shown("C1"))


def news(*topics: str, **more: Any) -> tuple[FeedEntry, Analysis]:
    return article(**more), understood(*(topics or ("sanctions",)))


@pytest.fixture
async def office(desk: Desk) -> Office:
    desk.slack.add_channel("C1", "alerts")
    room = await open_newsroom(desk.db, desk.clock)
    found = Office(room, desk)
    team = desk.slack.team_id
    desk.workspaces[team] = await room.door.install("slack", team)
    return found


async def subscribe(office: Office, mode: Mode = "instant") -> None:
    await office.room.door.subscribe(office.here, ANN, ["sanctions"], mode=mode)


@pytest.fixture
async def copied(
    office: Office, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Any]:
    """Makes a copy of the database as it is; what it gives puts the copy back."""
    async with AsyncExitStack() as stack:

        @asynccontextmanager
        async def life(url: str) -> AsyncIterator[Office]:
            db = Database(url, clock=office.desk.clock)
            stack.push_async_callback(db.close)
            was = office.desk
            desk = Desk(db, was.clock, was.slack, was.sender, was.workspaces)
            room = Newsroom(db, desk.clock, office.room.news, office.room.door, office.room.feed)
            fresh = await open_newsroom(db, desk.clock, "Unused Daily")
            room.news, room.door = fresh.news, fresh.door
            yield Office(room, desk)

        async def copy() -> Any:
            desk = office.desk
            if desk.db.is_sqlite:
                path = tmp_path / "copy.sqlite3"
                await backup(desk.db, path)
                return lambda: life(f"sqlite+aiosqlite:///{path}")
            server: PostgresServer = request.getfixturevalue("postgres")
            await desk.db.close()
            name = server.copy_database(str(desk.db.url.database))
            stack.callback(server.drop_database, name)
            url = server.url(name)
            db = Database(url)
            async with db.write() as conn:  # `exportnews db restored`
                await mark_restored(conn)
            await db.close()
            return lambda: life(url)

        yield copy


@pytest.mark.parametrize("how", [{}, {"catch_up": True}])
async def test_what_was_told_after_the_copy_is_not_told_again(
    office: Office, copied: Any, how: dict[str, bool]
) -> None:
    before, owed, after, missed, new = (news() for _ in range(5))
    await subscribe(office)
    await office.publish(before)
    await office.send()
    await office.publish(owed)
    put_back = await copied()
    await office.send()
    office.desk.clock.advance(hours=1)
    await office.publish(after)
    await office.send()
    office.desk.clock.advance(hours=1)
    assert [office.told(one) for one in (before, owed, after)] == [1, 1, 1]
    async with put_back() as again:
        await again.publish(after, missed, **how)  # it is read from the feed anew
        await again.send(4)
        await again.publish(new)
        await again.send()
        told = {name: again.told(one) for name, one in locals().items() if isinstance(one, tuple)}
        assert told == dict.fromkeys(("before", "owed", "after", "missed", "new"), 1)
        assert await states(again.desk.db) == {"sent": await _number(again)}


async def _number(office: Office) -> int:
    return sum((await states(office.desk.db)).values())


async def test_what_another_publication_told_of_the_story_is_recognised(
    office: Office, copied: Any
) -> None:
    first = news()
    sister = news(title=first[0].title, summary=first[0].summary, link="https://sister.example/1")
    await subscribe(office)
    put_back = await copied()
    await office.publish(first)
    await office.send()
    async with put_back() as again:
        other = await open_newsroom(again.desk.db, again.desk.clock, "Sister Daily")
        await again.publish(sister, feed=other.feed)
        await again.publish(first)
        await again.send(4)
        assert again.told(first) == 1


async def test_a_digest_that_was_sent_after_the_copy_is_not_sent_again(
    office: Office, copied: Any
) -> None:
    early, late, next_day = news(), news(), news()
    await subscribe(office, "daily")
    await office.publish(early)
    put_back = await copied()
    await office.publish(late)
    office.desk.clock.advance(days=1)
    await office.room.digest()
    await office.send()
    assert len(office.desk.shown("C1")) == 1
    office.desk.clock.advance(hours=2)
    async with put_back() as again:
        await again.publish(late)
        await again.room.digest()
        await again.send(4)
        assert len(again.desk.shown("C1")) == 1
        await again.publish(next_day)
        again.desk.clock.advance(days=1)
        await again.room.digest()
        await again.send(4)
        _, second = again.desk.shown("C1")
        assert next_day[0].title in second
        assert [again.told(one) for one in (early, late, next_day)] == [1, 1, 1]


async def test_a_digest_made_before_the_feeds_are_read_loses_nothing(
    office: Office, copied: Any
) -> None:
    early, late, unseen = news(), news(), news()
    await subscribe(office, "daily")
    await office.publish(early)
    put_back = await copied()
    await office.publish(late)
    office.desk.clock.advance(days=1)
    await office.room.digest()
    await office.send()
    async with put_back() as again:
        await again.room.digest()
        await again.publish(late, unseen)
        await again.send(4)
        again.desk.clock.advance(days=1)
        await again.room.digest()
        await again.send(4)
        assert [again.told(one) for one in (early, late, unseen)] == [1, 1, 1]


async def test_a_follow_up_is_looked_for_in_its_thread(office: Office, copied: Any) -> None:
    desk = office.desk
    (here,) = await desk.channels("C2")
    first = await desk.story("Story one")
    await desk.owe(first, here)
    await office.send()
    put_back = await copied()
    second = await desk.story("Story two", follows=first)
    await desk.owe(second, here, kind="follow-up")
    await office.send()
    async with put_back() as again:
        second = await again.desk.story("Story two", follows=first)
        await again.desk.owe(second, here, kind="follow-up")
        third = await again.desk.story("Story three", follows=first)
        await again.desk.owe(third, here, kind="follow-up")
        await again.send(4)
        assert desk.titles("C2") == ["Story one", "Story two", "Story three"]


async def test_a_busy_channel_is_read_bit_by_bit_where_slack_allows_little(
    office: Office, copied: Any
) -> None:
    told, new = news(), news()
    await subscribe(office)
    put_back = await copied()
    await office.publish(told)
    await office.send()
    home = office.desk.slack.workspace
    for number in range(40):
        home.post(StoredMessage(ts=home.new_ts(), channel="C1", user="U9", text=f"Talk {number}"))
    office.desk.clock.advance(minutes=5)
    office.desk.slack.limits.on = office.desk.slack.limits.restricted_history = True
    async with put_back() as again:
        await again.publish(told, new)
        await again.send(12)
        assert [again.told(one) for one in (told, new)] == [1, 1]
        outcomes = [call.outcome for call in again.desk.slack.calls("conversations.history")]
        assert outcomes.count("ok") == 3


async def test_history_that_is_away_is_waited_for(office: Office, copied: Any) -> None:
    told = news()
    await subscribe(office)
    put_back = await copied()
    await office.publish(told)
    await office.send()
    office.desk.slack.plan("conversations.history", Status(500), Status(429, retry_after=30))
    async with put_back() as again:
        await again.publish(told)
        await again.send(6)
        assert again.told(told) == 1


async def test_where_history_may_not_be_read_the_setting_decides(
    office: Office, copied: Any
) -> None:
    home = office.desk.slack.workspace
    home.scopes = home.scopes - {"channels:history"}
    owed, after = news(), news()
    await subscribe(office)
    await office.publish(owed)
    put_back = await copied()
    await office.publish(after)
    await office.send()
    async with put_back() as again:
        await again.publish(after)
        await again.send(4, unknown=UnknownOutcome.drop)
        assert again.told(owed) == 1, "at most once"
        assert again.told(after) == 2
        assert await states(again.desk.db) == {"dead": 1, "sent": 1}


async def test_a_channel_that_cannot_be_reached_is_paused_and_asked_when_it_is_resumed(
    office: Office, copied: Any
) -> None:
    told = news()
    await subscribe(office)
    put_back = await copied()
    await office.publish(told)
    await office.send()
    async with put_back() as again:
        await again.publish(told)
        again.desk.slack.plan("conversations.history", ApiError("token_revoked"))
        await again.send()
        settings = await again.room.door.settings(again.here)
        assert settings is not None
        assert "token_revoked" in settings.paused_reason
        await again.room.door.resume(again.here, ANN)
        await again.send(4)
        assert again.told(told) == 1


async def test_what_was_asked_is_forgotten_after_a_month(office: Office, copied: Any) -> None:
    from bot.retention import prune
    from bot.settings import load_settings

    told = news()
    await subscribe(office)
    put_back = await copied()
    await office.publish(told)
    await office.send()
    async with put_back() as again:
        await again.publish(told)
        await again.send(4)
        again.desk.clock.now += timedelta(days=31)
        await prune(again.desk.db, load_settings())
        async with again.desk.db.read() as conn:
            assert (await conn.execute(select(recalled))).all() == []
            asked = select(channel.c.recall_from).where(channel.c.recall_from.is_not(None))
            assert (await conn.execute(asked)).all() == []

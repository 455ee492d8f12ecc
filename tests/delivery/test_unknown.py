"""A message that may or may not have arrived is looked for before it is sent again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.delivery import ledger
from bot.delivery.dispatcher import DispatchReport, Timing
from bot.delivery.policy import RetryPolicy
from bot.delivery.senders.slack import SlackSender
from bot.demo.slack import SlackLookalike
from bot.demo.slack.faults import ApiError, CutAfter, CutBefore, Delay, Fault, Garbage, Status
from bot.demo.slack.model import StoredMessage
from bot.settings import UnknownOutcome
from bot.storage.database import Database
from tests.delivery.conftest import Desk
from tests.support.clock import SetClock
from tests.support.outbox import Access, the_channel, the_delivery


async def _dispatch_for(desk: Desk, minutes: int = 3, **options: Any) -> DispatchReport:
    dispatcher = desk.dispatcher(**options)
    report = DispatchReport()
    for _ in range(minutes):
        report += await dispatcher.dispatch_due()
        desk.clock.advance(minutes=1)
    return report


@pytest.mark.parametrize("fault", [CutAfter(), Garbage(done=True)])
async def test_a_message_that_arrived_is_not_sent_again(desk: Desk, fault: Fault) -> None:
    (here,) = await desk.channels("C1")
    (owed,) = await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", fault)
    await _dispatch_for(desk)
    (message,) = desk.slack.messages("C1")
    row = await the_delivery(desk.db, owed)
    assert (row.state, row.external_id, row.unknown) == ("sent", message.ts, False)
    assert len(desk.slack.calls("chat.postMessage")) == 1
    assert len(desk.slack.calls("conversations.history")) == 1


@pytest.mark.parametrize("fault", [CutBefore(), Garbage(), Status(500), ApiError("fatal_error")])
async def test_a_message_that_did_not_arrive_is_sent(desk: Desk, fault: Fault) -> None:
    (here,) = await desk.channels("C1")
    await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", fault)
    await _dispatch_for(desk)
    assert desk.titles("C1") == ["Story one"]
    assert len(desk.slack.calls("conversations.history")) == 1


async def test_an_answer_that_comes_too_late_is_settled(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", Delay(2))
    await _dispatch_for(desk, timing=Timing(call=0.2, lease=90, patience=60, stop=1))
    assert desk.titles("C1") == ["Story one"]
    assert len(desk.slack.calls("chat.postMessage")) <= 1


async def test_a_worker_that_was_killed_leaves_doubt_that_the_next_settles(desk: Desk) -> None:
    """Its lease runs out with two deliveries `sending`: one arrived, one did not."""
    here, there = await desk.channels("C1", "C2")
    told = await desk.story("Story one")
    leased = {"lease_by": "killed", "lease_until": desk.clock.advance(seconds=90)}
    desk.clock.advance(seconds=-90)
    (arrived,) = await desk.owe(told, here, state="sending", attempts=1, tried_at=desk.clock())
    await desk.owe(told, there, state="sending", attempts=1, tried_at=desk.clock())
    await _set(desk, leased)
    await _posted(desk, "C1", arrived, told.story_id)
    nothing = await desk.dispatcher(timing=Timing(patience=0)).dispatch_due()
    assert nothing == DispatchReport()
    desk.clock.advance(seconds=91)
    assert await desk.dispatcher().dispatch_due() == DispatchReport(sent=2)
    assert len(desk.shown("C1")) == 1
    assert desk.titles("C2") == ["Story one"]
    assert (await the_channel(desk.db, here)).lease_by is None


async def _set(desk: Desk, values: dict[str, object]) -> None:
    from sqlalchemy import update

    from bot.storage.tables import channel

    async with desk.db.write() as conn:
        await conn.execute(update(channel).values(values))


async def _posted(desk: Desk, channel: str, delivery: int, story: int) -> None:
    home = desk.slack.workspace
    payload = {"delivery": delivery, "story": story}
    home.post(
        StoredMessage(
            ts=home.new_ts(),
            channel=channel,
            user="B",
            text="Story one",
            metadata={"event_type": "exportnews_alert", "event_payload": payload},
            bot=True,
        )
    )


async def test_a_follow_up_is_looked_for_in_its_thread(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    first = await desk.story("Story one")
    await desk.owe(first, here)
    dispatcher = desk.dispatcher()
    await dispatcher.dispatch_due()
    second = await desk.story("Story two", follows=first)
    await desk.owe(second, here, kind="follow-up")
    desk.slack.plan("chat.postMessage", CutAfter())
    desk.clock.advance(minutes=1)
    await _dispatch_for(desk)
    one, two = desk.slack.messages("C1")
    assert two.thread_ts == one.ts
    assert len(desk.slack.calls("conversations.replies")) == 1


async def test_what_follows_a_follow_up_stands_in_the_one_thread(desk: Desk) -> None:
    """Slack knows no threads in threads; one that is old is shown in the channel as well."""
    (here,) = await desk.channels("C1")
    story = await desk.story("Story one")
    await desk.owe(story, here)
    await _dispatch_for(desk)
    for number, days in enumerate((0, 1, 4)):
        desk.clock.advance(days=days)
        story = await desk.story(f"Step {number}", follows=story)
        await desk.owe(story, here, kind="follow-up")
        await _dispatch_for(desk)
    first, *steps = desk.slack.messages("C1")
    posted = [call.arguments for call in desk.slack.calls("chat.postMessage")]
    assert [one.get("thread_ts") for one in posted] == [None, first.ts, first.ts, first.ts]
    assert [one.get("reply_broadcast") for one in posted] == [None, None, None, True]
    assert [one.broadcast for one in steps] == [False, False, True]


async def test_what_may_well_be_another_event_is_shown_in_the_channel_too(desk: Desk) -> None:
    """An answer in a thread notifies nobody who leaves that thread alone."""
    (here,) = await desk.channels("C1")
    first = await desk.story("Story one")
    await desk.owe(first, here)
    for likely in (0.5, 0.25):
        may_be = await desk.story(f"Story {likely}", follows=first, perhaps=likely)
        await desk.owe(may_be, here, kind="follow-up")
    await _dispatch_for(desk, minutes=5)
    told, *answers = desk.slack.messages("C1")
    assert [one.thread_ts for one in answers] == [told.ts, told.ts]
    assert [one.broadcast for one in answers] == [False, True]


async def test_steps_that_the_channel_was_not_told_of_do_not_break_its_thread(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    story = await desk.story("Story one")
    await desk.owe(story, here)
    for number in range(60):
        story = await desk.story(f"Step {number}", follows=story)
    await desk.owe(story, here, kind="follow-up")
    await _dispatch_for(desk, minutes=5)
    first, last = desk.slack.messages("C1")
    assert last.thread_ts == first.ts


async def test_several_steps_that_wait_together_stand_in_one_thread(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    story = await desk.story("Story one")
    await desk.owe(story, here)
    for number in range(3):
        story = await desk.story(f"Step {number}", follows=story)
        await desk.owe(story, here, kind="follow-up")
    await _dispatch_for(desk, minutes=5)
    first, *steps = desk.slack.messages("C1")
    assert [one.thread_ts for one in steps] == [first.ts] * 3


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(hours=5), -timedelta(hours=5)])
@pytest.mark.parametrize("first", [True, False])
async def test_clocks_that_differ_repeat_nothing(
    db: Database, clock: SetClock, ahead: timedelta, first: bool
) -> None:
    """The database's clock is ahead of Slack's, or behind it."""
    async with (
        SlackLookalike(clock=lambda: clock() - ahead, limits=False) as slack,
        aiohttp.ClientSession() as http,
    ):
        desk = Desk(db, clock, slack, SlackSender(Access(slack, http)))
        (here,) = await desk.channels("C1")
        if first:
            await desk.owe(await desk.story("Story zero"), here)
            await _dispatch_for(desk, minutes=1)
        await desk.owe(await desk.story("Story one"), here)
        desk.slack.plan("chat.postMessage", CutAfter())
        await _dispatch_for(desk)
        assert desk.titles("C1") == ["Story zero", "Story one"][not first :]


async def test_a_doubt_of_long_ago_is_looked_for_where_it_would_stand(desk: Desk) -> None:
    """Later alerts have gone out since; an operator retries what was given up in doubt."""
    (here,) = await desk.channels("C1")
    told = await desk.story("Story one")
    at = desk.clock()
    (given_up,) = await desk.owe(told, here, state="dead", unknown=True, tried_at=at)
    await _posted(desk, "C1", given_up, told.story_id)
    desk.clock.advance(hours=30)
    await desk.owe(await desk.story("Story two"), here)
    await _dispatch_for(desk)
    async with desk.db.write() as conn:
        await ledger.retry(conn, given_up, desk.clock())
    await _dispatch_for(desk)
    assert len(desk.shown("C1")) == 2


async def test_where_history_may_not_be_read_the_setting_decides(desk: Desk) -> None:
    desk.slack.workspace.scopes = desk.slack.workspace.scopes - {"channels:history"}
    here, there = await desk.channels("C1", "C2")
    told = await desk.story("Story one")
    desk.slack.plan("chat.postMessage", CutAfter())
    await desk.owe(told, here)
    await _dispatch_for(desk, unknown=UnknownOutcome.repeat)
    assert len(desk.shown("C1")) == 2, "at least once"
    (dropped,) = await desk.owe(told, there)
    desk.slack.plan("chat.postMessage", CutAfter())
    await _dispatch_for(desk, unknown=UnknownOutcome.drop)
    assert len(desk.shown("C2")) == 1, "at most once"
    row = await the_delivery(desk.db, dropped)
    assert row.state == "dead"
    assert "may have arrived" in row.last_error


async def test_an_app_with_one_history_call_a_minute_asks_once_a_minute(desk: Desk) -> None:
    desk.slack.limits.on = desk.slack.limits.restricted_history = True
    ids = await desk.channels("C1", "C2", "C3")
    await desk.owe(await desk.story("Story one"), *ids)
    desk.slack.plan("chat.postMessage", CutAfter(), CutAfter(), CutAfter())
    await _dispatch_for(desk, minutes=12)
    assert [len(desk.shown(name)) for name in ("C1", "C2", "C3")] == [1, 1, 1]
    outcomes = [call.outcome for call in desk.slack.calls("conversations.history")]
    assert outcomes.count("ok") == 3
    assert len(outcomes) <= 9


async def test_history_that_is_away_is_asked_again_before_anything_is_repeated(
    desk: Desk,
) -> None:
    (here,) = await desk.channels("C1")
    await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", CutAfter())
    desk.slack.plan("conversations.history", Status(500), CutBefore(), Garbage())
    await _dispatch_for(desk, minutes=8)
    assert len(desk.shown("C1")) == 1


async def test_a_busy_channel_is_read_page_by_page(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    (owed,) = await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", CutAfter())
    dispatcher = desk.dispatcher(policy=RetryPolicy(settle=120))
    await dispatcher.dispatch_due()
    home = desk.slack.workspace
    for number in range(250):
        home.post(StoredMessage(ts=home.new_ts(), channel="C1", user="U9", text=f"Talk {number}"))
    desk.clock.advance(minutes=5)
    await dispatcher.dispatch_due()
    assert (await the_delivery(desk.db, owed)).state == "sent"
    assert len(desk.slack.calls("chat.postMessage")) == 1
    assert len(desk.slack.calls("conversations.history")) == 3


async def test_an_update_of_an_alert_in_doubt_is_put_in_place_once_it_is_found(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    told = await desk.story("Story one")
    await desk.owe(told, here)
    desk.slack.plan("chat.postMessage", CutAfter())
    await desk.dispatcher(timing=Timing(patience=0)).dispatch_due()
    await desk.owe(told, here, kind="update", subject="entry:1:abc", position=told.position + 1)
    desk.clock.advance(minutes=1)
    await _dispatch_for(desk)
    (message,) = desk.slack.messages("C1")
    assert message.edited


async def test_an_update_is_put_in_place_and_needs_no_settling(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    told = await desk.story("Story one")
    await desk.owe(told, here)
    await _dispatch_for(desk, minutes=1)
    await desk.owe(told, here, kind="update", subject="entry:1:abc")
    desk.slack.plan("chat.update", CutAfter())
    await _dispatch_for(desk)
    (message,) = desk.slack.messages("C1")
    assert message.edited
    assert desk.slack.calls("conversations.history") == []

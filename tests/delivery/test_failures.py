"""A send that fails is tried again, waits as told, or ends with its reason kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.delivery.dispatcher import DispatchReport, Timing
from bot.delivery.model import Address, Outgoing
from bot.delivery.policy import RetryPolicy
from bot.delivery.senders.slack import SlackSender
from bot.demo.slack.faults import ApiError, CutBefore, Delay, Garbage, Status
from bot.installations import SlackInstallations
from bot.messages.model import Message
from bot.notices import OperatorNotices
from bot.settings import load_settings
from bot.storage.secrets import Vault
from tests.delivery.conftest import Desk
from tests.support.outbox import states, the_channel, the_delivery


async def test_a_refusal_without_a_reason_of_its_own_is_tried_again_later(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    (owed,) = await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", ApiError("something_new"))
    dispatcher = desk.dispatcher()
    assert await dispatcher.dispatch_due() == DispatchReport(sent=1, failed=1)
    assert desk.titles("C1") == ["Story one"]
    assert (await the_delivery(desk.db, owed)).attempts == 2


async def test_a_failure_keeps_the_order_of_the_channel(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    for name in "abc":
        await desk.owe(await desk.story(f"Story {name}"), here)
    desk.slack.plan("chat.postMessage", None, ApiError("ratelimited"))
    await desk.dispatcher().dispatch_due()
    assert desk.titles("C1") == ["Story a", "Story b", "Story c"]


async def test_a_message_that_slack_refuses_without_a_known_reason_holds_up_no_other(
    desk: Desk,
) -> None:
    (here,) = await desk.channels("C1")
    owed = [(await desk.owe(await desk.story(f"Story {name}"), here))[0] for name in "abc"]
    began = desk.clock()
    desk.slack.plan("chat.postMessage", ApiError("something_new"))
    await desk.dispatcher(timing=_impatient()).dispatch_due()
    assert desk.titles("C1") == ["Story b", "Story c"]
    desk.slack.plan("chat.postMessage", *[ApiError("something_new")] * 20)
    while (row := await the_delivery(desk.db, owed[0])).state != "dead":
        await desk.dispatcher(timing=_impatient()).dispatch_due()
        desk.clock.advance(seconds=30)
    assert row.attempts == RetryPolicy().refusals
    assert desk.clock() - began < timedelta(hours=1)
    assert "something_new" in row.last_error


async def test_operators_are_told_of_what_is_given_up_once_an_hour(desk: Desk) -> None:
    here, _operators = await desk.channels("C1", "C0OPS")
    tell = OperatorNotices("C0OPS", now=desk.db.now).tell
    for name in "ab":
        await desk.owe(await desk.story(f"Story {name}"), here)
    desk.slack.plan("chat.postMessage", *[ApiError("invalid_blocks")] * 2)
    await desk.dispatcher(tell=tell).dispatch_due()
    (said,) = desk.shown("C0OPS")
    assert "given up" in said
    assert "exportnews deliveries --state dead" in said


async def test_metadata_that_slack_refuses_does_not_keep_an_alert_back(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    (owed,) = await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", ApiError("metadata_too_large"))
    assert await desk.dispatcher().dispatch_due() == DispatchReport(sent=1)
    (message,) = desk.slack.messages("C1")
    assert message.metadata is not None
    assert message.metadata["event_payload"].keys() == {"delivery", "story"}
    assert message.metadata["event_payload"]["delivery"] == owed


async def test_after_its_attempts_a_delivery_is_dead_and_says_why(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    (owed,) = await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", *[Status(500)] * 3)
    dispatcher = desk.dispatcher(policy=RetryPolicy(attempts=3))
    assert await dispatcher.dispatch_due() == DispatchReport(failed=2, dead=1)
    row = await the_delivery(desk.db, owed)
    assert row.state == "dead"
    assert "status 500" in row.last_error
    assert desk.shown("C1") == []


async def test_retry_after_stops_the_workspace_for_every_worker(desk: Desk) -> None:
    desk.slack.add_workspace("T2", "Second")
    first = await desk.channels("C1", "C2")
    second = await desk.channels("C3", team="T2")
    told = await desk.story("Story one")
    desk.slack.plan("chat.postMessage", Status(429, retry_after=20))
    owed = await desk.owe(told, first[0])
    dispatcher = desk.dispatcher(timing=_impatient())
    assert await dispatcher.dispatch_due() == DispatchReport(failed=1)
    await desk.owe(told, first[1], second[0])
    other = desk.dispatcher("two", timing=_impatient())
    assert await other.dispatch_due() == DispatchReport(sent=1)
    assert desk.titles("C3", "T2") == ["Story one"]
    desk.clock.advance(seconds=19)
    assert await other.dispatch_due() == DispatchReport()
    desk.clock.advance(seconds=1)
    assert await other.dispatch_due() == DispatchReport(sent=2)
    # Being told to wait is no failed attempt.
    assert (await the_delivery(desk.db, owed[0])).attempts == 1


def _impatient() -> Timing:
    return Timing(call=5, lease=90, patience=0, stop=5)


@pytest.mark.parametrize(
    "code", ["channel_not_found", "is_archived", "token_revoked", "account_inactive"]
)
async def test_a_channel_that_fails_for_good_is_paused_and_its_owner_told(
    desk: Desk, code: str
) -> None:
    desk.slack.workspace.add_user("U1OWNER", "Olga Brandt")
    (here,) = await desk.channels("C1", owner="U1OWNER", name="alerts")
    told = [await desk.story(f"Story {name}") for name in "ab"]
    owed = [(await desk.owe(one, here))[0] for one in told]
    desk.slack.plan("chat.postMessage", ApiError(code))
    await desk.dispatcher().dispatch_due()
    row = await the_channel(desk.db, here)
    assert row.paused_at is not None
    assert code in row.paused_reason
    assert [(await the_delivery(desk.db, one)).state for one in owed] == ["pending", "pending"]
    direct = desk.slack.workspace.direct("U1OWNER").visible()
    assert len(direct) == 1
    assert "#alerts are paused" in direct[0].shown
    # Nothing is tried again while it is paused.
    desk.clock.advance(hours=5)
    calls = len(desk.slack.calls("chat.postMessage"))
    await desk.dispatcher().dispatch_due()
    assert len(desk.slack.calls("chat.postMessage")) == calls


async def test_an_owner_who_cannot_be_told_causes_no_further_messages(desk: Desk) -> None:
    (here,) = await desk.channels("C1", owner="U0GONE")
    await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", ApiError("is_archived"))
    desk.clock.advance(minutes=1)
    await desk.dispatcher().dispatch_due()
    await desk.dispatcher().dispatch_due()
    assert len(desk.slack.calls("chat.postMessage")) == 2


async def test_a_message_that_slack_refuses_does_not_stop_its_channel(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    first, second = [(await desk.owe(await desk.story(f"Story {n}"), here))[0] for n in "ab"]
    desk.slack.plan("chat.postMessage", ApiError("invalid_blocks"))
    assert await desk.dispatcher().dispatch_due() == DispatchReport(sent=1, dead=1)
    assert "layout" in (await the_delivery(desk.db, first)).last_error
    assert (await the_delivery(desk.db, second)).state == "sent"
    assert (await the_channel(desk.db, here)).paused_at is None


async def test_a_delivery_whose_article_is_gone_is_dead(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    await desk.owe(await desk.story("Story one"), here, entry_id=None)
    assert await desk.dispatcher().dispatch_due() == DispatchReport(dead=1)


async def test_a_slow_channel_does_not_hold_up_the_others(desk: Desk) -> None:
    slow, *others = await desk.channels("C0", *[f"C{n}" for n in range(1, 150)])
    told = await desk.story("Story one")
    await desk.owe(told, slow)
    desk.slack.plan("chat.postMessage", Delay(30))
    stop = asyncio.Event()
    working = asyncio.create_task(desk.dispatcher().run(stop, tick=0.05))
    while not desk.shown("C0"):
        await desk.slack.change(desk.slack.version, timeout=1)
    await desk.owe(told, *others)
    async with asyncio.timeout(20):
        while not all(desk.shown(f"C{n}") for n in range(1, 150)):
            await desk.slack.change(desk.slack.version, timeout=1)
    stop.set()
    report = await working
    assert report.sent >= 149


async def test_slack_away_and_back_again(desk: Desk) -> None:
    ids = await desk.channels(*[f"C{n}" for n in range(5)])
    await desk.owe(await desk.story("Story one"), *ids)
    desk.slack.plan("chat.postMessage", CutBefore(), Status(500), Status(503), Garbage())
    desk.slack.plan("chat.postMessage", ApiError("internal_error"))
    dispatcher = desk.dispatcher()
    for _ in range(6):
        await dispatcher.dispatch_due()
        desk.clock.advance(minutes=1)
    assert await states(desk.db) == {"sent": 5}
    assert all(desk.titles(f"C{n}") == ["Story one"] for n in range(5))


async def test_calls_that_hang_keep_no_other_from_being_made(desk: Desk) -> None:
    """More of them than a session's pool has connections, unless it is told otherwise."""
    names = [f"C{number}" for number in range(130)]
    await desk.channels(*names)
    desk.slack.plan("chat.postMessage", *[Delay(60)] * len(names))
    settings = load_settings(
        slack_bot_token=desk.slack.bot_token, exportnews_slack_api_url=desk.slack.api_url
    )
    async with SlackInstallations(settings, desk.db, Vault(None)) as slack:
        await slack.identify()
        sender = SlackSender(slack)
        message = Message(text="Story one")
        calls = [
            asyncio.create_task(
                sender.send(
                    Address(1, 1, "slack", desk.slack.team_id, name), Outgoing(1, 1, message)
                )
            )
            for name in names
        ]
        async with asyncio.timeout(30):
            while not all(desk.shown(name) for name in names):
                await desk.slack.change(desk.slack.version, timeout=1)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

"""What is owed goes out once, in order, at Slack's pace."""

from __future__ import annotations

from bot.delivery.dispatcher import DispatchReport
from tests.delivery.conftest import Desk
from tests.support.outbox import states, the_channel, the_delivery


async def test_an_alert_is_sent_once_with_its_ids_in_the_metadata(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    told = await desk.story("Story one")
    (owed,) = await desk.owe(told, here)
    assert await desk.dispatcher().dispatch_due() == DispatchReport(sent=1)
    assert await desk.dispatcher("two").dispatch_due() == DispatchReport()
    (message,) = desk.slack.messages("C1")
    assert "Story one" in message.shown
    assert message.metadata is not None
    assert message.metadata["event_type"] == "exportnews_alert"
    payload = message.metadata["event_payload"]
    assert (payload["delivery"], payload["story"]) == (owed, told.story_id)
    assert len(payload["marks"]) == 1
    row = await the_delivery(desk.db, owed)
    assert (row.state, row.external_id, row.attempts) == ("sent", message.ts, 1)
    assert row.sent_at == desk.clock()


async def test_a_channel_gets_its_stories_in_order_of_publication(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    told = [await desk.story(f"Story {number}") for number in "abcdefgh"]
    for one in reversed(told):
        await desk.owe(one, here)
    desk.slack.limits.on = True
    report = await desk.dispatcher().dispatch_due()
    assert report == DispatchReport(sent=8)
    assert desk.titles("C1") == [one.title for one in told]


async def test_a_channel_is_written_to_once_a_second_after_a_short_burst(desk: Desk) -> None:
    (here,) = await desk.channels("C1")
    for number in range(9):
        await desk.owe(await desk.story(f"Story {number}"), here)
    began = desk.clock()
    desk.slack.limits.on = True  # as strict as Slack: it would answer 429
    assert await desk.dispatcher().dispatch_due() == DispatchReport(sent=9)
    assert {call.outcome for call in desk.slack.calls("chat.postMessage")} == {"ok"}
    assert (desk.clock() - began).total_seconds() == 6
    assert (await the_channel(desk.db, here)).lease_by is None


async def test_many_channels_are_served_together(desk: Desk) -> None:
    names = [f"C{number}" for number in range(250)]
    ids = await desk.channels(*names)
    told = await desk.story("Story one")
    await desk.owe(told, *ids)
    assert await desk.dispatcher().dispatch_due() == DispatchReport(sent=250)
    assert await states(desk.db) == {"sent": 250}
    assert all(desk.titles(name) == ["Story one"] for name in names)

"""Promise: what was sent, when, and how long a platform said to wait, is measured and logged."""

from __future__ import annotations

from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from bot.demo.slack.faults import ApiError, Status
from tests.delivery.conftest import Desk


def measured(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_being_told_to_wait_is_measured_with_its_length(desk: Desk) -> None:
    def waits() -> tuple[float, float]:
        name = "exportnews_rate_limit_wait_seconds"
        return (
            measured(f"{name}_count", platform="slack"),
            measured(f"{name}_sum", platform="slack"),
        )

    (here,) = await desk.channels("C1")
    await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", Status(429, 30))
    times, seconds = waits()
    assert (await desk.dispatcher().dispatch_due()).sent == 1
    assert waits() == (times + 1, seconds + 30)


async def test_stories_of_a_batch_have_a_line_each_with_all_their_deliveries(desk: Desk) -> None:
    channels = await desk.channels("C1", "C2")
    one, other = await desk.story("Story one"), await desk.story("Story two")
    await desk.owe(one, *channels)
    await desk.owe(other, channels[0])
    before = measured("exportnews_deliveries_total", outcome="sent")
    with capture_logs() as lines:
        assert (await desk.dispatcher().dispatch_due()).sent == 3
    sent = [line for line in lines if line["event"] == "delivery.sent"]
    told = dict.fromkeys((one.story_id, other.story_id), 0)
    for line in sent:
        assert line["kind"] == "alert"
        told[line["story"]] += len(line["deliveries"])
    assert told == {one.story_id: 2, other.story_id: 1}
    assert measured("exportnews_deliveries_total", outcome="sent") == before + 3


async def test_a_message_that_is_given_up_is_logged_with_its_story(desk: Desk) -> None:

    (here,) = await desk.channels("C1")
    told = await desk.story("Story one")
    await desk.owe(told, here)
    desk.slack.plan("chat.postMessage", ApiError("msg_too_long"))
    with capture_logs() as lines:
        assert (await desk.dispatcher().dispatch_due()).dead == 1
    (failed,) = [line for line in lines if line["event"] == "delivery.failed"]
    assert failed["story"] == told.story_id

"""What happens at an unlucky moment: in the middle of a send, at a lease's end, under a limit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from bot.delivery.dispatcher import DispatchReport, Timing
from bot.delivery.model import Address, Outgoing
from bot.delivery.senders.slack import SlackSender
from bot.delivery.senders.slack_calls import SlackAccess
from bot.demo.slack.faults import ApiError, CutAfter, Delay, Status
from bot.news.taxonomy import load_taxonomy
from bot.subscriptions.gathering import WITHDRAWN
from bot.subscriptions.model import ChannelRef
from bot.subscriptions.service import Subscriptions
from tests.delivery.conftest import Desk
from tests.subscriptions.makers import ANN
from tests.support.outbox import Access, states, the_channel, the_delivery

IMPATIENT = Timing(call=5, lease=90, patience=0, stop=5)


class _Interrupted(SlackSender):
    """Slack's sender; somebody unsubscribes just before each call."""

    def __init__(self, desk: Desk, access: SlackAccess) -> None:
        super().__init__(access)
        self._door = Subscriptions(desk.db, load_taxonomy())

    async def send(self, address: Address, outgoing: Outgoing) -> str:
        ref = ChannelRef("slack", address.workspace, address.channel)
        await self._door.unsubscribe(ref, ANN, ["entity-list"])
        return await super().send(address, outgoing)


@pytest.fixture
async def access(desk: Desk) -> AsyncIterator[SlackAccess]:
    async with aiohttp.ClientSession() as http:
        yield Access(desk.slack, http)


@pytest.fixture
def leaving(desk: Desk, access: SlackAccess) -> Desk:
    """A desk at which a channel unsubscribes while it is sent to."""
    return replace(desk, sender=_Interrupted(desk, access))


async def _subscribed(desk: Desk) -> int:
    """Subscribe the channel C1, and give a delivery that it is owed."""
    (here,) = await desk.channels("C1")
    ref = ChannelRef("slack", desk.slack.team_id, "C1")
    await Subscriptions(desk.db, load_taxonomy()).subscribe(ref, ANN, ["entity-list"])
    (owed,) = await desk.owe(await desk.story("Story one"), here)
    return owed


async def test_who_unsubscribes_during_a_send_is_not_tried_again(leaving: Desk) -> None:
    owed = await _subscribed(leaving)
    leaving.slack.plan("chat.postMessage", Status(429, retry_after=5))
    await leaving.dispatcher().dispatch_due()
    row = await the_delivery(leaving.db, owed)
    assert (row.state, row.last_error) == ("dead", WITHDRAWN)
    assert leaving.shown("C1") == []


async def test_what_arrived_although_its_channel_just_unsubscribed_counts_as_sent(
    leaving: Desk,
) -> None:
    owed = await _subscribed(leaving)
    leaving.slack.plan("chat.postMessage", CutAfter())
    await leaving.dispatcher().dispatch_due()
    leaving.clock.advance(minutes=1)
    await leaving.dispatcher().dispatch_due()
    assert (await the_delivery(leaving.db, owed)).state == "sent"
    assert len(leaving.shown("C1")) == 1


async def test_a_message_is_not_sent_when_asking_for_it_took_until_the_lease_ends(
    desk: Desk,
) -> None:
    (here,) = await desk.channels("C1")
    await desk.owe(await desk.story("Story one"), here)
    desk.slack.plan("chat.postMessage", Status(500))
    await desk.dispatcher(timing=IMPATIENT).dispatch_due()
    desk.clock.advance(minutes=1)
    desk.slack.plan("conversations.history", Delay(0.6))
    # No call may begin later than half a second after the claim.
    short = Timing(call=2, lease=3.5, patience=0, stop=5)
    assert await desk.dispatcher(timing=short).dispatch_due() == DispatchReport(sent=1)
    # It was given back, claimed anew and asked for once more before it was sent.
    assert [call.outcome for call in desk.slack.calls("conversations.history")] == ["Delay", "ok"]
    assert len(desk.slack.calls("chat.postMessage")) == 2
    assert len(desk.shown("C1")) == 1


async def test_an_answer_that_the_database_cannot_keep_stops_no_worker(desk: Desk) -> None:
    ids = await desk.channels("C1", "C2")
    await desk.owe(await desk.story("Story one"), *ids)
    desk.slack.plan("chat.postMessage", ApiError("odd\x00code"), ApiError("odd\ud800code"))
    await desk.dispatcher().dispatch_due()
    assert await states(desk.db) == {"sent": 2}


class _Odd(SlackSender):
    """Slack's sender, which once gives an id that PostgreSQL has no place for."""

    odd = True

    async def send(self, address: Address, outgoing: Outgoing) -> str:
        sent = await super().send(address, outgoing)
        if address.channel == "C1" and self.odd:
            self.odd = False
            return "\x00"
        return sent


async def test_an_outcome_that_cannot_be_written_holds_up_no_other(
    desk: Desk, access: SlackAccess
) -> None:
    ids = await desk.channels("C1", "C2", "C3")
    await desk.owe(await desk.story("Story one"), *ids)
    odd = replace(desk, sender=_Odd(access))
    await odd.dispatcher(timing=IMPATIENT).dispatch_due()
    assert (await states(desk.db))["sent"] >= 2
    desk.clock.advance(minutes=2)  # the lease of the one that was left ends
    await odd.dispatcher().dispatch_due()
    assert await states(desk.db) == {"sent": 3}
    assert len(desk.shown("C1")) == 1


async def test_a_limit_on_updates_stops_all_updates_of_the_workspace_and_no_alert(
    desk: Desk,
) -> None:
    ids = await desk.channels("C1", "C2")
    told = await desk.story("Story one")
    await desk.owe(told, *ids)
    await desk.dispatcher().dispatch_due()
    desk.clock.advance(minutes=1)
    change = {"kind": "update", "subject": "entry:1:abc"}
    await desk.owe(told, ids[0], **change)
    desk.slack.plan("chat.update", Status(429, retry_after=60))
    await desk.dispatcher(timing=IMPATIENT).dispatch_due()
    await desk.owe(told, ids[1], **change)
    await desk.owe(await desk.story("Story two"), *ids)
    desk.clock.advance(seconds=5)
    await desk.dispatcher(timing=IMPATIENT).dispatch_due()
    assert len(desk.slack.calls("chat.update")) == 1
    assert desk.titles("C1") == desk.titles("C2") == ["Story one", "Story two"]
    desk.clock.advance(minutes=3)
    await desk.dispatcher().dispatch_due()
    assert await states(desk.db) == {"sent": 6}
    assert (await the_channel(desk.db, ids[1])).paused_at is None

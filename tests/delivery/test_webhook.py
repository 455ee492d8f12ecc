"""Workflows webhooks: a card goes out, and the address, which is the secret, stays in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.delivery.composer import StoredComposer
from bot.delivery.dispatcher import Dispatcher, DispatchReport
from bot.delivery.model import Address, Outgoing
from bot.delivery.senders.webhook import MESSAGE_BYTES, WebhookSender
from bot.errors import DeliveryError
from bot.messages.model import Message
from bot.news.taxonomy import load_taxonomy
from bot.settings import UnknownOutcome
from bot.storage.database import Database
from bot.storage.secrets import Vault
from tests.support.clock import SetClock
from tests.support.outbox import add_channels, add_story, add_workspace, owe, the_channel

SECRET = "sig=Zq7secret"


@dataclass
class Flow:
    """A workflow's webhook on loopback."""

    url: str = ""
    status: int = 202
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    cut: bool = False

    async def handle(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        if self.cut and request.transport is not None:
            request.transport.abort()
        return web.Response(status=self.status, text=self.text, headers=self.headers)


@asynccontextmanager
async def open_flow() -> AsyncIterator[Flow]:
    flow = Flow()
    app = web.Application()
    app.router.add_post("/workflows/1", flow.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    flow.url = f"http://127.0.0.1:{port}/workflows/1?{SECRET}"
    yield flow
    await runner.cleanup()


@pytest.fixture
async def flow() -> AsyncIterator[Flow]:
    async with open_flow() as found:
        yield found


def _address(secret: str) -> Address:
    return Address(1, 1, "webhook", "W", "flow", secret=secret)


async def _send(flow: Flow, message: Message | None = None) -> str:
    async with WebhookSender(allow_private=True) as sender:
        outgoing = Outgoing(7, 1, message or Message(text="Story one"))
        return await sender.send(_address(flow.url), outgoing)


async def test_a_card_is_posted_as_workflows_take_it(flow: Flow) -> None:
    card = {"type": "AdaptiveCard", "version": "1.5", "body": []}
    assert await _send(flow, Message(text="Story one", card=card)) == "7"
    assert json.loads(flow.bodies[0]) == {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": card,
            }
        ],
    }


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        (429, "", {"retry_after": 12.0}),
        (200, "Microsoft Teams endpoint returned HTTP error 429", {"retry_after": 12.0}),
        (413, "", {"permanent": True, "of_message": True}),
        (400, "no", {"permanent": True, "of_message": True}),
        (404, "", {"permanent": True, "of_message": False}),
        (502, "", {"unknown": True, "permanent": False}),
        (418, "", {"unknown": False, "permanent": False}),
    ],
)
async def test_what_answers_mean(
    flow: Flow, status: int, text: str, expected: dict[str, object]
) -> None:
    flow.status, flow.text, flow.headers = status, text, {"Retry-After": "12"}
    with pytest.raises(DeliveryError) as caught:
        await _send(flow)
    for name, value in expected.items():
        assert getattr(caught.value, name) == value
    assert SECRET not in str(caught.value) + caught.value.detail


async def test_a_cut_connection_leaves_doubt_and_no_secret(flow: Flow) -> None:
    flow.cut = True
    with pytest.raises(DeliveryError) as caught:
        await _send(flow)
    assert caught.value.unknown
    assert SECRET not in f"{caught.value} {caught.value.detail} {caught.value.__cause__}"


@pytest.mark.parametrize("unknown", UnknownOutcome)
async def test_a_new_text_in_doubt_is_posted_again_as_the_setting_says(
    db: Database, clock: SetClock, flow: Flow, unknown: UnknownOutcome
) -> None:
    """A posted card cannot be changed, so the new text is a message of its own."""
    here = await add_workspace(db, "W1", clock(), platform="webhook")
    vault = Vault(SecretStr("a key for this test"))
    address = vault.seal(flow.url)
    (channel,) = await add_channels(db, here, ["flow"], clock(), address=address)
    told = await add_story(db, "Story one", clock())
    await owe(db, told, [channel], clock())
    async with WebhookSender(allow_private=True) as sender:
        dispatcher = Dispatcher(
            db,
            {"webhook": sender},
            StoredComposer(load_taxonomy()),
            worker="one",
            vault=vault,
            unknown=unknown,
        )
        await dispatcher.dispatch_due()
        clock.advance(minutes=1)
        await owe(db, told, [channel], clock(), kind="update", subject="entry:1:abc")
        flow.cut = True
        await dispatcher.dispatch_due()
        flow.cut = False
        clock.advance(minutes=1)
        await dispatcher.dispatch_due()
    assert len(flow.bodies) == (3 if unknown is UnknownOutcome.repeat else 2)


async def test_a_card_too_large_is_not_even_tried(flow: Flow) -> None:
    with pytest.raises(DeliveryError, match="too large"):
        await _send(flow, Message(text="x" * MESSAGE_BYTES))
    assert flow.bodies == []


@pytest.mark.parametrize(
    "secret",
    [
        "", "ftp://flows.example/x", "https://127.0.0.1/x", "http://flows.example/x", "//[",
        "https://127\u30020\u30020\u30021/x", "https://127\uff0e0\uff610\uff0e1/x",
    ],
)  # fmt: skip
async def test_an_address_that_is_none_or_leads_inside_is_refused(secret: str) -> None:
    async with WebhookSender() as sender:
        with pytest.raises(DeliveryError) as caught:
            await sender.send(_address(secret), Outgoing(7, 1, Message(text="Story one")))
    assert caught.value.permanent


async def test_a_stored_webhook_is_opened_by_the_vault_only_to_send(
    db: Database, clock: SetClock, flow: Flow, capfd: pytest.CaptureFixture[str]
) -> None:
    vault = Vault(SecretStr("a key for this test"))
    here = await add_workspace(db, "W1", clock(), platform="webhook")
    sealed = vault.seal(flow.url)
    (channel,) = await add_channels(db, here, ["flow"], clock(), address=sealed)
    await owe(db, await add_story(db, "Story one", clock()), [channel], clock())
    flow.status = 404
    async with WebhookSender(allow_private=True) as sender:
        for keys in (vault, Vault(SecretStr("another key"))):
            dispatcher = Dispatcher(
                db,
                {"webhook": sender},
                StoredComposer(load_taxonomy()),
                worker="one",
                vault=keys,
            )
            assert await dispatcher.dispatch_due() == DispatchReport(
                failed=1 if keys is vault else 0
            )
    row = await the_channel(db, channel)
    assert "not there any more" in row.paused_reason
    told = "".join(capfd.readouterr())
    assert SECRET not in told

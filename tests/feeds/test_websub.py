"""WebSub: only what we asked for is confirmed, and only what is signed is taken in."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.feeds.websub import WebSub, is_signed, lease_from, token_of
from bot.storage.secrets import Vault
from tests.feeds.room import Room
from tests.support.newsroom import Item, rss

VAULT = Vault(SecretStr("a key for tests"))


class Hub:
    """Remembers what it was asked for."""

    def __init__(self, room: Room) -> None:
        self.forms: list[dict[str, str]] = []
        self.url = room.newsroom.handle("/hub", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=202)


def _document(room: Room, *items: Item) -> bytes:
    atom = 'xmlns:a="http://www.w3.org/2005/Atom"'
    topic = room.newsroom.address("/feed")
    links = "".join(
        f'<a:link {atom} rel="{rel}" href="{href}"/>'
        for rel, href in (("hub", room.newsroom.address("/hub")), ("self", topic))
    )
    return rss(*items, extra=links)


def _signature(body: bytes, secret: str, method: str = "sha256") -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
    return {"x-hub-signature": f"{method}={digest}", "content-type": "application/rss+xml"}


async def _subscribed(room: Room) -> tuple[WebSub, Hub, int, str]:
    hub = Hub(room)
    feed_id = await room.add(room.newsroom.serve("/feed", _document(room, Item("Old", "/0", "0"))))
    await room.poll(feed_id)
    websub = WebSub(room.db, room.fetcher, VAULT, "https://bot.example/")
    assert await websub.renew() == 1
    return websub, hub, feed_id, hub.forms[0]["hub.secret"]


async def test_a_hub_is_asked_once_and_again_before_the_lease_ends(room: Room) -> None:
    websub, hub, feed_id, secret = await _subscribed(room)
    form = hub.forms[0]
    assert form["hub.mode"] == "subscribe"
    assert form["hub.topic"] == room.newsroom.address("/feed")
    assert form["hub.callback"] == f"https://bot.example/websub/{feed_id}-{token_of(secret)}"
    assert len(secret) >= 32
    assert await websub.renew() == 0
    query = {
        "hub.mode": "subscribe",
        "hub.topic": form["hub.topic"],
        "hub.challenge": "ch4llenge",
        "hub.lease_seconds": "864000",
    }
    assert (await websub.verify(feed_id, token_of(secret), query)).challenge == "ch4llenge"
    room.clock.advance(days=7)
    assert await websub.renew() == 0
    room.clock.advance(days=2)
    assert await websub.renew() == 1
    assert hub.forms[1]["hub.secret"] == secret


@pytest.mark.parametrize(
    "change",
    [{"hub.topic": "http://other.example/"}, {"hub.mode": "unsubscribe"}, {"hub.mode": "denied"}],
)
async def test_what_was_not_asked_for_is_not_confirmed(room: Room, change: dict[str, str]) -> None:
    websub, hub, feed_id, secret = await _subscribed(room)
    token = token_of(secret)
    query = {
        "hub.mode": "subscribe",
        "hub.topic": hub.forms[0]["hub.topic"],
        "hub.challenge": "x",
    }
    assert not (await websub.verify(feed_id, token, query | change)).accepted
    assert not (await websub.verify(feed_id + 1, token, query)).accepted
    assert not (await websub.verify(feed_id, token[::-1], query)).accepted
    assert not (await websub.verify(feed_id, "", query)).accepted
    assert (await room.feed(feed_id))["hub_lease_until"] is None


async def test_a_signed_push_is_news_at_once_and_comes_once(room: Room) -> None:
    websub, _, feed_id, secret = await _subscribed(room)
    body = _document(room, Item("Pushed", "/1", "1"))
    received = await websub.receive(room.poller, feed_id, body, _signature(body, secret))
    assert received.accepted
    assert room.desk.alerted == ["Pushed"]
    room.newsroom.serve("/feed", body)
    await room.poll(feed_id)
    assert room.desk.alerted == ["Pushed"]


@pytest.mark.parametrize("header", ["", "sha256=00", "md5=abc", "sha256", "sha256=\u00e9"])
async def test_an_unsigned_push_is_dropped(room: Room, header: str) -> None:
    websub, _, feed_id, _ = await _subscribed(room)
    body = _document(room, Item("Forged", "/1", "1"))
    received = await websub.receive(room.poller, feed_id, body, {"x-hub-signature": header})
    assert not received.accepted
    assert room.desk.alerted == []


async def test_without_a_public_address_feeds_are_polled_as_ever(room: Room) -> None:
    for websub in (
        WebSub(room.db, room.fetcher, VAULT, None),
        WebSub(room.db, room.fetcher, Vault(None), "https://bot.example"),
    ):
        assert await websub.renew() == 0


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures_by_every_method_of_the_standard(method: str) -> None:
    assert is_signed(b"body", _signature(b"body", "s", method)["x-hub-signature"], "s")
    assert not is_signed(b"other", _signature(b"body", "s", method)["x-hub-signature"], "s")


def test_leases_have_bounds() -> None:
    assert lease_from("60") == timedelta(hours=1)
    assert lease_from("nonsense") == timedelta(days=10)
    assert lease_from("999999999999") == timedelta(days=30)

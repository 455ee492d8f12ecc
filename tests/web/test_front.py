"""Promise: the web process says how it is, and shows its pages to nobody who may not see them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from bot.demo.setting import DemoClock
from bot.errors import SettingsError
from bot.serving import BODY_BYTES, build_app, serve
from tests.support.clock import SetClock
from tests.support.newsroom import Item, rss
from tests.support.outbox import add_channels, add_story, add_workspace, owe
from tests.web.site import BEARER, TOKEN, Site, open_site


async def test_health_and_readiness_are_two_things(site: Site) -> None:
    assert (await site.client.get("/healthz")).status_code == 200
    assert (await site.client.get("/readyz")).json()["status"] == "ready"
    async with site.bot.engine.db.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answer = await site.client.get("/readyz")
    assert answer.status_code == 503
    assert "newer version" in answer.json()["reason"]
    assert (await site.client.get("/healthz")).status_code == 200


PASSED_ON = {"X-Forwarded-For": "203.0.113.9"}


@pytest.mark.parametrize("path", ["/", "/metrics"])
async def test_without_a_token_pages_are_for_this_machine_alone(site: Site, path: str) -> None:
    assert (await site.client.get(path)).status_code == 200
    assert (await site.client.get(path, headers=PASSED_ON)).status_code == 403
    unset = {**PASSED_ON, "Authorization": f"Bearer {TOKEN}"}
    assert (await site.client.get(path, headers=unset)).status_code == 403


@pytest.mark.parametrize("path", ["/", "/metrics"])
async def test_elsewhere_pages_are_for_the_admin_token(
    sqlite_url: str, tmp_path: Path, path: str
) -> None:
    async with open_site(sqlite_url, tmp_path, exportnews_admin_token=TOKEN) as site:
        wrong = {**PASSED_ON, "Authorization": "Bearer wrong"}
        right = {**PASSED_ON, **BEARER}
        assert (await site.client.get(path, headers=PASSED_ON)).status_code == 403
        assert (await site.client.get(path, headers=wrong)).status_code == 403
        assert (await site.client.get(path, headers=right)).status_code == 200
        assert (await site.client.get(path)).status_code == 200
        for open_to_all in ("/healthz", "/readyz"):
            assert (await site.client.get(open_to_all, headers=PASSED_ON)).status_code == 200


async def test_the_console_shows_feeds_stories_and_escapes_them(site: Site) -> None:
    item = Item("BIS adds <script>alert(1)</script> & Sons", "https://wire.example/1", "g1")
    site.newsroom.serve("/feed.xml", rss(item))
    await site.bot.once()
    page = await site.client.get("/")
    assert "Trade Wire" in page.text
    assert "Sons" in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    found = await site.client.get("/", params={"q": 'sons ("'})
    assert "https://wire.example/1" in found.text


def value(metrics: str, name: str) -> float:
    found = [line for line in metrics.splitlines() if line.startswith(f"{name} ")]
    return float(found[0].split()[1]) if found else 0.0


async def test_metrics_count_what_was_done(sqlite_url: str, tmp_path: Path) -> None:
    clock = DemoClock()
    async with open_site(sqlite_url, tmp_path, clock) as site:
        before = (await site.client.get("/metrics")).text
        for count in (1, 2):
            at = clock() - timedelta(minutes=5)
            items = [Item(f"BIS adds firm {n} to the Entity List", at=at) for n in range(count)]
            site.newsroom.serve("/feed.xml", rss(*items))
            await site.bot.once()
            clock.skip(65)
        after = (await site.client.get("/metrics")).text
        site.newsroom.serve("/feed.xml", b"gone", status=404)
        await site.bot.once()
        failing = (await site.client.get("/metrics")).text
    posted = 'exportnews_publication_to_post_seconds_bucket{le="%s",platform="console"}'
    for name, more in (
        ('exportnews_polls_total{outcome="done"}', 2),
        ("exportnews_entries_total", 2),
        ('exportnews_matches_total{topic="entity-list"}', 1),
        ('exportnews_deliveries_total{outcome="sent"}', 1),
        ('exportnews_owed_to_post_seconds_bucket{le="60.0",platform="console"}', 1),
        (posted % "120.0", 0),
        (posted % "600.0", 1),
        ("exportnews_understood_seconds_count", 2),
    ):
        assert value(after, name) - value(before, name) == more, name
    assert value(after, 'exportnews_feeds{health="well"}') == 1
    assert value(failing, 'exportnews_feeds{health="failing"}') == 1


async def test_metrics_tell_what_waits_and_for_how_long(
    sqlite_url: str, tmp_path: Path, clock: SetClock
) -> None:
    async with open_site(sqlite_url, tmp_path, clock) as site:
        site.newsroom.serve("/feed.xml", rss())
        home = await add_workspace(site.db, "T1", clock())
        channels = await add_channels(site.db, home, ["C1", "C2"], clock())
        story = await add_story(site.db, "A story", clock())
        await owe(site.db, story, channels[:1], clock())
        await owe(site.db, story, channels[1:], clock(), state="dead")
        clock.advance(minutes=3)
        metrics = (await site.client.get("/metrics")).text
    assert value(metrics, "exportnews_deliveries_owed") == 1
    assert value(metrics, "exportnews_deliveries_owed_for_seconds") == 180
    assert value(metrics, "exportnews_deliveries_dead") == 1


async def test_a_body_beyond_the_bound_is_refused_however_it_is_sent() -> None:
    async def length(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    async def chunks(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"x" * 65_536

    app = build_app([Route("/", length, methods=["POST"])])
    async with (
        serve(app, host="127.0.0.1", port=0, stop_seconds=1) as address,
        httpx.AsyncClient(base_url=address, trust_env=False) as client,
    ):
        assert (await client.post("/", content=b"x" * BODY_BYTES)).text == str(BODY_BYTES)
        assert (await client.post("/", content=b"x" * (BODY_BYTES + 1))).status_code == 413
        assert (await client.post("/", content=chunks(4))).text == str(4 * 65_536)
        assert (await client.post("/", content=chunks(17))).status_code == 413


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def length(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    app = build_app([Route("/", length, methods=["POST"])], body_seconds=0.2)
    async with serve(app, host="127.0.0.1", port=0, stop_seconds=1) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        writer.write(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nab")
        answer = await reader.read()  # all, for the connection is closed after it
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b"The request took too long to come.")


async def test_a_caller_who_leaves_amid_a_request_is_no_fault() -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(b"content-length", b"5")],
    }
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answers.append(message)

    async def length(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    await build_app([Route("/", length, methods=["POST"])])(scope, receive, send)
    assert answers == []


@pytest.mark.parametrize(
    "host",
    ["localhost@evil.example", "127.0.0.1:80@evil", "[::1", "[", "a b", "localhost:x", "a/b", "é"],
)
async def test_a_host_that_is_none_is_refused(site: Site, host: str) -> None:
    answer = await site.client.get("/healthz", headers={b"Host": host.encode()})
    assert (answer.status_code, answer.text) == (400, "The Host header is malformed.")


async def test_a_port_that_is_taken_is_one_sentence_naming_it() -> None:
    async with serve(build_app([]), host="127.0.0.1", port=0, stop_seconds=1) as address:
        port = int(address.rsplit(":", 1)[1])
        with pytest.raises(SettingsError, match=f"PORT: 127.0.0.1:{port}"):
            async with serve(build_app([]), host="127.0.0.1", port=port, stop_seconds=1):
                pass

"""Promise: the web process says how it is, and shows its pages to nobody who may not see them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.errors import SettingsError
from bot.serving import BODY_BYTES, build_app, serve
from tests.support.newsroom import Item, rss
from tests.web.site import TOKEN, Site


async def test_health_and_readiness_are_two_things(site: Site) -> None:
    assert (await site.client.get("/healthz")).status_code == 200
    assert (await site.client.get("/readyz")).json()["status"] == "ready"
    async with site.bot.engine.db.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answer = await site.client.get("/readyz")
    assert answer.status_code == 503
    assert "newer version" in answer.json()["reason"]
    assert (await site.client.get("/healthz")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/metrics"])
async def test_pages_are_for_this_machine_or_the_admin_token(site: Site, path: str) -> None:
    assert (await site.client.get(path)).status_code == 200
    passed_on = {"X-Forwarded-For": "203.0.113.9"}
    assert (await site.client.get(path, headers=passed_on)).status_code == 403
    wrong = {**passed_on, "Authorization": "Bearer wrong"}
    assert (await site.client.get(path, headers=wrong)).status_code == 403
    right = {**passed_on, "Authorization": f"Bearer {TOKEN}"}
    assert (await site.client.get(path, headers=right)).status_code == 200


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


async def test_metrics_count_what_was_done(site: Site) -> None:
    site.newsroom.serve("/feed.xml", rss(Item("One", "https://wire.example/1", "g1")))
    await site.bot.once()
    metrics = (await site.client.get("/metrics")).text
    assert 'exportnews_polls_total{outcome="done"}' in metrics
    assert "exportnews_deliveries_owed 0.0" in metrics


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


async def test_a_port_that_is_taken_is_one_sentence_naming_it() -> None:
    async with serve(build_app([]), host="127.0.0.1", port=0, stop_seconds=1) as address:
        port = int(address.rsplit(":", 1)[1])
        with pytest.raises(SettingsError, match=f"PORT: 127.0.0.1:{port}"):
            async with serve(build_app([]), host="127.0.0.1", port=port, stop_seconds=1):
                pass

"""Promise: the console shows operators the whole, lets them retry, and lets nobody else in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from aiohttp import web
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.news.model import WHOLE
from bot.storage.tables import entry
from bot.subscriptions.model import Actor, ChannelRef
from tests.support.clock import SetClock
from tests.support.newsroom import Item, rss
from tests.support.outbox import Told, add_channels, add_workspace, owe, the_delivery
from tests.web.site import BEARER, ELSEWHERE, TOKEN, Site, open_site

PAGES = ("/", "/feeds", "/deliveries", "/subscriptions", "/trends")
OPERATOR = "T0HOME/U0ANNA"


TITLE = "BIS adds firms to the Entity List"


async def a_dead_delivery(site: Site) -> int:
    """Let the bot read one article, and owe it to a channel that could not be posted to."""
    now = site.bot.engine.clock()
    site.newsroom.serve(
        "/feed.xml", rss(Item(TITLE, "https://wire.example/1", "g1", at=now - timedelta(minutes=1)))
    )
    await site.bot.once()
    workspace = await add_workspace(site.db, "T1", now)
    (channel,) = await add_channels(site.db, workspace, ["C1"], now, name="news & <b>alerts</b>")
    async with site.db.read() as conn:
        stored = (await conn.execute(select(entry).where(entry.c.title == TITLE))).one()
    told = Told(stored.story_id, stored.id, stored.position, TITLE)
    (made,) = await owe(site.db, told, [channel], now, state="dead", last_error="not_in_channel")
    return made


async def test_each_page_shows_its_part(site: Site) -> None:
    await a_dead_delivery(site)
    shown = {path: (await site.client.get(path)).text for path in PAGES}
    assert TITLE in shown["/"]
    assert "<q>Entity List</q>" in shown["/"], "it says why"
    assert "Trade Wire" in shown["/feeds"]
    assert "not_in_channel" in shown["/deliveries"]
    assert "news &amp; &lt;b&gt;alerts" in shown["/deliveries"], "names cannot break out"
    assert "This terminal" in shown["/subscriptions"] or "console" in shown["/subscriptions"]
    assert "Entity List: 1" in shown["/trends"]
    assert "0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1" in shown["/trends"]


async def test_a_page_without_anything_says_what_will_be_there(site: Site) -> None:
    said = {path: (await site.client.get(path)).text for path in PAGES}
    assert "Nothing was owed yet" in said["/deliveries"]
    assert "No delivery is dead." in (await site.client.get("/deliveries?state=dead")).text
    assert "Nothing has been read yet" in said["/"]
    assert "Nothing was published on any topic" in said["/trends"]
    assert all("<table" not in said[path] for path in ("/deliveries", "/"))


async def test_a_page_is_called_by_what_it_shows(site: Site) -> None:
    titles = {
        path: (await site.client.get(path)).text.split("<title>")[1].split("</title>")[0]
        for path in (*PAGES, "/?q=<b>chips", "/deliveries?state=dead")
    }
    assert len(set(titles.values())) == len(titles)
    assert titles["/?q=<b>chips"] == "Search: &lt;b&gt;chips · exportnews"


async def test_subscriptions_are_said_as_in_the_chat(site: Site) -> None:
    wants = site.bot.engine.subscriptions
    ref, anna = ChannelRef("slack", "T1", "C1", "trade"), Actor("U1", "Anna", admin=True)
    await wants.subscribe(ref, anna, ["entity-list"], mode="daily", min_score=0.7)
    await wants.watch(ref, anna, "Acme <b>Foundries", ["AFC Holding"])
    await wants.configure(ref, anna, quiet=("22:00", "07:00"), urgent_topics=("entity-list",))
    page = (await site.client.get("/subscriptions")).text
    assert "<b>Entity List</b>: in the daily digest, from score 0.7, set by U1 (" in page
    assert "watch <b>Acme &lt;b&gt;Foundries</b> (= AFC Holding): at once, set by U1 (" in page
    assert "It is quiet from 22:00 to 07:00 (UTC)" in page
    assert "These pass quiet hours: Entity List." in page


async def test_a_topic_that_no_phrase_tells_quotes_nothing(site: Site) -> None:
    item = Item("Rippling Sues Deel", "https://wire.example/2", "g2", at=site.bot.engine.clock())
    site.newsroom.serve("/feed.xml", rss(item))
    await site.bot.once()
    page = (await site.client.get("/")).text
    assert WHOLE in page
    assert "<q>" not in page


async def test_every_page_is_kept_from_frames_caches_scripts_and_strangers(site: Site) -> None:
    for path in PAGES:
        page = await site.client.get(path)
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-frame-options"] == "DENY"
        assert "<script" not in page.text
        assert (await site.client.get(path, headers=ELSEWHERE)).status_code == 403


async def test_a_page_elsewhere_whose_name_points_here_is_a_stranger(site: Site) -> None:
    answer = await site.client.get("/deliveries", headers={"Host": "evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "sign",
    [
        {"Via": "1.1 proxy"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Host": "news.example"},
        {"X-Real-IP": "203.0.113.9"},
        {"CF-Connecting-IP": "203.0.113.9"},
        {"CF-Ray": "1"},
        {"True-Client-IP": "203.0.113.9"},
        {"Host": "localhost.evil.example"},
        {"Host": ""},
    ],
)
async def test_what_a_proxy_passed_on_is_a_strangers(site: Site, sign: dict[str, str]) -> None:
    dead = await a_dead_delivery(site)
    for path in (*PAGES, "/metrics"):
        assert (await site.client.get(path, headers=sign)).status_code == 403
    form = {"delivery": str(dead), "form_token": await site.form_token()}
    sent = await site.client.post("/deliveries/retry", data=form, headers=sign)
    assert sent.status_code == 403
    assert (await the_delivery(site.db, dead)).state == "dead"


async def test_a_proxy_that_is_left_as_it_comes_passes_on_a_strangers_request(site: Site) -> None:
    """nginx's `proxy_pass` alone: our own name, HTTP/1.0, and no word of whom it asks for."""
    port = urlsplit(site.address).port
    for path, status in (("/deliveries", b"403"), ("/metrics", b"403"), ("/healthz", b"200")):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
        writer.write(asked.encode())
        assert (await reader.read()).split()[1] == status
        writer.close()


async def test_behind_a_public_address_this_machine_is_no_proof(
    sqlite_url: str, tmp_path: Path
) -> None:
    """A proxy beside the bot that is left as it comes passes strangers on as if it were they."""
    public = "https://bot.example"
    async with open_site(sqlite_url, tmp_path, exportnews_public_url=public) as site:
        for path in (*PAGES, "/metrics"):
            assert (await site.client.get(path)).status_code == 403
        assert (await site.client.get("/healthz")).status_code == 200


async def test_what_an_address_says_is_text(site: Site) -> None:
    markup = "<img src=x onerror=alert(1)>"
    for path, asked in (("/", {"q": markup}), ("/deliveries", {"said": markup, "state": markup})):
        page = await site.client.get(path, params=asked)
        assert page.status_code == 200
        assert "<img" not in page.text
        assert "&lt;img" in page.text


async def test_a_dead_delivery_is_sent_again_from_the_page_only(site: Site) -> None:
    dead = await a_dead_delivery(site)
    form = {"delivery": str(dead)}
    assert (await site.client.post("/deliveries/retry", data=form)).status_code == 403
    form["form_token"] = await site.form_token()
    from_elsewhere = {"Sec-Fetch-Site": "cross-site"}
    answer = await site.client.post("/deliveries/retry", data=form, headers=from_elsewhere)
    assert answer.status_code == 403
    for origin in ("https://evil.example", "null", "http://["):
        named = {"Origin": origin}
        answer = await site.client.post("/deliveries/retry", data=form, headers=named)
        assert answer.status_code == 403
    assert (await the_delivery(site.db, dead)).state == "dead"

    own = {"Origin": site.address}
    answer = await site.client.post("/deliveries/retry", data=form, headers=own)
    assert answer.status_code == 303
    assert (
        f"Delivery {dead} will be sent again."
        in (await site.client.get(answer.headers["location"])).text
    )
    assert (await the_delivery(site.db, dead)).state == "pending"
    again = await site.client.post("/deliveries/retry", data=form)
    assert (again.status_code, "only failed or dead" in again.text) == (409, True)


async def test_all_dead_ones_are_sent_again_at_once(site: Site) -> None:
    dead = await a_dead_delivery(site)
    form = {"delivery": "all", "form_token": await site.form_token()}
    assert (await site.client.post("/deliveries/retry", data=form)).status_code == 303
    assert (await the_delivery(site.db, dead)).state == "pending"


async def test_the_admin_token_opens_a_session_that_ends(
    sqlite_url: str, tmp_path: Path, clock: SetClock
) -> None:
    async with open_site(sqlite_url, tmp_path, clock, exportnews_admin_token=TOKEN) as site:
        wrong = await site.client.post("/sign-in", data={"token": "wrong"}, headers=ELSEWHERE)
        assert wrong.status_code == 403
        https = {**ELSEWHERE, "X-Forwarded-Proto": "https"}
        answer = await site.client.post("/sign-in", data={"token": TOKEN}, headers=https)
        cookie = answer.headers["set-cookie"]
        assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Secure"))
        assert TOKEN not in cookie
        held = {**ELSEWHERE, "Cookie": cookie.split(";")[0]}
        site.client.cookies.clear()
        assert (await site.client.get("/feeds", headers=held)).status_code == 200
        forged = {**held, "Cookie": held["Cookie"][:-1] + "x"}
        assert (await site.client.get("/feeds", headers=forged)).status_code == 403

        out = {"form_token": await site.form_token("/feeds", **held)}
        left = await site.client.post("/sign-out", data=out, headers=held)
        assert 'exportnews_session=""' in left.headers["set-cookie"]
        clock.advance(hours=13)
        assert (await site.client.get("/feeds", headers=held)).status_code == 403


async def test_a_form_of_another_session_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    async with open_site(sqlite_url, tmp_path, exportnews_admin_token=TOKEN) as site:
        dead = await a_dead_delivery(site)
        first, second = [await _signed_in(site) for _ in range(2)]
        assert first != second, "a session is made when one signs in, and by nobody before"
        for own in (await site.form_token(**first), await site.form_token(**BEARER)):
            form = {"delivery": str(dead), "form_token": own}
            refused = await site.client.post("/deliveries/retry", data=form, headers=second)
            assert refused.status_code == 403
        assert (await the_delivery(site.db, dead)).state == "dead"


async def test_a_session_that_somebody_else_chose_is_not_taken_over(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_site(sqlite_url, tmp_path, exportnews_admin_token=TOKEN) as site:
        planted = {**ELSEWHERE, "Cookie": "exportnews_session=b2xk.chosen"}
        answer = await site.client.post("/sign-in", data={"token": TOKEN}, headers=planted)
        site.client.cookies.clear()
        assert _session(answer) != planted["Cookie"]
        assert (await site.client.get("/feeds", headers=planted)).status_code == 403


async def _signed_in(site: Site) -> dict[str, str]:
    answer = await site.client.post("/sign-in", data={"token": TOKEN}, headers=ELSEWHERE)
    site.client.cookies.clear()
    return {**ELSEWHERE, "Cookie": _session(answer)}


async def _tried(site: Site, way: str, token: str, **headers: str) -> int:
    """Try a token, in the form or as `Authorization`; gives the answer's status."""
    if way == "form":
        return (
            await site.client.post("/sign-in", data={"token": token}, headers=headers)
        ).status_code
    bearer = {**headers, "Authorization": f"Bearer {token}"}
    return (await site.client.get("/metrics", headers=bearer)).status_code


@pytest.mark.parametrize("way", ["form", "bearer"])
async def test_tokens_cannot_be_tried_without_end(
    sqlite_url: str, tmp_path: Path, clock: SetClock, way: str
) -> None:
    async with open_site(sqlite_url, tmp_path, clock, exportnews_admin_token=TOKEN) as site:
        enters = 303 if way == "form" else 200
        with capture_logs() as lines:
            for _ in range(10):
                assert await _tried(site, way, "guess", **ELSEWHERE) == 403
            assert await _tried(site, way, "guess", **ELSEWHERE) == 429
        assert [line["source"] for line in lines if line["event"] == "console.wrong_token"] == [
            "203.0.113.9"
        ] * 10
        assert await _tried(site, way, TOKEN, **ELSEWHERE) == 429
        others = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
        assert await _tried(site, way, TOKEN, **others) == enters, "nobody else is locked out"
        clock.now += timedelta(seconds=61)
        assert await _tried(site, way, TOKEN, **ELSEWHERE) == enters


async def test_guesses_through_a_proxy_that_names_nobody_lock_nobody_out(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_site(sqlite_url, tmp_path, exportnews_admin_token=TOKEN) as site:
        tried = [await _tried(site, "form", "guess") for _ in range(12)]
        assert tried == [403] * 10 + [429] * 2
        assert await _tried(site, "form", TOKEN) == 303


@pytest.mark.parametrize(("person", "enters"), [("U0ANNA", True), ("U0OTHER", False)])
async def test_operators_sign_in_with_slack_and_nobody_else_does(
    sqlite_url: str, tmp_path: Path, person: str, enters: bool
) -> None:
    async def token(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        assert form["code"] == "the-code"
        return web.json_response({"ok": True, "access_token": "xoxp-1"})

    async def who(_request: web.Request) -> web.StreamResponse:
        told = {"https://slack.com/team_id": "T0HOME", "https://slack.com/user_id": person}
        return web.json_response({"ok": True, "name": "Anna", **told})

    more: dict[str, Any] = {
        "slack_client_id": "1.2",
        "slack_client_secret": "client-secret",
        "exportnews_secret_key": "a long random text",
        "exportnews_public_url": "https://bot.example",
        "exportnews_operators": f"T9/U9, {OPERATOR}",
        "exportnews_slack_api_url": "newsroom",
    }
    async with open_site(sqlite_url, tmp_path, **more) as site:
        site.newsroom.handle("/api/openid.connect.token", token)
        site.newsroom.handle("/api/openid.connect.userInfo", who)
        begun = await site.client.get("/sign-in/slack", headers=ELSEWHERE)
        asked = parse_qs(urlsplit(begun.headers["location"]).query)
        assert asked["redirect_uri"] == ["https://bot.example/sign-in/slack/done"]
        state = {**ELSEWHERE, "Cookie": begun.headers["set-cookie"].split(";")[0]}
        site.client.cookies.clear()

        done = "/sign-in/slack/done"
        other = {"code": "the-code", "state": "another"}
        assert (await site.client.get(done, params=other, headers=state)).status_code == 403
        back = {"code": "the-code", "state": asked["state"][0]}
        assert (await site.client.get(done, params=back, headers=ELSEWHERE)).status_code == 403
        answer = await site.client.get(done, params=back, headers=state)
        assert answer.status_code == (303 if enters else 403)
        held = httpx.Headers({**ELSEWHERE, "Cookie": _session(answer)})
        page = await site.client.get("/feeds", headers=held)
        assert (page.status_code, "Anna" in page.text) == (200 if enters else 403, enters)


def _session(answer: httpx.Response) -> str:
    found = [one for one in answer.headers.get_list("set-cookie") if "session=" in one]
    return found[0].split(";")[0] if found else "none=1"

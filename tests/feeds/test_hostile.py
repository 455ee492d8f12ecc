"""Hostile servers and documents: refused within bounds, with one sentence, and nothing more."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
import time
import zlib
from collections.abc import Awaitable, Callable

import brotli
import pytest
import zstandard
from aiohttp import web

from bot.errors import FetchFailed, NotAFeed
from bot.feeds import guard
from bot.feeds.addresses import shown, web_address
from bot.feeds.credentials import Credentials, read_credentials
from bot.feeds.federal_register import read_federal_register
from bot.feeds.fetcher import Document, Fetcher, Request
from bot.feeds.parser import parse_feed
from tests.support.newsroom import Item, Newsroom, open_raw_server, rss

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
BOUND = 200_000


def _fetcher(**options: float) -> Fetcher:
    return Fetcher(allow_private=True, max_body=BOUND, environment_proxies=False, **options)  # type: ignore[arg-type]


async def _fetch(url: str, **options: float) -> Document:
    async with _fetcher(**options) as fetcher:
        return await fetcher.fetch(Request(url))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254",
        "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fd00:ec2::254",
        "fe80::1%eth0", "ff02::1", "fec0::1", "168.63.129.16", "::ffff:168.63.129.16",
        "192.0.0.8", "192.0.0.9", "192.0.0.170", "192.0.2.1", "192.88.99.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "240.0.0.1", "0.1.2.3",
        "64:ff9b:1::808:808", "100::1", "100:0:0:1::1", "2001::1", "2001:2::1", "2001:10::1",
        "2001:20::1", "2001:db8::1", "3fff::1", "5f00::1", "::7f00:1", "::808:808", "4000::1",
        "64:ff9b::c000:8", "2002:c058:6301::", "::ffff:192.88.99.1", "not an address", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_public_internet(address: str) -> None:
    assert not guard.is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::808:808", "2001:200::1", "192.0.1.1"],
)
def test_addresses_that_are(address: str) -> None:
    assert guard.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/feed",
        "http://localhost:{port}/feed",
        "http://127.1:{port}/feed",
        "http://2130706433:{port}/feed",
        "http://0x7f.0.0.1:{port}/feed",
        "http://[::ffff:127.0.0.1]:{port}/feed",
        "http://0.0.0.0:{port}/feed",
        "https://127.0.0.1:{port}/feed",
        "http://127\u30020\u30020\u30021:{port}/feed",
        "http://127\uff0e0\uff610\uff0e1:{port}/feed",
        "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460:{port}/feed",
        "http://127%2e0%2e0%2e1:{port}/feed",
        "http://127%E3%80%820%E3%80%820%E3%80%821:{port}/feed",
        "http://local\uff48ost:{port}/feed",
        "https://127\u30020\u30020\u30021:{port}/feed",
    ],
)
async def test_nothing_private_is_asked(newsroom: Newsroom, url: str) -> None:
    newsroom.serve("/feed", rss())
    async with Fetcher(environment_proxies=False) as fetcher:
        with pytest.raises(FetchFailed, match="private network"):
            await fetcher.fetch(Request(url.format(port=newsroom.url.rpartition(":")[2])))
    assert newsroom.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_name_that_leads_to_loopback_is_refused_when_it_is_connected_to(
    newsroom: Newsroom, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: what a name meant a moment ago does not count."""
    newsroom.serve("/feed", rss())
    port = int(newsroom.url.rpartition(":")[2])

    async def rebound(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebound)
    async with Fetcher(environment_proxies=False) as fetcher:
        with pytest.raises(FetchFailed, match="private network"):
            await fetcher.fetch(Request(f"{scheme}://rebinding.example:{port}/feed"))
    assert newsroom.requests == []


@pytest.mark.parametrize("dot", ["\u3002", "\uff0e", "\uff61"])
async def test_an_address_that_nobody_saw_through_is_refused_when_it_is_connected_to(
    newsroom: Newsroom, dot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """aiohttp asks no resolver for a host that it takes for an address; the socket is checked."""
    monkeypatch.setattr(guard, "check_host", lambda *_, **__: None)
    newsroom.serve("/feed", rss())
    url = newsroom.address("/feed")
    async with Fetcher(environment_proxies=False) as fetcher:
        for address in (url, url.replace(".", dot)):
            with pytest.raises(FetchFailed, match="private network"):
                await fetcher.fetch(Request(address))
        with pytest.raises(FetchFailed):
            await fetcher.post_form(url.replace(".", dot), {"hub.mode": "subscribe"})
    assert newsroom.requests == []


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://169\u3002254\u3002169\u3002254/latest/meta-data/",
        "http://169%E3%80%82254%E3%80%82169%E3%80%82254/latest/meta-data/",
    ],
)
async def test_every_redirect_is_checked(
    newsroom: Newsroom, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first address may be asked here; the one that it leads to may not."""
    newsroom.redirect("/feed", target, 302)
    real = guard.is_public
    monkeypatch.setattr(guard, "is_public", lambda a: a == "127.0.0.1" or real(a))
    async with Fetcher(environment_proxies=False) as fetcher:
        with pytest.raises(FetchFailed, match="private network"):
            await fetcher.fetch(Request(newsroom.address("/feed")))
    assert len(newsroom.requests) == 1


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd", "ftp://x.example/", "javascript:1", "//[", "http://[::1", "//x:y/",
        "http://]/", "http://\u2100.example/", " ",
    ],
)  # fmt: skip
async def test_redirects_lead_to_web_addresses_only(newsroom: Newsroom, target: str) -> None:
    with pytest.raises(FetchFailed, match="address"):
        await _fetch(newsroom.redirect("/feed", target))


async def test_redirects_in_circles_end(newsroom: Newsroom) -> None:
    with pytest.raises(FetchFailed, match="in circles"):
        await _fetch(newsroom.redirect("/feed", "/feed"))
    assert newsroom.asked("/feed") == 11


BOMB = b"a" * 30_000_000


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(BOMB)),
        ("deflate", zlib.compress(BOMB)),
        ("br", brotli.compress(BOMB, quality=5)),
        ("zstd", zstandard.compress(BOMB)),
        ("gzip, gzip", gzip.compress(gzip.compress(BOMB))),
    ],
)
async def test_decompression_bombs_stop_at_the_bound(
    newsroom: Newsroom, coding: str, body: bytes
) -> None:
    assert len(body) < BOUND
    url = newsroom.serve("/feed", body, Content_Encoding=coding)
    with pytest.raises(FetchFailed, match="larger than"):
        await _fetch(url)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
    ],
)
async def test_compressed_feeds_are_read(
    newsroom: Newsroom, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    body = rss(Item("A", "http://wire.example/a"))
    document = await _fetch(newsroom.serve("/feed", pack(body), Content_Encoding=coding))
    assert document.body == body
    assert coding in newsroom.requests[0].headers["Accept-Encoding"]


async def test_damaged_compression_is_one_sentence(newsroom: Newsroom) -> None:
    url = newsroom.serve("/feed", b"\x1f\x8b\x08nonsense", Content_Encoding="gzip")
    with pytest.raises(FetchFailed, match="damaged"):
        await _fetch(url)


async def _endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss>")
    while True:
        writer.write(b"<item>" * 1000)
        await writer.drain()


async def _silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def _dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _endless_header(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Header: " + b"y" * 8000 + b"\r\n")
        await writer.drain()


async def _nonsense(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\x01\x02 SMTP ready\r\n\r\n")
    await writer.drain()


async def _broken_off(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<rss>")
    await writer.drain()


async def _huge_length(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize(
    "talk",
    [_endless, _silent, _dripping, _endless_header, _nonsense, _broken_off, _huge_length],
    ids=lambda talk: talk.__name__.strip("_"),
)
async def test_wild_servers_are_left_within_seconds(talk: Talk) -> None:
    async with open_raw_server(talk) as url:
        with pytest.raises(FetchFailed) as caught:
            await _fetch(url, total_seconds=1.0, read_seconds=0.5)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Mon, 02 Mar 2026 16:00:00 GMT", 3600), ("soon", None), ("999999999", 86_400)],
)
async def test_retry_after_is_read(newsroom: Newsroom, value: str, seconds: float | None) -> None:
    url = newsroom.serve(
        "/feed", b"", status=429, Retry_After=value, Date="Mon, 02 Mar 2026 15:00:00 GMT"
    )
    with pytest.raises(FetchFailed) as caught:
        await _fetch(url)
    assert caught.value.retry_after == seconds


async def test_a_bot_guard_is_named_with_the_way_out(newsroom: Newsroom) -> None:
    page = b"<html><title>Just a moment...</title><script src=/cdn-cgi/cf-chl></script></html>"
    with pytest.raises(FetchFailed, match=r"bot guard.*publisher") as caught:
        await _fetch(newsroom.serve("/feed", page, status=403, content_type="text/html"))
    assert caught.value.detail == "guard"


async def test_credentials_go_to_their_own_server_only(newsroom: Newsroom) -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        raise web.HTTPFound(newsroom.url.replace("127.0.0.1", "127.0.0.2") + "/other")

    async with _fetcher() as fetcher:
        url = newsroom.handle("/feed", elsewhere)
        credentials = Credentials("header", "X-Key", "very-secret")
        with pytest.raises(FetchFailed) as caught:
            await fetcher.fetch(Request(url, credentials=credentials))
        newsroom.serve("/here", rss())
        token = read_credentials("query token=t0ken")
        await fetcher.fetch(Request(newsroom.address("/here"), credentials=token))
        basic = read_credentials("basic user:pass:word")
        await fetcher.fetch(Request(newsroom.address("/here"), credentials=basic))
    assert newsroom.requests[0].headers["X-Key"] == "very-secret"
    assert newsroom.requests[1].query["token"] == "t0ken"
    assert newsroom.requests[2].headers["Authorization"].startswith("Basic ")
    assert "very-secret" not in f"{caught.value}{caught.value.detail}{credentials!r}"


def test_addresses_are_shown_without_secrets() -> None:
    assert shown("https://me:pw@x.example/feed?token=abc") == "https://x.example/feed?token=..."


BOMBS = [
    b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss><channel>&b;</channel></rss>',
    b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel>&x;</channel></rss>',
    b'<!DOCTYPE r [<!ENTITY x PUBLIC "p" "http://127.0.0.1/">]><rss><channel>&x;</channel></rss>',
]


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_made_of_others_or_from_elsewhere_are_refused(bomb: bytes, encoding: str) -> None:
    with pytest.raises(NotAFeed, match="entities"):
        parse_feed(bomb.decode().encode(encoding), "http://w.example/")


@pytest.mark.parametrize(
    "body",
    [
        b"<rss>" + b"<a>" * 100_000,
        b"<rss><channel><title>" + b"<" * 200_000,
        b"<rss version='2.0'><channel><item><title>" + b"&lt;b " * 50_000,
        b"[" * 200_000,
        b'{"version":"https://jsonfeed.org/version/1","items":' + b"[" * 100_000,
        b"<feed><entry><content><![CDATA[" * 5_000,
        b"<rss><channel><item " + b" ".join(b'a%d="1"' % n for n in range(30_000)) + b"/>",
        b"<rss><channel>" + b"".join(b'<a xmlns:a%d="a:%d"/>' % (n, n) for n in range(20_000)),
        b"<rss><channel>" + b'<a xml:base="x/">' * 20_000,
        b"<rss><channel><item><title>a</title><pubDate>" + b"1" * 200_000 + b"</pubDate></item>",
    ],
)
def test_documents_made_to_choke_a_parser_end_soon(body: bytes) -> None:
    started = time.process_time()
    with contextlib.suppress(NotAFeed):
        parse_feed(body, "http://w.example/")
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://", "http://a b/"],
)
def test_only_web_links_survive(link: str) -> None:
    assert web_address(link) == ""


def test_links_cannot_break_out_of_a_message() -> None:
    assert web_address("http://w.example/a|b>c d") == "http://w.example/a%7Cb%3Ec%20d"


def test_half_a_character_in_one_item_costs_nothing_but_itself() -> None:
    items = [
        {"id": "1", "url": "https://a.example/1", "title": "Ten\ud800 names"},
        {"id": "2", "url": "https://a.example/2", "title": "Rule", "content_html": "<p>\udfff5"},
    ]
    version = "https://jsonfeed.org/version/1.1"
    body = json.dumps({"version": version, "title": "Wire", "items": items}).encode()
    found = parse_feed(body, "https://a.example/feed.json")
    assert [entry.title for entry in found.entries] == ["Ten names", "Rule"]
    assert found.entries[1].text.endswith("5")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (b"&#55357;&#56832;", "\U0001f600"),
        (b"&#xD83D;&#xDE00;", "\U0001f600"),
        (b"&#65;&#55357;&#56832;", "A\U0001f600"),
        (b"&#xD83D;", "\ufffd"),
        (b"&#56832;", "\ufffd"),
        (b"&#x110000;", "\ufffd"),
        (b"&#99999999999;", "\ufffd"),
        (b"&#" + b"9" * 6_000 + b";", "\ufffd"),
        (b"<![CDATA[&#" + b"9" * 6_000 + b";]]>", "\ufffd"),
    ],
)
def test_a_number_that_is_no_characters_costs_nothing_but_itself(number: bytes, shown: str) -> None:
    items = [
        Item("Rule NUMBER out", "http://x.example/1", "1"),
        Item("Other", "http://x.example/2", "2"),
    ]
    found = parse_feed(rss(*items).replace(b"NUMBER", number), "http://x.example/")
    assert [entry.title for entry in found.entries] == [f"Rule {shown} out", "Other"]


def test_what_no_database_keeps_is_left_out_of_ids_and_links() -> None:
    halved = "a\x00b\ud800c"
    item = {"id": halved, "url": f"https://a.example/{halved}", "title": "Rule", "tags": [halved]}
    version = "https://jsonfeed.org/version/1.1"
    body = json.dumps({"version": version, "title": "Wire", "items": [item]}).encode()
    (entry,) = parse_feed(body, "https://a.example/feed.json").entries
    assert (entry.guid, entry.link) == ("abc", "https://a.example/abc")
    document = {
        "title": "Rule",
        "document_number": f"2026-{halved}",
        "html_url": f"https://fr.example/{halved}",
    }
    body = json.dumps({"count": 1, "results": [document]}).encode()
    (entry,) = read_federal_register(body, "https://fr.example/documents.json").entries
    assert (entry.guid, entry.document_number) == ("2026-abc", "2026-abc")
    assert entry.link == "https://fr.example/abc"


async def test_elements_in_each_other_without_end_are_read_in_no_time(newsroom: Newsroom) -> None:
    text = "<div>" * 300_000 + "<script>x</script>Deep<p>inside</p>"
    parsed = parse_feed(rss(Item("Title", "http://x.example/1", "1", text)), "http://x.example/")
    assert parsed.entries[0].text.split() == ["Deep", "inside"]

"""A newsroom on loopback: a real HTTP server whose answers the test sets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Item:
    """One entry to publish."""

    title: str
    link: str = ""
    guid: str = ""
    text: str = ""
    at: datetime | None = None


def rss(*items: Item, extra: str = "", title: str = "Trade Wire") -> bytes:
    """Write an RSS 2.0 document."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{escape(title)}</title><link>http://wire.example/</link>{extra}"
        + "".join(_rss_item(item) for item in items)
        + "</channel></rss>"
    ).encode()


def _rss_item(item: Item) -> str:
    parts = [f"<title>{escape(item.title)}</title>"]
    if item.link:
        parts.append(f"<link>{escape(item.link)}</link>")
    if item.guid:
        parts.append(f'<guid isPermaLink="false">{escape(item.guid)}</guid>')
    if item.text:
        parts.append(f"<description>{escape(item.text)}</description>")
    if item.at:
        parts.append(f"<pubDate>{format_datetime(item.at.astimezone(UTC))}</pubDate>")
    return f"<item>{''.join(parts)}</item>"


@dataclass
class Newsroom:
    """What the server answers, by path, and what it was asked."""

    url: str
    pages: dict[str, Handler] = field(default_factory=dict)
    requests: list[web.Request] = field(default_factory=list)

    def address(self, path: str) -> str:
        """Give the address of a path."""
        return f"{self.url}{path}"

    def serve(
        self,
        path: str,
        body: bytes,
        *,
        status: int = 200,
        content_type: str = "application/rss+xml",
        **headers: str,
    ) -> str:
        """Answer `path` with `body`; give its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.Response(
                body=body, status=status, headers={"Content-Type": content_type, **named}
            )

        return self.handle(path, answer)

    def serve_validated(self, path: str, body: bytes, etag: str) -> str:
        """Answer `path` with `body`, or 304 to who knows `etag`."""

        async def answer(request: web.Request) -> web.StreamResponse:
            if request.headers.get("If-None-Match") == etag:
                return web.Response(status=304)
            return web.Response(body=body, headers={"ETag": etag})

        return self.handle(path, answer)

    def redirect(self, path: str, target: str, status: int = 301) -> str:
        """Answer `path` with a redirect."""
        return self.serve(path, b"", status=status, Location=target)

    def handle(self, path: str, handler: Handler) -> str:
        """Answer `path` by a function; give its address."""
        self.pages[path] = handler
        return self.address(path)

    def asked(self, path: str) -> int:
        """How often `path` was asked for."""
        return sum(1 for request in self.requests if request.path == path)


@asynccontextmanager
async def open_newsroom(host: str = "127.0.0.1") -> AsyncIterator[Newsroom]:
    """Serve on a free port until the end of the block."""

    async def answer(request: web.Request) -> web.StreamResponse:
        newsroom.requests.append(request)
        handler = newsroom.pages.get(request.path)
        return await handler(request) if handler else web.Response(status=404)

    app = web.Application(client_max_size=20_000_000)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, host, 0)
    await site.start()
    port = runner.addresses[0][1]
    newsroom = Newsroom(f"http://{host}:{port}")
    try:
        yield newsroom
    finally:
        await runner.cleanup()


@asynccontextmanager
async def open_raw_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """Serve raw bytes, for answers that no proper server gives; give its address."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/feed"
        server.close()

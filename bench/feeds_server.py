"""The loopback server of `bench/feeds.py`: so many feeds, with or without working validators.

    python -m bench.feeds_server FEEDS ENTRIES

prints its port and serves `/v/N` (ETag and 304) and `/n/N` (ignores validators) until it is ended.
"""

from __future__ import annotations

import argparse
import asyncio

TEXT = (
    "The Bureau of Industry and Security amended the Export Administration Regulations to control "
    "further items used in the manufacture of advanced-node integrated circuits, and added {name} "
    "to the Entity List. A licence is required for exports, re-exports and transfers."
)


def document(feed: int, entries: int) -> bytes:
    items = "".join(
        f"<item><title>Company {feed}-{n} Added to the Entity List &amp; Chip Rules Updated</title>"
        f"<link>http://wire.example/{feed}/article/{n}?utm_source=rss</link>"
        f'<guid isPermaLink="false">{feed}-{n}</guid>'
        f"<pubDate>Mon, 02 Mar 2026 {n % 24:02}:{n % 60:02}:00 GMT</pubDate>"
        f"<description>&lt;p&gt;{TEXT.format(name=f'Company {feed}-{n}')}&lt;/p&gt; "
        f'&lt;a href="/more"&gt;More&lt;/a&gt;</description></item>'
        for n in range(entries)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>Wire {feed}</title><link>http://wire.example/{feed}</link>"
        f"<description>Bench</description>{items}</channel></rss>"
    ).encode()


async def serve(feeds: int, entries: int) -> None:
    bodies = [document(n, entries) for n in range(feeds)]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                _, kind, number = path.split("/")
                tag = f'"{number}"'.encode()
                if kind == "v" and tag in head:
                    writer.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n")
                else:
                    body = bodies[int(number)]
                    etag = b"ETag: " + tag + b"\r\n" if kind == "v" else b""
                    writer.write(
                        b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
                        + etag
                        + b"Content-Length: %d\r\n\r\n" % len(body)
                    )
                    writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("feeds", type=int)
    parser.add_argument("entries", type=int)
    asked = parser.parse_args()
    asyncio.run(serve(asked.feeds, asked.entries))

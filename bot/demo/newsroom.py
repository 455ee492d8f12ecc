"""A newsroom on loopback: sample publications whose articles appear while you watch.

    async with Newsroom() as room:
        room.open_archive()          # what the bot takes as history
        room.publish(1)              # the next article

Feeds answer conditional requests (`ETag`, `Last-Modified`), and every article has its page.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from email.utils import format_datetime
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from types import TracebackType

from aiohttp import web

from bot.clock import Clock, system_clock
from bot.demo.articles import Archive, Article, Published, SamplePublication, load_articles
from bot.demo.feeds import EPOCH, html_of, render

FEED_ENTRIES = 40
EVERY = "5s"


class Newsroom:
    """Serves the sample publications. Open it with `async with`; `clock` dates the articles."""

    def __init__(self, *, clock: Clock = system_clock) -> None:
        self._clock = clock
        articles = load_articles()
        self.publications = tuple(dict.fromkeys(one.publication for one in articles))
        self._past = [one for one in articles if one.days_ago is not None]
        self._coming: deque[Article] = deque(one for one in articles if one.days_ago is None)
        self.archive = Archive()
        self.url = ""
        self._page = Template(
            resources.files("bot.demo").joinpath("newsroom.html").read_text("utf-8")
        )
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Newsroom:
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._home),
                web.get("/{publication}/feed.xml", self._feed),
                web.get("/article/{rest:.*}", self._article),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def remaining(self) -> int:
        """How many articles are still to come."""
        return len(self._coming)

    def feed_url(self, publication: SamplePublication) -> str:
        """Give the address of a publication's feed."""
        return f"{self.url}/{publication.id}/feed.xml"

    def open_archive(self) -> None:
        """Publish the articles of the days before, each dated on its day."""
        for article in self._past:
            self.archive.publish(article, self._clock())
        self._past = []

    def publish(self, count: int = 1) -> list[Published]:
        """Publish the next articles."""
        return [
            self.archive.publish(self._coming.popleft(), self._clock())
            for _ in range(min(count, len(self._coming)))
        ]

    async def run(self, seconds: float, stop: asyncio.Event) -> None:
        """Publish an article every so many (real) seconds, until all are out or `stop` is set."""
        while self._coming and not stop.is_set():
            self.publish()
            try:
                async with asyncio.timeout(seconds):
                    await stop.wait()
            except TimeoutError:
                continue

    def write_catalogue(self, path: Path) -> Path:
        """Write the catalogue file that has the bot watch this newsroom, and nothing else."""
        lines = ["replace = true"]
        for publication in self.publications:
            lines += [
                "[[publication]]",
                f'name = "{publication.name}"',
                f'url = "{self.url}/"',
                "[[publication.feed]]",
                f'url = "{self.feed_url(publication)}"',
                f'every = "{EVERY}"',
                f'show = "{publication.show}"',
            ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    async def _feed(self, request: web.Request) -> web.Response:
        name = request.match_info["publication"]
        publication = next((one for one in self.publications if one.id == name), None)
        if publication is None:
            raise web.HTTPNotFound
        articles = self.archive.of(publication)[:FEED_ENTRIES]
        body = render(publication, articles, self.url)
        headers = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
            "Last-Modified": format_datetime(
                max((one.updated for one in articles), default=EPOCH), usegmt=True
            ),
        }
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        kind = "application/rss+xml" if publication.format == "rss" else "application/atom+xml"
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)

    async def _home(self, _: web.Request) -> web.Response:
        items = "".join(
            f'<li><a href="{one.path}">{escape(one.article.title)}</a>'
            f"<small>{escape(one.article.publication.name)}, {_day(one)}</small></li>"
            for one in self.archive.published
        )
        return self._shown("The newsroom", "", f"<ul>{items}</ul>")

    async def _article(self, request: web.Request) -> web.Response:
        one = self.archive.at(request.path)
        if one is None:
            raise web.HTTPNotFound
        number = f", number {one.number}" if one.number else ""
        by = f"{escape(one.article.publication.name)}, {_day(one)}{number}"
        return self._shown(one.article.title, by, html_of(one.text) or "<p>(No text.)</p>")

    def _shown(self, title: str, by: str, body: str) -> web.Response:
        page = self._page.substitute(title=escape(title), by=by, body=body)
        return web.Response(text=page, content_type="text/html")


def _day(one: Published) -> str:
    return f"{one.published:%d %B %Y}".lstrip("0")

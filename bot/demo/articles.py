"""The newsroom's sample articles: read from `articles.toml`, dated when they are published."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Literal

Format = Literal["rss", "atom"]
_REFERENCE = re.compile(r"\{([a-z0-9-]+)\}")
_DAY = re.compile(r"\{day\+(\d+)\}")


@dataclass(frozen=True, slots=True)
class SamplePublication:
    """Who publishes; `numbered` publications give every article a number (YYMMDDnnnn)."""

    id: str
    name: str
    format: Format
    show: Literal["headline", "summary"]
    numbered: bool


@dataclass(frozen=True, slots=True)
class Article:
    """An article as written. `days_ago` is None for one that comes while people watch.

    `edits` names the article of which this is a later edition.
    """

    slug: str
    publication: SamplePublication
    title: str
    text: str
    serial: int
    days_ago: int | None = None
    edits: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """An article as it stands in its publication's feed; times are UTC."""

    article: Article
    number: str
    path: str
    text: str
    published: datetime
    updated: datetime

    @property
    def lead(self) -> str:
        """The first paragraph."""
        return self.text.partition("\n\n")[0]


def load_articles() -> tuple[Article, ...]:
    """Read the sample articles, in the order in which they appear."""
    data = tomllib.loads(resources.files("bot.demo").joinpath("articles.toml").read_text("utf-8"))
    publications = {one["id"]: SamplePublication(**one) for one in data["publication"]}
    return tuple(
        Article(
            slug=one["slug"],
            publication=publications[one["publication"]],
            title=one["title"],
            text=one["text"].strip(),
            serial=number,
            days_ago=one.get("days_ago"),
            edits=one.get("edits", ""),
        )
        for number, one in enumerate(data["article"], start=3)
    )


class Archive:
    """What has been published, newest first."""

    def __init__(self) -> None:
        self.published: list[Published] = []
        self._numbers: dict[str, str] = {}

    def publish(self, article: Article, now: datetime) -> Published:
        """Publish an article (or a later edition), dated `now` or so many days before."""
        earlier = self.find(article.edits) if article.edits else None
        at = now if article.days_ago is None else now - timedelta(days=article.days_ago)
        number = f"{at:%y%m%d}{article.serial:04d}"
        path = f"/article/{at:%Y/%m/%d}/{article.slug}"
        path += f"-{number}" if article.publication.numbered else ""
        if earlier is not None:
            self.published.remove(earlier)
            number, path = earlier.number, earlier.path
        one = Published(
            article=article,
            number=number if article.publication.numbered else "",
            path=path,
            text=self._resolved(article.text, at),
            published=earlier.published if earlier else at,
            updated=at,
        )
        self._numbers[article.edits or article.slug] = number
        self.published.append(one)
        self.published.sort(key=lambda other: other.updated, reverse=True)
        return one

    def of(self, publication: SamplePublication) -> list[Published]:
        """Give a publication's articles, newest first."""
        return [one for one in self.published if one.article.publication is publication]

    def find(self, slug: str) -> Published | None:
        """Find an article by its slug."""
        return next((one for one in self.published if one.article.slug == slug), None)

    def at(self, path: str) -> Published | None:
        """Find an article by its address on the server."""
        return next((one for one in self.published if one.path == path), None)

    def _resolved(self, text: str, at: datetime) -> str:
        """Put in the numbers of articles referred to, and days counted from the article's own."""
        dated = _DAY.sub(lambda match: _day(at + timedelta(days=int(match[1]))), text)
        return _REFERENCE.sub(lambda match: self._numbers.get(match[1], match[0]), dated)


def _day(at: datetime) -> str:
    return f"{at:%B} {at.day}, {at.year}"

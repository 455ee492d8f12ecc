"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read tolerantly. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.errors import NotAFeed
from bot.feeds.addresses import web_address
from bot.feeds.limits import TOO_MANY, newest
from bot.feeds.model import FeedEntry, ParsedFeed
from bot.feeds.text import MAX_CONTENT, MAX_SUMMARY, storable, to_line, to_text
from bot.feeds.times import read_time


def is_json_feed(data: object) -> bool:
    """Whether parsed JSON is meant as a JSON Feed."""
    if not isinstance(data, dict):
        return False
    version = data.get("version")
    named = isinstance(version, str) and "jsonfeed.org/version/" in version
    return named or (
        isinstance(data.get("items"), list) and bool(data.keys() & {"title", "version"})
    )


def read_json_feed(data: Mapping[str, Any], url: str) -> ParsedFeed:
    """Read a JSON Feed whose address is `url`. Raises NotAFeed when it has no items."""
    items = data.get("items")
    if not isinstance(items, list):
        raise NotAFeed("The document is JSON without items; it is no JSON Feed.")
    problems: list[str] = []
    version = _text(data.get("version"))
    if "jsonfeed.org/version/" not in version:
        problems.append("The feed does not say which version of JSON Feed it is.")
    readable = [item for item in items if isinstance(item, dict)]
    if len(readable) < len(items):
        problems.append("Some items are not objects and were left out.")
    kept = newest(readable, lambda item: _time(item.get("date_published")))
    if len(kept) < len(readable):
        problems.append(TOO_MANY)
    home = web_address(_text(data.get("home_page_url")), url)
    feed_authors = _authors(data)
    entries = [_entry(item, home or url, feed_authors) for item in kept]
    hubs = data.get("hubs")
    hub = next(
        (
            web_address(_text(h.get("url")))
            for h in (hubs if isinstance(hubs, list) else [])
            if isinstance(h, dict) and _text(h.get("type")).lower() in {"websub", ""}
        ),
        "",
    )
    return ParsedFeed(
        format="JSON Feed " + (version.rstrip("/").rpartition("/")[2][:8] or "1"),
        title=to_line(_text(data.get("title"))),
        home=home,
        entries=tuple(entries),
        problems=tuple(problems),
        hub=hub,
        self_url=web_address(_text(data.get("feed_url")), url),
    )


def _entry(item: Mapping[str, Any], base: str, feed_authors: tuple[str, ...]) -> FeedEntry:
    plain = _text(item.get("content_text"))
    markup = _text(item.get("content_html"))
    content = to_text(markup) if markup else to_text(plain, literal=True)
    summary = to_text(_text(item.get("summary")), limit=MAX_SUMMARY) or content[:MAX_SUMMARY]
    guid = item.get("id")
    link = web_address(_text(item.get("url")), base) or web_address(
        _text(item.get("external_url")), base
    )
    guid_text = str(guid) if isinstance(guid, int | float) else _text(guid)
    published = _time(item.get("date_published"))
    return FeedEntry(
        title=to_line(_text(item.get("title")), literal=True),
        link=link or web_address(guid_text),
        guid=storable(guid_text).strip()[:2000],
        summary=summary,
        content=content[:MAX_CONTENT] if content != summary else "",
        published=published,
        updated=_time(item.get("date_modified")),
        authors=_authors(item) or feed_authors,
        categories=tuple(
            line for tag in _list(item.get("tags"))[:50] if (line := to_line(_text(tag), limit=200))
        ),
    )


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    people = _list(item.get("authors")) or [item.get("author")]
    names = (to_line(_text(p.get("name")), limit=200) for p in people[:20] if isinstance(p, dict))
    return tuple(name for name in names if name)


def _time(value: object) -> datetime | None:
    return read_time(value) if isinstance(value, str) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

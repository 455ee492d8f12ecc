"""Listing pages: addresses of sites that offer no feed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lxml.html
from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from bot.errors import NotAFeed
from bot.feeds.addresses import web_address
from bot.feeds.model import FeedEntry, ParsedFeed
from bot.feeds.text import MAX_SUMMARY, to_line, to_text
from bot.feeds.times import find_time

MAX_ITEMS = 500


class LayoutChanged(NotAFeed):
    """A listing page on which nothing matches the catalogue's selectors any more."""


def read_page(body: bytes, url: str, options: Mapping[str, str]) -> ParsedFeed:
    """Read a listing page by the CSS selectors `item`, `title`, `link`, `date` and `summary`.

    Raises LayoutChanged when no item is found, NotAFeed when a selector cannot be read.
    """
    try:
        document = lxml.html.document_fromstring(body, base_url=url)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise NotAFeed("The page is empty or cannot be read.", detail=str(error)[:200]) from error
    items = _select(document, options.get("item") or "article")[:MAX_ITEMS]
    base = web_address(_attribute(document, "base[href]", "href"), url) or url
    entries = [entry for item in items if (entry := _item(item, base, options)) is not None]
    if not entries:
        raise LayoutChanged(
            f"Nothing on the page matches {options.get('item') or 'article'!r} with a title and a "
            "link; its layout has probably changed. Correct the selectors in the catalogue."
        )
    title = document.findtext(".//title") or ""
    undated = sum(1 for entry in entries if entry.published is None)
    problems = [f"{undated} of {len(entries)} items have no date."] if undated else []
    if len(entries) < len(items):
        problems.append(f"{len(items) - len(entries)} items have no title or link.")
    return ParsedFeed(
        format="page",
        title=to_line(title, literal=True),
        home=url,
        entries=tuple(dict.fromkeys(entries)),
        problems=tuple(problems),
    )


def _item(item: Any, base: str, options: Mapping[str, str]) -> FeedEntry | None:  # noqa: ANN401
    anchors = _select(item, options.get("link") or "a[href]")
    anchor = anchors[0] if anchors else item
    link = web_address(anchor.get("href") or "", base)
    named = _select(item, options["title"]) if options.get("title") else [anchor]
    title = _content(named[0]) if named else ""
    if not title or not link:
        return None
    dated = _select(item, options.get("date") or "time")
    when = dated[0].get("datetime") or _content(dated[0]) if dated else ""
    described = _select(item, options["summary"]) if options.get("summary") else []
    return FeedEntry(
        title=to_line(title, literal=True),
        link=link,
        summary=to_text(_content(described[0]), limit=MAX_SUMMARY, literal=True)
        if described
        else "",
        published=find_time(when) if when else None,
    )


SELECTORS = ("item", "title", "link", "date", "summary")


def check_selectors(options: Mapping[str, str]) -> None:
    """Raise NotAFeed when a selector cannot be read."""
    for selector in options.values():
        _compiled(selector)


def _compiled(selector: str) -> CSSSelector:
    try:
        return CSSSelector(selector, translator="html")
    except (SelectorError, ValueError) as error:
        raise NotAFeed(
            f"The selector {selector!r} cannot be read; correct it in the catalogue."
        ) from error


def _select(node: Any, selector: str) -> list[Any]:  # noqa: ANN401 - lxml's elements
    return list(_compiled(selector)(node))


def _attribute(node: Any, selector: str, name: str) -> str:  # noqa: ANN401 - lxml's elements
    found = _select(node, selector)
    return str(found[0].get(name) or "") if found else ""


def _content(node: Any) -> str:  # noqa: ANN401 - lxml's elements
    return " ".join(str(node.text_content()).split())

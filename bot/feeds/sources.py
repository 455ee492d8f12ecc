"""Addresses that are no feed: the Federal Register's API, and listing pages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import lxml.html
from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from bot.errors import NotAFeed
from bot.feeds.addresses import web_address
from bot.feeds.model import FeedEntry, ParsedFeed
from bot.feeds.parser import load_json
from bot.feeds.text import MAX_SUMMARY, to_line, to_text
from bot.feeds.times import find_time, read_date

FIELDS = (
    "title",
    "abstract",
    "document_number",
    "type",
    "html_url",
    "publication_date",
    "effective_on",
    "comments_close_on",
    "citation",
    "docket_ids",
    "agency_names",
    "action",
)
PER_PAGE = 100
MAX_ITEMS = 500


class LayoutChanged(NotAFeed):
    """A listing page on which nothing matches the catalogue's selectors any more."""


def federal_register_address(url: str) -> str:
    """Give the address to ask: newest first, with every field that we read named.

    The API leaves out `effective_on` and `comments_close_on` unless they are listed.
    """
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    names = {name for name, _ in query}
    query = [(name, value) for name, value in query if name != "fields[]"]
    query += [("fields[]", field) for field in FIELDS]
    query += [
        pair for pair in (("order", "newest"), ("per_page", str(PER_PAGE))) if pair[0] not in names
    ]
    return urlunsplit(parts._replace(query=urlencode(query)))


def read_federal_register(body: bytes, url: str) -> ParsedFeed:
    """Read an answer of the Federal Register's document search.

    An answer without matches has no `results` at all. Raises NotAFeed when it is something else.
    """
    data = load_json(body)
    if not isinstance(data, dict) or not ({"results", "count"} & data.keys()):
        raise NotAFeed("The answer is not one of the Federal Register's document search.")
    results = data.get("results") or []
    documents = [d for d in results if isinstance(d, dict)] if isinstance(results, list) else []
    following = data.get("next_page_url")
    return ParsedFeed(
        format="Federal Register API",
        title=to_line(_text(data.get("description"))) or "Federal Register",
        home="https://www.federalregister.gov/",
        entries=tuple(entry for d in documents if (entry := _document(d)) is not None),
        next_url=web_address(following, url) if isinstance(following, str) else "",
    )


def _document(data: Mapping[str, Any]) -> FeedEntry | None:
    number = _text(data.get("document_number")).strip()
    title = to_line(_text(data.get("title")))
    if not number or not title:
        return None
    on = read_date(data.get("publication_date"))
    action = to_line(_text(data.get("action")), limit=200)
    summary = to_text(_text(data.get("abstract")), limit=MAX_SUMMARY)
    agencies = data.get("agency_names")
    return FeedEntry(
        title=title,
        link=web_address(_text(data.get("html_url"))),
        guid=number,
        summary=summary or action,
        published=datetime.combine(on, time(0), UTC) if on else None,
        authors=tuple(to_line(_text(a), limit=200) for a in agencies if _text(a))
        if isinstance(agencies, list)
        else (),
        document_number=number,
        document_type=to_line(_text(data.get("type")), limit=60),
        effective_on=read_date(data.get("effective_on")),
        comments_close_on=read_date(data.get("comments_close_on")),
        citation=to_line(_text(data.get("citation")), limit=60),
    )


def wants_next_page(parsed: ParsedFeed, since: datetime | None) -> bool:
    """Whether older pages must be read to miss nothing since `since` (UTC).

    Documents are listed up to a few days before their date, so some days are read twice.
    """
    if since is None or not parsed.next_url:
        return False
    dates = [entry.published for entry in parsed.entries if entry.published]
    return bool(dates) and min(dates) > since - timedelta(days=3)


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


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

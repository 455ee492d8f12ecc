"""Finding the feed that a person means: the address itself, or the feed of a site."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from bot.errors import FeedError, NotAFeed
from bot.feeds import markup
from bot.feeds.addresses import host_of, origin, web_address
from bot.feeds.credentials import Credentials
from bot.feeds.documents import ParseTask, address_to_ask
from bot.feeds.fetcher import Document, Fetcher, Request
from bot.feeds.model import Kind, ParsedFeed
from bot.feeds.parsing import ParserPool

Way = Literal["given", "named", "guessed"]

MAX_CANDIDATES = 8
_TYPES = {
    "application/rss+xml": 0,
    "application/atom+xml": 0,
    "application/feed+json": 1,
    "application/rdf+xml": 1,
    "application/xml": 2,
    "text/xml": 2,
    "application/json": 3,
}
_USUAL_PATHS = ("feed/", "rss.xml", "feed.xml", "atom.xml", "index.xml", "rss")


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was fetched and read. `address` is where it will be polled.

    `way` says whether it was given, named by the page that was given, or guessed.
    """

    address: str
    kind: Kind
    document: Document
    parsed: ParsedFeed
    way: Way = "given"


def kind_of(url: str) -> Kind:
    """Give how an address is read, as far as the address itself tells."""
    path = urlsplit(url).path
    is_search = path.startswith("/api/v1/") and path.endswith(("documents.json", "/current.json"))
    if host_of(url).removeprefix("www.") == "federalregister.gov" and is_search:
        return "federal-register"
    return "feed"


async def read_feed(
    fetcher: Fetcher,
    parser: ParserPool,
    url: str,
    *,
    kind: Kind | None = None,
    select: dict[str, str] | None = None,
    credentials: Credentials | None = None,
) -> Found:
    """Fetch and read one address. Raises FetchFailed or NotAFeed."""
    kind = kind or kind_of(url)
    document = await fetcher.fetch(Request(address_to_ask(url, kind), credentials=credentials))
    task = ParseTask(document.body, document.url, kind, document.content_type, select or {})
    return Found(url, kind, document, await parser.parse(task))


async def find_feed(
    fetcher: Fetcher, parser: ParserPool, url: str, credentials: Credentials | None = None
) -> Found:
    """Fetch the feed at `url`, or the one that the page at `url` names.

    Raises FetchFailed or NotAFeed when there is none.
    """
    document = await fetcher.fetch(
        Request(address_to_ask(url, kind_of(url)), credentials=credentials)
    )
    try:
        task = ParseTask(document.body, document.url, kind_of(url), document.content_type)
        return Found(url, kind_of(url), document, await parser.parse(task))
    except NotAFeed as error:
        if not markup.look(document.body).is_html:
            raise
        refusal = error
    way, addresses = candidates(document.body, document.url)
    for address in addresses:
        own = credentials if origin(address) == origin(url) else None
        try:
            return replace(await read_feed(fetcher, parser, address, credentials=own), way=way)
        except FeedError:
            continue
    raise NotAFeed(
        "The address is a web page that names no feed which can be read. Look for its feed, or "
        'read the page itself with `kind = "page"` in a catalogue.',
        detail=str(refusal),
    )


def candidates(page: bytes, url: str) -> tuple[Way, tuple[str, ...]]:
    """Give where the feeds of a web page may be, the likeliest first, and whether the page names
    them or they are guessed. Pure."""
    try:
        document = lxml.html.document_fromstring(page)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return "guessed", ()
    base = url
    for element in document.iter("base"):
        base = web_address(element.get("href") or "", url) or url
        break
    named: list[tuple[int, str]] = []
    for link in document.iter("link"):
        rels = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        target = web_address(link.get("href") or "", base)
        if "alternate" in rels and kind in _TYPES and target:
            # A site's feed of comments is not what anybody means.
            comments = "comments" in f"{target} {link.get('title') or ''}".lower()
            named.append((_TYPES[kind] + 10 * comments, target))
    found = [target for _, target in sorted(named, key=lambda each: each[0])]
    if found:
        return "named", tuple(dict.fromkeys(found))[:MAX_CANDIDATES]
    return "guessed", tuple(urljoin(base, path) for path in _USUAL_PATHS)

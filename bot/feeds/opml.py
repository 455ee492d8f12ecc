"""OPML, the form in which feed readers exchange their lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import get_args

from lxml import etree

from bot.errors import CatalogueError, NotAFeed
from bot.feeds import markup
from bot.feeds.addresses import web_address
from bot.feeds.model import Kind, Show
from bot.feeds.sources import SELECTORS, check_selectors
from bot.feeds.text import to_line

MAX_SIZE = 10_000_000
MAX_FEEDS = 20_000
_OWN = "urn:exportnews:opml"


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list. `every` is None where the list does not say it; `select` holds the
    selectors of a page. Credentials never stand in a list."""

    url: str
    title: str = ""
    home: str = ""
    publication: str = ""
    kind: Kind = "feed"
    show: Show = "headline"
    every: timedelta | None = None
    select: Mapping[str, str] = field(default_factory=dict)


def read_opml(text: bytes) -> tuple[Outline, ...]:
    """Read an OPML file; folders are looked into, an address that is there twice counts once.

    Raises CatalogueError when it is no OPML, names no feed, or has a selector that cannot be read.
    """
    try:
        markup.look(text)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False
        )
        root = etree.fromstring(text[:MAX_SIZE], parser)
    except (etree.XMLSyntaxError, ValueError, NotAFeed) as error:
        raise CatalogueError("The file is no OPML: it cannot be read as XML.") from error
    if root is None or etree.QName(root.tag).localname.lower() != "opml":
        raise CatalogueError("The file is no OPML: its first element is not <opml>.")
    found: dict[str, Outline] = {}
    for element in root.iter("outline"):
        attributes = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        url = web_address(attributes.get("xmlurl", ""))
        if url and len(found) < MAX_FEEDS:
            found.setdefault(url, _outline(url, attributes))
    if not found:
        raise CatalogueError("The OPML names no feed (no outline has an xmlUrl).")
    return tuple(found.values())


def _outline(url: str, attributes: dict[str, str]) -> Outline:
    own = f"{{{_OWN}}}"
    kind, show = attributes.get(f"{own}kind"), attributes.get(f"{own}show")
    seconds = attributes.get(f"{own}every", "")
    title = to_line(attributes.get("title") or attributes.get("text") or "")
    select = {name: attributes.get(f"{own}select-{name}", "") for name in SELECTORS}
    select = {name: selector for name, selector in select.items() if selector}
    try:
        check_selectors(select)
    except NotAFeed as error:
        raise CatalogueError(f"The OPML's feed {url}: {error}") from error
    return Outline(
        url=url,
        title=title,
        home=web_address(attributes.get("htmlurl", "")),
        publication=to_line(attributes.get(f"{own}publication", "")) or title,
        kind=next((known for known in get_args(Kind) if known == kind), "feed"),
        show=next((known for known in get_args(Show) if known == show), "headline"),
        every=timedelta(seconds=int(seconds)) if seconds.isdigit() and int(seconds[:7]) else None,
        select=select,
    )


def write_opml(outlines: tuple[Outline, ...]) -> bytes:
    """Write a list of feeds as OPML 2.0; how each is treated stands in attributes of our own."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"exportnews": _OWN})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "exportnews feeds"
    body = etree.SubElement(root, "body")
    for one in outlines:
        label = one.title or one.publication or one.url
        attributes = {"type": "rss", "text": label, "title": label, "xmlUrl": one.url}
        if one.home:
            attributes["htmlUrl"] = one.home
        attributes[f"{{{_OWN}}}publication"] = one.publication
        attributes[f"{{{_OWN}}}kind"] = one.kind
        attributes[f"{{{_OWN}}}show"] = one.show
        if one.every is not None:
            attributes[f"{{{_OWN}}}every"] = str(int(one.every.total_seconds()))
        for name, selector in one.select.items():
            attributes[f"{{{_OWN}}}select-{name}"] = selector
        etree.SubElement(body, "outline", attributes)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))

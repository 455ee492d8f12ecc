"""The newsroom's feeds: RSS 2.0 and Atom documents of what has been published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from bot.demo.articles import Published, SamplePublication

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
register_namespace("content", CONTENT)


def render(publication: SamplePublication, articles: Sequence[Published], base: str) -> bytes:
    """Make the feed document of a publication; `base` is the server's address."""
    make = _rss if publication.format == "rss" else _atom
    body: bytes = tostring(make(publication, articles, base), "utf-8", xml_declaration=True)
    return body


def html_of(text: str) -> str:
    """Give paragraphs as HTML."""
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n") if part)


def _rss(publication: SamplePublication, articles: Sequence[Published], base: str) -> Element:
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _text(channel, "title", publication.name)
    _text(channel, "link", f"{base}/")
    _text(channel, "description", "Made-up articles for trying out exportnews.")
    for one in articles:
        item = SubElement(channel, "item")
        _text(item, "title", one.article.title)
        _text(item, "link", base + one.path)
        _text(item, "guid", base + one.path)
        _text(item, "pubDate", format_datetime(one.published, usegmt=True))
        if one.text:
            _text(item, "description", html_of(one.lead))
            _text(item, f"{{{CONTENT}}}encoded", html_of(one.text))
    return root


def _atom(publication: SamplePublication, articles: Sequence[Published], base: str) -> Element:
    root = Element("feed", xmlns=ATOM)
    _text(root, "title", publication.name)
    _text(root, "id", f"{base}/{publication.id}")
    _text(root, "updated", _stamp(max((one.updated for one in articles), default=EPOCH)))
    for one in articles:
        entry = SubElement(root, "entry")
        _text(entry, "title", one.article.title)
        _text(entry, "id", base + one.path)
        SubElement(entry, "link", rel="alternate", href=base + one.path)
        _text(entry, "published", _stamp(one.published))
        _text(entry, "updated", _stamp(one.updated))
        if one.text:
            _text(entry, "summary", one.text)
    return root


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text

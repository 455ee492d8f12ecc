"""RSS 2.0 of the plainest shape, read directly: ten times quicker than feedparser.

feedparser stays the parser of record. What is read here is only what both read alike, which
tests check document by document; at the first thing that is out of the ordinary (an element,
an attribute, a date, an encoding) `read_plain_rss` gives None and feedparser reads the document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from bot.feeds.times import sensible

Raw = dict[str, Any]
"""An entry or a feed as feedparser would give it, with the fields that are used."""

_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_SY = "{http://purl.org/rss/1.0/modules/syndication/}"
_SLASH = "{http://purl.org/rss/1.0/modules/slash/}"
_WFW = "{http://wellformedweb.org/CommentAPI/}"
_CHANNEL_IGNORED = frozenset(
    {"description", "language", "copyright", "pubDate", "lastBuildDate", "generator", "docs"}
    | {"skipHours", "skipDays", f"{_SY}updatePeriod", f"{_SY}updateFrequency"}
)
_ITEM_IGNORED = frozenset({"comments", "enclosure", f"{_SLASH}comments", f"{_WFW}commentRss"})
_ONCE = {"title", "link", "description", "guid", "pubDate", f"{_CONTENT}encoded"}
_HEAD = re.compile(
    rb"\s*(?:<\?xml version=[\"']1\.0[\"'](?: encoding=[\"']utf-8[\"'])?\s*\?>)?\s*<rss[\s>]",
    re.IGNORECASE,
)
_ODD = (b"<!doctype", b"<!--", b"xml:base", b"xml:lang")
_TWICE_ENCODED = re.compile(rb"\xc2[\x80-\x9f]")
_LINK = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DATE = re.compile(
    rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{{1,2}}) ({'|'.join(_MONTHS)}) ((?:19[89]|20\d)\d)"
    r" ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) (?:GMT|([+-])(0\d|1[0-2])([0-5]\d))"
)
_STRANGE = re.compile(r"&#?\w+(?![\w;])|[\x80-\x9f]")
"""What feedparser guesses at: entities without an end, and text that was encoded twice."""

_NAME = re.compile(r"[^@()<>\"\\&]{1,200}")


class _OutOfTheOrdinary(Exception):
    """feedparser has to read this document."""


def read_plain_rss(body: bytes, charset: str = "") -> tuple[Raw, list[Raw]] | None:
    """Give the feed and its items as feedparser would, or None when it has to be asked.

    `charset` is the one to read it in, if not that which it declares.
    """
    if charset not in {"", "utf-8"} or not _HEAD.match(body) or _is_odd(body):
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding="utf-8"
    )
    try:
        root = etree.fromstring(body, parser)
        return _channel(root)
    except (etree.XMLSyntaxError, ValueError, _OutOfTheOrdinary):
        return None


def _is_odd(body: bytes) -> bool:
    """Whether there is anything in a document that is not read here, by its bytes."""
    folded = body.lower()  # plain look-ups: one pattern for all takes as long as the parser
    instructions = folded.count(b"<?") - folded.count(b"<?xml ")
    if instructions or any(sign in folded for sign in _ODD):
        return True
    return not body.isascii() and _TWICE_ENCODED.search(body) is not None


def _channel(root: Any) -> tuple[Raw, list[Raw]]:  # noqa: ANN401 - lxml's elements
    if root.tag != "rss" or dict(root.attrib) != {"version": "2.0"} or len(root) != 1:
        raise _OutOfTheOrdinary
    channel = root[0]
    if channel.tag != "channel" or channel.attrib:
        raise _OutOfTheOrdinary
    about: Raw = {"links": []}
    items: list[Raw] = []
    for child in channel:
        if child.tag == "item":
            items.append(_item(child))
        elif child.tag in {"title", "link", "ttl"} and child.tag not in about:
            about[child.tag] = text = _text(child)
            about[f"{child.tag}_detail"] = {"type": "text/plain", "value": text}
        elif child.tag == _ATOM_LINK and child.get("rel") in {"self", "hub"}:
            about["links"].append({"rel": child.get("rel"), "href": _address(child.get("href"))})
        elif child.tag not in _CHANNEL_IGNORED:
            raise _OutOfTheOrdinary
    if about.get("link"):
        _address(about["link"])
    return about, items


def _item(item: Any) -> Raw:  # noqa: ANN401 - lxml's elements
    if item.attrib:
        raise _OutOfTheOrdinary
    texts: dict[str, str] = {}
    tags: list[dict[str, str]] = []
    authors: list[dict[str, str]] = []
    permalink = True
    for child in item:
        name = child.tag
        if name in _ITEM_IGNORED:
            continue
        if name == "guid":
            permalink = child.get("isPermaLink", "true") != "false"
        elif child.attrib:
            raise _OutOfTheOrdinary
        text = _text(child, attributes=name == "guid")
        if name == "category":
            tags += [{"term": text}] if text else []
        elif name == f"{_DC}creator" and not authors:
            authors.append({"name": _named(text)})
        elif (
            name in _ONCE
            and name not in texts
            and (name != "description" or not _has_content(texts))
        ):
            texts[name] = text
        else:
            raise _OutOfTheOrdinary
    return _raw(texts, permalink=permalink) | {"tags": tags, "authors": authors}


def _raw(texts: Mapping[str, str], *, permalink: bool) -> Raw:
    """Give the fields of an item; feedparser takes a guid for the link where there is no other."""
    guid, link = texts.get("guid", ""), texts.get("link", "")
    if link:
        _address(link)
    if guid and permalink:
        _address(guid)
        link = link or guid
    raw: Raw = {"link": link, "id": guid, "guidislink": permalink or not guid}
    for field, name in (("title", "title"), ("summary", "description")):
        raw[field] = text = texts.get(name, "")
        raw[f"{field}_detail"] = {"type": "text/plain", "value": text}
    content = texts.get(f"{_CONTENT}encoded", "")
    if content:
        if not raw["summary"]:
            raise _OutOfTheOrdinary
        raw["content"] = [{"type": "text/html", "value": content}]
    if texts.get("pubDate"):
        raw["published_parsed"] = _time(texts["pubDate"]).timetuple()
    return raw


def _has_content(texts: Mapping[str, str]) -> bool:
    return f"{_CONTENT}encoded" in texts


def _text(element: Any, *, attributes: bool = False) -> str:  # noqa: ANN401 - lxml's elements
    if len(element) or (element.attrib and not attributes):
        raise _OutOfTheOrdinary
    text = (element.text or "").strip()
    if ("&" in text or not text.isascii()) and _STRANGE.search(text):
        raise _OutOfTheOrdinary
    return text


def _address(text: str | None) -> str:
    """Give an absolute address that needs no resolving at all."""
    if not text or not _LINK.fullmatch(text) or "/." in text:
        raise _OutOfTheOrdinary
    return text


def _named(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise _OutOfTheOrdinary
    return text


def _time(text: str) -> datetime:
    found = _DATE.fullmatch(text)
    if found is None:
        raise _OutOfTheOrdinary
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    moment = datetime(
        int(year),
        _MONTHS.index(month) + 1,
        int(day),
        int(hour),
        int(minute),
        int(second),
        tzinfo=UTC,
    )
    if sign:
        ahead = timedelta(hours=int(hours), minutes=int(minutes))
        moment += ahead if sign == "-" else -ahead
    if sensible(moment) is None:
        raise _OutOfTheOrdinary
    return moment

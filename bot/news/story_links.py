"""By what an entry's story is known for certain: numbers of documents and canonical links."""

from __future__ import annotations

import re

from bot.feeds.addresses import normalise
from bot.feeds.identity import place

_REGISTER = re.compile(
    r"federalregister\.gov/(?:documents/\d{4}/\d\d/\d\d/|d/|a/)([CREZ]?\d+-[\d-]*\d)"
)
_GOVINFO = re.compile(r"govinfo\.gov/[^?#]*FR-[\d-]+/(?:pdf|html?)/([CREZ]?\d+-[\d-]*\d)\.")
_HOST = re.compile(r"^(?:www\d?|m|amp|mobile|stage|media|rss|feeds?)\.(?=[^./]+\.[^.])")
_SHARING = re.compile(
    r"(?:from=rss|ref(?:errer)?=[^&]*|cmp=[^&]*|icid=[^&]*|smid=[^&]*|ftag=[^&]*|taid=[^&]*"
    r"|guccounter=[^&]*|at_\w+=[^&]*|output=amp|amp(?:=1)?|share=[^&]*|campaign=[^&]*)(?:&|$)",
    re.IGNORECASE,
)


_ONE_THING = re.compile(r"\d|[^/-]+-[^/-]+-[^/-]+")


def document_number(link: str) -> str:
    """Give the Federal Register document number that an address names, or nothing."""
    found = _REGISTER.search(link) or _GOVINFO.search(link)
    return found[1] if found else ""


def canonical(link: str) -> str:
    """Give the one address of what a link leads to, or nothing for a page of many things.

    Beyond what `normalise` evens out, a site's mobile, media and staging hosts are the site, and
    marks of sharing do not count. Front pages and lists (`/press-releases`) are known by having
    neither a number nor a long name, and tell nothing about a story. A numbered part of a page
    ("#item-3") is an article of its own.
    """
    page, _, query = normalise(link).partition("?")
    page = re.sub(r"/amp$", "", _HOST.sub("", page))
    kept = _SHARING.sub("", query).rstrip("&")
    path = page.partition("/")[2]
    if not _ONE_THING.search(f"{path}?{kept}"):
        return ""
    address = f"{page}?{kept}" if kept else page
    part = place(link)
    return f"{address}#{part}" if part else address

"""By what an entry's story is known for certain: numbers of documents and canonical links."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

_WARREN = re.compile(
    r"(?:exportcompliancedaily|internationaltradetoday|tradelawdaily|communicationsdaily"
    r"|communicationslitigationtoday|consumerelectronicsdaily|privacydaily)\.com$"
)
_REGISTER = re.compile(
    r"federalregister\.gov/(?:documents/\d{4}/\d\d/\d\d/|d/|a/)([\dCREZ]+-[\d-]+)"
)
_GOVINFO = re.compile(r"govinfo\.gov/[^?#]*FR-[\d-]+/(?:pdf|html?)/([\dCREZ]+-[\d-]+)\.")
_ARTICLE = re.compile(r"[-/](\d{10})/?$")
_TRACKING = re.compile(
    r"(?:utm_\w+|bc|search_id|p|from|ref|ref_src|source|src|cmp|cmpid|mc_cid|mc_eid|fbclid|gclid|icid"
    r"|sh|share|smid|rss|feed|ftag|taid|partner|campaign|guccounter|ncid|cid|output|amp)$",
    re.IGNORECASE,
)
_ALIASES = {
    "media.bis.gov": "bis.gov",
    "m.youtube.com": "youtube.com",
    "old.reddit.com": "reddit.com",
}
_HOST_PREFIX = re.compile(r"^(?:www\d?|m|amp|mobile|stage|rss|feeds?)\.(?=[^.]+\.)")
_MAX_LINK = 2_000


def article_number(link: str) -> str:
    """Give the article number (`YYMMDDnnnn`) in which a Warren address ends, or nothing."""
    parts = _split(link)
    if parts is None or not _WARREN.search(_host(parts[0])):
        return ""
    found = _ARTICLE.search(parts[1])
    return found[1] if found else ""


def document_number(link: str) -> str:
    """Give the Federal Register document number that an address names, or nothing."""
    found = _REGISTER.search(link) or _GOVINFO.search(link)
    return found[1] if found else ""


def canonical(link: str) -> str:
    """Give the one address of what a link leads to, or nothing for the front page of a site.

    Scheme, host aliases, tracking parameters, fragment and a last slash do not count.
    """
    parts = _split(link)
    if parts is None:
        return ""
    host, path, query = parts
    host = _host(host)
    path = re.sub(r"/(?:amp|index\.html?)?$", "", path)
    kept = [
        (name, value) for name, value in parse_qsl(query) if not _TRACKING.match(name) and value
    ]
    if not path and not kept:
        return ""
    return f"{host}{path}" + (f"?{urlencode(sorted(kept))}" if kept else "")


def _split(link: str) -> tuple[str, str, str] | None:
    try:
        parts = urlsplit(link[:_MAX_LINK])
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return None
    return (host, parts.path, parts.query) if host else None


def _host(host: str) -> str:
    bare = _HOST_PREFIX.sub("", host)
    return _ALIASES.get(host, _ALIASES.get(bare, bare))

"""Addresses: what may be fetched, how one is shown, and when two are the same page. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from bot.errors import UsageError
from bot.feeds.text import storable

MAX_URL = 4_000

_TRACKING = re.compile(
    r"utm_\w+|bc|search_id|fbclid|gclid|mc_[ce]id|_hs(?:enc|mi)|mkt_tok|cmpid|cid|ref_src|igshid"
    r"|source=rss|ncid|_ga",
    re.IGNORECASE,
)
_OTHER_SCHEME = re.compile(r"[A-Za-z][\w+.-]*:(?!//|\d)")
_SLASHES = re.compile(r"/{2,}")
_INDEX = re.compile(r"/index\.(?:html?|php)$")
_PLAIN = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(?::\d{1,4})?(?:/(?![./])[!$-.0-:=@-\[\]_a-z~]*)*"
    r"(?:\?[!$-:=?-\[\]_a-z~]+)?(?:#[!#-:=?-\[\]_a-z~]+)?"
)
"""An absolute address in which nothing is to be resolved or encoded, as most are."""

_UNSAFE = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def web_address(text: str, base: str = "") -> str:
    """Give `text` as an absolute http or https address (against `base`), or an empty text.

    Characters that break a message's link (spaces, `<`, `>`, `|`, quotes) are percent-encoded.
    """
    text = text.strip()[:MAX_URL]
    if not text or _PLAIN.fullmatch(text):
        return text
    text = storable(text)
    try:
        joined = urljoin(base, text) if base else text
        parts = urlsplit(joined)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in _DEFAULT_PORTS or not host:
        return ""
    if _UNSAFE.search(parts.netloc):
        return ""
    return _UNSAFE.sub(lambda found: quote(found.group()), joined)


def checked_address(text: str) -> str:
    """Give the address that a person typed, as it will be fetched.

    Raises UsageError with a sentence when it is no http or https address.
    """
    wanted = text.strip()
    if wanted.startswith("feed://"):
        wanted = "http://" + wanted.removeprefix("feed://")
    wanted = wanted.removeprefix("feed:")
    if _OTHER_SCHEME.match(wanted):
        raise UsageError("A feed's address starts with https:// (or http://).")
    if wanted and "://" not in wanted:
        wanted = f"https://{wanted}"
    found = web_address(wanted)
    if not found or len(wanted) > MAX_URL:
        raise UsageError("That is no address of a feed; give one that starts with https://.")
    return found


@lru_cache(maxsize=4096)
def normalise(url: str) -> str:
    """Give the form of `url` by which the same page is recognised.

    Scheme, `www.`, a host's trailing dot, default ports, fragments, a trailing slash and tracking
    parameters make no difference; the rest of the query does, in any order.
    """
    try:
        host, path, query = _host_path_query(url.strip())
    except ValueError:
        return url.strip()
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode(sorted(pair for pair in pairs if not _TRACKING.fullmatch(pair[0])))
    path = path.rstrip("/")
    if "//" in path:
        path = _SLASHES.sub("/", path)
    if "/index." in path:
        path = _INDEX.sub("", path)
    return f"{host}{path}?{query}" if query else f"{host}{path}"


def _host_path_query(url: str) -> tuple[str, str, str]:
    """Give the host without `www.` (and with its port, if that is unusual), path and query."""
    if _PLAIN.fullmatch(url):  # most are; splitting by the book takes five times as long
        place, _, query = url.partition("://")[2].partition("#")[0].partition("?")
        host, slash, path = place.partition("/")
        if ":" not in host:
            return host.rstrip(".").removeprefix("www."), slash + path, query
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    if parts.port and parts.port not in _DEFAULT_PORTS.values():
        host = f"{host}:{parts.port}"
    return host, parts.path, parts.query


def host_of(url: str) -> str:
    """Give the host of an address, lower case, without a trailing dot; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def origin(url: str) -> tuple[str, str, int]:
    """Give scheme, host and port: credentials never go to another origin."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, host_of(url), parts.port or _DEFAULT_PORTS.get(scheme, 0)


def shown(url: str) -> str:
    """Give `url` without user, password and the values of its query, for logs and messages."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(an address that cannot be read)"
    query = "&".join(f"{name}=..." for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, f"{host}{port}", parts.path, query, ""))


def split_user(url: str) -> tuple[str, str]:
    """Give the address without `user:password@`, and that part (empty when there is none)."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, ""
    return urlunsplit(parts._replace(netloc=host)), user

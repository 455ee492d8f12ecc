"""RSS, Atom and JSON Feed: bytes to entries in plain text. Pure, and safe in a worker process.

feedparser reads the XML; its own sanitising of HTML is left out, because everything is made
into plain text here, which is stricter and much quicker.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import feedparser

from bot.errors import NotAFeed
from bot.feeds import markup
from bot.feeds.addresses import web_address
from bot.feeds.encoding import is_xml_type, readable
from bot.feeds.identity import document_number
from bot.feeds.json_feed import is_json_feed, read_json_feed
from bot.feeds.limits import MAX_ENTRIES, TOO_MANY, newest
from bot.feeds.model import FeedEntry, ParsedFeed
from bot.feeds.plain_rss import Raw, read_plain_rss
from bot.feeds.text import MAX_SUMMARY, clip, has_markup, storable, to_line, to_text
from bot.feeds.times import from_struct, is_standard, names_year, read_time

_RELATIONS = "http://www.iana.org/assignments/relation/"
"""What a link's relation may be written with (RFC 4287, 4.2.7.2)."""

_AMPERSAND = re.compile(r"&amp(?:;|(?=[A-Za-z0-9]\w*(?:=|$)))")
"""An ampersand that was escaped twice, or of which feedparser lost the semicolon."""

_XML = "application/xml"
_LONGEST_DATE = 200
_PAGE = (
    "The address gives a web page, not a feed; it may be a log-in page, or the feed has moved. "
    "Look for the feed's own address."
)


def _refuse_long_date(text: str) -> tuple[int, ...] | None:
    """Give a senseless time for what is too long to be one: feedparser's own ways of reading it
    take a time that grows with the square of its length."""
    return (1, 1, 1, 0, 0, 0, 0, 1, 0) if len(text) > _LONGEST_DATE else None


feedparser.registerDateHandler(_refuse_long_date)


def parse_feed(body: bytes, url: str, content_type: str = "") -> ParsedFeed:
    """Read a feed found at `url`.

    Raises NotAFeed with a sentence when the document is none. What had to be put right stands in
    `problems`.
    """
    if not body.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise NotAFeed("The server sent an empty document.")
    seen = markup.look(body)
    if seen.is_json:
        return _parse_json(body, url)
    if seen.is_html:
        raise NotAFeed(_PAGE)
    return _parse_xml(body, url, content_type, seen.root)


def load_json(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """Read JSON in UTF-8, -16 or -32. Raises NotAFeed when it is damaged."""
    try:
        return json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise NotAFeed(
            "The document begins like JSON and cannot be read as such; it may be cut off.",
            detail=str(error)[:200],
        ) from error


def _parse_json(body: bytes, url: str) -> ParsedFeed:
    data = load_json(body)
    if not is_json_feed(data):
        raise NotAFeed("The document is JSON, and no JSON Feed.")
    return read_json_feed(data, url)


def _parse_xml(body: bytes, url: str, content_type: str, root: str) -> ParsedFeed:
    body, charset = readable(body, content_type)
    markup.check_bounds(body)
    plain = read_plain_rss(body, charset)
    whole = body if plain else markup.with_characters(markup.with_ampersands(body))
    found = _by_feedparser(whole, url, charset, root) if plain is None else _found(*plain)
    problems = _problems(found, content_type, mended=len(whole) != len(body))
    raw = newest(found.entries, _date)
    complete = not (found.bozo and markup.is_cut(body, root))
    if not complete:
        problems.append("The document is cut off before its end.")
        if raw and markup.last_entry_is_cut(body):
            raw = raw[:-1]
            problems.append("Its last entry is incomplete and was left out.")
    if len(found.entries) > MAX_ENTRIES:
        problems.append(TOO_MANY)
    about = found.feed
    home = _link(about, "alternate", url) or _address(about.get("link"), url)
    feed_authors = _authors(about)
    entries = [_entry(item, home or url, feed_authors) for item in raw]
    problems += _entry_problems(entries)
    return ParsedFeed(
        format=feedparser.api.SUPPORTED_VERSIONS.get(found.version) or "RSS (unknown version)",
        title=to_line(_text(about.get("title")), literal=_is_literal(about.get("title_detail"))),
        home=home,
        entries=tuple(entries),
        problems=tuple(problems),
        hub=_link(about, "hub", url),
        self_url=_link(about, "self", url),
        ttl=_ttl(about.get("ttl")),
        skip_hours=markup.skip_hours(body),
        skip_weekdays=markup.skip_weekdays(body),
        complete=complete,
    )


def _by_feedparser(body: bytes, url: str, charset: str, root: str) -> Any:  # noqa: ANN401
    kind = f"{_XML}; charset={charset}" if charset else _XML
    headers = {"content-location": url, "content-type": kind}
    try:
        found = feedparser.parse(
            _Bytes(markup.with_atom(markup.without_second_titles(markup.without_gaps(body)))),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (
        ValueError,
        LookupError,
        AssertionError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as e:
        raise NotAFeed("The document is too damaged to be read.", detail=repr(e)[:200]) from e
    if not found.version and not (
        markup.is_rss_of_rdf(body) or (found.entries and root in markup.FEED_ROOTS)
    ):
        if not root:
            raise NotAFeed("The document is neither XML nor JSON; it is no feed.")
        raise NotAFeed("The document is XML, and no feed that is known (RSS, RDF or Atom).")
    return found


def _found(about: Raw, entries: list[Raw]) -> Any:  # noqa: ANN401 - feedparser's result
    """Give what was read directly in the form of feedparser's result."""
    return feedparser.FeedParserDict(version="rss20", bozo=False, feed=about, entries=entries)


class _Bytes:
    """Bytes as something to read, so that feedparser never takes them for an address or a file."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self) -> bytes:
        """Give all of it."""
        return self._body


def _entry(found: Any, base: str, feed_authors: tuple[str, ...]) -> FeedEntry:  # noqa: ANN401
    # A plain dictionary is quicker, and gives no "published" for a missing "updated".
    item = dict(dict.items(found))
    guid = storable(_text(item.get("id"))).replace("&amp;", "&").strip()[:2000]
    link = _link(item, "alternate", base) or _address(item.get("link"), base)
    if not link and (item.get("link") or item.get("guidislink") is not False):
        link = web_address(guid)
    content = _fullest(item.get("content"))
    described = _text(item.get("summary"))
    summary = to_text(described, limit=MAX_SUMMARY, literal=_is_literal(item.get("summary_detail")))
    summary = summary or clip(content, MAX_SUMMARY)
    title = to_line(_text(item.get("title")), literal=_is_literal(item.get("title_detail")))
    updated = _moment(item, "updated")
    return FeedEntry(
        title=title,
        link=link,
        guid=guid,
        summary=summary,
        content=content if len(content) > len(summary) else "",
        published=_moment(item, "published") or _moment(item, "created") or updated,
        updated=updated,
        authors=_authors(item) or feed_authors,
        categories=_categories(item.get("tags")),
        document_number=document_number(link),
    )


def _date(item: Any) -> datetime | None:  # noqa: ANN401 - feedparser's entry
    return _moment(item, "published") or _moment(item, "updated")


def _moment(item: dict[str, Any], field: str) -> datetime | None:
    text, parsed = item.get(field), item.get(f"{field}_parsed")
    found = from_struct(parsed) if isinstance(parsed, time.struct_time) else None
    if not isinstance(text, str) or is_standard(text):
        return found
    # feedparser reads afternoons as mornings, and years and months out of what is neither.
    return read_time(text) or (found if found and names_year(text, found.year) else None)


def _fullest(contents: Any) -> str:  # noqa: ANN401 - feedparser's list
    best = ""
    for one in contents[:20] if isinstance(contents, list) else []:
        kind = _text(one.get("type"))
        if kind and not kind.startswith(("text/", "application/xhtml")):
            continue
        text = to_text(_text(one.get("value")), literal=_is_literal(one))
        best = text if len(text) > len(best) else best
    return best


def _is_literal(detail: Any) -> bool:  # noqa: ANN401 - feedparser's dictionary
    """Whether a text is plain by declaration and by its looks.

    RSS cannot declare it, and feedparser then guesses, so text with HTML elements is never taken
    to be plain.
    """
    if not detail or detail.get("type") != "text/plain":
        return False
    return not has_markup(_text(detail.get("value")))


def _authors(item: Any) -> tuple[str, ...]:  # noqa: ANN401 - feedparser's dictionary
    people = item.get("authors") or []
    if not people and not item.get("author"):
        return ()
    names = [_text(p.get("name")) or _text(p.get("email")) for p in people[:20] if p]
    lines = (to_line(name, limit=200) for name in names or [_text(item.get("author"))])
    return tuple(dict.fromkeys(line for line in lines if line))


def _categories(tags: Any) -> tuple[str, ...]:  # noqa: ANN401 - feedparser's list
    words = (_text(t.get("label")) or _text(t.get("term")) for t in (tags or [])[:50])
    lines = (to_line(word, limit=200) for word in words)
    return tuple(dict.fromkeys(line for line in lines if line))


def _link(about: Any, rel: str, url: str) -> str:  # noqa: ANN401 - feedparser's dictionary
    for one in about.get("links") or []:
        if _text(one.get("rel")).removeprefix(_RELATIONS) == rel:
            return _address(one.get("href"), url)
    return ""


def _address(text: object, base: str) -> str:
    return web_address(_AMPERSAND.sub("&", _text(text)), base)


def _ttl(value: object) -> timedelta | None:
    text = value.strip() if isinstance(value, str) else ""
    return timedelta(minutes=int(text)) if text.isdigit() and 0 < int(text[:6]) < 100_000 else None


def _problems(found: Any, content_type: str, *, mended: bool) -> list[str]:  # noqa: ANN401
    problems = []
    error = found.get("bozo_exception")
    if isinstance(
        error, feedparser.CharacterEncodingOverride | feedparser.CharacterEncodingUnknown
    ):
        problems.append(
            "The encoding is not the one that is declared; it was read as "
            f"{_text(found.get('encoding')) or 'UTF-8'}."
        )
    elif found.get("bozo") or mended:
        problems.append("The XML is not well-formed; it was read as far as possible.")
    if not is_xml_type(content_type):
        shown = content_type.partition(";")[0][:60]
        problems.append(f"The server calls the document {shown}, not XML.")
    return problems


def _entry_problems(entries: Sequence[FeedEntry]) -> list[str]:
    problems = []
    for missing, count in (
        ("title, link or text", sum(1 for e in entries if not e.says_something)),
        ("date", sum(1 for e in entries if not (e.published or e.updated))),
        ("link", sum(1 for e in entries if not e.link)),
        ("id", sum(1 for e in entries if not e.guid)),
    ):
        if count:
            problems.append(f"{count} of {len(entries)} entries have no {missing}.")
    return problems


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

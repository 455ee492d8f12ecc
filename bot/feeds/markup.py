"""A look at a document's bytes before any parser sees them: cheap, and safe for hostile input."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from bot.errors import NotAFeed

HEAD = 65_536
FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "xml"})

_PROLOG = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(rb"<!DOCTYPE\b[^>\[]*(\[)?", re.IGNORECASE)
_SUBSET_END = re.compile(rb"\]\s*>")
_ENTITY = re.compile(rb"<!ENTITY\s+(?!%)([^>]*)", re.IGNORECASE)
_NESTED = re.compile(rb"&(?!#)|%\w+;|\b(?:SYSTEM|PUBLIC)\b")
_FIRST = re.compile(rb"<\w")
_GAP = re.compile(rb"\s+")
_PLAIN_PROLOG = 4_000
_RSS_OF_RDF = re.compile(rb"<[\w\-]*:?RDF\b[^>]*(?:purl\.org/rss/|netscape\.com/rdf/simple/)")
_ROOT = re.compile(rb"<\s*([A-Za-z_][\w.\-]*(?::[\w.\-]+)?)")
_OPENED = re.compile(rb"<(?:[\w\-]+:)?(?:item|entry)[\s>]")
_CLOSED = re.compile(rb"</(?:[\w\-]+:)?(?:item|entry)\s*>")
_SECOND_TITLE = re.compile(rb"<dc:title\b[^<>]*>(?:[^<]|<(?!/?dc:title\b))*</dc:title\s*>")
_OWN_TITLE = re.compile(rb"<title\b[^<>/]*>(?!\s*</title)")
_LONG_TAG = re.compile(rb"<[^<>]{20000,}")
_ATTRIBUTE = re.compile(rb"=\s*[\"']")
_PREFIX = re.compile(rb"xmlns:([\w.-]+)")
_NO_CHARACTER = 0x110000
_MAX_ATTRIBUTES = 1_000
_MAX_PREFIXES = 300
_MAX_BASES = 20
"""How often `xml:base` stands in an entry at most, on average."""

_BARE_AMPERSAND = re.compile(rb"&(?![#\w]{1,40};)")
_NUMBERS = re.compile(rb"(?:&#(?:[xX][0-9a-fA-F]+|[0-9]+);?)+")
_NUMBER = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+))")
_NO_MARKUP = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|" + _BARE_AMPERSAND.pattern, re.DOTALL
)
_SKIP_HOURS = re.compile(rb"<skipHours\b.{0,2000}?</skipHours>", re.DOTALL | re.IGNORECASE)
_SKIP_DAYS = re.compile(rb"<skipDays\b.{0,2000}?</skipDays>", re.DOTALL | re.IGNORECASE)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s*([a-z]{3})[a-z]*\s*</day>", re.IGNORECASE)
_DAYS = (b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun")


@dataclass(frozen=True, slots=True)
class Look:
    """`root` is the name of the first element, lower case, without its prefix."""

    root: str
    is_html: bool
    is_json: bool


def look(body: bytes) -> Look:
    """Say what kind of document `body` is, by its first element.

    Raises NotAFeed for a document type that defines entities made of others or taken from
    elsewhere: a feed needs none, and they are how a small document becomes a huge one. Whole
    sets of entities (`% name`) are left to feedparser, which drops them unread.
    """
    head = body[:HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head[:1] in {b"{", b"["}:
        return Look("", is_html=False, is_json=True)
    place = _skip_prolog(head, 0)
    html_doctype = head[place : place + 14].lower() == b"<!doctype html"
    found = _ROOT.search(head, _after_doctype(head))
    name = found.group(1).decode("ascii", "ignore").lower() if found else ""
    root = name.rpartition(":")[2]
    is_html = root in {"html", "head", "body"} or (html_doctype and root not in FEED_ROOTS)
    return Look(root, is_html=is_html, is_json=False)


def _after_doctype(head: bytes) -> int:
    place = _skip_prolog(head, 0)
    doctype = _DOCTYPE.match(head, place)
    return _skip_prolog(head, _end_of_doctype(head, doctype)) if doctype else place


def _skip_prolog(head: bytes, place: int) -> int:
    while found := _PROLOG.match(head, place):
        place = found.end()
    return place


def _end_of_doctype(head: bytes, doctype: re.Match[bytes]) -> int:
    if not doctype.group(1):
        return head.find(b">", doctype.start()) + 1 or len(head)
    end = _SUBSET_END.search(head, doctype.end())
    subset = head[doctype.end() : end.start() if end else len(head)]
    entities = _ENTITY.findall(subset)
    if len(entities) > 500 or any(_NESTED.search(definition) for definition in entities):
        raise NotAFeed(
            "The document defines entities out of others or from elsewhere, which a feed never "
            "needs; it was not read."
        )
    return end.end() if end else len(head)


def check_bounds(body: bytes) -> None:
    """Raise NotAFeed for a document that takes a parser a time that grows with the square of its
    size: thousands of attributes on one element, hundreds of prefixes, base upon base."""
    tags = _LONG_TAG.finditer(body)
    attributes = max((len(_ATTRIBUTE.findall(found.group())) for found in tags), default=0)
    some = body.count(b"xmlns:") > _MAX_PREFIXES
    prefixes = len(set(_PREFIX.findall(body))) if some else 0
    bases = body.count(b"xml:base")
    if bases > _MAX_BASES:
        bases -= _MAX_BASES * len(_OPENED.findall(body))
    if attributes > _MAX_ATTRIBUTES or prefixes > _MAX_PREFIXES or bases > _MAX_BASES:
        raise NotAFeed(
            "The document has more attributes on one element, more namespaces or more bases than "
            "any feed needs; it was not read."
        )


def without_gaps(body: bytes) -> bytes:
    """Give a document without long gaps before its first element.

    feedparser looks there for a document type line by line, in time that grows with the square of
    the gap.
    """
    found = _FIRST.search(body)
    if found is None or found.start() <= _PLAIN_PROLOG:
        return body
    return _GAP.sub(b"\n", body[: found.start()]) + body[found.start() :]


def without_second_titles(body: bytes) -> bytes:
    """Give a document without the `dc:title` of entries that have a title of their own.

    feedparser takes whichever comes first.
    """
    if b"<dc:title" not in body:
        return body
    starts = [0, *(found.start() for found in _OPENED.finditer(body)), len(body)]
    return b"".join(_with_own_title(body[start:end]) for start, end in itertools.pairwise(starts))


def with_ampersands(body: bytes) -> bytes:
    """Give a document in which a lone ampersand is written as XML has it.

    Read freely, `?a=1&copy=2` in a link would become a sign for copyright.
    """
    if b"\x1b" in body or not _BARE_AMPERSAND.search(body):  # of ISO 2022 every byte may be text
        return body
    return _NO_MARKUP.sub(lambda m: b"&amp;" if m.group() == b"&" else m.group(), body)


def with_characters(body: bytes) -> bytes:
    """Give a document whose numbers of characters are those of characters that there are.

    Many write one beyond the first 65,536 as the two halves that UTF-16 makes of it
    ("&#55357;&#56832;"), which ends every parser's reading.
    """
    if b"&#" not in body or b"\x1b" in body:
        return body
    return _NUMBERS.sub(_with_whole_ones, body)


def _with_whole_ones(run: re.Match[bytes]) -> bytes:
    codes = [
        int(hexadecimal or decimal, 16 if hexadecimal else 10)
        if len(hexadecimal or decimal) < 20
        else _NO_CHARACTER
        for hexadecimal, decimal in _NUMBER.findall(run.group())
    ]
    if all(code < 0xD800 or 0xDFFF < code < _NO_CHARACTER for code in codes):
        return run.group()
    halves = "".join(chr(code) if code < _NO_CHARACTER else "\ufffd" for code in codes)
    whole = halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return b"".join(b"&#%d;" % ord(character) for character in whole)


def with_atom(body: bytes) -> bytes:
    """Give a document that speaks of Atom without saying so a declaration of its prefix."""
    if b"<atom:" not in body or b"xmlns:atom" in body:
        return body
    root = _ROOT.search(body, _after_doctype(body[:HEAD]))
    if root is None:
        return body
    return body[: root.end()] + b' xmlns:atom="http://www.w3.org/2005/Atom"' + body[root.end() :]


def _with_own_title(entry: bytes) -> bytes:
    if not _OPENED.match(entry) or b"<source" in entry or not _OWN_TITLE.search(entry):
        return entry
    return _SECOND_TITLE.sub(b"", entry)


def is_rss_of_rdf(body: bytes) -> bool:
    """Whether a document speaks of RSS 0.9 or 1.0, which are written in RDF."""
    return _RSS_OF_RDF.search(body[:HEAD]) is not None


def is_cut(body: bytes, root: str) -> bool:
    """Whether an XML document ends before its first element is closed."""
    tail = body.rstrip()[-HEAD:].lower()
    return re.search(rb"</(?:[\w\-]+:)?" + re.escape(root.encode()) + rb"\s*>", tail) is None


def last_entry_is_cut(body: bytes) -> bool:
    """Whether the last item or entry was opened and never closed."""
    last_open = max((found.start() for found in _OPENED.finditer(body)), default=-1)
    last_close = max((found.start() for found in _CLOSED.finditer(body)), default=-1)
    return last_open > last_close


def skip_hours(body: bytes) -> frozenset[int]:
    """Give the hours (GMT, 0 to 23) in which an RSS feed says not to ask."""
    block = _SKIP_HOURS.search(body[:HEAD])
    hours = {int(h) % 24 for h in _HOUR.findall(block.group())} if block else set()
    return frozenset(hours) if len(hours) < 24 else frozenset()


def skip_weekdays(body: bytes) -> frozenset[int]:
    """Give the weekdays (Monday is 0) on which an RSS feed says not to ask."""
    block = _SKIP_DAYS.search(body[:HEAD])
    names = [d.lower() for d in _DAY.findall(block.group())] if block else []
    days = {_DAYS.index(name) for name in names if name in _DAYS}
    return frozenset(days) if len(days) < 7 else frozenset()

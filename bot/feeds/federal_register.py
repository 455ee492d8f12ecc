"""The Federal Register's API: published documents, and those filed for public inspection. Pure.

What a document says of itself as data is kept as `references`, written as a text would write them
(`RIN 0694-AK11`, `15 CFR part 744`), so that they become the same citations as those of texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot.errors import NotAFeed
from bot.feeds.addresses import web_address
from bot.feeds.identity import DOCUMENT_NUMBER
from bot.feeds.model import FeedEntry, ParsedFeed
from bot.feeds.parser import load_json
from bot.feeds.text import MAX_SUMMARY, storable, to_line, to_text
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
    "dates",
    "citation",
    "docket_ids",
    "regulation_id_numbers",
    "cfr_references",
    "correction_of",
    "executive_order_number",
    "agency_names",
    "action",
)
PER_PAGE = 100
_MOST = 40
"""References of one kind; the largest rules amend some twenty parts."""

_OF_API = re.compile(rf"({DOCUMENT_NUMBER})(?:\.json)?$")


def federal_register_address(url: str) -> str:
    """Give the address to ask: newest first, with every field that we read named.

    The API leaves out `effective_on` and `comments_close_on` unless they are listed. What is on
    public inspection comes whole and unordered, so its address is asked as it is.
    """
    parts = urlsplit(url)
    if _is_inspection(url):
        return url
    query = parse_qsl(parts.query, keep_blank_values=True)
    names = {name for name, _ in query}
    query = [(name, value) for name, value in query if name != "fields[]"]
    query += [("fields[]", field) for field in FIELDS]
    query += [
        pair for pair in (("order", "newest"), ("per_page", str(PER_PAGE))) if pair[0] not in names
    ]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _is_inspection(url: str) -> bool:
    return "/public-inspection-documents" in urlsplit(url).path


def read_federal_register(body: bytes, url: str) -> ParsedFeed:
    """Read an answer of the Federal Register's document search, or of public inspection.

    An answer without matches has no `results` at all. The list of what is on public inspection now
    is that of all agencies, whatever is asked: those that the address names are kept. Raises
    NotAFeed when it is something else.
    """
    data = load_json(body)
    if not isinstance(data, dict) or not ({"results", "count"} & data.keys()):
        raise NotAFeed("The answer is not one of the Federal Register's document search.")
    results = data.get("results") or []
    documents = [d for d in results if isinstance(d, dict)] if isinstance(results, list) else []
    following = data.get("next_page_url")
    read = _published
    if _is_inspection(url):
        read, wanted = _filed, set(_asked(url, "conditions[agencies][]"))
        documents = [d for d in documents if not wanted or _issued_by(d, wanted)]
    return ParsedFeed(
        format="Federal Register API",
        title=to_line(_text(data.get("description"))) or "Federal Register",
        home="https://www.federalregister.gov/",
        entries=tuple(entry for d in documents if (entry := read(d)) is not None),
        next_url=web_address(following, url) if isinstance(following, str) else "",
    )


def _asked(url: str, name: str) -> list[str]:
    return [value for key, value in parse_qsl(urlsplit(url).query) if key == name]


def _issued_by(data: Mapping[str, Any], wanted: AbstractSet[str]) -> bool:
    """Whether one of the agencies of a document is wanted; one that names none is not left out."""
    agencies = data.get("agencies")
    listed = (
        [one for one in agencies if isinstance(one, dict)] if isinstance(agencies, list) else []
    )
    slugs = {_text(one.get("slug")) for one in listed} - {""}
    return not slugs or bool(slugs & wanted)


def _published(data: Mapping[str, Any]) -> FeedEntry | None:
    number = storable(_text(data.get("document_number"))).strip()
    title = to_line(_text(data.get("title")))
    if not number or not title:
        return None
    on = read_date(data.get("publication_date"))
    action = to_line(_text(data.get("action")), limit=200)
    summary = to_text(_text(data.get("abstract")), limit=MAX_SUMMARY)
    return FeedEntry(
        title=title,
        link=web_address(_text(data.get("html_url"))),
        guid=number,
        summary=summary or action,
        published=datetime.combine(on, time(0), UTC) if on else None,
        authors=_agencies(data),
        document_number=number,
        document_type=to_line(_text(data.get("type")), limit=60),
        effective_on=read_date(data.get("effective_on")),
        comments_close_on=read_date(data.get("comments_close_on")),
        dates=to_text(_text(data.get("dates")), limit=MAX_SUMMARY),
        citation=to_line(_text(data.get("citation")), limit=60),
        references=tuple(dict.fromkeys(_references(data))),
    )


def _filed(data: Mapping[str, Any]) -> FeedEntry | None:
    """Read what will be published in a day or more: its number is that of the document to come."""
    number = storable(_text(data.get("document_number"))).strip()
    listed = f"{_text(data.get('toc_subject'))} {_text(data.get('toc_doc'))}"
    title = to_line(_text(data.get("title"))) or to_line(listed)
    if not number or not title:
        return None
    on = read_date(data.get("publication_date"))
    sort = to_line(_text(data.get("type")), limit=40)
    note = to_text(_text(data.get("editorial_note")), limit=MAX_SUMMARY)
    return FeedEntry(
        title=title,
        link=web_address(_text(data.get("html_url"))),
        guid=number,
        summary="\n".join(filter(None, (_to_come(on), note))),
        published=find_time(_text(data.get("filed_at"))),
        authors=_agencies(data),
        document_number=number,
        document_type=f"{sort}, on public inspection" if sort else "On public inspection",
        references=tuple(dict.fromkeys(_dockets(data.get("docket_numbers")))),
        filed=True,
    )


def _to_come(on: date | None) -> str:
    when = f"for {on.day} {on:%B %Y}" if on else "on a day that is not named yet"
    return f"On public inspection. Its publication is planned {when}."


def _references(data: Mapping[str, Any]) -> Iterator[str]:
    """Give what a document says that it belongs to, as a text would write it."""
    for number in _texts(data.get("regulation_id_numbers")):
        yield f"RIN {number}"
    yield from _dockets(data.get("docket_ids"))
    parts = data.get("cfr_references")
    for part in parts[:_MOST] if isinstance(parts, list) else ():
        if isinstance(part, dict) and part.get("title") and part.get("part"):
            yield to_line(f"{part['title']} CFR part {part['part']}", limit=60)
    if order := str(data.get("executive_order_number") or "").strip():
        yield to_line(f"Executive Order {order}", limit=60)
    if corrected := _OF_API.search(_text(data.get("correction_of"))):
        yield f"FR Doc. {corrected[1]}"


def _dockets(value: object) -> Iterator[str]:
    for number in _texts(value):
        yield number if "docket" in number.lower() else f"Docket No. {number}"


def _texts(value: object) -> list[str]:
    listed = value[:_MOST] if isinstance(value, list) else []
    return [line for one in listed if (line := to_line(_text(one), limit=100))]


def _agencies(data: Mapping[str, Any]) -> tuple[str, ...]:
    names = data.get("agency_names")
    listed = names if isinstance(names, list) else []
    return tuple(to_line(_text(name), limit=200) for name in listed if _text(name))


def wants_next_page(parsed: ParsedFeed, since: datetime | None) -> bool:
    """Whether older pages must be read to miss nothing since `since` (UTC).

    Documents are listed up to a few days before their date, so some days are read twice.
    """
    if since is None or not parsed.next_url:
        return False
    dates = [entry.published for entry in parsed.entries if entry.published]
    return bool(dates) and min(dates) > since - timedelta(days=3)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

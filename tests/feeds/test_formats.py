"""What the formats define is read as they define it, in whatever encoding it comes."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from bot.feeds.documents import ParseTask, read_document
from bot.feeds.model import ParsedFeed

URL = "https://wire.example/feed"


def _read(body: bytes, content_type: str = "") -> ParsedFeed:
    return read_document(ParseTask(body, URL, content_type=content_type))


TEXT = (
    '<?xml version="1.0" encoding="{}"?><rss version="2.0"><channel><title>Économie</title>'
    "<link>https://wire.example/</link><item><title>Türkiye: contrôles à l’export</title>"
    "<link>https://wire.example/1</link></item></channel></rss>"
)


@pytest.mark.parametrize("content_type", ["", "text/xml", "application/xml", "text/html"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_wide_encodings_are_read_with_a_mark_or_without(encoding: str, content_type: str) -> None:
    found = _read(TEXT.format(encoding.upper()).encode(encoding), content_type)
    assert (found.title, found.entries[0].title) == ("Économie", "Türkiye: contrôles à l’export")
    assert found.complete


@pytest.mark.parametrize(
    "content_type", ["text/xml", "text/xml; charset=iso-8859-1", 'text/xml; charset="us-ascii"']
)
def test_a_document_that_is_what_it_declares_is_believed(content_type: str) -> None:
    assert _read(TEXT.format("utf-8").encode(), content_type).title == "Économie"


def test_where_a_document_is_not_what_it_declares_the_server_is_believed() -> None:
    body = TEXT.format("utf-8").encode("windows-1252")
    found = _read(body, "text/xml; charset=windows-1252")
    assert found.entries[0].title == "Türkiye: contrôles à l’export"


def test_a_server_that_calls_a_feed_something_else_is_a_problem_only() -> None:
    found = _read(TEXT.format("utf-8").encode(), "text/plain; charset=utf-8")
    assert found.problems[0] == "The server calls the document text/plain, not XML."
    assert len(found.entries) == 1


def test_of_several_links_the_first_to_the_entry_itself_counts() -> None:
    found = _read(
        b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://wire.example/">'
        b'<link rel="self" href="feed"/><link href="home"/><link href="mirror"/><entry><title>A'
        b'</title><link rel="edit" href="edit/1"/><link rel="alternate" href="1"/>'
        b'<link rel="alternate" href="1.pdf" type="application/pdf"/>'
        b'<link rel="enclosure" href="1.mp3"/></entry></feed>'
    )
    assert found.home == "https://wire.example/home"
    assert found.entries[0].link == "https://wire.example/1"


DATES = b"""<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:a="http://www.w3.org/2005/Atom"><channel><dc:title>By Dublin Core</dc:title>
<a:link rel="alternate" href="https://wire.example/"/>
<item><dc:title>One</dc:title><dc:date>2026-03-02T04:05:06Z</dc:date></item>
<item><title>Two</title><a:published>2026-03-03T04:05:06Z</a:published></item>
<item><title>Three</title><a:updated>2026-03-04T04:05:06Z</a:updated></item>
<item><pubDate>Thu, 05 Mar 2026 05:05:06 +0100</pubDate></item>
</channel></rss>"""


def test_other_vocabularies_fill_in_what_rss_leaves_out() -> None:
    found = _read(DATES)
    assert (found.title, found.home) == ("By Dublin Core", "https://wire.example/")
    assert [one.title for one in found.entries] == ["One", "Two", "Three", ""]
    assert [one.published for one in found.entries] == [
        datetime(2026, 3, day, 4, 5, 6, tzinfo=UTC) for day in (2, 3, 4, 5)
    ]
    assert "1 of 4 entries have no title, link or text." in found.problems


def test_an_atom_entry_is_as_old_as_its_last_change_unless_it_says_more() -> None:
    found = _read(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title>'
        b"<updated>2026-03-02T10:00:00+01:00</updated></entry></feed>"
    )
    assert found.entries[0].published == datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("version", ["https://jsonfeed.org/version/1.1", "1.0", None])
def test_json_feeds_say_their_version_in_many_ways(version: str | None) -> None:
    data = {"version": version, "items": [{"id": 7, "content_text": "Said."}]}
    (entry,) = _read(json.dumps(data).encode()).entries
    assert (entry.guid, entry.summary) == ("7", "Said.")


def test_the_oldest_rss_may_be_empty() -> None:
    found = _read(
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        b'xmlns="http://channel.netscape.com/rdf/simple/0.9/"></rdf:RDF>'
    )
    assert found.entries == ()


@pytest.mark.parametrize("filling", [b"\n", b" \n", b"\t", b"<!---->\n"])
def test_a_document_with_a_long_beginning_takes_no_longer(filling: bytes) -> None:
    body = b"<!DOCTYPE rss [" + filling * (400_000 // len(filling)) + b"]>" + DATES
    started = time.process_time()
    _read(body)
    assert time.process_time() - started < 5


ODD_LINKS = """<rss version="2.0"><channel><title>Fish & Chips</title>
<link>https://wire.example/?a=1&b=2&amp;c=3</link><atom:link rel="self" href="/self?a&amp;b"/>
<item><title>AT&T &amp; others</title><link>https://wire.example/a?x=1&copy=2&amp;sect=3</link></item>
<item><title><![CDATA[Research & <b>D</b>]]></title>
<link><![CDATA[https://wire.example/b?x=1&copy=2&amp;sect=3]]></link></item>
<item><title>By its id</title><guid>https://wire.example/c?x=1&#038;copy=2</guid></item>
<item><title>Told not to</title><guid isPermaLink="false">https://wire.example/d</guid></item>
{}</channel></rss>"""


@pytest.mark.parametrize("odd", ["", "<item>&nbsp;&undefined;</item>", "<item><b></item>"])
def test_an_ampersand_is_no_entity(odd: str) -> None:
    found = _read(ODD_LINKS.format(odd).encode())
    assert found.title == "Fish & Chips"
    assert (found.home, found.self_url) == (
        "https://wire.example/?a=1&b=2&c=3",
        "https://wire.example/self?a&b",
    )
    assert [(one.title, one.link) for one in found.entries[:4]] == [
        ("AT&T & others", "https://wire.example/a?x=1&copy=2&sect=3"),
        ("Research & D", "https://wire.example/b?x=1&copy=2&sect=3"),
        ("By its id", "https://wire.example/c?x=1&copy=2"),
        ("Told not to", ""),
    ]
    assert found.entries[2].guid == found.entries[2].link
    assert "The XML is not well-formed; it was read as far as possible." in found.problems


def test_a_links_relation_may_be_written_in_full() -> None:
    found = _read(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><link rel="self" '
        b'href="https://wire.example/self"/><link href="https://wire.example/1" '
        b'rel="http://www.iana.org/assignments/relation/alternate"/></entry></feed>'
    )
    assert found.entries[0].link == "https://wire.example/1"

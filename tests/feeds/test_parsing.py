"""Formats as they really come: read as far as possible, with the problem named."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import NotAFeed
from bot.feeds.documents import ParseTask, address_to_ask, read_document
from bot.feeds.federal_register import wants_next_page
from bot.feeds.model import FeedEntry, ParsedFeed
from bot.feeds.parser import parse_feed
from bot.feeds.parsing import ParserPool
from bot.feeds.sources import LayoutChanged, read_page
from bot.feeds.text import to_line, to_text
from tests.support.newsroom import Item, rss

URL = "http://wire.example/feeds/all"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://wire.example/base/">
<title>Wire &amp; Trade</title><link rel="self" href="http://wire.example/atom"/>
<link rel="hub" href="http://hub.example/"/><link href="http://wire.example/"/>
<entry><title type="html">Chips &lt;b&gt;ruled&lt;/b&gt;</title><link href="one"/><id>urn:1</id>
<updated>2026-03-02T12:00:00Z</updated><published>2026-03-01T12:00:00+02:00</published>
<author><name>A. Writer</name></author><category term="chips"/>
<content type="html">&lt;p&gt;First.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;
&lt;p&gt;Second.&lt;/p&gt;</content>
</entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://w.example/"><title>RDF</title><link>http://w.example/</link></channel>
<item rdf:about="http://w.example/1"><title>One</title><link>http://w.example/1</link>
<dc:date>2026-03-02T12:00:00Z</dc:date></item></rdf:RDF>"""
RSS_091 = """<rss version="0.91"><channel><title>Old</title><item><title>One</title>
<link>http://w.example/1</link></item></channel></rss>"""
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "JSON",
        "items": [
            {
                "id": 7,
                "url": "/seven",
                "title": "One",
                "content_html": "<p>Hi</p>",
                "date_published": "2026-03-02T12:00:00Z",
                "authors": [{"name": "B"}],
                "tags": ["x"],
            }
        ],
    }
)


def _only(body: str | bytes) -> FeedEntry:
    parsed = parse_feed(body.encode() if isinstance(body, str) else body, URL)
    (entry,) = parsed.entries
    return entry


def test_atom_is_read_with_its_base_and_hub() -> None:
    parsed = parse_feed(ATOM.encode(), URL)
    assert (parsed.format, parsed.title, parsed.problems) == ("Atom 1.0", "Wire & Trade", ())
    assert (parsed.hub, parsed.self_url) == ("http://hub.example/", "http://wire.example/atom")
    entry = parsed.entries[0]
    assert (entry.title, entry.link) == ("Chips ruled", "http://wire.example/base/one")
    assert entry.published == datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    assert entry.updated == NOON
    assert (entry.authors, entry.categories) == (("A. Writer",), ("chips",))
    assert entry.summary == "First.\nSecond."


@pytest.mark.parametrize(
    ("body", "name"),
    [(RDF, "RSS 1.0"), (RSS_091, "RSS 0.91 (Userland)"), (JSON_FEED, "JSON Feed 1.1")],
)
def test_other_formats(body: str, name: str) -> None:
    parsed = parse_feed(body.encode(), URL)
    assert parsed.format == name
    assert parsed.entries[0].title == "One"


@pytest.mark.parametrize(
    ("titles", "read"),
    [
        ("<dc:title>Of the file</dc:title><title>Of the entry</title>", "Of the entry"),
        ("<title>Of the entry</title><dc:title>Of the file</dc:title>", "Of the entry"),
        (
            "<dc:title><![CDATA[Of <i>it</i>]]></dc:title><title>Of the entry</title>",
            "Of the entry",
        ),
        ("<dc:title>Of the file</dc:title>", "Of the file"),
        ("<dc:title>Of the file</dc:title><title> </title>", "Of the file"),
        ("<dc:title>Of the file</dc:title><source><title>S</title></source>", "Of the file"),
    ],
)
@pytest.mark.parametrize("frame", ["item", "entry"])
def test_an_entrys_own_title_goes_before_dublin_cores(frame: str, titles: str, read: str) -> None:
    dublin = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    if frame == "item":
        body = f'<rss version="2.0" {dublin}><channel><item>{titles}</item></channel></rss>'
    else:
        body = f'<feed xmlns="http://www.w3.org/2005/Atom" {dublin}><entry>{titles}</entry></feed>'
    assert _only(body).title == read


def test_json_feed_items() -> None:
    entry = _only(JSON_FEED)
    assert (entry.guid, entry.link) == ("7", "http://wire.example/seven")
    assert (entry.summary, entry.published, entry.authors) == ("Hi", NOON, ("B",))


@pytest.mark.parametrize(
    "written",
    [
        "Mon, 02 Mar 2026 12:00:00 GMT",
        "Mon, 2 Mar 2026 07:00:00 EST",
        "2026-03-02T12:00:00Z",
        "2026-03-02 12:00:00",
        "March 2, 2026 12:00 PM",
        "02 Mar 26 12:00 UT",
        "Mon, 2 Mar 2026 12:00:00 PM GMT",
        "Mon, 02 Mar 2026 4:00:00 am PST",
        "Mon, 02 Mar 2026 13:00:00 CET",
        "Mon, 02 Mar 2026 12:00:00 NOZONE",
        "2026-03-02T12:00:00+25:00",
        "Mon, 02 Mar 2026 12:00:00 -2500",
        "2026-03-02T12:00:00+15:00",
        "2026-03-03T02:00:00+14:00",
        "Mon, 02 Mar 2026 05:00:00 MST-07:00",
        "Mon, 02 Mar 2026 05:00:00 --0700",
        "Mon Mar 02 2026 14:00:00 GMT+0200 (EET)",
        "Mon, Mar 02,2026 12:00",
        "2026-03-02T07:00:00:-0500",
        "2026-03-02 at 12:00",
        "20260302T120000Z",
        "2.3.2026 12:00",
        "12:00 02.03.2026",
        "2026/03/02 12:00",
        "2026\u5e743\u67082\u65e5 12:00",
    ],
)
def test_dates_in_any_form(written: str) -> None:
    item = f"<item><title>x</title><pubDate>{written}</pubDate></item>"
    body = f"<rss version='2.0'><channel>{item}</channel></rss>"
    assert _only(body).published == NOON


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "0000-00-00",
        "Mon, 99 Mar 2026",
        "9999999999",
        "12:00",
        "2 March",
        "Vol. 3 No. 2, 2026",
        "31 Feb 2026 at 10:00",
        "3 hours ago",
    ],
)
def test_senseless_dates_are_no_dates(written: str) -> None:
    item = f"<item><title>x</title><pubDate>{written}</pubDate></item>"
    body = f"<rss version='2.0'><channel>{item}</channel></rss>"
    assert _only(body).published is None


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("AT&amp;amp;T &amp;lt;wins&amp;gt;", "AT&T <wins>"),
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("<![CDATA[<i>Chips</i> &amp; rules]]>", "Chips & rules"),
        ("Chips &lt; 14 nm &amp; more", "Chips < 14 nm & more"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Rule", "Rule"),
        ("  two\n  lines ", "two lines"),
        ("T\u00fcrkiye\u202e evil", "T\u00fcrkiye evil"),
    ],
)
def test_titles_are_plain_text(title: str, read: str) -> None:
    body = f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"
    assert _only(body).title == read


def test_a_title_of_megabytes_is_cut_at_a_word() -> None:
    entry = _only(rss(Item("word " * 1_000_000, "http://w.example/1")))
    assert len(entry.title) <= 500
    assert entry.title.endswith("word…")


def test_an_encoding_that_is_not_the_declared_one_is_put_right() -> None:
    body = rss(Item("Société Générale", "http://w.example/1")).decode().encode("windows-1252")
    parsed = parse_feed(body, URL)
    assert parsed.entries[0].title == "Société Générale"
    assert any("encoding" in problem for problem in parsed.problems)


def test_a_cut_document_gives_its_whole_entries() -> None:
    body = rss(Item("One", "http://w.example/1"), Item("Two", "http://w.example/2"))
    parsed = parse_feed(body[:-50], URL)
    assert [entry.title for entry in parsed.entries] == ["One"]
    assert not parsed.complete
    assert any("cut off" in problem for problem in parsed.problems)


def test_what_the_publisher_says_of_cadence_is_read() -> None:
    extra = (
        "<ttl>45</ttl><skipHours><hour>3</hour><hour>24</hour></skipHours>"
        "<skipDays><day>Sunday</day></skipDays>"
    )
    parsed = parse_feed(rss(extra=extra), URL)
    assert parsed.ttl == timedelta(minutes=45)
    assert parsed.skip_hours == frozenset({0, 3})
    assert parsed.skip_weekdays == frozenset({6})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"<!doctype html><html><title>Log in</title></html>", "web page"),
        (b"Service unavailable", "neither XML nor JSON"),
        (b"<sitemap><url/></sitemap>", "no feed that is known"),
        (b'{"error": "no"}', "no JSON Feed"),
        (b'{"items": [', "cut off"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "neither XML nor JSON"),
    ],
)
def test_what_is_no_feed_is_said_in_one_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(NotAFeed, match=sentence):
        parse_feed(body, URL)


def test_the_federal_registers_documents() -> None:
    body = json.dumps(
        {
            "count": 1,
            "results": [
                {
                    "title": "Additions to the Entity List ",
                    "document_number": "2026-00789",
                    "abstract": None,
                    "action": "Final rule.",
                    "type": "Rule",
                    "publication_date": "2026-03-04",
                    "effective_on": "2026-03-02",
                    "comments_close_on": None,
                    "citation": "91 FR 1",
                }
            ],
        }
    ).encode()
    parsed = read_document(ParseTask(body, URL, "federal-register"))
    entry = parsed.entries[0]
    assert (entry.title, entry.summary) == ("Additions to the Entity List", "Final rule.")
    assert (entry.effective_on, entry.document_number) == (date(2026, 3, 2), "2026-00789")
    empty = read_document(ParseTask(b'{"description":"x","count":0}', URL, "federal-register"))
    assert empty.entries == ()
    with pytest.raises(NotAFeed):
        read_document(ParseTask(b'{"errors":{}}', URL, "federal-register"))


def test_what_is_asked_of_the_federal_register_names_every_field() -> None:
    asked = address_to_ask(
        "https://fr.example/documents.json?conditions[a][]=b", "federal-register"
    )
    for part in ("fields%5B%5D=effective_on", "fields%5B%5D=comments_close_on", "order=newest"):
        assert part in asked


def test_pages_are_wanted_until_the_last_known_day() -> None:
    page = ParsedFeed("x", "", "", (FeedEntry("x", published=NOON),), next_url="http://w.example/2")
    assert wants_next_page(page, NOON)
    assert not wants_next_page(page, NOON + timedelta(days=5))
    assert not wants_next_page(page, None)


PAGE = b"""<html><head><title>Actions</title></head><body><ul>
<li><a href="/recent-actions/20260302">Designations</a>
<time datetime="2026-03-02">2 March</time></li>
<li><a href="/recent-actions/20260301">Licence</a><p>General licence issued.</p></li>
<li>No link</li></ul></body></html>"""


def test_a_listing_page_is_read_by_its_selectors() -> None:
    parsed = read_page(PAGE, "http://w.example/list", {"item": "li", "summary": "p"})
    assert [e.link for e in parsed.entries] == [
        "http://w.example/recent-actions/20260302",
        "http://w.example/recent-actions/20260301",
    ]
    assert parsed.entries[0].published == datetime(2026, 3, 2, tzinfo=UTC)
    assert parsed.entries[1].summary == "General licence issued."
    assert len(parsed.problems) == 2


def test_a_page_on_which_nothing_matches_says_so() -> None:
    with pytest.raises(LayoutChanged, match="selectors"):
        read_page(PAGE, "http://w.example/list", {"item": "article.news"})


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400))
def test_text_is_never_longer_and_never_has_control_characters(text: str) -> None:
    line = to_line(text, limit=100)
    assert len(line) <= 100
    assert line == " ".join(line.split())
    assert not any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in line)
    assert "\x00" not in to_text(text)


SEEDS = [
    ATOM.encode(),
    RDF.encode(),
    JSON_FEED.encode(),
    PAGE,
    rss(Item("A", "/a", "a", "T", NOON)),
]
CUTS = st.tuples(st.integers(0, 2000), st.integers(0, 60), st.binary(max_size=20))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), st.lists(CUTS, min_size=1, max_size=6))
def test_whatever_is_done_to_a_feed_it_is_read_or_refused(
    body: bytes, cuts: list[tuple[int, int, bytes]]
) -> None:
    for start, length, put in cuts:
        place = start % (len(body) + 1)
        body = body[:place] + put + body[place + length :]
    try:
        parsed = parse_feed(body, URL)
    except NotAFeed:
        return
    for entry in parsed.entries:
        assert entry.link == "" or entry.link.startswith(("http://", "https://"))
        assert len(entry.title) <= 500
        assert entry.published is None or entry.published.tzinfo is not None


async def test_a_document_that_takes_too_long_costs_its_process_only() -> None:
    pool = ParserPool(processes=1, seconds=0.05)
    slow = rss(*(Item(f"Item {n}", f"http://w.example/{n}", text="x " * 200) for n in range(3000)))
    with pytest.raises(NotAFeed, match="too long"):
        await pool.parse(ParseTask(slow, URL))
    patient = ParserPool(processes=1)
    parsed = await patient.parse(ParseTask(slow[: len(slow) // 8], URL))
    assert len(parsed.entries) > 100
    refused = ParseTask(b"<!doctype html><p>" + b"x" * 200_000, URL)
    with pytest.raises(NotAFeed, match="web page"):
        await patient.parse(refused)
    pool.close()
    patient.close()

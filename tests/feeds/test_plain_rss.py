"""What is read directly is what feedparser reads."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.feeds.parser import parse_feed
from bot.feeds.plain_rss import read_plain_rss

URL = "http://wire.example/feed"
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
TEXT = st.one_of(
    st.text("abc <>&;'\"/\n\t\u00e9\u2019\u4e2d#1x=", max_size=40),
    st.sampled_from(
        ["<p>One</p><p>Two</p>", "AT&amp;T", "&lt;b&gt;x&lt;/b&gt;", "&copy 2026",
         "<acronym>x</acronym>", "A < B & C", "<script>x()</script>y", "&nbsp;&#8217;",
         "]]", "<![CDATA[x]]"]
    ),
)  # fmt: skip
LINK = st.sampled_from(
    [*["http://w.example/a", "http://w.example/b/"] * 4, "https://w.example/a?b=1&c=2#d",
     "/relative", "http://w.example/../x",
     " http://w.example/spaced ", "http://w.example/\u00e9", "mailto:x@w.example", "id-7", ""]
)  # fmt: skip
DATE = st.sampled_from(
    [*["Mon, 02 Mar 2026 12:00:00 GMT"] * 4, "Mon, 2 Mar 2026 12:00:00 -0500",
     "2026-03-02T12:00:00Z",
     "Tue, 02 Mar 2026 12:00:00 +0530", "Mon, 31 Feb 2026 12:00:00 GMT", "yesterday", ""]
)  # fmt: skip


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']] >')}]]>"


BODY = st.one_of(TEXT.map(escape), TEXT.map(_cdata))
ELEMENTS = st.one_of(
    BODY.map(lambda t: f"<title>{t}</title>"),
    BODY.map(lambda t: f"<description>{t}</description>"),
    BODY.map(lambda t: f"<content:encoded>{t}</content:encoded>"),
    BODY.map(lambda t: f"<category>{t}</category>"),
    BODY.map(lambda t: f"<dc:creator>{t}</dc:creator>"),
    LINK.map(lambda t: f"<link>{escape(t)}</link>"),
    LINK.map(lambda t: f"<guid>{escape(t)}</guid>"),
    LINK.map(lambda t: f'<guid isPermaLink="false">{escape(t)}</guid>'),
    DATE.map(lambda t: f"<pubDate>{t}</pubDate>"),
    st.just("<enclosure url='http://w.example/x' type='a/b' length='1'/>"),
    st.just("<dc:date>2026-03-02</dc:date>"),
)
ITEM = st.lists(ELEMENTS, max_size=7).map(lambda parts: f"<item>{''.join(parts)}</item>")
CHANNEL = st.tuples(BODY, LINK, st.lists(ITEM, max_size=4)).map(
    lambda t: (
        f'<?xml version="1.0" encoding="UTF-8"?><rss {NAMESPACES} version="2.0"><channel>'
        f"<title>{t[0]}</title><link>{escape(t[1])}</link><ttl>5</ttl>"
        f'<atom:link rel="self" href="http://w.example/self"/>{"".join(t[2])}</channel></rss>'
    ).encode()
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANNEL)
def test_the_short_way_and_feedparser_agree(body: bytes) -> None:
    # A comment at the end says nothing, and sends the document to feedparser.
    by_feedparser = body + b"<!-- -->"
    assert read_plain_rss(by_feedparser) is None
    assert parse_feed(body, URL) == parse_feed(by_feedparser, URL)


def test_plain_documents_do_go_the_short_way() -> None:
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {NAMESPACES}><channel>'
        "<title>T</title><link>http://w.example/</link><item><title>A &amp; B</title>"
        "<link>http://w.example/a?utm_source=rss</link><guid>http://w.example/?p=1</guid>"
        "<dc:creator>A. Writer</dc:creator><category>chips</category>"
        "<pubDate>Mon, 02 Mar 2026 12:00:00 +0000</pubDate><description>Text</description>"
        "<content:encoded><![CDATA[<p>Longer text</p>]]></content:encoded></item></channel></rss>"
    ).encode()
    assert read_plain_rss(body) is not None
    assert parse_feed(body, URL) == parse_feed(body + b"<!-- -->", URL)


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE rss [<!ENTITY a "b">]><rss version="2.0"><channel/></rss>',
        b'<rss version="0.92"><channel/></rss>',
        b'<?xml version="1.0" encoding="windows-1252"?><rss version="2.0"><channel/></rss>',
        b'<rss version="2.0"><channel><item><title>cut',
        b'<rss version="2.0"><channel><item><title>a<b>c</b></title></item></channel></rss>',
    ],
)
def test_everything_else_goes_to_feedparser(body: bytes) -> None:
    assert read_plain_rss(body) is None

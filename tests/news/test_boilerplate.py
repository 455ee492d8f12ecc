"""Boilerplate: found where it stands, and the news around it left as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.model import FeedEntry
from bot.news.boilerplate import is_roundup, spans, strip

NEWS = "Commerce added nine firms to the Entity List, a notice said."


@pytest.mark.parametrize(
    "service",
    [
        "Sign up for a free preview to unlock the rest of this article",
        "If you would like to read the rest, sign up here.",
        "Export Compliance Daily is a service of Warren Communications News.",
        "Export Compliance Daily is a Warren News publication.",
        "Trade Law Daily combines U.S. court news into a daily information service for readers.",
        "This article is only available to subscribers.",
        "The post Chip Rule Explained appeared first on Trade Blog.",
        "Continue reading…",
    ],
)
def test_service_lines_are_found_and_the_news_is_kept(service: str) -> None:
    text = f"{NEWS} {service}"
    assert strip(text) == NEWS
    ((start, end),) = spans(text)
    assert text[start:end] in service


@pytest.mark.parametrize(
    "text",
    [
        NEWS,
        "The firm signed up for a free trade zone and read more reports.",
        "Judge trims trial; the post office appeared calm.",
    ],
)
def test_news_is_no_boilerplate(text: str) -> None:
    assert spans(text) == []
    assert strip(text) == text


@given(st.text(max_size=300))
def test_spans_are_in_order_and_inside(text: str) -> None:
    last = 0
    for start, end in spans(text):
        assert last <= start < end <= len(text)
        last = end


@pytest.mark.parametrize(
    "entry",
    [
        FeedEntry("Top Stories of the Week"),
        FeedEntry("Export Compliance Daily: Most-Read Stories From Last Week"),
        FeedEntry("Last Week’s Top Stories"),
        FeedEntry("Weekly Round-up: chips and sanctions"),
        FeedEntry(
            "Export Matters",
            summary="The Daily is providing readers with the top stories from last week in case"
            " you missed them.",
        ),
    ],
)
def test_roundups_are_known(entry: FeedEntry) -> None:
    assert is_roundup(entry)


@pytest.mark.parametrize(
    "title",
    [
        "BIS Adds Nine Firms to Entity List",
        "Top Stories Magazine Sued Over Trade Secrets",
        "Review of Week-Long Export Ban Begins",
    ],
)
def test_news_is_no_roundup(title: str) -> None:
    assert not is_roundup(FeedEntry(title, summary=NEWS))

"""The analyst: one entry in, all that is understood of it out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.model import FeedEntry
from bot.news.analyst import Analyst
from bot.news.model import Analysis
from bot.news.taxonomy import load_taxonomy

ANALYST = Analyst(load_taxonomy())
RULE = FeedEntry(
    "Additions to the Entity List; Two Firms",
    summary="BIS adds two entities (see 2310170055). The rule is at 88 FR 73458.",
    effective_on=date(2025, 3, 28),
)


def test_an_entry_is_understood_in_full() -> None:
    analysis = ANALYST.analyse(RULE, "Federal Register")
    assert [match.topic for match in analysis.topics] == ["entity-list"]
    assert {(c.kind, c.value) for c in analysis.citations} >= {
        ("article", "2310170055"),
        ("fr-page", "88 FR 73458"),
    }
    assert [(d.kind, d.on) for d in analysis.dates] == [("effective", date(2025, 3, 28))]
    assert not analysis.roundup


def test_the_fullest_text_is_read_and_named() -> None:
    entry = FeedEntry("Notice", summary="Short.", content="Firms were added to the Entity List.")
    (match,) = ANALYST.analyse(entry).topics
    assert {evidence.field for evidence in match.evidence} == {"content"}
    for evidence in match.evidence:
        assert entry.content[evidence.start : evidence.end] == evidence.text


def test_boilerplate_has_no_topic_and_moves_no_place() -> None:
    offer = "Sign up for a free preview of our Entity List and trade secrets coverage."
    assert not ANALYST.analyse(FeedEntry("Ports congested", summary=offer)).topics
    entry = FeedEntry("Notice", summary=f"{offer} Five firms were added to the Unverified List.")
    (match,) = ANALYST.analyse(entry).topics
    (evidence, *_rest) = match.evidence
    assert entry.summary[evidence.start : evidence.end] == evidence.text
    assert evidence.start > len(offer)


def test_a_roundup_is_marked_and_has_no_topics() -> None:
    entry = FeedEntry("Top Stories From Last Week", summary="BIS Adds 9 Firms to Entity List.")
    analysis = ANALYST.analyse(entry)
    assert analysis.roundup
    assert not analysis.topics


def test_an_empty_entry_means_nothing() -> None:
    analysis = ANALYST.analyse(FeedEntry(""))
    assert analysis == Analysis()


def test_topics_come_by_falling_score() -> None:
    analysis = ANALYST.analyse(
        FeedEntry(
            "Engineer pleads guilty to stealing trade secrets",
            summary="He sent them to a firm on the Entity List, the Justice Department said.",
        )
    )
    scores = [match.score for match in analysis.topics]
    assert scores == sorted(scores, reverse=True)


@settings(max_examples=60, deadline=None)
@given(title=st.text(max_size=200), summary=st.text(max_size=400), content=st.text(max_size=200))
def test_no_text_makes_it_fail(title: str, summary: str, content: str) -> None:
    ANALYST.analyse(FeedEntry(title, summary=summary, content=content))


@pytest.mark.parametrize("workers", [4])
def test_many_threads_may_share_it(workers: int) -> None:
    entries = [RULE, FeedEntry("Nvidia told to halt H20 sales to China")] * 20
    alone = [ANALYST.analyse(entry) for entry in entries]
    with ThreadPoolExecutor(workers) as pool:
        assert list(pool.map(ANALYST.analyse, entries)) == alone


def test_a_text_that_one_part_fails_on_keeps_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(entry: FeedEntry) -> tuple[()]:
        raise OverflowError("a calendar has an end")

    monkeypatch.setattr("bot.news.analyst.find_dates", fail)
    analysis = ANALYST.analyse(RULE)
    assert [match.topic for match in analysis.topics] == ["entity-list"]
    assert analysis.citations
    assert analysis.dates == ()

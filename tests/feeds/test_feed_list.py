"""The list of feeds reads well in a terminal of any width."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from bot.cli.feed_list import feed_lines
from bot.feeds.roster import FeedHealth

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WELL = FeedHealth(
    id=7,
    publication="Harbour Gazette",
    title="News",
    url="https://harbour.example/feed.xml",
    kind="feed",
    show="headline",
    every=timedelta(minutes=10),
    state="active",
    state_reason="",
    origin="operator",
    entries=12,
    last_success_at=NOW,
    last_change_at=NOW,
    newest_entry_at=NOW - timedelta(days=1),
    next_poll_at=NOW + timedelta(minutes=4),
    last_error="",
    failing_since=None,
    failures=0,
    silent=False,
    pushed=False,
)
LONG = replace(
    WELL,
    id=123,
    publication="Amtsblatt der Hafenverwaltung und der Zollämter an der Küste, 港口公报",
    url="https://harbour.example/" + "a-very-long-path/" * 8,
    failures=3,
    last_error="The server refuses the request (403), as bot guards do. Ask the publisher for "
    "permission or another way: its API, or its e-mail service.",
)


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_is_too_long_and_no_word_is_torn(width: int) -> None:
    lines = list(feed_lines([WELL, LONG], NOW, width))
    assert max(map(cell_len, lines)) <= width
    assert LONG.last_error in " ".join(line.strip() for line in lines)


def test_each_feed_says_how_it_is() -> None:
    paused = replace(WELL, id=8, state="paused", state_reason="Paused by an operator.")
    lines = list(feed_lines([WELL, LONG, replace(WELL, silent=True), paused], NOW, 80))
    assert "active        12  2026-03-01   in 4 min" in lines[1]
    assert lines[2].strip() == WELL.url
    assert "failing" in lines[3]
    assert lines[-2].strip() == "Paused by an operator."
    assert lines[-1] == "4 feeds: 1 active, 1 failing, 1 paused, 1 silent"


def test_no_feed_at_all_says_how_to_add_one() -> None:
    (line,) = feed_lines([], NOW, 80)
    assert "exportnews feeds add" in line

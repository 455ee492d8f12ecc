"""How far back PostgreSQL is asked for the newest matches."""

from __future__ import annotations

from bot.storage.fulltext_query import Span
from bot.storage.fulltext_windows import Course, choose

YEAR = 365 * 86_400 << 20
QUERY = "('export') & ('gallium')"


def course(*, done: int, share: float, expected: float, found: int) -> Course:
    """Give a search for 2,000 matches in ten years, of which the newest `done` were looked at."""
    archive = Span(50 * YEAR, 60 * YEAR)
    return Course(
        archive, Span(50 * YEAR, archive.high - done), done, share, expected, found, 2_000
    )


def test_few_expected_are_gathered_at_once() -> None:
    asked = course(done=0, share=0.0, expected=500, found=0)
    assert choose(asked, QUERY) == (asked.left, QUERY)


def test_of_many_the_newest_windows_are_asked_first() -> None:
    asked = course(done=0, share=0.0, expected=64_000, found=0)
    part, question = choose(asked, QUERY)
    assert part.high == asked.left.high
    assert part.high - part.low < YEAR
    assert question.endswith(f" & {QUERY}")
    assert question.startswith("('#w")


def test_a_fair_look_without_a_match_says_that_they_are_few() -> None:
    asked = course(done=YEAR // 2, share=0.05, expected=64_000, found=0)
    assert choose(asked, QUERY) == (asked.left, QUERY)


def test_thin_months_say_little_of_the_years_before() -> None:
    """Where 30,000 are expected, three in the newest third of a percent do not make them few."""
    asked = course(done=YEAR * 3 // 4, share=0.0035, expected=30_000, found=3)
    part, question = choose(asked, QUERY)
    assert question.startswith("('#w")
    assert part.high - part.low < 3 * YEAR


def test_what_was_looked_at_goes_before_what_was_expected() -> None:
    asked = course(done=YEAR, share=0.1, expected=1_000_000, found=40)
    assert choose(asked, QUERY) == (asked.left, QUERY)

"""An entry's story, of those that it could tell: what is sure, what is not, what is new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.feeds.model import FeedEntry
from bot.news.story_choice import Member, choose
from bot.news.story_features import StoryFeatures, features
from bot.news.story_sure import Surety

OIL = "Two Oil Companies of Russia Designated by Treasury"
GAS = "Brussels Adopts a Ban on Russian Gas"


def told(title: str, by: str, hours: float = 0) -> StoryFeatures:
    at = datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(hours=hours)
    entry = FeedEntry(title, published=at)
    return features(entry, id=f"{by} {title}", publication=by, topics=["sanctions"])


FIRST, UNSURE = told(OIL, "Daily"), told(GAS, "Wire", 1)


def test_what_is_not_sure_follows_the_first_story_that_it_may_be() -> None:
    made = choose(UNSURE, [Member(FIRST, 5, 5)])
    assert (made.relation, made.story, made.follows, made.matter) == ("perhaps", None, 5, 5)
    assert 0.24 < made.sure < 0.55
    later = choose(UNSURE, [Member(FIRST, 6, 5)])
    assert (later.relation, later.follows) == ("perhaps", 5), "not the one that may be it as well"


@pytest.mark.parametrize("copy", [UNSURE, FIRST])
def test_a_copy_joins_the_story_that_it_is_a_copy_of(copy: StoryFeatures) -> None:
    own = 6 if copy is UNSURE else 5
    members = [Member(FIRST, 5, 5), Member(UNSURE, 6, 5)]
    for order in (members, members[::-1]):
        made = choose(told(copy.title, "Third", 2), order)
        assert (made.relation, made.story, made.matter, made.sure) == ("same", own, 5, 1.0)


def test_stories_that_may_be_one_are_one_rival() -> None:
    """So what is told apart makes it no harder for the next report to join."""
    likely = told("Treasury Hits Russia's Oil Companies", "Wire", 1)
    alone = choose(likely, [Member(FIRST, 5, 5)])
    assert alone.relation == "same"
    assert choose(likely, [Member(FIRST, 5, 5), Member(FIRST, 6, 5)]).sure == alone.sure
    assert choose(likely, [Member(FIRST, 5, 5), Member(FIRST, 6, 6)]).sure < alone.sure


def test_a_shared_word_tells_little_among_many_stories() -> None:
    assert choose(UNSURE, [Member(FIRST, 5, 5)], stories=100).relation == "new"


def test_two_official_lists_are_two_stories() -> None:
    first = told("BIS Adds Six Firms to Unverified List", "Daily")
    other = told("BIS Adds Six Firms to Entity List", "Wire", 1)
    assert choose(other, [Member(first, 5, 5)]).relation == "new"


@pytest.mark.parametrize(
    ("surety", "said"),
    [
        (Surety(), ""),
        (Surety(1.0), "same story as “A ban”"),
        (Surety(0.834, 0.4), "same story as “A ban”, 83% likely"),
        (Surety(0.9999), "same story as “A ban”, 99% likely"),
        (Surety(None, 0.41), "may be the same story as “A ban”, 41% likely"),
    ],
)
def test_how_sure_it_is_is_said_in_words(surety: Surety, said: str) -> None:
    assert surety.said("A ban") == said

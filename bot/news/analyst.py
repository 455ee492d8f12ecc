"""Understand one entry: topics, citations, companies, dates, and whether it is news at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog

from bot.feeds.model import FeedEntry
from bot.news.boilerplate import is_roundup, spans
from bot.news.citations import find_citations
from bot.news.classifier import Classifier
from bot.news.companies import find_companies
from bot.news.dates import find_dates
from bot.news.given_citations import given_citations
from bot.news.model import Analysis, Citation, Field
from bot.news.taxonomy import Taxonomy

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Analyst:
    """Understands entries; immutable once made, so any number of threads may share it."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self._classifier = Classifier(taxonomy)

    def analyse(self, entry: FeedEntry, publication: str = "") -> Analysis:
        """Give all that is understood of an entry. Pure; never raises.

        Boilerplate of the publisher is left out of account, and places stay those of the entry's
        own text. A round-up of the week's headlines is marked as such and has no topics.
        """
        del publication  # what an entry says decides, not who says it
        text_field: Field = "content" if entry.content else "summary"
        if is_roundup(entry):
            return Analysis(roundup=True)
        text = entry.text
        masked = spans(text)
        news = _blank(text, masked)
        title = entry.title
        return Analysis(
            topics=_part(lambda: self._classifier.classify(title, text, text_field, masked), title),
            citations=_part(lambda: _citations(entry, title, news, text_field), title),
            companies=_part(lambda: find_companies(title, news), title),
            dates=_part(lambda: find_dates(entry), title),
        )


def _citations(entry: FeedEntry, title: str, news: str, field: Field) -> tuple[Citation, ...]:
    """Give what the publisher gives as data, and what the text says besides.

    Where both say it the text's is kept, which has its place.
    """
    read = find_citations(title, news, field)
    said = {(one.kind, one.value) for one in read}
    given = given_citations(entry)
    return tuple(one for one in given if (one.kind, one.value) not in said) + read


def _part(find: Callable[[], tuple[T, ...]], title: str) -> tuple[T, ...]:
    """Find one part; a text that it fails on costs that part, not the entry nor its whole feed."""
    try:
        return find()
    except Exception:  # whatever a stranger's text brings about
        log.exception("analysis.part_failed", title=title)
        return ()


def _blank(text: str, masked: list[tuple[int, int]]) -> str:
    """Put spaces in the place of what is masked, so that what is left keeps its place."""
    for start, end in masked:
        text = text[:start] + " " * (end - start) + text[end:]
    return text

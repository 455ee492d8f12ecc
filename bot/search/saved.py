"""Saved searches as subscriptions: which of them a new entry answers.

The query is evaluated on the entry's own document, the same that the index stores, so that an
alert comes for just what the search would find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.feeds.model import FeedEntry
from bot.news.model import Analysis
from bot.news.taxonomy import Taxonomy, load_taxonomy
from bot.search import document as tags
from bot.search.document import Document, document, facts_of, texts
from bot.search.entries import is_named
from bot.search.parser import parse
from bot.search.plan import All, Known, No, Plan, Tokens, Unit, plan, tagged, topic_names
from bot.search.query import Query
from bot.search.tokens import stem

_FROM_PUBLICATION = "#from="


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A saved search: its id, and the query as it was typed."""

    id: int
    query: str


@dataclass(frozen=True, slots=True)
class _Ready:
    id: int
    query: Query
    plan: Plan


class SavedSearchMatcher:
    """Finds which saved searches an entry answers; thread-safe, as it never changes.

    `cite:` looks here at what the entry itself cites or is, not at what others cite; `story:`
    matches nothing, as an entry's story is not known before it is placed.
    """

    def __init__(self, queries: Iterable[SavedQuery], taxonomy: Taxonomy | None = None) -> None:
        saved = list(queries)
        self._ready: tuple[_Ready, ...] = ()
        if saved:
            known_topics = taxonomy or load_taxonomy()
            names = topic_names(known_topics)
            ready = (_prepare(each, known_topics, names) for each in saved)
            self._ready = tuple(each for each in ready if each.query.asks)

    def find(
        self, entry: FeedEntry, analysis: Analysis, publication: str, moment: datetime
    ) -> tuple[int, ...]:
        """Give the ids of the saved searches that the entry answers. Never raises.

        `moment` is when it counts as published: the stored time, which the search goes by too, not
        what the entry itself says of it.
        """
        if not self._ready:
            return ()
        text = _Text(document(texts(entry.title, entry.text), facts_of(entry, analysis)))
        day = moment.astimezone(UTC).date()
        return tuple(
            each.id
            for each in self._ready
            if _in_time(each.query, day) and _holds(each.plan, text, publication)
        )


def _prepare(saved: SavedQuery, taxonomy: Taxonomy, names: Mapping[Tokens, str]) -> _Ready:
    query = parse(saved.query)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for node in tagged(query.root):
        if node.name == "topic":
            topic = taxonomy.resolve(node.value)
            found[node.name, node.value] = (tags.topic_tag(topic.id if topic else node.value),)
        elif node.name == "source":
            found[node.name, node.value] = (f"{_FROM_PUBLICATION}{node.value}",)
    return _Ready(saved.id, query, plan(query.root, Known({}, found, names)))


class _Text:
    """One entry's tokens, as they are looked up."""

    def __init__(self, made: Document) -> None:
        self.tags = frozenset(made.tags.split(" "))
        self.fields = (f" {made.title} ", f" {made.body} ")
        tokens = {*made.title.split(" "), *made.body.split(" ")}
        tokens.update(tag for tag in self.tags if not tag.startswith("#"))
        self.tokens = tokens
        self.forms: dict[str, list[str]] = {}
        for token in tokens:
            self.forms.setdefault(stem(token), []).append(token)


def _in_time(query: Query, day: date) -> bool:
    return (query.since is None or day >= query.since) and (
        query.until is None or day <= query.until
    )


def _holds(part: Plan, text: _Text, publication: str) -> bool:
    if isinstance(part, Unit):
        inflected = (
            (*before, form) for *before, last in part.inflected for form in text.forms.get(last, ())
        )
        return any(_stands(run, text, publication) for run in (*part.runs, *inflected))
    if isinstance(part, No):
        return not _holds(part.part, text, publication)
    if isinstance(part, All):
        return all(_holds(each, text, publication) for each in part.parts)
    return any(_holds(each, text, publication) for each in part.parts)


def _stands(run: tuple[str, ...], text: _Text, publication: str) -> bool:
    if run[0].startswith(_FROM_PUBLICATION):
        return is_named(run[0].removeprefix(_FROM_PUBLICATION), publication)
    if run[0].startswith("#"):
        return run[0] in text.tags
    if len(run) == 1:
        return run[0] in text.tokens
    whole = f" {' '.join(run)} "
    return any(whole in field for field in text.fields)

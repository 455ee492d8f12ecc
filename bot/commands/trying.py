"""Subscriptions tried on the past, before or as they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.commands import model
from bot.commands.answers import Sentence, TrialAnswer
from bot.commands.context import CommandContext
from bot.commands.forms import SettingsSubmitted
from bot.commands.topic_words import find_topics, titles
from bot.news.taxonomy import Taxonomy
from bot.news.watches import watched_names
from bot.search.model import Result
from bot.search.search import Search
from bot.storage.database import Database
from bot.subscriptions.model import ChannelRef, ChannelSettings, PastAlert, Trial
from bot.subscriptions.service import Subscriptions

_DAYS, _LISTED = 30, 3
_MOST_ENTRIES = 300
"""Newest entries that a term or a saved search is tried on."""


class Trying:
    """Says what topics, terms and searches would have sent in the last 30 days."""

    def __init__(
        self, db: Database, taxonomy: Taxonomy, subscriptions: Subscriptions, search: Search
    ) -> None:
        self._db = db
        self._taxonomy = taxonomy
        self._subscriptions = subscriptions
        self._search = search
        self._titles = titles(taxonomy)

    async def words(self, asked: model.Try, context: CommandContext) -> TrialAnswer | None:
        """Say what topics would have sent here; None when no word is a topic's name."""
        words = find_topics(self._taxonomy, asked.words)
        if not words.topics:
            return None
        score = await self._score(context.channel)
        trial = await self._subscriptions.trial(words.topics, days=_DAYS, min_score=score)
        topics = tuple((topic, self._titles[topic]) for topic in words.topics)
        return TrialAnswer(topics, trial, words.unknown)

    async def form(
        self, form: SettingsSubmitted, context: CommandContext
    ) -> TrialAnswer | Sentence:
        """Say what the topics chosen in a form would have sent, at the score it asks for."""
        chosen = {*form.instant, *form.daily, *form.weekly}
        topics = tuple((topic, title) for topic, title in self._titles.items() if topic in chosen)
        if not topics:
            return Sentence("Choose a topic first; then this says what it would have sent.")
        score = form.min_score
        if score is None:
            score = await self._score(replace(context.channel, channel=form.channel))
        ids = [topic for topic, _title in topics]
        trial = await self._subscriptions.trial(ids, days=_DAYS, min_score=score)
        return TrialAnswer(topics, trial, of_form=True)

    async def added(self, channel: ChannelSettings, topics: Sequence[str]) -> Trial | None:
        """Say what topics just added would have sent; nothing where there are none."""
        if not topics:
            return None
        return await self._subscriptions.trial(
            topics, days=_DAYS, min_score=channel.min_score, limit=_LISTED
        )

    async def term(self, term: str, aliases: Sequence[str]) -> Trial:
        """Say what a watch just set would have sent."""
        phrases = (f'"{each.replace(chr(34), " ")}"' for each in watched_names((term, *aliases)))
        return await self.search(" OR ".join(phrases))

    async def search(self, query: str) -> Trial:
        """Say what a saved search would have sent: each story once."""
        found = await self._search.find(f"({query}) sort:date", limit=_MOST_ENTRIES)
        now = await self._db.moment()
        since = now - timedelta(days=_DAYS)
        recent = [each for each in found.results if since < each.published <= now]
        first = {each.story_id or -each.id: each for each in recent}  # the earliest of each story
        listed = sorted(first.values(), key=lambda each: each.position, reverse=True)[:_LISTED]
        more = len(recent) == _MOST_ENTRIES
        return Trial(_DAYS, len(first), tuple(_past(each) for each in listed), more, found.notes)

    async def _score(self, ref: ChannelRef) -> float:
        known = await self._subscriptions.settings(ref) if ref.channel else None
        return (known or ChannelSettings(0, ref)).min_score


def _past(found: Result) -> PastAlert:
    return PastAlert(
        story_id=found.story_id or 0,
        entry_id=found.id,
        title=found.title,
        link=found.link,
        publication=found.publication,
        published=found.published,
        topics=(),
    )

"""Subscriptions tried on the past, before or as they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.commands import model
from bot.commands.answers import Sentence, TrialAnswer
from bot.commands.context import CommandContext
from bot.commands.forms import SettingsSubmitted
from bot.commands.topic_words import find_topics, titles
from bot.news.taxonomy import Taxonomy
from bot.subscriptions.model import ChannelRef, ChannelSettings, Mode, Trial
from bot.subscriptions.service import Subscriptions

_DAYS, _LISTED = 30, 3


class Trying:
    """Says what topics would have sent in the last 30 days."""

    def __init__(self, taxonomy: Taxonomy, subscriptions: Subscriptions) -> None:
        self._taxonomy = taxonomy
        self._subscriptions = subscriptions
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

    async def added(
        self, channel: ChannelSettings, topics: Sequence[str], mode: Mode
    ) -> Trial | None:
        """Say what topics just added would have sent, where they come at once."""
        if not topics or mode != "instant":
            return None
        return await self._subscriptions.trial(
            topics, days=_DAYS, min_score=channel.min_score, limit=_LISTED
        )

    async def _score(self, ref: ChannelRef) -> float:
        known = await self._subscriptions.settings(ref) if ref.channel else None
        return (known or ChannelSettings(0, ref)).min_score

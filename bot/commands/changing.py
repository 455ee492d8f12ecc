"""Commands that change what a channel gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.commands import model
from bot.commands.answers import (
    SettingsList,
    SubscriptionChange,
    Unknown,
    Verb,
)
from bot.commands.context import CommandContext, Place
from bot.commands.places import access_note, actor_at, find_place, is_here
from bot.commands.settings_words import (
    OFF,
    ON,
    digest_sentence,
    quiet_sentence,
    read_hours,
    read_score,
    score_sentence,
    unknown_sentence,
    updates_sentence,
    urgent_sentence,
    zone_sentence,
)
from bot.commands.topic_words import ALL, find_topics, titles
from bot.commands.trying import Trying
from bot.commands.undoing import undoing
from bot.errors import UsageError
from bot.news.taxonomy import Taxonomy
from bot.subscriptions.model import Changed, ChannelSettings, Mode, Trial
from bot.subscriptions.service import Subscriptions
from bot.subscriptions.topics import gone_from


class Changing:
    """Carries out changes; each is allowed, recorded and answered by the same rules."""

    def __init__(self, taxonomy: Taxonomy, subscriptions: Subscriptions, trying: Trying) -> None:
        self._taxonomy = taxonomy
        self._subscriptions = subscriptions
        self._trying = trying
        self._titles = titles(taxonomy)

    async def subscribe(
        self, asked: model.Subscribe, context: CommandContext
    ) -> SubscriptionChange:
        """Subscribe to the topics that are known; say which words were none."""
        words = find_topics(self._taxonomy, asked.words)
        place = await find_place(context, asked.channel, self._subscriptions)
        mode: Mode = asked.mode or "instant"
        if not words.topics:
            return await self._nothing_known("subscribe", words.unknown, place, context)
        changed = await self._subscriptions.subscribe(
            place.ref, actor_at(context, place), words.topics, mode=mode
        )
        trial = await self._trying.added(changed.channel, changed.added)
        return self._change(
            "subscribe", changed, place, context, words.unknown, mode=mode, trial=trial
        )

    async def unsubscribe(
        self, asked: model.Unsubscribe, context: CommandContext
    ) -> SubscriptionChange:
        """Take topics away, also such as the taxonomy has no more."""
        place = await find_place(context, asked.channel, self._subscriptions)
        settings = await self._subscriptions.settings(place.ref)
        gone = gone_from(settings) if settings else ()
        words = find_topics(self._taxonomy, asked.words, gone)
        if not asked.words:
            raise UsageError("Say which topics: `unsubscribe entity-list`, or `unsubscribe all`.")
        if not words.topics:
            return await self._nothing_known("unsubscribe", words.unknown, place, context)
        changed = await self._subscriptions.unsubscribe(
            place.ref, actor_at(context, place), words.topics
        )
        if changed.removed and ALL in [word.casefold() for word in asked.words]:
            changed = replace(changed, missing=())  # it asked for whatever there is
        return self._change("unsubscribe", changed, place, context, words.unknown)

    async def watch(self, asked: model.Watch, context: CommandContext) -> SubscriptionChange:
        """Watch a term."""
        if not asked.term:
            raise UsageError("Say what to watch: `watch ACME Corp = ACME Ltd, Akme`.")
        place = await find_place(context, asked.channel, self._subscriptions)
        mode: Mode = asked.mode or "instant"
        changed = await self._subscriptions.watch(
            place.ref, actor_at(context, place), asked.term, asked.aliases, mode=mode
        )
        trial = await self._trying.term(asked.term, asked.aliases) if changed.added else None
        return self._change("watch", changed, place, context, mode=mode, trial=trial)

    async def unwatch(self, asked: model.Unwatch, context: CommandContext) -> SubscriptionChange:
        """Watch a term no more."""
        if not asked.term:
            raise UsageError("Say what to stop watching: `unwatch ACME Corp`.")
        place = await find_place(context, asked.channel, self._subscriptions)
        changed = await self._subscriptions.unwatch(place.ref, actor_at(context, place), asked.term)
        return self._change("unwatch", changed, place, context)

    async def save_search(
        self, asked: model.SaveSearch, context: CommandContext
    ) -> SubscriptionChange:
        """Save a search, or drop a saved one."""
        if not asked.query:
            raise UsageError("Say what to search for: `save search eccn:3A090 china`.")
        place = await find_place(context, asked.channel, self._subscriptions)
        actor, mode = actor_at(context, place), asked.mode or "instant"
        if asked.drop:
            changed = await self._subscriptions.drop_search(place.ref, actor, asked.query)
            return self._change("drop-search", changed, place, context)
        changed = await self._subscriptions.save_search(place.ref, actor, asked.query, mode=mode)
        trial = await self._trying.search(asked.query) if changed.added else None
        return self._change("save-search", changed, place, context, mode=mode, trial=trial)

    async def digest_time(self, asked: model.DigestTime, context: CommandContext) -> SettingsList:
        """Set when the digest comes."""
        place = await find_place(context, asked.channel, self._subscriptions)
        settings = await self._subscriptions.configure(
            place.ref,
            actor_at(context, place),
            digest_at=asked.at,
            digest_weekday=asked.weekday or None,
        )
        return self._settings(settings, place, context, digest_sentence(settings))

    async def quiet(self, asked: model.Quiet, context: CommandContext) -> SettingsList:
        """Set quiet hours, switch them off or show them."""
        place = await find_place(context, asked.channel, self._subscriptions)
        if not asked.hours:
            return await self.show(place, context, quiet_sentence)
        settings = await self._subscriptions.configure(
            place.ref, actor_at(context, place), quiet=read_hours(asked.hours)
        )
        return self._settings(settings, place, context, quiet_sentence(settings))

    async def urgent(self, asked: model.Urgent, context: CommandContext) -> SettingsList:
        """Set the topics that pass quiet hours, or show them."""
        place = await find_place(context, asked.channel, self._subscriptions)
        if not asked.words:
            return await self.show(place, context, self._urgent_sentence)
        topics: Sequence[str] = ()
        if asked.words[0].casefold() not in OFF:
            words = find_topics(self._taxonomy, asked.words)
            if words.unknown:
                raise UsageError(unknown_sentence(words.unknown[0]))
            topics = words.topics
        settings = await self._subscriptions.configure(
            place.ref, actor_at(context, place), urgent_topics=topics
        )
        return self._settings(settings, place, context, self._urgent_sentence(settings))

    async def timezone(self, asked: model.Timezone, context: CommandContext) -> SettingsList:
        """Set a channel's zone, or show it."""
        place = await find_place(context, asked.channel, self._subscriptions)
        if not asked.zone:
            return await self.show(place, context, zone_sentence)
        zone = context.timezone if asked.zone.casefold() in {"mine", "my"} else asked.zone
        settings = await self._subscriptions.configure(
            place.ref, actor_at(context, place), timezone=zone
        )
        return self._settings(settings, place, context, zone_sentence(settings))

    async def score(self, asked: model.Score, context: CommandContext) -> SettingsList:
        """Set the least score, or show it."""
        place = await find_place(context, asked.channel, self._subscriptions)
        if not asked.score:
            return await self.show(place, context, score_sentence)
        settings = await self._subscriptions.configure(
            place.ref, actor_at(context, place), min_score=read_score(asked.score)
        )
        return self._settings(settings, place, context, score_sentence(settings))

    async def updates(self, asked: model.Updates, context: CommandContext) -> SettingsList:
        """Say whether posted alerts follow changes of their article, or show it."""
        place = await find_place(context, asked.channel, self._subscriptions)
        wanted = asked.wanted.casefold()
        if not wanted:
            return await self.show(place, context, updates_sentence)
        if wanted not in ON | OFF:
            raise UsageError("Say `updates on` or `updates off`.")
        settings = await self._subscriptions.configure(
            place.ref, actor_at(context, place), wants_updates=wanted in ON
        )
        return self._settings(settings, place, context, updates_sentence(settings))

    async def resume(self, asked: model.Resume, context: CommandContext) -> SettingsList:
        """Let a paused channel get its messages again."""
        place = await find_place(context, asked.channel, self._subscriptions)
        before = await self._subscriptions.settings(place.ref)
        if before is not None and before.paused_at is None:
            return self._settings(before, place, context, "This channel is not paused.")
        settings = await self._subscriptions.resume(place.ref, actor_at(context, place))
        lead = "Messages come again; what was kept meanwhile comes as one message."
        return self._settings(settings, place, context, lead)

    async def show(
        self,
        place: Place,
        context: CommandContext,
        say: Callable[[ChannelSettings], str],
    ) -> SettingsList:
        """Show what one channel gets, led by one setting in words."""
        settings = await self._subscriptions.settings(place.ref)
        if settings is None:
            settings = ChannelSettings(0, place.ref, timezone=context.timezone)
        return self._settings(settings, place, context, say(settings))

    def _settings(
        self, settings: ChannelSettings, place: Place, context: CommandContext, lead: str
    ) -> SettingsList:
        return SettingsList(
            (settings,),
            context.channel,
            lead=lead,
            brief=True,
            access=access_note(place),
            topic_titles=self._titles,
        )

    def _urgent_sentence(self, settings: ChannelSettings) -> str:
        return urgent_sentence(settings, self._titles)

    async def _nothing_known(
        self, verb: Verb, unknown: Sequence[Unknown], place: Place, context: CommandContext
    ) -> SubscriptionChange:
        settings = await self._subscriptions.settings(place.ref)
        changed = Changed(settings or ChannelSettings(0, place.ref))
        return self._change(verb, changed, place, context, unknown)

    def _change(
        self,
        verb: Verb,
        changed: Changed,
        place: Place,
        context: CommandContext,
        unknown: Sequence[Unknown] = (),
        *,
        mode: Mode | None = None,
        trial: Trial | None = None,
    ) -> SubscriptionChange:
        return SubscriptionChange(
            verb=verb,
            channel=changed.channel,
            here=is_here(context, changed.channel),
            added=self._names(verb, changed.added),
            removed=self._names(verb, changed.removed),
            already=self._names(verb, changed.already),
            missing=self._names(verb, changed.missing),
            unknown=tuple(unknown),
            notes=(*changed.notes, *(trial.notes if trial else ())),
            mode=mode,
            trial=trial,
            access=access_note(place),
            topic_titles=self._titles,
            undo=undoing(verb, changed, here=is_here(context, changed.channel)),
        )

    def _names(self, verb: Verb, targets: Sequence[str]) -> tuple[str, ...]:
        if verb not in {"subscribe", "unsubscribe"}:
            return tuple(targets)  # terms and queries are their own names
        return tuple(self._titles.get(target, target) for target in targets)

"""Forms that were sent, carried out: only what differs from what is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.commands import forms
from bot.commands.answers import Answer, Listing, Sentence, SettingsList
from bot.commands.changing import Changing
from bot.commands.context import CommandContext, Place
from bot.commands.entries import Entries
from bot.commands.finding import Finding
from bot.commands.forms import SettingsSubmitted
from bot.commands.model import Mention, Search
from bot.commands.places import actor_at, find_place
from bot.commands.working import Working
from bot.news.watches import watch_key
from bot.subscriptions.model import Actor, ChannelRef, ChannelSettings, Mode
from bot.subscriptions.service import Subscriptions
from bot.subscriptions.terms import search_key


class Submitting:
    """Carries out forms."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        entries: Entries,
        changing: Changing,
        finding: Finding,
        working: Working,
    ) -> None:
        self._subscriptions = subscriptions
        self._entries = entries
        self._changing = changing
        self._finding = finding
        self._working = working

    async def submit(self, form: forms.Submitted, context: CommandContext) -> Answer:
        """Carry out one form."""
        match form:
            case forms.SettingsSubmitted():
                return await self._settings(form, context)
            case forms.ShareSubmitted():
                place = await find_place(context, Mention(form.channel, ""), self._subscriptions)
                return await self._entries.share(form.entry, place, form.note, context)
            case forms.WrongTopicSubmitted():
                return await self._wrong(form, context)
            case forms.SearchSubmitted():
                return await self._search(form)
            case forms.AssignSubmitted():
                return await self._working.assign(form, context)
            case forms.NotApplicableSubmitted():
                return await self._working.not_applicable(form, context)
            case forms.RemindSubmitted():
                return await self._working.remind(form, context)

    async def _wrong(self, form: forms.WrongTopicSubmitted, context: CommandContext) -> Sentence:
        return await self._entries.say_wrong_topics(form.entry, form.topics, context)

    async def _search(self, form: forms.SearchSubmitted) -> Listing:
        return await self._finding.search(Search(form.query))

    async def _settings(self, form: SettingsSubmitted, context: CommandContext) -> SettingsList:
        place = await find_place(context, Mention(form.channel, form.name), self._subscriptions)
        actor = actor_at(context, place)
        before = await self._subscriptions.settings(place.ref) or ChannelSettings(0, place.ref)
        if not form.adds:
            await self._configure(form, place.ref, actor, before)
        await self._topics(form, place.ref, actor, before)
        if form.watches is not None:
            await self._watches(form, place.ref, actor, before)
        if form.searches is not None:
            await self._searches(form, place.ref, actor, before)
        return await self._saved(place, context)

    async def _saved(self, place: Place, context: CommandContext) -> SettingsList:
        shown = await self._changing.show(place, context, lambda _settings: "Saved.")
        return replace(shown, brief=False)

    async def _configure(
        self, form: SettingsSubmitted, ref: ChannelRef, actor: Actor, before: ChannelSettings
    ) -> None:
        await self._subscriptions.configure(
            ref,
            actor,
            timezone=form.timezone or None,
            digest_at=form.digest_at,
            digest_weekday=form.weekday,
            quiet=form.quiet,
            min_score=None if form.min_score == before.min_score else form.min_score,
            wants_updates=form.wants_updates,
            urgent_topics=form.urgent,
        )

    async def _topics(
        self, form: SettingsSubmitted, ref: ChannelRef, actor: Actor, before: ChannelSettings
    ) -> None:
        # The form cannot show a topic that the taxonomy has no more, so it does not take it away.
        topics_had = (s for s in before.subscriptions if s.kind == "topic" and not s.gone)
        have = {s.target: s.mode for s in topics_had}
        wanted: tuple[tuple[Mode, Sequence[str]], ...] = (
            ("weekly", form.weekly),
            ("daily", form.daily),
            ("instant", form.instant),
        )
        for mode, topics in wanted:
            changed = [topic for topic in topics if have.get(topic) != mode]
            if changed:
                await self._subscriptions.subscribe(ref, actor, changed, mode=mode)
        kept = {topic for _mode, topics in wanted for topic in topics}
        gone = [topic for topic in have if topic not in kept]
        if gone and not form.adds:
            await self._subscriptions.unsubscribe(ref, actor, gone)

    async def _watches(
        self, form: SettingsSubmitted, ref: ChannelRef, actor: Actor, before: ChannelSettings
    ) -> None:
        have = {watch_key(s.label): s for s in before.subscriptions if s.kind == "watch"}
        wanted = {watch_key(line.term): line for line in form.watches or ()}
        for key, line in wanted.items():
            mode: Mode = have[key].mode if key in have else "instant"
            await self._subscriptions.watch(ref, actor, line.term, line.aliases, mode=mode)
        for key, old in have.items():
            if key not in wanted and not form.adds:
                await self._subscriptions.unwatch(ref, actor, old.label)

    async def _searches(
        self, form: SettingsSubmitted, ref: ChannelRef, actor: Actor, before: ChannelSettings
    ) -> None:
        have = {search_key(s.label): s for s in before.subscriptions if s.kind == "search"}
        wanted = {search_key(query): query for query in form.searches or ()}
        for key, query in wanted.items():
            if key not in have:
                await self._subscriptions.save_search(ref, actor, query)
        for key, old in have.items():
            if key not in wanted and not form.adds:
                await self._subscriptions.drop_search(ref, actor, old.label)

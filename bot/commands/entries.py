"""What people do with one entry: put it aside, share it, say that it was wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import cast, get_args

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commands.answers import (
    Offer,
    Sentence,
    Shared,
    ShareFormAnswer,
    WrongTopicFormAnswer,
)
from bot.commands.context import CommandContext, Place
from bot.commands.places import actor_at
from bot.commands.topic_words import titles
from bot.delivery.composer import StoredComposer
from bot.delivery.facts import load_facts
from bot.delivery.loading import StoredArticle, load_articles
from bot.errors import UsageError
from bot.handling import feedback
from bot.handling.feedback import Verdict
from bot.messages import actions
from bot.messages.model import Alert
from bot.news.taxonomy import Taxonomy
from bot.storage import dialects
from bot.storage.database import Database
from bot.storage.tables import channel, saved_entry, workspace
from bot.subscriptions.model import SubscriptionKind
from bot.subscriptions.service import Subscriptions

NOTE_MOST = 1_000
_GONE = "That article is no longer kept."


class Entries:
    """Carries out what buttons of alerts and results ask for."""

    def __init__(self, db: Database, taxonomy: Taxonomy, subscriptions: Subscriptions) -> None:
        self._db = db
        self._subscriptions = subscriptions
        self._composer = StoredComposer(taxonomy)
        self._titles = titles(taxonomy)

    async def save(self, asked: actions.SaveEntry, context: CommandContext) -> Sentence:
        """Put an entry on the person's list, or take it off; twice is the same as once."""
        async with self._db.write() as conn:
            await self._article(conn, asked.entry)
            home = await _workspace(conn, context)
            if asked.on:
                await conn.execute(
                    dialects.insert(conn, saved_entry)
                    .values(
                        workspace_id=home,
                        actor=context.actor.id,
                        entry_id=asked.entry,
                        at=await self._db.now(conn),
                    )
                    .on_conflict_do_nothing()
                )
            else:
                await conn.execute(
                    delete(saved_entry).where(
                        saved_entry.c.workspace_id == home,
                        saved_entry.c.actor == context.actor.id,
                        saved_entry.c.entry_id == asked.entry,
                    )
                )
        if not asked.on:
            return Sentence("Taken off your list.")
        undo = Offer("Undo", actions.SaveEntry(asked.entry, on=False))
        return Sentence("Saved for you.", offers=(Offer("Your list", actions.SavedPage()), undo))

    async def say_irrelevant(self, asked: actions.NotRelevant, context: CommandContext) -> Sentence:
        """Note that an entry did not matter here, or take that back."""
        if not asked.on:
            return await self._take_back(asked.entry, "not-relevant", "", context)
        await self._note(asked.entry, "not-relevant", ("",), context)
        said = "Noted: not relevant here. Thank you; `feedback` lists what was said."
        return Sentence(said, offers=(Offer("Undo", actions.NotRelevant(asked.entry, on=False)),))

    async def ask_wrong_topic(
        self, asked: actions.WrongTopic, context: CommandContext
    ) -> Sentence | WrongTopicFormAnswer:
        """Note a topic that an entry does not have, ask which, or take that back."""
        if not asked.on:
            return await self._take_back(asked.entry, "wrong-topic", asked.topic, context)
        if asked.topic:
            return await self.say_wrong_topics(asked.entry, (asked.topic,), context)
        async with self._db.read() as conn:
            article = await self._article(conn, asked.entry)
        topics = tuple(
            (topic.topic, self._titles.get(topic.topic, topic.topic)) for topic in article.topics
        )
        if len(topics) == 1:
            return await self.say_wrong_topics(asked.entry, (topics[0][0],), context)
        if not topics:
            return Sentence("That article has no topic.")
        return WrongTopicFormAnswer(article.id, article.title, topics)

    async def say_wrong_topics(
        self, entry_id: int, topics: tuple[str, ...], context: CommandContext
    ) -> Sentence:
        """Note topics that an entry does not have."""
        await self._note(entry_id, "wrong-topic", topics, context)
        names = ", ".join(self._titles.get(topic, topic) for topic in topics)
        undo = actions.WrongTopic(entry_id, topics[0] if len(topics) == 1 else "", on=False)
        return Sentence(
            f"Noted: {names} is wrong for this article. Thank you.", offers=(Offer("Undo", undo),)
        )

    async def mute(self, asked: actions.Mute, context: CommandContext) -> Sentence:
        """Keep one subscription of this channel silent for some days."""
        if asked.kind not in get_args(SubscriptionKind):
            raise UsageError("There is nothing to mute.")
        kind = cast(SubscriptionKind, asked.kind)
        days = min(max(asked.days, 0), 365)
        async with self._db.read() as conn:
            until = await self._db.now(conn) + timedelta(days=days) if days else None
        settings = await self._subscriptions.mute(
            context.channel, actor_at(context, context.place), kind, asked.target, until
        )
        label = next(
            (s.label for s in settings.subscriptions if (s.kind, s.target) == (kind, asked.target)),
            asked.target,
        )
        if until is None:
            return Sentence(f"“{label}” speaks again here.")
        offers = [Offer("Undo", actions.Mute(kind, asked.target, 0))]
        if kind == "topic":
            offers.append(Offer("Unsubscribe", actions.Unsubscribe(asked.target)))
        return Sentence(f"“{label}” is silent here for {days} days.", offers=tuple(offers))

    async def ask_share(self, entry_id: int) -> ShareFormAnswer:
        """Ask where an entry is shared."""
        async with self._db.read() as conn:
            article = await self._article(conn, entry_id)
        return ShareFormAnswer(article.id, article.title)

    async def share(
        self, entry_id: int, place: Place, note: str, context: CommandContext
    ) -> Shared:
        """Give an entry for all to see in a channel.

        Raises UsageError when the bot cannot post there or the person is not in it.
        """
        if place.private and not place.member:
            raise UsageError("You are not in that channel.")
        if place.access == "none":
            raise UsageError("I am not in that channel; type `/invite @exportnews` there first.")
        alert = await self.alert(entry_id)
        note = " ".join(note[:NOTE_MOST].split())
        return Shared(alert, context.actor.id, place.ref, note, context.actor.name)

    async def title(self, entry_id: int) -> str:
        """Give an entry's title. Raises UsageError when it is no longer kept."""
        async with self._db.read() as conn:
            return (await self._article(conn, entry_id)).title

    async def alert(self, entry_id: int) -> Alert:
        """Give an entry as an alert for nobody in particular, as `share` posts it."""
        async with self._db.read() as conn:
            article = await self._article(conn, entry_id)
            facts = await load_facts(conn, {article.id: article}, ())
        return self._composer.alert(article, facts[article.id], (), {})

    async def _note(
        self, entry_id: int, verdict: Verdict, topics: tuple[str, ...], context: CommandContext
    ) -> None:
        async with self._db.write() as conn:
            await self._article(conn, entry_id)
            here, now = await _channel(conn, context), await self._db.now(conn)
            await feedback.note(conn, entry_id, here, context.actor.id, verdict, topics, now)

    async def _take_back(
        self, entry_id: int, verdict: Verdict, topic: str, context: CommandContext
    ) -> Sentence:
        """Forget what this person said here; what others said stays."""
        async with self._db.write() as conn:
            here = await _channel(conn, context)
            await feedback.take_back(conn, entry_id, here, context.actor.id, verdict, topic)
        return Sentence("Taken back.")

    async def _article(self, conn: AsyncConnection, entry_id: int) -> StoredArticle:
        article = (await load_articles(conn, [entry_id])).get(entry_id)
        if article is None:
            raise UsageError(_GONE)
        return article


async def _channel(conn: AsyncConnection, context: CommandContext) -> int | None:
    """Give the number of the channel where somebody speaks; none of a talk with the bot alone."""
    here = context.channel
    found: int | None = await conn.scalar(
        select(channel.c.id)
        .join(workspace)
        .where(
            channel.c.external_id == here.channel,
            workspace.c.platform == here.platform,
            workspace.c.external_id == here.workspace,
        )
    )
    return found


async def _workspace(conn: AsyncConnection, context: CommandContext) -> int:
    here = context.channel
    found = await conn.scalar(
        select(workspace.c.id).where(
            workspace.c.platform == here.platform, workspace.c.external_id == here.workspace
        )
    )
    if found is None:
        raise UsageError("The bot is not installed in this workspace; install it first.")
    return int(found)

"""What people have set or said, listed: reminders to come, and feedback."""

from __future__ import annotations

from bot.commands import model
from bot.commands.answers import FeedbackList, Offer, RemindersList, Sentence
from bot.commands.context import CommandContext
from bot.commands.model import Mention
from bot.commands.places import actor_at, find_place
from bot.errors import UsageError
from bot.handling import feedback, reminders
from bot.handling.reminders import Reminder
from bot.messages import actions, words
from bot.news.taxonomy import Taxonomy
from bot.storage.database import Database
from bot.subscriptions.explain import entries_of
from bot.subscriptions.service import Subscriptions

_LISTED = 20
_ARTICLE = 10
"""Digits of an article's number; a reminder's is shorter."""


class Noted:
    """Lists and cancels reminders; lists feedback."""

    def __init__(self, db: Database, taxonomy: Taxonomy, subscriptions: Subscriptions) -> None:
        self._db = db
        self._subscriptions = subscriptions
        self._titles = {topic.id: topic.title for topic in taxonomy.topics}

    async def reminders(self, asked: model.Reminders, context: CommandContext) -> RemindersList:
        """The person's reminders and those of this channel; of a channel that is named, its own."""
        here = context.channel
        if asked.channel is None:
            person, to = context.actor.id, () if context.direct else (here.channel,)
            shown = None
        else:
            place = await find_place(context, asked.channel, self._subscriptions)
            person, to, shown = "", (place.ref.channel,), place.ref
        found = await reminders.listed(
            self._db,
            platform=here.platform,
            workspace_id=here.workspace,
            to=to,
            person=person,
            limit=_LISTED + 1,
        )
        return RemindersList(found[:_LISTED], shown, more=len(found) > _LISTED)

    async def reminders_of(self, context: CommandContext) -> tuple[Reminder, ...]:
        """The reminders that the person gets in direct messages."""
        here = context.channel
        found = await reminders.listed(
            self._db,
            platform=here.platform,
            workspace_id=here.workspace,
            person=context.actor.id,
            limit=_LISTED,
        )
        return tuple(one for one in found if one.direct)

    async def unremind(self, asked: model.Unremind, context: CommandContext) -> Sentence:
        """Cancel a reminder by its number, or all of this channel's and the person's of an article.

        Raises UsageError where there is none.
        """
        if asked.which.isdecimal() and len(asked.which) < _ARTICLE:
            return await self.cancel(int(asked.which), context)
        if not asked.which:
            raise UsageError(
                "Say which: `unremind 12`, or the article's address; `reminders` lists them with "
                "their numbers."
            )
        async with self._db.read() as conn:
            articles = {one.id for one in await entries_of(conn, asked.which)}
        listed = await self.reminders(model.Reminders(), context)
        mine = [one for one in listed.reminders if one.entry in articles]
        if not mine:
            raise UsageError(
                "There is no reminder of that here; `reminders` lists those there are."
            )
        for one in mine:
            await reminders.cancel(self._db, one, actor_at(context, context.place))
        return Sentence(
            f"Cancelled: {words.count(len(mine), 'reminder')} of “{mine[0].title[:150]}”."
        )

    async def cancel(self, reminder_id: int, context: CommandContext) -> Sentence:
        """Cancel one reminder: the person's own, or that of a channel which they may see."""
        one = await reminders.get(self._db, reminder_id)
        here = context.channel
        if (one.ref.platform, one.ref.workspace) != (here.platform, here.workspace):
            raise UsageError(reminders.GONE)
        if one.direct:
            if one.ref.channel != context.actor.id:
                raise UsageError(reminders.GONE)  # what others are reminded of is not told
        elif one.ref.channel != here.channel:
            await find_place(context, Mention(one.ref.channel, ""), self._subscriptions)
        await reminders.cancel(self._db, one, actor_at(context, context.place))
        whom = "you are" if one.direct else "the channel is"
        return Sentence(
            f"Cancelled: {whom} not reminded of “{one.title[:150]}” ({one.what}).",
            offers=(Offer("All reminders", actions.Run("reminders")),),
        )

    async def feedback(self, asked: model.Feedback, context: CommandContext) -> FeedbackList:
        """What was said of a channel's alerts; in a direct message what the person said there."""
        here = context.channel
        place = (
            await find_place(context, asked.channel, self._subscriptions)
            if (asked.channel or not context.direct)
            else None
        )
        async with self._db.read() as conn:
            if place is None:
                found = await feedback.listed(conn, actor=context.actor.id, limit=_LISTED)
                found = tuple(one for one in found if one.workspace in ("", here.workspace))
            else:
                found = await feedback.listed(
                    conn,
                    platform=here.platform,
                    workspace_id=here.workspace,
                    channel_id=place.ref.channel,
                    limit=_LISTED,
                )
        return FeedbackList(
            found, place.ref if place else None, here, context.actor.id, self._titles
        )

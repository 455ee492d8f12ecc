"""What a team does with an alert: steps, dates and reminders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

from bot.commands import forms
from bot.commands.answers import (
    AssignFormAnswer,
    NotApplicableFormAnswer,
    Offer,
    RemindFormAnswer,
    Sentence,
)
from bot.commands.context import CommandContext, Place
from bot.commands.model import Mention
from bot.commands.places import INVITE, find_place
from bot.errors import UsageError
from bot.handling import dates
from bot.handling.model import Person, Record, Step
from bot.handling.service import HandlingDesk
from bot.messages import actions, words
from bot.storage.database import Database
from bot.subscriptions.service import Subscriptions

_WEEK = timedelta(days=7)
_DONE = {
    "acknowledge": "Acknowledged. The message shows it to all.",
    "done": "Done. The message shows it to all.",
    "reopen": "Reopened. The message shows it to all.",
}


class Titles(Protocol):
    """Gives the titles of entries (`bot.commands.entries`)."""

    async def title(self, entry_id: int) -> str:
        """Give an entry's title. Raises UsageError when it is no longer kept."""


class Working:
    """Carries out what people do with alerts; who may is everybody in the channel."""

    def __init__(self, db: Database, subscriptions: Subscriptions, titles: Titles) -> None:
        self._db = db
        self._subscriptions = subscriptions
        self._titles = titles
        self._desk = HandlingDesk(db)

    async def handle(self, asked: actions.Handle, context: CommandContext) -> Sentence:
        """Take a step that needs no form."""
        await self._desk.take(context.channel, _person(context), asked.entry, Step(asked.step))
        undo = Offer("Undo", actions.Handle(asked.entry, "reopen"))
        return Sentence(_DONE[asked.step], offers=() if asked.step == "reopen" else (undo,))

    async def ask_assign(self, entry_id: int, context: CommandContext) -> AssignFormAnswer:
        """Ask to whom an alert is assigned; a week is offered."""
        title = await self._titles.title(entry_id)
        due = (await self._db.moment()).date() + _WEEK
        return AssignFormAnswer(entry_id, title, context.channel, due)

    async def ask_not_applicable(
        self, entry_id: int, context: CommandContext
    ) -> NotApplicableFormAnswer:
        """Ask why an alert does not apply."""
        title = await self._titles.title(entry_id)
        return NotApplicableFormAnswer(entry_id, title, context.channel)

    async def ask_remind(self, entry_id: int, context: CommandContext) -> RemindFormAnswer:
        """Ask of which date to remind."""
        title, coming = await dates.upcoming(self._db, entry_id)
        return RemindFormAnswer(entry_id, title, context.channel, tuple(coming))

    async def assign(self, form: forms.AssignSubmitted, context: CommandContext) -> Sentence:
        """Assign an alert to a person until a day, on which they are reminded."""
        place = await self._place(form.channel, context)
        who = Person(form.assignee, form.assignee_name)
        step = Step("assign", who, form.due)
        taken = await self._desk.take(place.ref, _person(context), form.entry, step)
        due = words.day(taken.state.due) if taken.state.due else ""
        told = taken.reminded if taken.reminded != taken.state.due else None
        when = f"on {words.day(told)}{_before(taken.state.due)}" if told else "that day"
        return Sentence(
            f"Assigned; it is due on {due}, with a reminder {when}. The message shows it to all."
        )

    async def not_applicable(
        self, form: forms.NotApplicableSubmitted, context: CommandContext
    ) -> Sentence:
        """Note that an alert does not apply, and why."""
        place = await self._place(form.channel, context)
        step = Step("not-applicable", reason=form.reason)
        await self._desk.take(place.ref, _person(context), form.entry, step)
        return Sentence("Noted as not applicable, with your reason. The message shows it to all.")

    async def remind(self, form: forms.RemindSubmitted, context: CommandContext) -> Sentence:
        """Owe a reminder of a date to the person or to the channel."""
        if form.on is None or form.days not in dates.DAYS_BEFORE:
            raise UsageError("Choose one of the dates and spans offered.")
        to, zone = context.actor.id, context.timezone
        ref = context.channel
        if form.whom == "channel":
            place = await self._place(form.channel, context)
            if place.access == "none":
                raise UsageError(f"I am not in that channel; {INVITE} first.")
            settings = await self._subscriptions.settings(place.ref)
            ref, to, zone = place.ref, place.ref.channel, settings.timezone if settings else zone
        asked = dates.Reminding(form.entry, form.on, form.kind, form.days, form.whom, to, zone)
        done = await dates.remind(self._db, ref, asked, context.actor)
        whom = "You are" if form.whom == "me" else "The channel is"
        already = "" if done.new else " already"
        at = f"{whom} reminded{already} on {words.moment_in(done.reminder.at, zone)}"
        cancel = Offer("Cancel", actions.Unremind(done.reminder.id))
        every = Offer("All reminders", actions.Run("reminders"))
        return Sentence(f"{at}{_before(done.moved_from)}.", offers=(cancel, every))

    async def work_of(self, context: CommandContext) -> tuple[Record, ...]:
        """What is assigned to the person."""
        here = context.channel
        return await self._desk.work_of(here.platform, here.workspace, context.actor.id)

    async def _place(self, channel: str, context: CommandContext) -> Place:
        return await find_place(context, Mention(channel, ""), self._subscriptions)


def _before(day: date | None) -> str:
    """Say why a reminder comes on the working day before."""
    return f", the working day before: {words.day(day)} is a {day:%A}" if day else ""


def _person(context: CommandContext) -> Person:
    return Person(context.actor.id, context.actor.name)

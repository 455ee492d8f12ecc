"""Reminders and feedback, line by line, for every platform. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands.answers import FeedbackList, Offer, RemindersList
from bot.commands.settings_lines import channel_name
from bot.handling.feedback import Said
from bot.handling.reminders import Reminder
from bot.messages import actions, rich, words
from bot.messages.rich import Rich, joined, ours, outside, person, together

_TITLE, _TOPIC = 150, 100
HOW = (
    "Feedback is given behind the three dots of an alert: “Not relevant” or “Wrong topic…”, each "
    "with Undo."
)
"""How feedback is given."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line, and what can be done with it."""

    line: Rich
    offer: Offer | None = None


def reminders_head(answer: RemindersList) -> str:
    """Say how many reminders are to come."""
    if not answer.reminders:
        return "No reminder is set here. “Remind…” is under every alert whose article names dates."
    number = "The next " if answer.more else ""
    return f"{number}{words.count(len(answer.reminders), 'reminder')} to come"


def reminder_rows(answer: RemindersList) -> list[Row]:
    """Give each reminder with the button that cancels it."""
    return [
        Row(reminder_line(one), Offer("Cancel", actions.Unremind(one.id)))
        for one in answer.reminders
    ]


def reminder_line(one: Reminder) -> Rich:
    """Give one reminder: its number, when it comes, whom to, of which date."""
    whom = ours("you") if one.direct else channel_name(one.ref)
    by = together("set by ", person(one.by)) if one.by and not one.direct else ()
    of = together(outside(one.what, _TOPIC), ", ", outside(one.title, _TITLE, link=one.link))
    comes = together(rich.when(one.at), ", to ", whom)
    return joined([rich.code(f"{one.id}", 20), of, comes, by], " · ")


def feedback_head(answer: FeedbackList) -> Rich:
    """Say whose feedback is listed."""
    of = together("in ", channel_name(answer.channel)) if answer.channel else ours("by you")
    if not answer.said:
        return together("Nothing was said of alerts ", of, f" yet. {HOW}")
    return together("What was said of alerts ", of, ", the newest first:")


def feedback_rows(answer: FeedbackList) -> list[Row]:
    """Give what was said, one a row; what the person said here can be taken back."""
    return [Row(feedback_line(one, answer), _undo(one, answer)) for one in answer.said]


def feedback_line(one: Said, answer: FeedbackList) -> Rich:
    """Give what somebody said: of which article, who, when."""
    topic = outside(answer.topic_titles.get(one.topic, one.topic), _TOPIC)
    verdict = together("Wrong topic ", rich.bold(topic)) if one.topic else ours("Not relevant")
    who = together(person(one.actor), ", ", rich.when(one.at))
    return joined([verdict, outside(one.title, _TITLE, link=one.link), who], " · ")


def _undo(one: Said, answer: FeedbackList) -> Offer | None:
    if one.actor != answer.person or one.channel not in ("", answer.here.channel):
        return None
    if one.verdict == "not-relevant":
        return Offer("Undo", actions.NotRelevant(one.entry, on=False))
    return Offer("Undo", actions.WrongTopic(one.entry, one.topic, on=False))

"""Forms of a team's work with an alert, as Slack's views: pure builders, within all limits."""

from __future__ import annotations

from bot.commands import forms
from bot.commands.answers import AssignFormAnswer, NotApplicableFormAnswer, RemindFormAnswer
from bot.commands.fields import choose_one, input_block
from bot.commands.views import View, modal
from bot.handling.dates import DAYS_BEFORE
from bot.handling.model import REASON_MOST
from bot.messages import kit, words
from bot.messages.kit import Block
from bot.messages.mrkdwn import bold, escape
from bot.news.model import KeyDate

_TITLE = 250
Asked = AssignFormAnswer | NotApplicableFormAnswer | RemindFormAnswer


def assign_form(answer: AssignFormAnswer) -> View:
    """The form that asks to whom an alert is assigned, and until when."""
    who = {"type": "users_select", "placeholder": kit.plain("Choose a person", 150)}
    due = {"type": "datepicker", "initial_date": answer.due.isoformat()}
    fields = [
        input_block(forms.ASSIGNEE, "Who does it", who),
        input_block(
            forms.DUE, "Due on", due, hint="They are told now, and reminded on that day at nine."
        ),
    ]
    return _form(forms.ASSIGN, "Assign an alert", answer, fields, "Assign")


def not_applicable_form(answer: NotApplicableFormAnswer) -> View:
    """The form that asks why an alert does not apply."""
    reason: Block = {"type": "plain_text_input", "multiline": True, "max_length": REASON_MOST}
    field = input_block(
        forms.REASON,
        "Not applicable because",
        reason,
        hint="Kept for the audit, with your name and the text that the article has now.",
    )
    return _form(forms.NOT_APPLICABLE, "Not applicable", answer, [field], "Note it")


def remind_form(answer: RemindFormAnswer) -> View:
    """The form that asks of which date to remind, whom, and how long before."""
    dates = [(f"{date.kind}:{date.on.isoformat()}", _label(date)) for date in answer.dates]
    before = [(str(days), _before(days)) for days in DAYS_BEFORE]
    whom = [("me", "Me, in a direct message"), ("channel", "This channel")]
    fields = [
        input_block(forms.DATE, "Of which date", choose_one(dates, dates[0][0])),
        input_block(forms.DAYS, "When", choose_one(before, "1")),
        input_block(forms.WHOM, "Whom", choose_one(whom, "me")),
    ]
    return _form(forms.REMIND, "Remind of a date", answer, fields, "Remind")


def _form(callback_id: str, title: str, answer: Asked, fields: list[Block], submit: str) -> View:
    about = kit.section(bold(escape(answer.title, _TITLE)) or "An article")
    metadata = {"entry": answer.entry_id, "channel": answer.channel.channel}
    return modal(callback_id, title, [about, *fields], submit=submit, metadata=metadata)


def _label(date: KeyDate) -> str:
    return f"{words.DATE_WORDS.get(date.kind, date.kind)}: {words.day(date.on)}"


def _before(days: int) -> str:
    return f"{words.count(days, 'day')} before" if days else "On the day"

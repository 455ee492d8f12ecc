"""Forms of a team's work with an alert, as Slack's views: pure builders, within all limits."""

from __future__ import annotations

from bot.commands import form_words, forms
from bot.commands.answers import AssignFormAnswer, NotApplicableFormAnswer, RemindFormAnswer
from bot.commands.fields import choose_one, input_block
from bot.commands.views import View, modal
from bot.handling.model import REASON_MOST
from bot.messages import kit
from bot.messages.kit import Block
from bot.messages.mrkdwn import bold, escape

_TITLE = 250
Asked = AssignFormAnswer | NotApplicableFormAnswer | RemindFormAnswer


def assign_form(answer: AssignFormAnswer) -> View:
    """The form that asks to whom an alert is assigned, and until when."""
    who = {"type": "users_select", "placeholder": kit.plain("Choose a person", 150)}
    due = {"type": "datepicker", "initial_date": answer.due.isoformat()}
    fields = [
        input_block(forms.ASSIGNEE, form_words.ASSIGNEE, who),
        input_block(forms.DUE, form_words.DUE, due, hint=form_words.ASSIGN_HINT),
    ]
    return _form(forms.ASSIGN, "Assign an alert", answer, fields, "Assign")


def not_applicable_form(answer: NotApplicableFormAnswer) -> View:
    """The form that asks why an alert does not apply."""
    reason = {"type": "plain_text_input", "multiline": True, "max_length": REASON_MOST}
    field = input_block(forms.REASON, form_words.REASON, reason, hint=form_words.REASON_HINT)
    return _form(forms.NOT_APPLICABLE, "Not applicable", answer, [field], "Note it")


def remind_form(answer: RemindFormAnswer) -> View:
    """The form that asks of which date to remind, whom, and how long before."""
    dates, before = form_words.date_choices(answer.dates), form_words.before_choices()
    fields = [
        input_block(forms.DATE, form_words.DATE, choose_one(dates, dates[0][0])),
        input_block(forms.DAYS, form_words.DAYS_AHEAD, choose_one(before, "1")),
        input_block(forms.WHOM, form_words.REMINDED, choose_one(form_words.WHOM, "me")),
    ]
    return _form(forms.REMIND, "Remind of a date", answer, fields, "Remind")


def _form(callback_id: str, title: str, answer: Asked, fields: list[Block], submit: str) -> View:
    about = kit.section(bold(escape(answer.title, _TITLE)) or "An article")
    metadata = {"entry": answer.entry_id, "channel": answer.channel.channel}
    return modal(callback_id, title, [about, *fields], submit=submit, metadata=metadata)

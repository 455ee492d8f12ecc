"""Forms of a team's work with an alert, as Adaptive Cards to open in a dialog."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import form_words, forms
from bot.commands.answers import AssignFormAnswer, NotApplicableFormAnswer, RemindFormAnswer
from bot.commands.card_forms import choose, form, subject, text_field
from bot.commands.reply import CardReply
from bot.handling.model import REASON_MOST
from bot.messages import card_kit
from bot.messages.card_kit import Element
from bot.messages.rich import ours

_PEOPLE = {"type": "Data.Query", "dataset": "graph.microsoft.com/users?scope=currentContext"}
"""The people of the conversation; source: learn.microsoft.com/microsoftteams/platform/
task-modules-and-cards/cards/people-picker."""

Asked = AssignFormAnswer | NotApplicableFormAnswer | RemindFormAnswer


def assign_form(answer: AssignFormAnswer) -> CardReply:
    """The form that asks to whom an alert is assigned, and until when."""
    who = choose(forms.ASSIGNEE, form_words.ASSIGNEE, (), needed="Choose a person.")
    due: Element = {
        "type": "Input.Date",
        "id": forms.DUE,
        "label": form_words.DUE,
        "value": answer.due.isoformat(),
        "isRequired": True,
        "errorMessage": "Choose a day.",
    }
    told = card_kit.small(ours(form_words.ASSIGN_HINT))
    fields = [{**who, "choices.data": _PEOPLE}, due, told]
    return _form(forms.ASSIGN, "Assign an alert", answer, fields, "Assign")


def not_applicable_form(answer: NotApplicableFormAnswer) -> CardReply:
    """The form that asks why an alert does not apply."""
    reason = text_field(forms.REASON, form_words.REASON, "", most=REASON_MOST)
    needed = {"isRequired": True, "errorMessage": "Say why; it is kept for the audit."}
    fields = [reason | needed, card_kit.small(ours(form_words.REASON_HINT))]
    return _form(forms.NOT_APPLICABLE, "Not applicable", answer, fields, "Note it")


def remind_form(answer: RemindFormAnswer) -> CardReply:
    """The form that asks of which date to remind, whom, and how long before."""
    dates = form_words.date_choices(answer.dates)
    fields = [
        choose(forms.DATE, form_words.DATE, dates, [dates[0][0]], needed="Choose a date."),
        choose(forms.DAYS, form_words.DAYS_AHEAD, form_words.before_choices(), ["1"]),
        choose(forms.WHOM, form_words.REMINDED, form_words.WHOM, ["me"]),
    ]
    return _form(forms.REMIND, "Remind of a date", answer, fields, "Remind")


def _form(
    name: str, title: str, answer: Asked, fields: Sequence[Element], submit: str
) -> CardReply:
    about = {"entry": answer.entry_id, "channel": answer.channel.channel}
    return form(name, title, [subject(answer.title), *fields], submit=submit, about=about)

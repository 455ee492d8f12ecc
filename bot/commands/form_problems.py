"""What is wrong in forms that were sent, and beside which field it is said. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.commands.forms import (
    ASSIGNEE,
    CHANNEL,
    DAILY,
    DATE,
    DUE,
    INSTANT,
    QUERY,
    QUIET_TO,
    REASON,
    SEARCHES,
    TOPICS,
    WATCHES,
    WEEKLY,
    ZONE,
    AssignSubmitted,
    NotApplicableSubmitted,
    RemindSubmitted,
    SearchSubmitted,
    SettingsSubmitted,
    ShareSubmitted,
    Submitted,
    WrongTopicSubmitted,
)
from bot.errors import UsageError
from bot.subscriptions.terms import query_problem, term_problem
from bot.subscriptions.times import parse_zone

_NAMED = 60
"""Characters of a wrong line that are said again."""


def problems(form: Submitted) -> dict[str, str]:
    """Give what is wrong in a form, by the field's block id, for Slack to show beside it."""
    found: dict[str, str] = {}
    match form:
        case SettingsSubmitted():
            found = _settings_problems(form)
        case ShareSubmitted() if not form.channel:
            found[CHANNEL] = "Choose a channel."
        case WrongTopicSubmitted() if not form.topics:
            found[TOPICS] = "Choose at least one topic."
        case SearchSubmitted() if not form.query.strip():
            found[QUERY] = "Say what to search for."
        case AssignSubmitted():
            found |= {} if form.assignee else {ASSIGNEE: "Choose a person."}
            found |= {} if form.due else {DUE: "Choose a day."}
        case NotApplicableSubmitted() if not form.reason:
            found[REASON] = "Say why; it is kept for the audit."
        case RemindSubmitted() if form.on is None:
            found[DATE] = "Choose a date."
        case _:
            pass
    return found


def told_beside(form: Submitted) -> str:
    """Give the field beside which is said why a form was not carried out."""
    match form:
        case SettingsSubmitted():
            return CHANNEL if form.adds else INSTANT
        case ShareSubmitted():
            return CHANNEL
        case WrongTopicSubmitted():
            return TOPICS
        case SearchSubmitted():
            return QUERY
        case AssignSubmitted():
            return DUE
        case NotApplicableSubmitted():
            return REASON
        case RemindSubmitted():
            return DATE


def _settings_problems(form: SettingsSubmitted) -> dict[str, str]:
    found: dict[str, str] = {}
    if not form.channel:
        found[CHANNEL] = "Choose a channel."
    if form.timezone:
        try:
            parse_zone(form.timezone)
        except UsageError as error:
            found[ZONE] = str(error)
    terms = [term for line in form.watches or () for term in (line.term, *line.aliases)]
    found |= _first_problem(WATCHES, terms, term_problem)
    found |= _first_problem(SEARCHES, form.searches or (), query_problem)
    if set(form.daily) & set(form.instant):
        found[DAILY] = "A topic here comes at once already; choose one of the two."
    if set(form.weekly) & (set(form.instant) | set(form.daily)):
        found[WEEKLY] = "A topic here comes in another way already; choose one of them."
    if form.quiet and not all(form.quiet):
        found[QUIET_TO] = "Say from when to when it is quiet."
    elif form.quiet and form.quiet[0] == form.quiet[1]:
        found[QUIET_TO] = "Quiet hours must start and end at different times."
    return found


def _first_problem(
    field: str, written: Sequence[str], problem_of: Callable[[str], str]
) -> dict[str, str]:
    """Say of the first line that will not do why it will not."""
    for line in written:
        if problem := problem_of(line):
            return {field: f"“{line[:_NAMED]}”: {problem}"}
    return {}

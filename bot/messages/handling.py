"""What a team does with an alert, in words and as choices, for every platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.messages import words
from bot.messages.actions import Action, AssignForm, Handle, NotApplicableForm
from bot.messages.model import Alert, Handling, HandlingState, HandlingStep

STEPS: Mapping[HandlingState, tuple[HandlingStep, ...]] = {
    "open": ("acknowledge", "assign", "not-applicable"),
    "acknowledged": ("assign", "not-applicable", "done", "reopen"),
    "assigned": ("done", "assign", "not-applicable", "reopen"),
    "not-applicable": ("reopen",),
    "done": ("reopen",),
}
"""The steps that may be taken from each state, in the order of their buttons."""

LABELS: Mapping[HandlingStep, str] = {
    "acknowledge": "Acknowledge",
    "assign": "Assign…",
    "not-applicable": "Not applicable…",
    "done": "Done",
    "reopen": "Reopen",
}

MARKS: Mapping[HandlingState, str] = {
    "open": "",
    "acknowledged": "eyes",
    "assigned": "bust_in_silhouette",
    "not-applicable": "no_entry_sign",
    "done": "white_check_mark",
}
"""The emoji that stands before each state, by its name."""


def choices(alert: Alert) -> list[tuple[str, Action]]:
    """Give what can be done next with an alert: labels and actions; nothing for a copy that was
    shared."""
    if alert.handling is None:
        return []
    return [(LABELS[step], _action(alert.entry_id, step)) for step in STEPS[alert.handling.state]]


def _action(entry: int, step: HandlingStep) -> Action:
    if step == "assign":
        return AssignForm(entry)
    return NotApplicableForm(entry) if step == "not-applicable" else Handle(entry, step)


def state_line(
    handling: Handling,
    person: Callable[[str], str],
    moment: Callable[[datetime], str],
    text: Callable[[str], str],
) -> str:
    """Give the state in one line; nothing while nobody has taken it on.

    `person`, `moment` and `text` give people, times and words from outside as the platform shows
    them.
    """
    by = person(handling.by)
    at = f", {moment(handling.at)}" if handling.at else ""
    match handling.state:
        case "acknowledged":
            return f"Acknowledged by {by}{at}"
        case "assigned":
            due = f", due {words.day(handling.due)}" if handling.due else ""
            return f"Assigned to {person(handling.assignee)}{due} (by {by}{at})"
        case "not-applicable":
            return f"Not applicable: “{text(handling.reason)}” ({by}{at})"
        case "done":
            return f"Done ({by}{at})"
        case "open":
            return ""

"""What a team does with an alert, in words and as choices, for every platform."""

from __future__ import annotations

from collections.abc import Mapping

from bot.messages import words
from bot.messages.actions import Action, AssignForm, Calendar, Handle, NotApplicableForm, RemindForm
from bot.messages.model import Alert, Handling, HandlingState, HandlingStep
from bot.messages.rich import Rich, outside, person, together, when

_REASON = 600
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
    entry = alert.entry_id
    steps = [(LABELS[step], _action(entry, step)) for step in STEPS[alert.handling.state]]
    if alert.dates:
        steps += [("Add to calendar", Calendar(entry)), ("Remind…", RemindForm(entry))]
    return steps


def _action(entry: int, step: HandlingStep) -> Action:
    if step == "assign":
        return AssignForm(entry)
    return NotApplicableForm(entry) if step == "not-applicable" else Handle(entry, step)


def state_line(handling: Handling) -> Rich:
    """Give the state in one line; nothing while nobody has taken it on."""
    by = together(person(handling.by, handling.by_name), ", " if handling.at else "", _at(handling))
    match handling.state:
        case "acknowledged":
            return together("Acknowledged by ", by)
        case "assigned":
            due = f", due {words.day(handling.due)}" if handling.due else ""
            whom = person(handling.assignee, handling.assignee_name)
            return together("Assigned to ", whom, f"{due} (by ", by, ")")
        case "not-applicable":
            reason = outside(handling.reason, _REASON)
            return together("Not applicable: “", reason, "” (", by, ")")
        case "done":
            return together("Done (", by, ")")
        case "open":
            return ()


def _at(handling: Handling) -> Rich:
    return when(handling.at) if handling.at else ()

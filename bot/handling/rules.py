"""Which step may follow which. Pure: records in, a state or a refusal out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.errors import UsageError
from bot.handling.model import REASON_MOST, Step
from bot.messages.handling import STEPS
from bot.messages.model import Handling, HandlingState, HandlingStep

AFTER: Mapping[HandlingStep, HandlingState] = {
    "acknowledge": "acknowledged",
    "assign": "assigned",
    "not-applicable": "not-applicable",
    "done": "done",
    "reopen": "open",
}

_REFUSALS: Mapping[HandlingState, str] = {
    "open": "Nobody has taken this on yet, so there is nothing to end.",
    "acknowledged": "This is acknowledged already.",
    "assigned": "This is assigned already.",
    "not-applicable": "This was found not applicable; reopen it first.",
    "done": "This is done already; reopen it first.",
}


def check(step: Step, now: Handling | None, today: date) -> None:
    """Raise UsageError (one sentence) when a step may not be taken from where things are.

    `today`: the day in the channel's zone.
    """
    state: HandlingState = now.state if now else "open"
    if step.name not in STEPS[state]:
        raise UsageError(_REFUSALS[state])
    if step.name == "assign":
        if step.assignee is None or not step.assignee.id:
            raise UsageError("Say to whom it is assigned.")
        if step.due is None:
            raise UsageError("Say until when it is to be done.")
        if step.due < today:
            raise UsageError("That day is past; choose today or a later one.")
    if step.name == "not-applicable":
        if not step.reason.strip():
            raise UsageError("Say why it is not applicable; the reason is kept for the audit.")
        if len(step.reason) > REASON_MOST:
            raise UsageError(f"A reason has at most {REASON_MOST:,} characters.")

"""What a team does with an alert, as Block Kit: the state for all to see, and the next steps."""

from __future__ import annotations

from bot.messages import handling, kit
from bot.messages.actions import Calendar, RemindForm, encode
from bot.messages.kit import Block
from bot.messages.model import Alert
from bot.messages.mrkdwn import clean, date_time, escape, person

_REASON = 600


def handling_blocks(alert: Alert) -> list[Block]:
    """Give the line of state and the row of steps; nothing for a copy that was shared."""
    if alert.handling is None:
        return []
    state = handling.state_line(
        alert.handling, person, date_time, lambda text: escape(text, _REASON)
    )
    shown = [kit.context(f":{handling.MARKS[alert.handling.state]}: {state}")] if state else []
    return [*shown, kit.actions(_buttons(alert))]


def _buttons(alert: Alert) -> list[Block]:
    title = clean(alert.title, 40)
    steps = list(handling.choices(alert))
    if alert.dates:
        steps += [
            ("Add to calendar", Calendar(alert.entry_id)),
            ("Remind…", RemindForm(alert.entry_id)),
        ]
    return [
        kit.button(label, f"handle-{number}", encode(action), label=f"{label} {title}")
        for number, (label, action) in enumerate(steps)
    ]

"""What a team does with an alert, as Block Kit: the state for all to see, and the next steps."""

from __future__ import annotations

from bot.messages import handling, kit
from bot.messages.action_values import encode
from bot.messages.kit import Block
from bot.messages.model import Alert
from bot.messages.mrkdwn import clean
from bot.messages.slack_text import mrkdwn


def handling_blocks(alert: Alert) -> list[Block]:
    """Give the line of state and the row of steps; nothing for a copy that was shared."""
    if alert.handling is None:
        return []
    state = mrkdwn(handling.state_line(alert.handling))
    shown = [kit.context(f":{handling.MARKS[alert.handling.state]}: {state}")] if state else []
    return [*shown, kit.actions(_buttons(alert))]


def _buttons(alert: Alert) -> list[Block]:
    title = clean(alert.title, 40)
    return [
        kit.button(label, f"handle-{number}", encode(action), label=f"{label} {title}")
        for number, (label, action) in enumerate(handling.choices(alert))
    ]

"""Elements of Adaptive Cards as Teams takes them, and how a card is kept small enough.

Sources: adaptivecards.io/explorer (version 1.5, the newest that Teams takes from bots), and
learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using for
the limit of 28 KB. Pure data in, JSON out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bot.messages import action_values, actions
from bot.messages.card_text import harmless, markdown, runs, uri
from bot.messages.limits import cut
from bot.messages.mrkdwn import clean
from bot.messages.rich import Rich, ours

Card = dict[str, Any]
Element = dict[str, Any]

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
VERSION = "1.5"
MESSAGE_BYTES = 28 * 1024
"""The largest message with its card, as UTF-8 JSON."""
CARD_BYTES = MESSAGE_BYTES - 2_048
"""The largest card: the message around it has a summary and addresses."""
BUTTON_TEXT = 60
TOOLTIP = 100
PRIMARY_BUTTONS = 5
"""Teams shows six buttons in a row, the last of which may be the three dots."""
FALLBACK_TEXT = 300

_DIALOGS = (
    actions.ShareForm,
    actions.SettingsForm,
    actions.WrongTopic,
    actions.Explain,
    actions.Timeline,
    actions.AssignForm,
    actions.NotApplicableForm,
    actions.RemindForm,
)


def card(body: Sequence[Element], buttons: Sequence[Element] = (), *, fallback: str) -> Card:
    """Make a card of as much of `body` as there is room for. `fallback`: plain text that says it
    to notifications, screen readers and clients that know no such card."""
    said = clean(fallback, FALLBACK_TEXT) or "-"
    shown: Card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "fallbackText": harmless(said),
        "msteams": {"width": "Full"},
        "body": [],
    }
    if buttons:
        shown["actions"] = list(buttons)
    kept = fitting(body, CARD_BYTES - size(shown) - 200)
    left = len(body) - len(kept)
    shown["body"] = [*kept, small(ours(f"and {left:,} more"))] if left else kept
    return shown


def size(value: object) -> int:
    """Give the bytes of a value as UTF-8 JSON, in its wider spelling."""
    return len(json.dumps(value, ensure_ascii=False).encode())


def fitting(elements: Sequence[Element], room: int) -> list[Element]:
    """Give the first elements that fit into `room` bytes together."""
    kept: list[Element] = []
    for element in elements:
        room -= size(element) + 2
        if room < 0:
            break
        kept.append(element)
    return kept


def heading(text: str, *, large: bool = True) -> Element:
    """A heading in words of our own."""
    return {
        "type": "TextBlock",
        "text": text,
        "style": "heading",
        "weight": "Bolder",
        "size": "Large" if large else "Medium",
        "wrap": True,
    }


def paragraph(rich: Rich, **style: str | bool) -> Element:
    """A paragraph; `style`: properties of all its runs."""
    return {"type": "RichTextBlock", "inlines": runs(rich, **style) or ["-"]}


def line(rich: Rich, **style: str | bool) -> Element:
    """One line of a list."""
    return {**paragraph(rich, **style), "spacing": "Small"}


def small(rich: Rich) -> Element:
    """Small print."""
    return {**paragraph(rich, isSubtle=True, size="Small"), "spacing": "Small"}


def facts(pairs: Iterable[tuple[str, Rich]], room: int) -> Element:
    """A table of labels and values, as many as fit into `room` bytes."""
    rows = [{"title": label, "value": markdown(value)} for label, value in pairs]
    return {"type": "FactSet", "facts": fitting(rows, room)}


def apart(element: Element) -> Element:
    """Put a line above an element."""
    return {**element, "separator": True, "spacing": "Medium"}


def container(items: Sequence[Element], *, style: str = "") -> Element:
    """Put elements together."""
    return {"type": "Container", "items": list(items)} | ({"style": style} if style else {})


def row(buttons: Sequence[Element]) -> Element:
    """A row of buttons within a card."""
    return {"type": "ActionSet", "actions": list(buttons), "spacing": "Small"}


def open_button(url: str, *, said: str = "") -> list[Element]:
    """The button that opens an address; none when the address will not do."""
    safe = uri(url)
    if not safe:
        return []
    return [{"type": "Action.OpenUrl", "title": "Open", "url": safe} | _tooltip(said)]


def button(label: str, action: actions.Action, *, said: str = "", second: bool = False) -> Element:
    """A button. Its `data` has what `action_values.read` reads. One that asks for a form opens a
    dialog. `second`: it is behind the three dots; `said`: what a screen reader says."""
    data: dict[str, Any] = {"value": action_values.encode(action)}
    title = cut(clean(label, BUTTON_TEXT), BUTTON_TEXT) or "-"
    shared = {"title": title, **_tooltip(said)} | ({"mode": "secondary"} if second else {})
    if opens_dialog(action):
        data["msteams"] = {"type": "task/fetch"}
        return {"type": "Action.Submit", "data": data, **shared}
    return {
        "type": "Action.Execute",
        "verb": "act",
        "data": data,
        "associatedInputs": "none",
        **shared,
        "fallback": {"type": "Action.Submit", "title": title, "data": data},
    }


def opens_dialog(action: actions.Action) -> bool:
    """Whether a button opens a dialog: a form, or something for one person to read."""
    return isinstance(action, _DIALOGS)


def _tooltip(said: str) -> dict[str, str]:
    shown = clean(said, TOOLTIP)
    return {"tooltip": shown} if shown else {}

"""Actions as the values of buttons and menus: compact JSON, read back from anybody's hands.

An overflow menu's value has room for 150 characters, a button's for 2,000.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, get_type_hints

from bot.messages.actions import KINDS, Action
from bot.messages.limits import BUTTON_VALUE

MAX_QUERY = 1_500
"""Characters of a query that a button carries."""

_NAMES = {kind: name for name, kind in KINDS.items()}
_HINTS = {kind: get_type_hints(kind) for kind in _NAMES}


def encode(action: Action) -> str:
    """Give the value that `decode` reads. Fields at their default are left out."""
    given = asdict(action)
    short = {f.name: given[f.name] for f in fields(action) if given[f.name] != f.default}
    if isinstance(short.get("query"), str):
        short["query"] = short["query"][:MAX_QUERY]
    body = {"do": _NAMES[type(action)], **short}
    value = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return value.encode("utf-8", "replace").decode()  # halves of characters cannot be sent


def fits(action: Action, most: int = BUTTON_VALUE) -> bool:
    """Whether an action's value has room in a button (in `most` characters)."""
    return len(encode(action)) <= most


def decode(value: str) -> Action | None:
    """Read a value; None when it is none of ours (an old message's, or somebody's own)."""
    try:
        body = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    kind = KINDS.get(str(body.pop("do", "")))
    if kind is None:
        return None
    hints = _HINTS[kind]
    if not all(name in hints and _fits_type(one, hints[name]) for name, one in body.items()):
        return None
    try:
        return kind(**body)
    except TypeError:
        return None


def _fits_type(value: object, hint: Any) -> bool:  # noqa: ANN401 - a type
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    if hint is bool:
        return isinstance(value, bool)
    choices = getattr(hint, "__args__", ())
    return isinstance(value, str) and (not choices or value in choices)


def read(action: Mapping[str, Any]) -> Action | None:
    """Read what an element of Slack's `actions` payload asks for."""
    chosen = action.get("selected_option")
    value = chosen.get("value") if isinstance(chosen, Mapping) else action.get("value")
    return decode(value) if isinstance(value, str) else None

"""What the Teams look-alike knows: tenants' conversations, people, and what was posted."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["channel", "groupChat", "personal"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a tenant."""

    id: str
    name: str
    tenant: str
    timezone: str = "Europe/Amsterdam"

    @property
    def aad(self) -> str:
        """The person's id in the directory, made of their own."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self.id))


@dataclass(slots=True)
class Post:
    """A message in a conversation; `thread`: the first post of its thread, where it answers."""

    id: str
    conversation: str
    activity: dict[str, Any]
    thread: str = ""
    by_bot: bool = True
    edits: int = 0
    deleted: bool = False

    @property
    def card(self) -> dict[str, Any]:
        """Its Adaptive Card; nothing when it has none."""
        for attachment in self.activity.get("attachments") or ():
            return dict(attachment["content"])
        return {}

    @property
    def shown(self) -> str:
        """All that a person may read in it."""
        return words(self.card) if self.card else str(self.activity.get("text") or "")

    def buttons(self) -> list[dict[str, Any]]:
        """Its buttons, wherever in the card."""
        return [one for one in every(self.card) if str(one.get("type", "")).startswith("Action.")]

    def button(self, title: str) -> dict[str, Any]:
        """The button with this title. Raises LookupError."""
        for one in self.buttons():
            if one.get("title") == title:
                return one
        raise LookupError(f"{title} is not among {[one.get('title') for one in self.buttons()]}")


@dataclass(slots=True)
class Room:
    """A conversation; a channel is one of `team`."""

    id: str
    tenant: str
    kind: Kind
    name: str = ""
    team: str = ""
    team_name: str = ""
    members: set[str] = field(default_factory=set)
    with_bot: bool = False
    posts: list[Post] = field(default_factory=list)
    sent: deque[datetime] = field(default_factory=lambda: deque(maxlen=2_000))


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the next call: `taken`: the message is posted all the same; status 0:
    the connection is cut."""

    status: int
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    taken: bool = False


def every(value: Any) -> list[dict[str, Any]]:
    """Every object within a card that a person may see."""
    if isinstance(value, list):
        return [one for part in value for one in every(part)]
    if not isinstance(value, dict):
        return []
    seen = [part for name, part in value.items() if name not in ("data", "fallback")]
    return [value, *(one for part in seen for one in every(part))]


def words(card: dict[str, Any]) -> str:
    """The words of a card that people see."""
    shown = []
    for one in every(card):
        shown += [str(one[name]) for name in ("text", "title", "value") if name in one]
        shown += [part for part in one.get("inlines") or () if isinstance(part, str)]
    return "\n".join(shown)


def filled_in(form: dict[str, Any], inputs: dict[str, str]) -> dict[str, Any]:
    """What a form sends: what its button bears, what it showed, and what was filled in; of a
    menu in which nothing is chosen nothing."""
    send = form["actions"][-1]
    fields = {one["id"]: one for one in every(form) if "id" in one}
    said = {**{name: one.get("value", "") for name, one in fields.items()}, **inputs}
    menus = {name for name, one in fields.items() if one["type"] == "Input.ChoiceSet"}
    said = {name: value for name, value in said.items() if value or name not in menus}
    return {**send.get("data", {}), **said}

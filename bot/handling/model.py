"""What the handling room is given and gives: steps to take, records of those taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.messages.model import HandlingStep

REASON_MOST = 1_000
"""Characters of a reason that are kept."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as their platform names them (`id`), and as people read them."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody does with an alert. `assignee` and `due` are for `assign` (a day in the
    channel's zone), `reason` is for `not-applicable`."""

    name: HandlingStep
    assignee: Person | None = None
    due: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One step as it was taken, on which text: title, address and the hash of the text then.

    It is never changed, and kept when the article itself is not. `entry` and `story` are ids.
    """

    id: int
    workspace: str
    channel: str
    channel_name: str
    story: int
    entry: int
    step: Step
    actor: Person
    at: datetime
    title: str
    link: str
    publication: str
    text_hash: str

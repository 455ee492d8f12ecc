"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: `wrong` keeps something from working, `note` is worth knowing."""

    state: State
    subject: str
    text: str

"""What can go wrong on the way to Slack, planned call by call (`SlackLookalike.plan`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delay:
    """Carry the call out, and answer so many (real) seconds late."""

    seconds: float


@dataclass(frozen=True, slots=True)
class CutBefore:
    """Cut the connection before anything is done."""


@dataclass(frozen=True, slots=True)
class CutAfter:
    """Carry the call out, and cut the connection before the answer."""


@dataclass(frozen=True, slots=True)
class Status:
    """Do nothing and answer with an HTTP status; `retry_after` in seconds goes with a 429."""

    code: int
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class ApiError:
    """Do nothing and answer `{"ok": false, "error": error}`."""

    error: str


@dataclass(frozen=True, slots=True)
class Garbage:
    """Answer 200 with a page that is no JSON; `done`: carry the call out first."""

    done: bool = False


Fault = Delay | CutBefore | CutAfter | Status | ApiError | Garbage

"""Questions to the full-text index: one tree, written for FTS5 and for a tsvector.

Only tokens that `bot.search.tokens` made get here, each quoted all the same, and the whole is a
bound parameter: nothing that a person types is ever part of a statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LOWEST, HIGHEST = -(1 << 62), 1 << 62
"""Below and above every position."""


@dataclass(frozen=True, slots=True)
class AnyPhrase:
    """At least one of these runs of tokens; one token is a run too."""

    phrases: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The one, but not the other."""

    wanted: Expression
    unwanted: Expression


Expression = AnyPhrase | AllOf | AnyOf | Without


@dataclass(frozen=True, slots=True)
class Span:
    """A range of positions: `low <= position < high`."""

    low: int = LOWEST
    high: int = HIGHEST


def fts5(part: Expression) -> str:
    """Write an expression as an FTS5 MATCH text."""
    if isinstance(part, AnyPhrase):
        return "(" + " OR ".join(f'"{_fts5_phrase(phrase)}"' for phrase in part.phrases) + ")"
    if isinstance(part, Without):
        return f"({fts5(part.wanted)} NOT {fts5(part.unwanted)})"
    joint = " AND " if isinstance(part, AllOf) else " OR "
    return "(" + joint.join(fts5(each) for each in part.parts) + ")"


def _fts5_phrase(phrase: Sequence[str]) -> str:
    return " ".join(phrase).replace('"', '""')


def tsquery(part: Expression) -> str:
    """Write an expression as a tsquery's text."""
    if isinstance(part, AnyPhrase):
        return "(" + " | ".join(_ts_phrase(phrase) for phrase in part.phrases) + ")"
    if isinstance(part, Without):
        return f"({tsquery(part.wanted)} & !{tsquery(part.unwanted)})"
    joint = " & " if isinstance(part, AllOf) else " | "
    return "(" + joint.join(tsquery(each) for each in part.parts) + ")"


def _ts_phrase(phrase: Sequence[str]) -> str:
    words = " <-> ".join("'" + t.replace("\\", "\\\\").replace("'", "''") + "'" for t in phrase)
    return f"({words})" if len(phrase) > 1 else words

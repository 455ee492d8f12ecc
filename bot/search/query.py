"""The query language's tree, and how it is printed.

`str()` of a tree is its canonical form: parsing that gives an equal tree. Places (`start`,
`end`) are offsets in the text that was typed and do not count in comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

FieldName = Literal["topic", "source", "company", "eccn", "cite", "story"]
FIELDS: tuple[FieldName, ...] = ("topic", "source", "company", "eccn", "cite", "story")
Order = Literal["relevance", "date"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its tokens, of which "chip-making" has two. Inflections match too, and if it is
    `unfinished` (somebody is typing it), words that begin so."""

    tokens: tuple[str, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    unfinished: bool = False

    def __str__(self) -> str:
        return "-".join(self.tokens)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand exactly so, one after the other. `quoted` is how it was typed: Chinese
    characters that stand together are a phrase without quotes."""

    tokens: tuple[str, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    quoted: bool = True

    def __str__(self) -> str:
        return f'"{" ".join(self.tokens)}"' if self.quoted else "".join(self.tokens)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A field with a value, as `topic:entity-list`."""

    name: FieldName
    value: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        plain = all(c.isalnum() or c in "-." for c in self.value)
        return f"{self.name}:{self.value}" if plain else f'{self.name}:"{self.value}"'


@dataclass(frozen=True, slots=True)
class Not:
    """What must not match."""

    part: Node

    def __str__(self) -> str:
        return f"-{_inside(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of these match."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(_inside(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these matches; binds less than words side by side."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(
            f"({part})" if isinstance(part, And | Or) else str(part) for part in self.parts
        )


Node = Word | Phrase | Tagged | Not | And | Or


def _inside(part: Node) -> str:
    return f"({part})" if isinstance(part, And | Or) else str(part)


@dataclass(frozen=True, slots=True)
class Query:
    """A query as read. `root` is None when it asks for everything; `since` and `until` are whole
    days, both included; `notes` are sentences about what was read as words, `no_date` the first
    `from:` or `to:` among it."""

    root: Node | None = None
    since: date | None = None
    until: date | None = None
    order: Order = "relevance"
    notes: tuple[str, ...] = field(default=(), compare=False)
    no_date: str = field(default="", compare=False)

    @property
    def asks(self) -> bool:
        """Whether it asks for anything: a word, a fact or a span of days."""
        return self.root is not None or self.since is not None or self.until is not None

    def narrowed(self, name: FieldName, value: str) -> Query:
        """Give the query that asks for a fact too."""
        parts = self.root.parts if isinstance(self.root, And) else (self.root,) if self.root else ()
        fact = Tagged(name, value)
        return replace(self, root=And((*parts, fact)) if parts else fact)

    def __str__(self) -> str:
        parts = []
        if self.root is not None:
            whole = self.since is None and self.until is None and self.order == "relevance"
            parts.append(
                str(self.root) if whole or not isinstance(self.root, Or) else f"({self.root})"
            )
        if self.since is not None:
            parts.append(f"from:{self.since.isoformat()}")
        if self.until is not None:
            parts.append(f"to:{self.until.isoformat()}")
        if self.order == "date":
            parts.append("sort:date")
        return " ".join(parts)

"""What the news room hands on: what an entry means, and why we think so.

An entry is analysed in two fields: its `title`, and its text, which is `content` where the
entry has one and `summary` otherwise (`FeedEntry.text`). Places are offsets in characters into
that field, so `field[start:end] == text` always holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Field = Literal["title", "summary", "content"]

Source = Literal["title", "summary", "content", "given"]
"""Where a reference was read; `given`: its publisher gives it as data, so it has no place."""

WHOLE = "the wording as a whole"
"""What people are told where no phrase says a topic alone; never a phrase itself."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A phrase found, with its place.

    `whole`: no phrase says it alone; the place is all of the headline (or of the text's beginning),
    as its wording as a whole decided.
    """

    text: str
    start: int
    end: int
    field: Field
    whole: bool = False


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """That an entry has a topic.

    `score` (0 to 1) is calibrated: of matches with score s, about that share is right. `main`
    tells the main subject from a passing mention.
    """

    topic: str
    score: float
    main: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A checked reference; `value` is its normal form, `url` its official page or empty.

    One that is `given` has the place (0, 0), and its `text` is what was given.

    Kinds: `eccn`, `usml`, `fr-document`, `fr-page`, `cfr`, `usc`, `hts`, `docket`, `rin`,
    `footnote`, `article`, `bill`, `public-law`, `executive-order`, `eu-act`, `uk-si`,
    `cn-announcement`, `general-licence`.
    """

    kind: str
    value: str
    text: str
    start: int
    end: int
    field: Source
    url: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """A company named; `key` is the folded name without its legal form, for comparison."""

    name: str
    key: str
    country: str = ""
    aliases: tuple[str, ...] = ()


DateKind = Literal["effective", "comments", "compliance", "expiry"]


@dataclass(frozen=True, slots=True)
class KeyDate:
    """A date that matters; `text` is where it was read, empty when it came as a field."""

    kind: DateKind
    on: date
    text: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that was understood of one entry. Topics come by falling score.

    `roundup`: a list of the week's headlines, or nothing but boilerplate; never alerted.
    """

    topics: tuple[TopicMatch, ...] = ()
    citations: tuple[Citation, ...] = ()
    companies: tuple[Company, ...] = ()
    dates: tuple[KeyDate, ...] = ()
    roundup: bool = False


@dataclass(frozen=True, slots=True)
class WatchTerm:
    """A team's own term as the matcher takes it; `names` are the term and its aliases."""

    id: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WatchHit:
    """That an entry names a watch."""

    watch_id: int
    evidence: tuple[Evidence, ...]


Relation = Literal["new", "same", "perhaps", "follow-up"]


@dataclass(frozen=True, slots=True)
class Placement:
    """Which story an entry belongs to.

    `new`: it opens the story. `same`: it reports what the story already has. `follow-up`: it
    opens a story of its own that follows the story `follows_id`. `perhaps`: it does that too, for
    it is not sure whether it reports that story or another.
    """

    story_id: int
    relation: Relation
    follows_id: int | None = None

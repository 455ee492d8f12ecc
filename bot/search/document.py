"""An entry as the search sees it: tokens of its title and text, and tags for all else.

The index stores it and the matcher of saved searches reads it, so both see the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from bot.feeds.identity import article_number, document_number
from bot.feeds.model import FeedEntry
from bot.news.companies import company_key
from bot.news.eccn_citations import family
from bot.news.model import Analysis
from bot.search.citing import short_form
from bot.search.tokens import squashed, tokenise
from bot.storage.fulltext import (
    BODY_STARTS,
    FILLER,
    MAX_OF_A_TOKEN,
    MAX_POSITIONS,
    TextRow,
)

MAX_TEXT = 200_000
"""Characters of a text that are indexed."""

EVERY = "#all"
_MAX_COMPOUNDS = 2_000
_MAX_NAME_WORDS = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an entry beside its texts. `references` are (kind, value); `identities`
    are the numbers that it is cited by; `companies` are names or keys."""

    topics: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    identities: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    publication_id: int | None = None
    story_id: int | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """The tokens of a title and a text, separated by single spaces, and a tag for the headline and
    for each compound. Making them is most of the work, and needs no database."""

    title: str
    body: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Tokens, each field's separated by single spaces."""

    title: str
    body: str
    tags: str


def facts_of(entry: FeedEntry, analysis: Analysis) -> Facts:
    """Give what is known of an entry by itself, without its publication and story."""
    number = entry.document_number or document_number(entry.link)
    return Facts(
        topics=tuple(match.topic for match in analysis.topics),
        references=tuple((found.kind, found.value) for found in analysis.citations),
        identities=tuple(filter(None, (article_number(entry.link), number))),
        companies=tuple(n for c in analysis.companies for n in (c.key, *c.aliases)),
    )


def texts(title: str, body: str) -> Texts:
    """Make texts searchable. Never raises; only the first 200,000 characters of each count."""
    title_tokens, title_compounds = tokenise(title[:MAX_TEXT])
    body_tokens, body_compounds = tokenise(body[:MAX_TEXT])
    title_tokens, body_tokens = _bounded(title_tokens, body_tokens)
    compounds = dict.fromkeys(title_compounds + body_compounds)
    tags = [headline_tag(title_tokens)]
    for compound in list(compounds)[:_MAX_COMPOUNDS]:
        tags += (FILLER, compound)
    return Texts(" ".join(title_tokens), " ".join(body_tokens), tuple(tags))


def document(made: Texts, facts: Facts) -> Document:
    """Put together what the index stores of an entry."""
    return Document(made.title, made.body, " ".join((EVERY, *_tags(facts), *made.tags)))


def published_by(publication_id: int, made: Document) -> Document:
    """Let a document be found by its publication, which was not known when it was made."""
    return Document(made.title, made.body, f"{made.tags} {publication_tag(publication_id)}")


def words(some: Iterable[Document | TextRow]) -> set[str]:
    """Give all tokens of documents."""
    fields = [field for one in some for field in (one.title, one.body, one.tags)]
    return set(" ".join(fields).split(" "))


def _bounded(title: list[str], body: list[str]) -> tuple[list[str], list[str]]:
    """Keep to what both engines can hold, so that both find the same."""
    if len(title) + len(body) <= MAX_OF_A_TOKEN:
        return title, body
    title = title[: MAX_POSITIONS // 2]
    body = body[: MAX_POSITIONS - len(title) - BODY_STARTS]
    seen: dict[str, int] = {}
    bounded = []
    for token in title + body:
        seen[token] = seen.get(token, 0) + 1
        bounded.append(token if seen[token] <= MAX_OF_A_TOKEN else FILLER)
    return bounded[: len(title)], bounded[len(title) :]


def _tags(facts: Facts) -> list[str]:
    tags: dict[str, None] = {}
    for topic in sorted(facts.topics):
        tags[topic_tag(topic)] = None
    if facts.publication_id is not None:
        tags[publication_tag(facts.publication_id)] = None
    if facts.story_id is not None:
        tags[story_tag(facts.story_id)] = None
    for number in facts.identities:
        tags[identity_tag(number)] = None
    for kind, value in facts.references:
        tags[reference_tag(value)] = None
        if short := short_form(kind, value):
            tags[reference_tag(short)] = None
        if kind == "eccn":
            tags.update(dict.fromkeys(_eccn_tags(value)))
    for name in facts.companies:
        tags.update(dict.fromkeys(_company_tags(name)))
    return list(tags)


def topic_tag(topic: str) -> str:
    """Give the tag of a topic's id."""
    return f"#t={_safe(topic)}"


def publication_tag(publication_id: int) -> str:
    """Give the tag of a publication."""
    return f"#p={publication_id}"


def story_tag(story_id: int) -> str:
    """Give the tag of a story."""
    return f"#s={story_id}"


def reference_tag(value: str) -> str:
    """Give the tag of what an entry cites."""
    return f"#c={squashed(value)}"


def identity_tag(value: str) -> str:
    """Give the tag of the number that an entry itself bears."""
    return f"#a={squashed(value)}"


def eccn_tag(value: str) -> str:
    """Give the tag of an ECCN, with paragraph or without."""
    return f"#e={squashed(value)}"


def company_tag(name: str) -> str:
    """Give the tag of a company's name, or of its first words."""
    return f"#k={'-'.join(_name_words(name))}"


def headline_tag(title_tokens: Iterable[str]) -> str:
    """Give the tag of an exact headline."""
    whole = " ".join(title_tokens).encode()
    return f"#h={hashlib.blake2b(whole, digest_size=6).hexdigest()}"


def _eccn_tags(value: str) -> list[str]:
    """Give the tags of an ECCN and of those above it: `3A090.a.1` is also 3A090.a and 3A090,
    `9A610.x` is of the 600 series."""
    parts = value.split(".")
    above = [".".join(parts[:size]) for size in range(1, len(parts) + 1)]
    return [eccn_tag(one) for one in (*above, family(value)) if one]


def _company_tags(name: str) -> list[str]:
    words = _name_words(name)
    return [f"#k={'-'.join(words[:size])}" for size in range(1, len(words) + 1)]


def _name_words(name: str) -> list[str]:
    return tokenise(company_key(name)[:MAX_TEXT])[0][:_MAX_NAME_WORDS]


def _safe(text: str) -> str:
    return "-".join(tokenise(text)[0])

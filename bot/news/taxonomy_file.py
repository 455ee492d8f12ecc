"""Read a taxonomy file, and refuse one that is wrong with the place where it is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from bot.errors import TaxonomyError
from bot.news.folding import fold
from bot.news.topics import Rule, Strength, Taxonomy, Topic, Within, name_key

_TOPIC_KEYS = {"id", "title", "definition", "excludes", "aliases", "examples", "rule"}
_RULE_KEYS = {"name", "when", "unless", "strength", "within"}
_WORDS_KEYS = {"phrases", "context", "vague"}
_STRENGTHS: tuple[str, ...] = get_args(Strength)
_WITHIN: tuple[str, ...] = get_args(Within)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def read_taxonomy(path: Path) -> Taxonomy:
    """Read and check the file. Raises TaxonomyError with the place that is wrong."""
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
    except OSError as error:
        raise TaxonomyError(f"Cannot read the taxonomy {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TaxonomyError(f"The taxonomy {path} is not valid TOML: {error}.") from error
    unknown = set(raw) - {"topic", "words", "lookalikes", "negations"}
    if unknown:
        raise TaxonomyError(f"{path}: nobody knows “{min(unknown)}”.")
    tables = {
        name: _table(each, f"words.{name}")
        for name, each in _table(raw.get("words", {}), "words").items()
    }
    for name, each in tables.items():
        _refuse_unknown(each, _WORDS_KEYS, f"words.{name}")
    words = {name: _phrases(each.get("phrases"), f"words.{name}") for name, each in tables.items()}
    for name, phrases in words.items():
        if not phrases:
            raise TaxonomyError(f"words.{name}: “phrases” is empty.")
    topics = tuple(_topics(raw.get("topic"), words))
    _refuse_shared_names(topics)
    return Taxonomy(
        topics,
        words,
        frozenset(name for name, each in tables.items() if each.get("context") is True),
        frozenset(name for name, each in tables.items() if each.get("vague") is True),
        _phrases(raw.get("lookalikes", []), "lookalikes"),
        _phrases(raw.get("negations", []), "negations"),
        {topic.id: topic for topic in topics},
    )


def _topics(raw: object, words: Mapping[str, object]) -> Iterator[Topic]:
    if not isinstance(raw, list) or not raw:
        raise TaxonomyError("The taxonomy has no [[topic]].")
    seen: set[str] = set()
    for number, each in enumerate(raw, start=1):
        found = _table(each, f"topic {number}")
        topic_id = _text(found, "id", f"topic {number}")
        place = f"topic {topic_id}"
        _refuse_unknown(found, _TOPIC_KEYS, place)
        if not _ID.fullmatch(topic_id):
            raise TaxonomyError(
                f"{place}: an id is lower-case words joined by hyphens, as “entity-list”."
            )
        if topic_id in seen:
            raise TaxonomyError(f"{place}: there are two of it.")
        seen.add(topic_id)
        yield Topic(
            id=topic_id,
            title=_text(found, "title", place),
            definition=_text(found, "definition", place),
            excludes=_text(found, "excludes", place),
            aliases=_texts(found.get("aliases", []), f"{place}, aliases"),
            examples=_texts(found.get("examples", []), f"{place}, examples"),
            rules=tuple(_rules(found.get("rule"), topic_id, words)),
        )


def _refuse_shared_names(topics: Sequence[Topic]) -> None:
    """Refuse an alias that means another topic already: people who type it would get either."""
    means = {name_key(topic.id): topic.id for topic in topics}
    for topic in topics:
        for alias in topic.aliases:
            other = means.setdefault(name_key(alias), topic.id)
            if other != topic.id:
                raise TaxonomyError(
                    f"topic {topic.id}, aliases: “{alias}” means the topic {other} already."
                )


def _rules(raw: object, topic: str, words: Mapping[str, object]) -> Iterator[Rule]:
    if not isinstance(raw, list) or not raw:
        raise TaxonomyError(f"topic {topic} has no [[topic.rule]].")
    seen: set[str] = set()
    for number, each in enumerate(raw, start=1):
        found = _table(each, f"topic {topic}, rule {number}")
        name = _text(found, "name", f"topic {topic}, rule {number}")
        place = f"topic {topic}, rule “{name}”"
        _refuse_unknown(found, _RULE_KEYS, place)
        if name in seen:
            raise TaxonomyError(f"{place}: there are two of it.")
        seen.add(name)
        when = tuple(
            tuple(part.strip() for part in term.split("|"))
            for term in _texts(found.get("when"), f"{place}, when")
        )
        unless = _texts(found.get("unless", []), f"{place}, unless")
        if not when:
            raise TaxonomyError(f"{place}: “when” is empty.")
        for word in (*(one for term in when for one in term), *unless):
            if word not in words:
                raise TaxonomyError(f"{place}: there is no [words.{word}].")
        strength = found.get("strength", "likely")
        within = found.get("within", "sentence")
        if strength not in _STRENGTHS:
            raise TaxonomyError(f"{place}: strength is one of {', '.join(_STRENGTHS)}.")
        if within not in _WITHIN:
            raise TaxonomyError(f"{place}: within is one of {', '.join(_WITHIN)}.")
        yield Rule(name, topic, when, unless, strength, within)


def _phrases(raw: object, place: str) -> tuple[str, ...]:
    phrases = _texts(raw, place)
    for phrase in phrases:
        if not fold(phrase).strip() or "*" in phrase[:-1] or phrase.startswith("*"):
            raise TaxonomyError(
                f"{place}: “{phrase}” is no phrase; it needs letters, and * only at its end."
            )
    return phrases


def _refuse_unknown(found: Mapping[str, object], known: set[str], place: str) -> None:
    unknown = set(found) - known
    if unknown:
        raise TaxonomyError(f"{place}: nobody knows “{min(unknown)}”.")


def _table(raw: object, place: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise TaxonomyError(f"{place} is not a table.")
    return raw


def _text(found: Mapping[str, object], key: str, place: str) -> str:
    value = found.get(key)
    if not isinstance(value, str) or not value.strip():
        raise TaxonomyError(f"{place}: “{key}” must be a text.")
    return " ".join(value.split())


def _texts(raw: object, place: str) -> tuple[str, ...]:
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise TaxonomyError(f"{place} must be a list of texts.")
    if not all(isinstance(each, str) and each.strip() for each in raw):
        raise TaxonomyError(f"{place} must be a list of texts.")
    return tuple(raw)

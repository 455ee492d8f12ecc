"""`exportnews stories`: which entries of a file tell the same story."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.news import entries_of, opened, readable_line
from bot.cli.opening import taxonomy_here
from bot.news.citations import find_citations
from bot.news.classifier import Classifier
from bot.news.entries_file import FileEntry
from bot.news.model import Field
from bot.news.story_features import StoryFeatures, features
from bot.news.story_groups import group

_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


def register(app: typer.Typer) -> None:
    """Add the `stories` command."""

    @app.command()
    def stories(
        file: Annotated[
            Path | None, typer.Argument(help="JSONL with id, title, summary, source, published.")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="JSONL, on a terminal too.")] = False,
    ) -> None:
        """Group entries into stories: reads JSONL from FILE or standard input.

        `sure`, from 0 to 1, says how sure it is that an entry tells its story.
        """
        with opened(file) as lines:
            entries = list(entries_of(lines))
        found = stories_of(entries)
        if as_json or not sys.stdout.isatty():
            for each, told in zip(entries, found, strict=True):
                line: dict[str, object] = {"id": each.id, "story": told.name}
                if told.sure is not None:
                    line["sure"] = round(told.sure, 3)
                text = json.dumps(line, ensure_ascii=False)
                typer.echo(text.encode("utf-8", "backslashreplace"))  # half characters as escapes
        else:
            _print_stories(entries, found)


@dataclass(frozen=True, slots=True)
class Told:
    """An entry's story, and how sure it is that the entry tells it; none for the story's first."""

    name: str
    sure: float | None


def group_entries(entries: list[FileEntry]) -> list[str]:
    """Give the name of each entry's story."""
    return [told.name for told in stories_of(entries)]


def stories_of(entries: list[FileEntry]) -> list[Told]:
    """Give each entry's story, named after the first entry of it; input order does not matter.

    Two entries of one id (1 and "1" are one too) may tell two stories: the later one's name then
    ends in `-2`, or the next number that is free.
    """
    order = sorted(range(len(entries)), key=lambda place: _sort_key(entries[place]))
    names: dict[int, Told] = {}
    of_story: dict[int, str] = {}
    taken: dict[str, int] = {}
    for place, found in zip(order, group(_features(entries, order)), strict=True):
        if found.story not in of_story:
            of_story[found.story] = _free(f"story-{entries[order[found.story]].id}", taken)
        names[place] = Told(of_story[found.story], found.sure)
    return [names[place] for place in range(len(entries))]


def _free(name: str, taken: dict[str, int]) -> str:
    """Take a name that is free; `taken` says by name which number comes after it."""
    free = name
    while free in taken:
        taken[name] += 1
        free = f"{name}-{taken[name]}"
    taken[free] = 1
    return free


def _sort_key(each: FileEntry) -> tuple[datetime, str, str, str]:
    entry = each.entry
    return entry.published or _UNDATED, str(each.id), entry.title, entry.link


def _features(entries: list[FileEntry], order: list[int]) -> Iterator[StoryFeatures]:
    for place in order:
        yield features_of(entries[place])


def features_of(each: FileEntry) -> StoryFeatures:
    """Say what an entry of a file is compared by."""
    entry = each.entry
    field: Field = "content" if entry.content else "summary"
    cited = find_citations(entry.title, entry.text, field)
    topics = (match.topic for match in _classifier().classify(entry.title, entry.text, field))
    return features(entry, id=str(each.id), publication=each.source, citations=cited, topics=topics)


@cache
def _classifier() -> Classifier:
    return Classifier(taxonomy_here())


def _print_stories(entries: list[FileEntry], found: list[Told]) -> None:
    """Print each story with its entries, in the order in which they first appear."""
    members: dict[str, list[FileEntry]] = {}
    for each, told in zip(entries, found, strict=True):
        members.setdefault(told.name, []).append(each)
    for together in members.values():
        for index, each in enumerate(together):
            mark = "  also: " if index else ""
            source = f" ({readable_line(each.source)})" if each.source else ""
            typer.echo(f"{mark}{readable_line(each.entry.title)}{source}")

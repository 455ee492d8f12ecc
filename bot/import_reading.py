"""The first half of a back-fill: lines of a file become entries that are understood.

It needs no database, so it runs in processes of its own, ahead of the storing.
"""

from __future__ import annotations

import copyreg
import multiprocessing
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, ClassVar

from bot import memory
from bot.errors import UsageError
from bot.feeds.addresses import web_address
from bot.feeds.model import FeedEntry
from bot.feeds.packing import plainly
from bot.feeds.reading import titled
from bot.feeds.text import MAX_CONTENT, MAX_SUMMARY, tidy, to_line, to_text
from bot.feeds.times import sensible
from bot.news.analyst import Analyst
from bot.news.entries_file import FileEntry, read_line
from bot.news.model import Analysis, Evidence, TopicMatch
from bot.news.taxonomy import load_taxonomy
from bot.search.document import Document, document, facts_of, texts, words
from bot.search.tokens import stem
from bot.storage.fulltext import is_form

MAX_LINE = 4_000_000
"""Bytes of one line that are read."""

NO_SOURCE = "Imported"

_SKIPPED_AT_ONCE = 1 << 20

_MAX_GIVEN = 1_000_000
"""Words that a process remembers to have given."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What was made of one entry: its analysis, and what the search finds it by, without its
    publication."""

    analysis: Analysis
    document: Document


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines: their entries by who published them, and what was wrong.

    `problems` are of lines that were left out, `lacking` of entries kept without their address or
    time; `undated` and `unsourced` count the lines that said neither when nor by whom. `forms` are
    the words of their texts with the stems, those left out that the process gave before.
    """

    sources: Mapping[str, Sequence[tuple[FeedEntry, Understood]]]
    read: int
    bytes: int
    problems: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    undated: int = 0
    unsourced: int = 0
    forms: Mapping[str, str] = field(default_factory=dict)


# What Python does with frozen dataclasses by itself takes three times as long.
for _kind in (Batch, Understood, FeedEntry, Analysis, TopicMatch, Evidence, Document):
    copyreg.pickle(_kind, plainly(_kind))


class _Process:
    """What a process keeps."""

    analyst: Analyst | None = None
    published: datetime | None = None
    given: ClassVar[set[str]] = set()


def begin(taxonomy: Path | None, published: datetime | None) -> None:
    """Make a process ready. `published`: when lines count as published that do not say it."""
    _Process.analyst = Analyst(load_taxonomy(taxonomy))
    _Process.published = published
    _Process.given = set()


def begin_process(taxonomy: Path | None, published: datetime | None) -> None:
    """Make a process ready that does nothing else, and ends when the import does."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    begin(taxonomy, published)
    memory.settle()


def _end_with_parent() -> None:
    # A killed import closes no pool, whose processes would wait for work for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """Give the lines of a file; of one that is longer than may be read only the beginning, so that
    no file takes more memory than that. Raises OSError."""
    while line := file.readline(MAX_LINE + 1):
        rest = line
        while len(line) > MAX_LINE and rest and not rest.endswith(b"\n"):
            rest = file.readline(_SKIPPED_AT_ONCE)
        yield line


def read_batch(lines: Sequence[tuple[int, bytes]]) -> Batch:
    """Read and understand numbered lines of JSONL; `begin` comes first."""
    analyst = _Process.analyst
    if analyst is None:
        raise RuntimeError("begin first")
    sources: dict[str, list[tuple[FeedEntry, Understood]]] = {}
    problems: list[str] = []
    lacking: list[str] = []
    read = undated = unsourced = 0
    for number, line in lines:
        try:
            found = _read(line, number)
        except UsageError as error:
            problems.append(str(error))
            continue
        if found is not None:
            read += 1
            source = " ".join(tidy(found.source).split())[:200]
            unsourced += not source
            source = source or NO_SOURCE
            entry = titled(_cleaned(found))
            if found.entry.link and not entry.link:
                lacking.append(
                    f'Line {number}: "url" is no http or https address; the entry was kept without.'
                )
            if found.entry.published and not entry.published:
                lacking.append(
                    f'Line {number}: "published" is a time that no article is of; the entry was '
                    "kept without."
                )
            if not entry.published:
                undated += 1
                entry = replace(entry, published=_Process.published)
            understood = _understand(analyst, entry, source)
            sources.setdefault(source, []).append((entry, understood))
    size = sum(len(line) for _number, line in lines)
    some = [made.document for pairs in sources.values() for _, made in pairs]
    said = tuple(problems), tuple(lacking), undated, unsourced
    return Batch(sources, read, size, *said, _new_forms(some))


def _new_forms(documents: Sequence[Document]) -> dict[str, str]:
    new = words(documents) - _Process.given
    if len(_Process.given) < _MAX_GIVEN:
        _Process.given |= new
    return {word: stem(word) for word in filter(is_form, new)}


def _read(line: bytes, number: int) -> FileEntry | None:
    if len(line) > MAX_LINE:
        raise UsageError(f"Line {number} is longer than {MAX_LINE:,} bytes.")
    return read_line(line, number)


def _cleaned(found: FileEntry) -> FeedEntry:
    """Make the texts plain, as those of feeds are; the file's id is what it is known by."""
    entry = found.entry
    return replace(
        entry,
        title=to_line(entry.title),
        summary=to_text(entry.summary, limit=MAX_SUMMARY),
        content=to_text(entry.content, limit=MAX_CONTENT),
        link=web_address(entry.link),
        guid=tidy(str(found.id)),
        published=sensible(entry.published) if entry.published else None,
    )


def _understand(analyst: Analyst, entry: FeedEntry, source: str) -> Understood:
    analysis = analyst.analyse(entry, source)
    made = document(texts(entry.title, entry.text), facts_of(entry, analysis))
    return Understood(analysis, made)
